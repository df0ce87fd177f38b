"""Whether the second filter came into force while tests ran: else they would show nothing of it.

    with SwitchWatch([program]) as watch: ...   # the files that run
    watch.switched                       # numbers of the processes that were seen under both; nothing where no kernel says it

The kernel says how many filters a process has (since Linux 5.9).
"""
import os
import pathlib
import re
import threading

PERIOD_SECONDS = 0.1
COUNT = re.compile(r"^Seccomp_filters:\s*(\d+)$", re.MULTILINE)


def filters(process):
    """How many it has; nothing, if it is gone or the kernel does not say."""
    try:
        found = COUNT.search(pathlib.Path(f"/proc/{process}/status").read_text())
    except OSError:
        return None
    return int(found.group(1)) if found else None


class SwitchWatch:
    def __init__(self, programs, wanted=2):
        """wanted: how many filters such a process has more than this one."""
        own = filters("self")
        self.least = None if own is None else own + wanted
        self.files = [os.stat(each) for each in programs]
        self.switched = None if own is None else set()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _runs(self, process):
        try:
            file = os.stat(f"/proc/{process}/exe")
        except OSError:
            return False
        return any(os.path.samestat(file, each) for each in self.files)

    def look(self):
        running = [each for each in os.listdir("/proc") if each.isdigit() and self._runs(each)]
        self.switched.update(int(each) for each in running if (filters(each) or 0) >= self.least)

    def _watch(self):
        while not self.ended.wait(PERIOD_SECONDS):
            self.look()

    def __enter__(self):
        if self.switched is not None:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        if self.switched is not None:
            self.thread.join()
