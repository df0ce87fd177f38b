"""A program that has everything in main, split by parts of it (examples/voucher)."""
import hashlib
import hmac
import json
import pathlib
import re
import shutil
import struct
import tempfile
import unittest

from support import BIN, ROOT, Notary, bailey, run

FINE = (0, 3)  # 3: some calls are undecided, and refused


class Voucher:
    """A copy of examples/voucher, built, with a key of its own."""

    KEY = hashlib.sha256(b"the shop's").digest()

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-voucher-"))
        self.directory.chmod(0o755)
        shutil.copytree(ROOT / "examples" / "voucher", self.directory, dirs_exist_ok=True)
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19",
                           directory=self.directory))
        (self.directory / "voucher.key").write_bytes(self.KEY)
        self.text = (self.directory / "voucher.policy").read_text()

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def split(self, verb, output, text=None):
        (self.directory / "tried.policy").write_text(text or self.text)
        return bailey(verb, "-p", ".", "--program", "voucher", "--policy", "tried.policy", "-o",
                      output, directory=self.directory)

    def requests(self):
        return (self.directory / "requests").read_bytes()

    def line(self, number, name, cents):
        request = struct.pack("<60sI", name, cents)
        tag = hmac.new(self.KEY, request, hashlib.sha256).hexdigest()
        return b"%d: %s %d %s" % (number, name, cents, tag.encode())


class OutlineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.voucher = Voucher()
        cls.built = cls.voucher.split("build", "voucher.bailey")
        cls.written = cls.voucher.split("split", "portions")

    @classmethod
    def tearDownClass(cls):
        cls.voucher.close()

    def plan(self):
        return json.loads((self.voucher.directory / "portions" / "plan.json").read_text())

    def run_voucher(self, *options, stdin=None):
        outcome = self.voucher.directory / "outcome.json"
        done = bailey("run", "voucher.bailey", "--credential", "key=file:voucher.key",
                      "--outcome", outcome, *options,
                      stdin=self.voucher.requests() if stdin is None else stdin,
                      directory=self.voucher.directory)
        return done, json.loads(outcome.read_text())

    def test_the_parts_are_called_across_and_nothing_else(self):
        self.assertIn(self.built.returncode, FINE, self.built.stderr.decode())
        self.assertIn(self.written.returncode, FINE, self.written.stderr.decode())
        self.assertEqual({each["name"] for each in self.plan()["crossings"]},
                         {"load_key", "make_tag", "forget_key"})

    def test_the_key_is_trusted_state(self):
        for portion in self.plan()["portions"]:
            placed = {each["id"] for each in portion["symbols"]
                      if each["role"] in ("placed", "replica")}
            self.assertEqual("voucher.c:main_key" in placed, portion["name"] == "seal")
            self.assertEqual("voucher.c:parse_request" in placed, portion["name"] == "desk")

    def test_it_does_what_it_did(self):
        done, outcome = self.run_voucher()
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertEqual(outcome["denials"], [])
        line = self.voucher.line
        self.assertEqual(done.stdout.splitlines(), [
            line(1, b"anna", 1200), line(2, b"bruno", 75), b"3: refused", b"4: refused",
            b"5: refused", line(6, b"dora", 1000000)])

    def test_the_end_of_all_requests_is_the_same(self):
        done, _ = self.run_voucher(stdin=b"")
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_the_key_is_nowhere_else(self):
        done, outcome = self.run_voucher("--audit")
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        audit = outcome["audit"]
        self.assertTrue(audit["passed"])
        self.assertTrue(audit["identical_output"])
        self.assertEqual(sum(hit["count"] for hit in audit["split"]["hits"]), 0)

    def test_equal_input_gives_equal_bundles(self):
        again = self.voucher.split("build", "again.bailey")
        self.assertIn(again.returncode, FINE, again.stderr.decode())
        self.assertEqual((self.voucher.directory / "again.bailey").read_bytes(),
                         (self.voucher.directory / "voucher.bailey").read_bytes())

    def test_places_are_those_of_the_program(self):
        plan = json.dumps(self.plan())
        self.assertNotIn("outlined", plan)
        report = json.loads((self.voucher.directory / "portions" / "report.json").read_text())
        text = (self.voucher.directory / "voucher.c").read_text().splitlines()
        opened = [each for each in json.loads(
            (self.voucher.directory / "portions" / "flow.json").read_text())["sources"]]
        self.assertEqual({each["function"] for each in opened}, {"voucher.c:load_key"})
        for each in opened:
            self.assertEqual(each["site"]["file"], "voucher.c")
            self.assertIn("open(", text[each["site"]["line"] - 1])
        self.assertIn("voucher.c", {each["path"] for each in report["inputs"]})

    def test_without_the_word_it_is_proposed(self):
        silent = re.sub(r" *outline.*\n", "", self.voucher.text)
        silent = re.sub(r" *declassify (load|make|forget)_.*\n", "", silent)
        refused = self.voucher.split("split", "silent", silent)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("`outline NAME from main;`", refused.stderr.decode())

    def test_a_part_that_is_not_declassified_is_not_called_across(self):
        text = re.sub(r" *declassify make_tag.*\n", "", self.voucher.text)
        refused = self.voucher.split("split", "closed", text)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("declassify make_tag", refused.stderr.decode())

    def test_too_few_names_say_how_many_parts_there_are(self):
        text = self.voucher.text.replace("load_key, make_tag, forget_key from", "load_key from")
        text = re.sub(r" *declassify (make|forget)_.*\n", "", text)
        refused = self.voucher.split("split", "few", text)
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr.decode(),
                         r"voucher\.c:\d+:\d+: error: .*3 parts of `main`.*line 27, 44, 50")

    def test_a_part_reads_what_an_argument_names(self):
        """A name that the analysis does not know: the policy says which part gets the key."""
        other = Voucher()
        self.addCleanup(other.close)
        source = other.directory / "voucher.c"
        source.write_text(source.read_text().replace("main(void) {", """main(int argc, char** argv) {
  const char* path = argc > 1 ? argv[1] : "/nowhere";""").replace(
            'open("/run/secrets/voucher.key"', "open(path"))
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19",
                           directory=other.directory))
        text = other.text.replace('voucher.key";', 'voucher.key" by load_key;')
        built = other.split("build", "voucher.bailey", text)
        self.assertIn(built.returncode, FINE, built.stderr.decode())
        done = bailey("run", "voucher.bailey", "--credential", "key=file:voucher.key", "--",
                      "/run/secrets/voucher.key", stdin=b"anna 1200\n",
                      directory=other.directory)
        self.assertEqual(done.stdout.strip(), other.line(1, b"anna", 1200), done.stderr.decode())

    def test_the_sources_can_be_seen(self):
        policy = ("--policy", "voucher.policy")
        for arguments in (("analyze", "-p", ".", "--whole", "--flow", "whole.json", *policy),
                          ("outline", "-p", ".", "--flow", "whole.json", *policy, "-o", "seen")):
            Notary.must(run([BIN / "bailey-analyze", *arguments],
                            directory=self.voucher.directory))
        text = (self.voucher.directory / "seen" / "voucher.c").read_text()
        self.assertIn("static unsigned char main_key[32];", text)
        rest = text[text.index("\nint main("):]
        self.assertNotIn("key[", rest)
        self.assertIn("if (load_key())", rest)


if __name__ == "__main__":
    unittest.main()
