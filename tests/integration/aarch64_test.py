"""A program that is cross-compiled for aarch64: analyzed and held against the
policy's aarch64 target, and not built into a bundle for this host."""
import json
import pathlib
import shutil
import tempfile
import unittest

from support import bailey

SOURCE = """
extern long syscall(long number, ...);
int main(void) {
  /* 56 is openat and 0x8000 O_NOFOLLOW there; here they are clone and nothing */
  return syscall(56L, -100, "/etc/hosts", 0x8000) < 0;
}
"""
POLICY = """policy p {
  target linux %s;
  use "runtime/c";
  allow syscall openat(flags & O_NOFOLLOW == %s);
  otherwise errno EPERM;
}
"""


class Aarch64(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-aarch64-"))
        self.addCleanup(shutil.rmtree, self.directory)
        (self.directory / "a.c").write_text(SOURCE)
        (self.directory / "compile_commands.json").write_text(json.dumps([{
            "directory": str(self.directory), "file": "a.c",
            "arguments": ["aarch64-linux-gnu-gcc", "-c", "a.c"]}]))
        self.policy("both", "x86_64, aarch64", "O_NOFOLLOW")
        self.policy("refusing", "x86_64, aarch64", "0")
        self.policy("native", "x86_64", "O_NOFOLLOW")

    def policy(self, name, targets, value):
        (self.directory / f"{name}.policy").write_text(POLICY % (targets, value))

    def bailey(self, *arguments):
        done = bailey(*arguments, directory=self.directory)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def check(self, policy):
        return self.bailey("check", "-p", ".", "--policy", f"{policy}.policy")

    def test_the_report_has_the_targets_names(self):
        code, _, error = self.bailey("analyze", "-p", ".", "--report", "report.json")
        self.assertEqual(code, 0, error)
        report = json.loads((self.directory / "report.json").read_text())
        self.assertEqual(report["target"], "aarch64")
        proved = [each for each in report["capabilities"] if each["confidence"] == "proved"]
        self.assertEqual([(each["name"], each["number"]) for each in proved], [("openat", 56)])
        self.assertTrue(report["unresolved"])

    def test_the_check_is_against_the_policys_target(self):
        code, text, error = self.check("refusing")
        self.assertEqual(code, 1, text + error)
        self.assertIn("openat", text)
        # Allowed, and undecided still: nobody read the libraries.
        code, text, error = self.check("both")
        self.assertEqual(code, 3, text + error)
        self.assertIn("1 capabilities allowed, 0 denied", text)

    def test_a_policy_without_the_target_is_refused(self):
        code, text, error = self.check("native")
        self.assertEqual(code, 2, text + error)
        self.assertIn("`aarch64` is no target of the policy", error)

    def test_no_bundle_is_built(self):
        code, _, error = self.bailey("build", "-p", ".", "--policy", "both.policy", "-o",
                                     "p.bailey")
        self.assertEqual(code, 2, error)
        self.assertIn("compiled for aarch64", error)
        self.assertFalse((self.directory / "p.bailey").exists())

    def test_every_target_is_proved(self):
        code, text, error = self.bailey("policy", "prove", "both.policy", "--format", "json")
        self.assertEqual(code, 0, error)
        filters = json.loads(text)["filters"]
        self.assertEqual([each["arch"] for each in filters], ["x86_64"] * 3 + ["aarch64"] * 3)
        code, text, error = self.bailey("policy", "prove", "both.policy", "--arch", "aarch64")
        self.assertEqual((code, len(text.splitlines())), (0, 3), error)

    def test_each_target_answers_by_its_own_values(self):
        for architecture, flags, answer in (("aarch64", "0x8000", "allow"),
                                            ("x86_64", "0x8000", "errno EPERM"),
                                            ("x86_64", "0x20000", "allow")):
            code, text, error = self.bailey("policy", "eval", "both.policy", "--arch",
                                            architecture, "openat", "0", "0", flags)
            self.assertEqual((code, text.strip()), (0, answer), error)

    def test_a_difference_on_one_target_is_one(self):
        (self.directory / "new.policy").write_text(
            POLICY.replace("otherwise", "allow syscall openat(flags == 0x8000);\n  otherwise")
            % ("x86_64, aarch64", "O_NOFOLLOW"))
        # 0x8000 is O_NOFOLLOW on aarch64 alone: there nothing is new.
        code, text, error = self.bailey("policy", "diff", "both.policy", "new.policy", "--arch",
                                        "aarch64")
        self.assertEqual(code, 0, text + error)
        code, text, error = self.bailey("policy", "diff", "both.policy", "new.policy")
        self.assertEqual(code, 1, text + error)


if __name__ == "__main__":
    unittest.main()
