"""What the report says of calls that the C library makes from what it is given,
against what strace sees: fopen's modes, descriptors, processes, threads, signals."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import bailey

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import observed_calls  # noqa: E402

MODES = ("r", "w", "a", "r+", "w+", "a+", "rb", "wx", "w+xe", "re", "rc", "rm", "ab+e", "r,ccs=UTF-8",
         "rbbbbb+", "rbbbbbb+", "wxxxxxx+")
# What is called for one function of the program each; `path` names what it opens.
CALLS = {
    "tmpfile": "tmpfile()", "mkstemp": "mkstemp(name)", "mkostemp": "mkostemp(name, O_APPEND | O_CLOEXEC)",
    "mkdtemp": "mkdtemp(name)", "opendir": 'opendir(".")', "scandir": 'scandir(".", &entries, 0, alphasort)',
    "ftw": 'ftw(".", visit, 3)', "fdopen": 'fdopen(open("f", O_RDWR), "a")', "socket": "socket(AF_INET, SOCK_STREAM, 0)",
    "socketpair": "socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair)", "ioctl": "ioctl(0, FIONREAD, &number)",
    "fcntl": "fcntl(0, F_SETFL, O_NONBLOCK)", "mmap": "mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)",
    "mprotect": "mprotect(page, 4096, PROT_READ)", "isatty": "isatty(1)", "tcgetattr": "tcgetattr(0, &terminal)",
    "usleep": "usleep(1)", "nanosleep": "nanosleep(&moment, 0)", "signal": "signal(SIGUSR1, SIG_IGN)",
    "sigprocmask": "sigprocmask(SIG_BLOCK, &signals, 0)", "raise": "raise(SIGUSR1)", "kill": "kill(getpid(), SIGUSR1)",
    "fallocate": 'posix_fallocate(open("f", O_RDWR), 0, 10)', "lockf": 'lockf(open("f", O_RDWR), F_LOCK, 0)',
    "fork": "fork() == 0 ? (_exit(0), 0) : wait(0)", "system": 'system("true")', "popen": 'pclose(popen("true", "r"))',
    "spawn": 'posix_spawn(&number, "/bin/true", 0, 0, (char*[]){"true", 0}, 0) + wait(0)',
    "vfork": "vfork() == 0 ? (_exit(0), 0) : wait(0)", "thread": "pthread_create(&thread, 0, run, 0) + pthread_join(thread, 0)",
}
HEAD = """#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
static char name[] = "nXXXXXX", page[8192] __attribute__((aligned(4096)));
static struct dirent** entries;
static int pair[2], number;
static struct termios terminal;
static struct timespec moment = {0, 1};
static sigset_t signals;
static pthread_t thread;
static void* run(void* with) { return with; }
static int visit(const char* path, const struct stat* status, int kind) { return 0; }
"""


def program():
    functions = [f'void mode_{i}(void) {{ fopen("m{i}", "{mode}"); }}\nvoid again_{i}(FILE* file) '
                 f'{{ freopen("a{i}", "{mode}", file); }}\n' for i, mode in enumerate(MODES)]
    functions += [f"void do_{name}(void) {{ (void)({call}); }}\n" for name, call in CALLS.items()]
    functions.append("void any_mode(char* mode) { fopen(\"any\", mode); }\n")
    body = "".join(f'  mode_{i}(); again_{i}(fopen("/dev/null", "r"));\n' for i in range(len(MODES)))
    body += "".join(f"  do_{name}();\n" for name in CALLS)
    return HEAD + "".join(functions) + f"int main(int count, char** words) {{\n{body}  any_mode(words[count - 1]);\n}}\n"


class LibraryModels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("strace") is None:
            raise unittest.SkipTest("strace is not installed")
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-models-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        (cls.directory / "models.c").write_text(program())
        done = bailey("capture", "--", "cc", "-w", "-o", "models", "models.c", directory=cls.directory)
        assert done.returncode == 0, done.stderr.decode()
        cls.report = cls.analyze("--program", "models")
        cls.of_binary = cls.analyze("./models")

    @classmethod
    def analyze(cls, *options):
        done = bailey("analyze", "--quiet", "--format", "json", *options, directory=cls.directory)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def run_under_strace(self, *options):
        work = self.directory / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for i, mode in enumerate(MODES):
            if mode[0] == "r":
                for prefix in "ma":
                    (work / f"{prefix}{i}").touch()
        (work / "f").touch()
        logs = self.directory / "logs"
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir()
        # $$: the process that the program is, whose log is named after it.
        subprocess.run(["sh", "-c", 'exec strace -D -f -ff -qq "$@" -o "$0/$$" ../models w', str(logs), *options],
                       cwd=work, check=True, timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        observed_calls.await_tracers(logs)
        return logs

    def test_every_argument_that_is_seen_is_in_the_report(self):
        table = observed_calls.widths(ROOT)
        # Where clone3 is refused, threads and processes are made by clone.
        for options in ((), ("-e", "inject=clone3:error=ENOSYS")):
            calls = observed_calls.read(self.run_under_strace("-e", "raw=all", *options))
            self.assertIn("openat", calls)
            for report in (self.report, self.of_binary):
                self.assertEqual(observed_calls.misses(calls, report, table), [])
        self.assertIn("clone", calls)

    def values(self, function, call, argument):
        """What the report says of a call that a function of the program leads to."""
        said = []
        for each in self.report["capabilities"]:
            if each["name"] != call or not any(site["function"].endswith(function) for site in each["sites"]):
                continue
            known = [values["values"] for values in each["arguments"] if values["name"] == argument]
            said += known[0] if known else [None]
        return said

    def is_modelled(self):
        return None not in self.values("mode_0", "openat", "flags")

    def test_flags_are_those_of_the_mode(self):
        """Only these, and those of what the C library opens for itself: for reading, closed on exec."""
        if not self.is_modelled():
            self.skipTest("the C library is not one that the models are of")
        seen = {}
        for log in self.run_under_strace("-X", "raw", "-e", "trace=openat").iterdir():
            for path, flags in re.findall(r'openat\(\S+ "([^"]*)", (\w+)', log.read_text()):
                seen[path] = int(flags, 0)
        for i in range(len(MODES)):
            for function, path in ((f"mode_{i}", f"m{i}"), (f"again_{i}", f"a{i}")):
                with self.subTest(mode=MODES[i], function=function):
                    flags = {each["min"] for each in self.values(function, "openat", "flags")}
                    self.assertIn(seen[path], flags)
                    writes = {each for each in flags if each & 0x3}
                    self.assertEqual(writes, {seen[path]} if seen[path] & 0x3 else set())

    def test_an_unknown_mode_is_any(self):
        if not self.is_modelled():
            self.skipTest("the C library is not one that the models are of")
        known = [each for each in self.values("any_mode", "openat", "flags") if "mask" in each]
        self.assertEqual(known, [{"mask": 0xffffffff & ~0x806c3, "value": 0}])


if __name__ == "__main__":
    unittest.main()
