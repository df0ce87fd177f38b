"""Running the programs that were built, on copies of the examples."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("BAILEY_BIN", ROOT / "build" / "dev" / "bin"))
TIMEOUT_S = 240
# An id that no account has: what an ordinary user is to the host.
ORDINARY_ID = 47110


def run(command, *, directory=None, stdin=b"", environment=None, as_user=None):
    """Runs a command to its end; its output is bytes."""
    extra = {}
    if as_user is not None:
        extra = {"user": as_user, "group": as_user, "extra_groups": []}
    return subprocess.run([str(part) for part in command], cwd=directory, input=stdin,
                          capture_output=True, timeout=TIMEOUT_S, env=environment, check=False,
                          **extra)


def bailey(*arguments, **options):
    return run([BIN / "bailey", *arguments], **options)


def check_schema(test, document, name):
    """Holds a document against docs/schemas/NAME.schema.json."""
    try:
        import jsonschema
    except ImportError:
        test.skipTest("python3-jsonschema is not installed")
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)


class Notary:
    """A copy of examples/notary, its build captured, its bundle built."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-notary-"))
        self.directory.chmod(0o755)
        shutil.copytree(ROOT / "examples" / "notary", self.directory, dirs_exist_ok=True)
        self.prepare()
        self.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=self.directory))
        self.key = self.directory / "documents" / "test.key"
        self.key.chmod(0o644)
        self.bundle = self.directory / "notary.bailey"
        self.build("notary.bailey", "--keep-portions", "portions")

    def prepare(self):
        """What else is done to the copy before it is built."""

    def build(self, output, *options):
        done = bailey("build", "-p", ".", "--program", "notary", "--policy", "notary.policy",
                      "-o", output, *options, directory=self.directory)
        self.must(done)
        return done.stdout.decode()

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    @staticmethod
    def must(done, statuses=(0,)):
        if done.returncode not in statuses:
            raise AssertionError(f"{done.args} exited with {done.returncode}:\n"
                                 f"{done.stdout.decode()}{done.stderr.decode()}")

    def documents(self, name):
        return (self.directory / "documents" / name).read_bytes()

    def unsplit(self, stdin):
        return run([self.directory / "build" / "notary", "--key", self.key], stdin=stdin)

    def run(self, *options, stdin=b"", as_user=None):
        """Runs the bundle; answers (process, outcome)."""
        with tempfile.TemporaryDirectory(prefix="bailey-outcome-") as scratch:
            os.chmod(scratch, 0o777)
            path = os.path.join(scratch, "outcome.json")
            done = bailey("run", self.bundle, "--credential", f"signing_key=file:{self.key}",
                          "--outcome", path, *options, stdin=stdin, as_user=as_user)
            if not os.path.exists(path):
                return done, None
            with open(path, encoding="utf-8") as file:
                return done, json.load(file)


class NotaryTest(unittest.TestCase):
    """Tests that share one built notary."""

    @classmethod
    def setUpClass(cls):
        cls.notary = Notary()

    @classmethod
    def tearDownClass(cls):
        cls.notary.close()


def needs_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root, to become an ordinary user")(test)
