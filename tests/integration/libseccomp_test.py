"""`bailey policy compile --backend libseccomp`: proved, or refused with the witness."""
import pathlib
import shutil
import tempfile
import unittest

from support import bailey

RIGHT = """policy p {
  target linux x86_64, aarch64;
  allow syscall read, write, exit_group;
  allow syscall socket(family == AF_UNIX or family == AF_INET);
  allow syscall lseek(whence < 3);
  otherwise errno EPERM;
}
"""
# libseccomp 2.5.4 joins the two orders' high words and allows offset 0x2ffffffff.
WRONG = """policy p {
  allow syscall lseek(offset > 0xffffffff00000000);
  allow syscall lseek(offset < 0x200000000);
  otherwise kill;
}
"""
TOO_MUCH = """policy p {
  allow syscall read;
  allow syscall socket(family != 1 and type != 2 and protocol != 3);
  otherwise kill;
}
"""


class Libseccomp(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-libseccomp-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def compile(self, text, *words, code=0):
        (self.directory / "p.policy").write_text(text)
        done = bailey("policy", "compile", "p.policy", *words, "-o", "filter",
                      directory=self.directory)
        self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done.stderr.decode()

    def test_its_filters_are_proved(self):
        for backend in ("libseccomp", "libseccomp-tree"):
            for arch in ("x86_64", "aarch64"):
                said = self.compile(RIGHT, "--backend", backend, "--arch", arch)
                self.assertIn("proved by z3", said)
                self.assertGreater((self.directory / "filter").stat().st_size, 8 * 20)

    def test_what_it_gets_wrong_is_refused_with_the_witness(self):
        text = WRONG.replace("policy p {", "policy p { widths full;")
        said = self.compile(text, "--backend", "libseccomp", code=1)
        self.assertRegex(said, r"differs from the policy for lseek\(.*offset=0x")
        self.assertIn("the policy says kill_process, the filter allow", said)
        self.assertFalse((self.directory / "filter").exists())
        self.compile(text)  # ours is right

    def test_what_it_cannot_say_names_the_rule(self):
        said = self.compile(TOO_MUCH, "--backend", "libseccomp", code=2)
        self.assertIn("family != 1 and type != 2 and protocol != 3", said)
        self.assertIn("more than a thousand libseccomp rules", said)
        self.assertFalse((self.directory / "filter").exists())


if __name__ == "__main__":
    unittest.main()
