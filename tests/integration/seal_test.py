"""testdata/seal: a program with the shapes of signify, its passphrase on standard input."""
import os
import pathlib
import pty
import shutil
import tempfile
import unittest

import support
from support import ORDINARY_ID, bailey, needs_root, run

PASSPHRASE = b"correct horse battery staple\n"


class Seal:
    """A copy of testdata/seal, its build captured, its bundle built."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-seal-"))
        self.directory.chmod(0o755)
        shutil.copytree(support.ROOT / "testdata" / "seal", self.directory, dirs_exist_ok=True)
        for name in ("work", "new", "key"):
            (self.directory / name).mkdir()
            (self.directory / name).chmod(0o777)
        self.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=self.directory))
        self.must(self.build(self.policy(), "seal.bailey"))
        self.key = self.directory / "key" / "test.sec"
        self.must(run([self.directory / "seal", "-G", "-s", self.key], stdin=PASSPHRASE))
        self.key.chmod(0o644)
        self.message = self.directory / "work" / "message"
        self.message.write_bytes(b"a message\n" * 500)
        self.message.chmod(0o644)

    def policy(self):
        text = (self.directory / "seal.policy").read_text()
        return text.replace("/srv/seal", str(self.directory))

    def build(self, policy, output):
        path = self.directory / "test.policy"
        path.write_text(policy)
        return bailey("build", "-p", ".", "--policy", path, "-o", output, directory=self.directory)

    @staticmethod
    def must(done):
        if done.returncode != 0:
            raise AssertionError(f"{done.args} exited with {done.returncode}:\n"
                                 f"{done.stdout.decode()}{done.stderr.decode()}")

    def unsplit(self, *arguments, stdin=b"", as_user=None):
        return run([self.directory / "seal", *arguments], stdin=stdin, as_user=as_user)

    def split(self, *arguments, stdin=b"", without=(), options=(), as_user=None,
              bundle="seal.bailey"):
        words = []
        for name in ("passphrase", "key"):
            if name in without:
                words += ["--credential", f"{name}=none"]
            elif name == "key":
                words += ["--credential", f"key=file:{self.key}"]
        return bailey("run", "--quiet", self.directory / bundle, *words, *options, "--",
                      *arguments, stdin=stdin, as_user=as_user)


class SealTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seal = Seal()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.seal.directory, ignore_errors=True)

    def assert_same(self, *arguments, status, **options):
        unsplit = self.seal.unsplit(*arguments, **{k: v for k, v in options.items()
                                                   if k in ("stdin", "as_user")})
        split = self.seal.split(*arguments, **options)
        self.assertEqual(unsplit.returncode, status, unsplit.stderr)
        self.assertEqual((split.returncode, split.stdout, split.stderr),
                         (unsplit.returncode, unsplit.stdout, unsplit.stderr))
        return split

    def sign(self, *options, message=None):
        return ("-S", "-s", self.seal.key, "-m", message or self.seal.message, "-x", "-", *options)


class SameAsUnsplit(SealTest):
    def test_seals_alike(self):
        done = self.assert_same(*self.sign(), stdin=PASSPHRASE, status=0)
        self.assertIn(b"sealed\n", done.stdout)
        self.assert_same(*self.sign("-w"), stdin=PASSPHRASE, status=0)

    def test_a_text_beside_an_integer_is_known_by_its_use(self):
        policy = self.seal.policy()
        self.assertIn("seal(string out)", policy)
        self.seal.must(self.seal.build(policy.replace("seal(string out)", "seal"),
                                       "unnamed.bailey"))
        self.assert_same(*self.sign(), stdin=PASSPHRASE, status=0, bundle="unnamed.bailey")

    @needs_root
    def test_seals_alike_for_an_ordinary_user(self):
        self.assert_same(*self.sign(), stdin=PASSPHRASE, status=0, as_user=ORDINARY_ID)

    def test_ends_alike_where_the_trusted_portion_ends_the_program(self):
        wrong = self.assert_same(*self.sign(), stdin=b"another passphrase\n", status=3)
        self.assertIn(b"seal: incorrect passphrase", wrong.stderr)
        # What main had printed before is not lost.
        self.assertIn(b"sealing ", wrong.stdout)
        self.assert_same(*self.sign(), stdin=b"", status=1)
        self.assert_same(*self.sign(message=self.seal.directory / "work" / "none"),
                         stdin=PASSPHRASE, status=1)

    def test_ends_alike_where_main_does(self):
        self.assert_same("-S", status=2)
        self.assert_same("-U", "-x", self.seal.message, status=4)

    def test_a_new_key_works_in_the_unsplit_program(self):
        new = self.seal.directory / "new" / "new.sec"
        made = self.seal.split("-G", "-s", new, stdin=PASSPHRASE, without=["key"])
        self.assertEqual(made.returncode, 0, made.stderr)
        if os.geteuid() == 0:
            os.chown(new, 0, 0)
        done = self.seal.unsplit("-S", "-s", new, "-m", self.seal.message, "-x", "-",
                                 stdin=PASSPHRASE)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_main_reads_its_input_in_a_run_without_the_passphrase(self):
        wrapped = self.seal.unsplit(*self.sign("-w"), stdin=PASSPHRASE).stdout
        wrapped = wrapped[wrapped.index(b"SEA"):-len(b"sealed\n")]
        done = self.assert_same("-U", "-x", "-", stdin=wrapped, status=0,
                                without=["passphrase", "key"])
        self.assertEqual(done.stdout, self.seal.message.read_bytes())


class Secrets(SealTest):
    def test_the_passphrase_is_not_mains_to_read(self):
        # The unsplit program reads it.
        told = self.seal.unsplit("-U", "-x", "-", stdin=PASSPHRASE)
        self.assertIn(b"is not wrapped", told.stderr)
        # For the untrusted portion there is nothing.
        done = self.seal.split("-U", "-x", "-", stdin=PASSPHRASE)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"is cut short", done.stderr)

    def typed(self, command):
        """What a terminal shows where the passphrase is typed, and the status."""
        child, terminal = pty.fork()
        if child == 0:
            os.execv(command[0], [str(word) for word in command])
        shown = b""
        while True:
            try:
                more = os.read(terminal, 4096)
            except OSError:  # the other end has been closed
                break
            if not more:
                break
            shown += more
            if b"sealing " in shown and b"(typed)" not in shown:
                os.write(terminal, PASSPHRASE)
                shown += b"(typed)"
        return shown, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_a_typed_passphrase_is_not_shown(self):
        command = [self.seal.directory / "seal", *self.sign()]
        shown, status = self.typed(command)
        self.assertEqual(status, 0)
        self.assertIn(PASSPHRASE.strip(), shown)
        shown, status = self.typed([support.BIN / "bailey", "run", "--quiet", "--credential",
                                    f"key=file:{self.seal.key}",
                                    self.seal.directory / "seal.bailey", "--", *self.sign()])
        self.assertEqual(status, 0, shown)
        self.assertIn(b"sealed", shown)
        self.assertNotIn(PASSPHRASE.strip(), shown)

    def test_the_key_is_not_mains_to_read(self):
        told = self.seal.unsplit("-U", "-x", self.seal.key)
        self.assertIn(b"is not wrapped", told.stderr)
        done = self.seal.split("-U", "-x", self.seal.key)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"can't open", done.stderr)

    def test_audit_finds_passphrase_and_key_only_in_the_unsplit_program(self):
        done = self.seal.split(*self.sign(), stdin=PASSPHRASE, options=["--audit"])
        self.assertEqual(done.returncode, 0, done.stderr.decode())


class Refusals(SealTest):
    """What the policy has to say, it is asked for."""

    def refusal(self, old, new):
        policy = self.seal.policy()
        self.assertIn(old, policy)
        done = self.seal.build(policy.replace(old, new), "refused.bailey")
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.seal.directory / "refused.bailey").exists())
        return done.stderr.decode()

    def test_shared_state_is_not_doubled_in_silence(self):
        text = self.refusal("separate head;", "")
        self.assertIn("`wrap.c:head` is state of the program", text)
        self.assertIn("say `separate head;`", text)

    def test_a_rule_that_shows_main_the_key_is_an_error(self):
        directory = self.seal.directory
        text = self.refusal(f'input function unwrap;\n    allow file read "{directory}/work/**"',
                            f'input function unwrap;\n    allow file read "{directory}/key/**"')
        self.assertIn("credential", text)


if __name__ == "__main__":
    unittest.main()
