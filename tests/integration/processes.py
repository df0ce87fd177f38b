"""Processes of the host: who descends from whom, what they hold, and how to kill exactly one."""
import dataclasses
import os
import pathlib
import signal

NAMESPACES = ("user", "pid", "mnt", "net", "ipc", "uts", "cgroup")


@dataclasses.dataclass(frozen=True)
class Process:
    """A process, told from a later one that has its number."""
    pid: int
    start: int

    @staticmethod
    def of(pid):
        """None if there is none."""
        start = start_time(pid)
        return None if start is None else Process(pid, start)

    def is_there(self):
        return start_time(self.pid) == self.start

    def kill(self):
        """Sends SIGKILL; False if it had ended."""
        try:
            pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            # What the descriptor names cannot change any more.
            if not self.is_there():
                return False
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(pidfd)

    def namespaces(self):
        found = set()
        for name in NAMESPACES:
            try:
                found.add(os.readlink(f"/proc/{self.pid}/ns/{name}"))
            except OSError:
                pass
        return found


def start_time(pid):
    """Of a process that runs; None for one that has ended, reaped or not."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else int(fields[19])


def children(pid):
    found = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            text = pathlib.Path(f"/proc/{pid}/task/{thread}/children").read_text()
        except OSError:
            continue
        found += [int(word) for word in text.split()]
    return found


def descendants(pid):
    """By depth: [children, grandchildren, ...], each a list of Process."""
    levels, level = [], [pid]
    while level:
        level = [child for parent in level for child in children(parent)]
        levels.append([process for process in map(Process.of, level) if process])
    return levels[:-1]


def every_process():
    return [process for process in (Process.of(int(name)) for name in os.listdir("/proc")
                                    if name.isdigit()) if process]


def host_uids(process):
    """Real, effective, saved and file-system user, as the host numbers them."""
    try:
        text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return set()
    line = next((line for line in text.splitlines() if line.startswith("Uid:")), "Uid:")
    return {int(word) for word in line.split()[1:]}
