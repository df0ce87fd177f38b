"""`bailey policy compile`: objectives, frequencies, and policies that need several filters."""
import pathlib
import shutil
import tempfile
import unittest

from support import bailey

SMALL = """policy small {
  otherwise errno EPERM;
  allow syscall read, write;
  allow syscall ioctl(request in {21505, 21523}), fcntl(cmd in {1, 3}), prctl(option == 15);
}
"""


class CompileOptions(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-compile-"))
        self.addCleanup(shutil.rmtree, self.directory)
        (self.directory / "small.policy").write_text(SMALL)

    def compile(self, *words, code=0):
        done = bailey("policy", "compile", *words, directory=self.directory)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout.decode(errors="replace"), done.stderr.decode()

    def first_call(self, *words):
        """The call that the filter tests first."""
        lines = self.compile("--emit", "asm", *words, "small.policy")[0].splitlines()
        return next(line for line in lines if "jeq" in line and "x86_64" not in line)

    def test_what_is_frequent_is_tested_first(self):
        (self.directory / "a.frequency").write_text("prctl: 900\nioctl: 1\n")
        (self.directory / "b.json").write_text('{"fcntl": 900, "ioctl": 1}')
        self.assertIn("prctl", self.first_call("--frequencies", "a.frequency"))
        self.assertIn("fcntl", self.first_call("--frequencies", "b.json"))

    def test_objectives(self):
        for objective in ("bitmap", "legacy", "size"):
            self.assertIn("proved", self.compile("--objective", objective, "small.policy")[1])
        self.compile("--objective", "speed", "small.policy", code=2)

    def test_mistakes_in_frequencies_are_errors(self):
        (self.directory / "bad.json").write_text('{"raed": 1, "write": -2}')
        (self.directory / "none.json").write_text("{}")
        error = self.compile("--frequencies", "bad.json", "small.policy", code=2)[1]
        self.assertIn("raed", error)
        self.assertIn("write", error)
        self.compile("--frequencies", "none.json", "small.policy", code=2)
        self.compile("--frequencies", "missing.json", "small.policy", code=2)

    def test_a_long_policy_becomes_a_stack_that_is_proved(self):
        words = ("ioctl(request", "fcntl(cmd", "prctl(option", "lseek(offset", "madvise(advice", "socket(domain")
        rules = "".join(
            f"  allow syscall {word} in {{{', '.join(str((9 + i) * k + i) for k in range(850))}}});\n"
            for i, word in enumerate(words))
        (self.directory / "long.policy").write_text(
            "policy long { otherwise errno EPERM;\n" + rules + "}\n")
        error = self.compile("--emit", "asm", "long.policy", code=2)[1]
        self.assertIn("needs 2 filters", error)
        # What an earlier run left would be installed in place of the stack, or with it.
        for left in ("long.bpf", "long.bpf.3"):
            (self.directory / left).write_bytes(b"old")
            self.assertIn(f"`{left}` is there already", self.compile("-o", "long.bpf", "long.policy", code=2)[1])
            self.assertFalse((self.directory / "long.bpf.1").exists())
            (self.directory / left).unlink()
        self.assertIn("proved as one", self.compile("-o", "long.bpf", "long.policy")[1])
        # Parts of two stacks: the first is missing until all others are written.
        (self.directory / "half.bpf.1").write_bytes(b"old")
        (self.directory / "half.bpf.2").mkdir()
        self.compile("-o", "half.bpf", "long.policy", code=2)
        self.assertFalse((self.directory / "half.bpf.1").exists())
        self.assertIn("`long.bpf.1` is there already", self.compile("-o", "long.bpf", "small.policy", code=2)[1])
        self.assertFalse((self.directory / "long.bpf").exists())
        self.assertEqual(sorted(p.name for p in self.directory.glob("long.bpf*")), ["long.bpf.1", "long.bpf.2"])
        done = bailey("policy", "prove", "long.policy", "--filter", "long.bpf.1", "--filter", "long.bpf.2",
                      directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        # One of the two alone allows what the other would decide.
        done = bailey("policy", "prove", "long.policy", "--filter", "long.bpf.1", directory=self.directory)
        self.assertEqual(done.returncode, 1, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
