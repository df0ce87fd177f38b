"""Bad input and bad hosts: a diagnostic with place and way out, the right exit
code, and nothing half-written."""
import pathlib
import shutil
import tempfile
import unittest

import support
from support import NotaryTest, bailey, run


class BuildErrors(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-errors-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.write("a.c", "#include <unistd.h>\nint main(void) { return getpid() < 0; }\n")
        self.write("good.policy", 'policy p {\n  use "runtime/c";\n  otherwise errno EPERM;\n}\n')

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def capture(self):
        done = bailey("capture", "--", "cc", "a.c", "-o", "a", directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def build(self, policy="good.policy"):
        return bailey("build", "-p", ".", "--policy", policy, "-o", "a.bailey",
                      directory=self.directory)

    def assert_refused(self, done, *texts, code=2):
        error = done.stderr.decode()
        self.assertEqual(done.returncode, code, error)
        for text in texts:
            self.assertIn(text, error)
        left = {path.name for path in self.directory.iterdir()}
        self.assertNotIn("a.bailey", left)
        self.assertFalse([name for name in left if name.startswith(".bailey-")])

    def test_a_good_build_is_not_refused(self):
        self.capture()
        done = self.build()
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_missing_compilation_database(self):
        self.assert_refused(self.build(), "compile_commands.json", "bailey capture")

    def test_malformed_policy_shows_every_error_with_its_place(self):
        self.capture()
        self.write("bad.policy", "policy p {\n  allow syscall opnat;\n  allow syscall read\n"
                   "  deny syscal x;\n  otherwise errno EPERM;\n}\n")
        self.assert_refused(self.build("bad.policy"), "bad.policy:2:17", "opnat", "did you mean",
                            "bad.policy:4")

    def test_unknown_function_in_the_policy(self):
        self.capture()
        self.write("bad.policy", 'policy p {\n  use "runtime/c";\n  portion t trusted {\n'
                   "    function no_such;\n  }\n  portion u untrusted { }\n"
                   "  otherwise errno EPERM;\n}\n")
        self.assert_refused(self.build("bad.policy"), "no_such")

    def test_source_that_does_not_compile(self):
        self.capture()
        self.write("a.c", "int main(void) { return undeclared; }\n")
        self.assert_refused(self.build(), "a.c:1:", "undeclared")

    def test_missing_policy(self):
        self.capture()
        self.assert_refused(self.build("none.policy"), "none.policy")

    def test_a_failing_build_is_not_captured(self):
        done = bailey("capture", "--", "cc", "missing.c", "-o", "a", directory=self.directory)
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.directory / "compile_commands.json").exists())

    def test_bad_usage(self):
        for arguments in (["no-such-verb"], ["build"], ["policy", "eval"], ["run"]):
            done = bailey(*arguments, directory=self.directory)
            self.assertEqual(done.returncode, 125 if arguments == ["run"] else 2, arguments)
            self.assertTrue(done.stderr)

    def test_help_of_every_verb_shows_an_example(self):
        for verb in (["doctor"], ["capture"], ["analyze"], ["check"], ["split"], ["build"], ["run"],
                     ["policy", "eval"], ["policy", "compile"], ["policy", "prove"]):
            done = bailey(*verb, "--help")
            self.assertEqual(done.returncode, 0, verb)
            self.assertIn("  bailey " + " ".join(verb), done.stdout.decode(), verb)


class RunErrors(NotaryTest):
    def assert_not_run(self, done, *texts):
        self.assertEqual(done.returncode, 125, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        for text in texts:
            self.assertIn(text, done.stderr.decode())

    def test_truncated_and_altered_bundles(self):
        whole = self.notary.bundle.read_bytes()
        altered = self.notary.directory / "altered.bailey"
        middle = bytearray(whole)
        middle[len(whole) // 2] ^= 1
        for bytes_ in (whole[:len(whole) // 2], whole[:10], b"", bytes(middle), whole + b"x"):
            altered.write_bytes(bytes_)
            self.assert_not_run(bailey("run", altered), "altered.bailey", "bailey build")

    def test_another_digest_than_the_one_asked_for(self):
        self.assert_not_run(bailey("run", self.notary.bundle, "--digest", "0" * 64), "digest")

    def test_missing_bundle(self):
        self.assert_not_run(bailey("run", "none.bailey"), "none.bailey")

    def test_missing_credential(self):
        self.assert_not_run(
            bailey("run", self.notary.bundle, "--credential", "signing_key=file:/none/key"),
            "signing_key", "/none/key")
        self.assert_not_run(
            bailey("run", self.notary.bundle, "--credential", "other=file:/none"), "other")

    def test_host_without_user_namespaces(self):
        unshare = shutil.which("unshare")
        if not unshare:
            self.skipTest("unshare is not installed")
        # In a user namespace of its own, so that the limit is not the host's.
        script = ("echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"")
        done = run([unshare, "-U", "--map-user=1000", "--keep-caps", "sh", "-c", script,
                    support.BIN / "bailey", "run",
                    self.notary.bundle, "--credential", f"signing_key=file:{self.notary.key}"])
        if b"max_user_namespaces" in done.stderr and b"sh:" in done.stderr:
            self.skipTest("the limit cannot be set here: " + done.stderr.decode())
        self.assert_not_run(done, "user namespace")


if __name__ == "__main__":
    unittest.main(verbosity=2)
