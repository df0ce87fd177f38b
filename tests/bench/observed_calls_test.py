"""bench/observed_calls.py: what it reads, and that it does not look away."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import observed_calls  # noqa: E402

PROGRAM = """7.7: execve(0x7ffd, 0x1, 0x2) = 0
7.7: openat(0xffffff9c, 0x7f34, 0x80000, 0) = 0x3
7.7: kill(0, 0xf) = 0
7.7: --- SIGTERM {si_signo=SIGTERM} ---
7.7: access(0x7f34, 0x4) = -1 ENOENT (No such file or directory)
7.7: exit_group(0) = ?
7.7: +++ exited with 0 +++
7.8: setsid() = 0x8
7.8: execve(0x1, 0x2, 0x3) = -1 ENOENT (No such file or directory)
7.8: execve(0x1, 0x2, 0x3) = 0
7.8: reboot(0x1, 0x2, 0x3, 0x4) = 0
7.9: pause( <unfinished ...>
7.9: exit(0 <detached ...>
"""


def capability(name, *arguments):
    return {"kind": "syscall", "name": name,
            "arguments": [{"index": index, "name": "", "values": [{"min": value, "max": value}]}
                          for index, value in arguments]}


class ObservedCallsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def read(self, text=PROGRAM):
        for line in text.splitlines():
            name, rest = line.split(": ", 1)
            with open(self.folder / name, "a", encoding="ascii") as log:
                log.write(rest + "\n")
        return observed_calls.read(self.folder)

    def test_reads_the_program_and_what_it_forks_up_to_their_exec(self):
        calls = self.read()
        self.assertEqual(set(calls), {"openat", "kill", "access", "exit_group", "setsid", "execve", "pause", "exit"})
        self.assertEqual(calls["openat"], {(0xffffff9c, 0x7f34, 0x80000, 0)})

    def test_a_line_that_is_not_understood_is_no_silence(self):
        with self.assertRaises(ValueError):
            self.read("7.7: what is this\n")

    def misses(self, *capabilities):
        return observed_calls.misses(self.read(), {"capabilities": list(capabilities)},
                                     observed_calls.widths(ROOT))

    def all_but(self, name):
        return [capability(each) for each in
                ("openat", "kill", "access", "exit_group", "setsid", "execve", "pause", "exit") if each != name]

    def test_misses_nothing_that_the_report_holds(self):
        self.assertEqual(self.misses(*self.all_but(None)), [])

    def test_a_call_that_the_report_lacks(self):
        self.assertEqual([line.split(":")[0] for line in self.misses(*self.all_but("setsid"))], ["setsid"])

    def test_a_call_with_other_arguments(self):
        self.assertEqual(len(self.misses(*self.all_but("kill"), capability("kill", (1, 9)))), 1)
        self.assertEqual(self.misses(*self.all_but("kill"), capability("kill", (1, 9)), capability("kill", (1, 15))),
                         [])

    def test_arguments_count_as_wide_as_the_kernel_reads_them(self):
        self.assertEqual(self.misses(*self.all_but("openat"), capability("openat", (0, 0xffffff9c))), [])
        self.assertEqual(len(self.misses(*self.all_but("openat"), capability("openat", (0, 0xffffffffffffff9c)))), 1)

    def test_bits_that_are_known(self):
        bits = capability("kill")
        bits["arguments"] = [{"index": 1, "name": "sig", "values": [{"mask": 0x3, "value": 0x1}]}]
        self.assertEqual(len(self.misses(*self.all_but("kill"), bits)), 1)
        bits["arguments"][0]["values"] = [{"mask": 0x3, "value": 0x3}]
        self.assertEqual(self.misses(*self.all_but("kill"), bits), [])

    def test_the_form_that_strace_writes(self):
        subprocess.run(["sh", "-c", 'exec strace -D -f -ff -qq -e raw=all -o "$0/$$" sh -c "cat </dev/null; true"',
                        str(self.folder)], check=True)
        observed_calls.await_tracers(self.folder)
        calls = observed_calls.read(self.folder)
        self.assertIn("wait4", calls)
        self.assertIn("exit_group", calls)


if __name__ == "__main__":
    unittest.main()
