"""Debian packages, fetched and unpacked into a folder, without installing them.

    root = debian_root.DebianRoot(pathlib.Path("build/debian-binaries"))
    root.fetch(debian_root.read_packages(list_file))
    programs = root.programs()           # of the listed packages: {"/usr/bin/git": "git"}
    debian_root.enter(root)              # from here on /usr is theirs, laid over this machine's

What the packages depend on comes with them, but for the C library, which stays
this machine's. Of each only what it unpacks is there: no script of it is run.
"""
import ctypes
import os
import pathlib
import subprocess
import sys

FOLDERS = ("usr/bin", "usr/sbin", "usr/games")
# The machine's own: its loader and its C library belong together.
KEPT = ("libc6", "libc-bin", "libcrypt1")
ENTERED = "BAILEY_BENCH_DEBIAN_ROOT"


def read_packages(path):
    """The names in a list with comments."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def is_elf_program(path):
    """Whether it is an ELF executable (or PIE) for x86-64 that a process can start from."""
    with open(path, "rb") as file:
        head = file.read(20)
    return head[:6] == b"\x7fELF\x02\x01" and head[16:18] in (b"\2\0", b"\3\0") and head[18:20] == b"\x3e\0"


def closure(simulation):
    """The packages that `apt-get -s install` says it would install."""
    lines = (line.split() for line in simulation.splitlines())
    return sorted({words[1] for words in lines if len(words) > 2 and words[0] == "Inst"})


class DebianRoot:
    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "root"
        self.archives = folder / "archives"
        self.listing = folder / "programs"

    def fetch(self, packages, say=lambda text: None):
        wanted = "\n".join(packages)
        marker = self.folder / "fetched"
        if marker.exists() and marker.read_text() == wanted:
            return
        self.archives.mkdir(parents=True, exist_ok=True)
        every = [each for each in self._closure(packages) if each.split(":")[0] not in KEPT]
        say(f"fetching {len(every)} packages")
        self._download(every)
        self._make_skeleton()
        owners = {}
        for archive in sorted(self.archives.glob("*.deb")):
            name = archive.name.split("_")[0]
            if name not in every:
                continue
            for program in self._unpack(archive):
                if name in packages:
                    owners[program] = name
        self.listing.write_text("".join(f"{name} {program}\n" for program, name in sorted(owners.items())))
        marker.write_text(wanted)

    def _closure(self, packages):
        nothing = self.folder / "status"
        nothing.write_text("")
        done = subprocess.run(["apt-get", "-q", "-s", "-o", f"Dir::State::status={nothing}", "--no-install-recommends",
                               "install", *packages], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"apt-get cannot say what these packages need:\n{done.stdout}{done.stderr}")
        return closure(done.stdout)

    def _download(self, packages):
        have = {each.name.split("_")[0] for each in self.archives.glob("*.deb")}
        missing = [each for each in packages if each not in have]
        for start in range(0, len(missing), 50):
            done = subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=", "download", *missing[start:start + 50]],
                                  cwd=self.archives, check=False, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"apt-get download failed:\n{done.stderr}")

    def _make_skeleton(self):
        subprocess.run(["rm", "-rf", str(self.path)], check=True)
        for each in ("bin", "sbin", "lib", "lib64"):
            (self.path / "usr" / each).mkdir(parents=True)
            (self.path / each).symlink_to(f"usr/{each}")

    def _unpack(self, archive):
        """Unpacks it; the paths of the ELF programs in it."""
        tar = ["tar", "-x", "-v", "--keep-directory-symlink", "--no-same-owner", "-C", str(self.path),
               "--exclude=./usr/share/doc/*", "--exclude=./usr/share/man/*", "--exclude=./usr/share/locale/*"]
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as stream:
            done = subprocess.run(tar, stdin=stream.stdout, check=True, capture_output=True, text=True)
        found = []
        for line in done.stdout.splitlines():
            member = self.path / line.removeprefix("./")
            if member.is_symlink() or not member.is_file():
                continue
            inside = member.parent.resolve().relative_to(self.path.resolve())
            if str(inside) in FOLDERS and is_elf_program(member):
                found.append(f"/{inside}/{member.name}")
        return found

    def programs(self):
        lines = (line.split() for line in self.listing.read_text().splitlines())
        return {path: package for package, path in lines}


def enter(root):
    """Goes on in a namespace whose /usr is the packages', before this machine's."""
    if os.environ.get(ENTERED) != str(root.path):
        flags = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
        os.environ[ENTERED] = str(root.path)
        os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
    del os.environ[ENTERED]
    libc = ctypes.CDLL(None, use_errno=True)
    layers = f"lowerdir={root.path}/usr:/usr"
    # SAFETY: constant strings and no pointer that outlives the call.
    if libc.mount(b"overlay", b"/usr", b"overlay", 0, layers.encode()) != 0:
        sys.exit(f"cannot lay {root.path}/usr over /usr: {os.strerror(ctypes.get_errno())}")
