"""Downloads the Debian packages that the tables are made from, and unpacks
what is needed of them. Nothing is installed."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import threading

from syscall_table import machine


class GeneratorError(Exception):
    """A source is missing, or says something this generator cannot read."""


@dataclasses.dataclass(frozen=True)
class Package:
    version: str
    path: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Tree:
    """Where the unpacked sources lie."""
    kernel: pathlib.Path  # the root of the kernel's source, in part
    libc: dict            # {machine: the root of its glibc headers' package}
    manual: pathlib.Path  # usr/share/man


def run(*command, **options):
    """Returns what `command` prints; its failure is a GeneratorError."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True,
                              text=True, **options)
    except FileNotFoundError as error:
        raise GeneratorError(f"`{command[0]}` is not installed") from error
    except subprocess.CalledProcessError as error:
        raise GeneratorError(f"`{' '.join(command)}` failed") from error
    return done.stdout


def update_package_lists():
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    run(*sudo, "apt-get", "--quiet", "update")


def newest_kernel_source():
    """The linux-source-X.Y package with the highest X.Y."""
    names = re.findall(r"^linux-source-\d+\.\d+$",
                       run("apt-cache", "pkgnames", "linux-source-"), re.M)
    if not names:
        raise GeneratorError("apt offers no linux-source package; run "
                             "`apt-get update` with bookworm-security enabled")
    return max(names, key=lambda name: [
        int(part) for part in name.rsplit("-", 1)[1].split(".")])


def offered_versions(name):
    """Versions of a package, the candidate first."""
    return re.findall(r"^\s*\S+\s*\|\s*(\S+)\s*\|",
                      run("apt-cache", "madison", name), re.M)


def download(folder, pinned):
    """Fetches the packages into `folder`; returns {name: Package}. A version
    in `pinned` ({name: version}) is preferred while Debian offers it."""
    folder.mkdir(parents=True, exist_ok=True)
    source = next((name for name in pinned if name.startswith("linux-source")),
                  None) or newest_kernel_source()
    headers = [each.package for each in machine.ALL]
    return {name: download_one(folder, name, pinned.get(name))
            for name in (source, "manpages-dev", *headers)}


def download_one(folder, name, wanted):
    offered = offered_versions(name)
    if not offered:
        raise GeneratorError(f"apt does not offer `{name}`")
    version = wanted if wanted in offered else offered[0]
    pattern = f"{name}_{version.replace(':', '%3a')}_*.deb"
    if not list(folder.glob(pattern)):
        run("apt-get", "--quiet", "download", f"{name}={version}", cwd=folder)
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise GeneratorError(f"no single {pattern} after its download")
    return Package(version, found[0])


def unpack(packages, work):
    source = next(name for name in packages if name.startswith("linux-source"))
    libc = {each.name: work / each.package for each in machine.ALL}
    pages = work / "manual"
    for name, target in (("manpages-dev", pages),
                         *((each.package, libc[each.name])
                           for each in machine.ALL)):
        run("dpkg-deb", "-x", str(packages[name].path), str(target))
    unpack_kernel(packages[source].path, work / "kernel")
    return Tree(work / "kernel", libc, pages / "usr/share/man")


def is_header(name):
    """Headers, and the tables of numbers."""
    folders = [f"arch/{each.folder}/include/" for each in machine.ALL]
    return name.startswith((
        "include/", "arch/x86/entry/syscalls/", "scripts/syscall.tbl",
        "arch/arm64/tools/syscall", "arch/arm64/kernel/Makefile.syscalls",
        *folders))


def may_define_calls(name):
    """C code of the kernel proper; of the architectures only ours."""
    foreign = name.startswith(("Documentation/", "samples/", "scripts/",
                               "tools/", "arch/x86/um/"))
    ours = tuple(f"arch/{each.folder}/" for each in machine.ALL)
    other_machine = name.startswith("arch/") and not name.startswith(ours)
    return name.endswith(".c") and not foreign and not other_machine


def wanted_bytes(archive, entry, name):
    """A file's content, or None if nothing in it is needed."""
    if not entry.isfile() or not (is_header(name) or may_define_calls(name)):
        return None
    content = archive.extractfile(entry).read()
    return content if is_header(name) or b"SYSCALL_DEFINE" in content else None


def unpack_kernel(package, target):
    """A linux-source package holds one linux-source-X.Y.tar.xz. The 1.5 GB in
    it are streamed: only what is needed reaches the disk."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)],
                          stdout=subprocess.PIPE) as outer, \
         tarfile.open(fileobj=outer.stdout, mode="r|") as members:
        for member in members:
            if member.name.endswith(".tar.xz"):
                unpack_archive(members.extractfile(member), target)


def unpack_archive(compressed, target):
    with subprocess.Popen(["xz", "--decompress", "--stdout"],
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        def feed():
            shutil.copyfileobj(compressed, process.stdin, 1 << 20)
            process.stdin.close()
        feeder = threading.Thread(target=feed)
        feeder.start()
        with tarfile.open(fileobj=process.stdout, mode="r|") as files:
            for entry in files:
                name = entry.name.split("/", 1)[-1]
                content = wanted_bytes(files, entry, name)
                if content is not None:
                    path = target / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
        feeder.join()
