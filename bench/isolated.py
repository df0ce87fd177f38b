"""Runs a program that nobody here knows: alone, without a network, as nobody.

    run = isolated.run(["/usr/bin/sort", "--version"], scratch)
    run.status, run.output               # as a shell says it: 128+n for signal n

It has namespaces of its own for processes, mounts, network and host name, an
empty scratch folder, no input, and ten seconds; what it leaves running ends
with it. As root it runs as a user without rights, else as root of a namespace
in which nobody else is.
"""
import dataclasses
import functools
import os
import pathlib
import shutil
import subprocess

NOBODY = "65534"
TIMED_OUT = 124
SECONDS = 10
OUTPUT_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Run:
    status: int
    output: bytes

    @property
    def killed(self):
        """By a filter: SIGSYS."""
        return self.status == 128 + 31

    @property
    def timed_out(self):
        return self.status in (TIMED_OUT, 128 + 9)


@functools.cache
def _prefix():
    words = ["timeout", "--signal=KILL", str(SECONDS), "unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
             "--net", "--ipc", "--uts"]
    if os.geteuid() != 0:
        return (*words, "--user", "--map-root-user")
    return tuple(words)


@functools.cache
def _as_nobody():
    words = ("setpriv", "--no-new-privs", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    works = subprocess.run([*words, "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0
    return words if works else ("setpriv", "--no-new-privs")


def environment(scratch):
    return {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/games", "HOME": str(scratch),
            "TMPDIR": str(scratch), "LC_ALL": "C", "TERM": "dumb", "TZ": "UTC", "USER": "nobody"}


def empty(folder):
    """The folder, empty, and nobody's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        try:
            os.chown(folder, int(NOBODY), int(NOBODY))
        except OSError:
            pass  # root of a namespace that has one user
    return folder


def run(command, scratch, files=()):
    """files: folders that the command may write besides."""
    empty(scratch)
    for each in files:
        empty(pathlib.Path(each))
    # A shell is process 1 there, whose signals the kernel treats otherwise; its child is the program.
    words = [*_prefix(), "sh", "-c", '"$@"; exit $?', "sh", *_as_nobody(), *map(str, command)]
    done = subprocess.run(words, cwd=scratch, env=environment(scratch), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return Run(status, done.stdout[:OUTPUT_BYTES])
