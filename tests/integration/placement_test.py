"""Programs split by policies that name their credentials and no function."""
import hashlib
import hmac
import json
import pathlib
import re
import shutil
import tempfile
import unittest

from support import ROOT, Notary, bailey, check_schema, run

FINE = (0, 3)  # 3: some calls are undecided, and refused
NOTARY_POLICY = """policy notary {
  target linux x86_64;
  use "runtime/c";
  credential signing_key from file "/run/secrets/notary.key";
  portion signer trusted { uses signing_key; }
  portion parser untrusted {
    input function document_read, transform_apply;
    allow file read "/usr/lib/os-release";
  }
  %s
  otherwise errno EPERM;
}
"""
DECLASSIFIED = """declassify signer_load_key -> verdict, at most 44 bits per call;
  declassify signer_last_status -> verdict;
  declassify signer_forget -> verdict, at most 12 bits per call;
  declassify signer_public_key -> value, at most 300 bits per call;
  declassify signer_sign -> signature;
  declassify signer_sign_labelled -> signature;"""


class Courier:
    """A copy of examples/courier, built, with two keys of its own."""

    TAG_KEY = hashlib.sha256(b"shared with those who write").digest()
    SEED = hashlib.sha256(b"the courier's own").digest()

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-courier-"))
        self.directory.chmod(0o755)
        shutil.copytree(ROOT / "examples" / "courier", self.directory, dirs_exist_ok=True)
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19",
                           directory=self.directory))
        (self.directory / "tags.key").write_bytes(self.TAG_KEY)
        (self.directory / "seed.key").write_bytes(self.SEED)

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def split(self, verb, *options, policy="courier.policy"):
        return bailey(verb, "-p", ".", "--program", "courier", "--policy", policy, *options,
                      directory=self.directory)

    def tag(self, message):
        return hmac.new(self.TAG_KEY, message, hashlib.sha512).digest()[:32].hex().encode()


class CourierTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.courier = Courier()
        cls.built = cls.courier.split("build", "-o", "courier.bailey")
        cls.written = cls.courier.split("split", "-o", "portions")

    @classmethod
    def tearDownClass(cls):
        cls.courier.close()

    def plan(self):
        return json.loads((self.courier.directory / "portions" / "plan.json").read_text())

    def placed(self, portion):
        symbols = next(each for each in self.plan()["portions"] if each["name"] == portion)
        return {each["id"] for each in symbols["symbols"]
                if each["role"] in ("placed", "replica")}

    def run_courier(self, *options):
        messages = b"\n".join([self.courier.tag(b"hello") + b" hello", b"00" * 32 + b" forged",
                               b"nonsense"]) + b"\n"
        outcome = self.courier.directory / "outcome.json"
        done = bailey("run", "courier.bailey", "--credential", "tag_key=file:tags.key",
                      "--credential", "sealing_seed=file:seed.key", "--outcome", outcome,
                      *options, stdin=messages, directory=self.courier.directory)
        return done, json.loads(outcome.read_text())

    def test_each_key_has_a_portion_and_no_other(self):
        self.assertIn(self.built.returncode, FINE, self.built.stderr.decode())
        gate, office, door = (self.placed(name) for name in ("gate", "office", "door"))
        self.assertLessEqual({"tags_open", "tags_match", "tags.c:shared_key"}, gate)
        self.assertLessEqual({"receipts_open", "receipts_seal", "receipts.c:sealing_key"},
                             office)
        self.assertIn("main.c:deliver", door)
        for other in (gate | {"main"}) & office, gate & {"main"}:
            self.assertLessEqual({each for each in other if "key" in each or each == "main"},
                                 set())
        for secret in ("tags.c:shared_key", "receipts.c:sealing_key"):
            self.assertEqual(sum(secret in each for each in (gate, office, door)), 1)

    def test_the_cost_is_told_with_how_it_is_known(self):
        said = self.built.stderr.decode()
        found = re.search(r"placed: (\d+) of (\d+) lines are trusted, (\d+) functions", said)
        self.assertTrue(found, said)
        trusted, lines, entries = (int(each) for each in found.groups())
        self.assertLess(trusted, lines)
        self.assertEqual(entries, len(self.plan()["crossings"]))
        self.assertIn("says that none is better", said)

    def test_it_does_what_it_did(self):
        done, outcome = self.run_courier()
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertEqual(outcome["outcome"], "ok")
        self.assertEqual(outcome["denials"], [])
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], rb"^receipts under [0-9a-f]{64}$")
        self.assertRegex(lines[1], rb"^1: [0-9a-f]{128}$")
        self.assertEqual(lines[2:], [b"2: refused", b"3: malformed"])

    def test_no_key_is_readable_elsewhere(self):
        done, outcome = self.run_courier("--audit")
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        audit = outcome["audit"]
        self.assertTrue(audit["passed"])
        self.assertTrue(audit["identical_output"])
        self.assertEqual(sum(hit["count"] for hit in audit["split"]["hits"]), 0)
        shown = {hit["encoding"] for hit in audit["control"]["hits"] if hit["count"] > 0}
        self.assertLessEqual({"tag_key raw", "sealing_seed raw"}, shown)

    def test_what_policy_is_missing_is_proposed_and_then_enough(self):
        path = self.courier.directory / "silent.policy"
        text = (self.courier.directory / "courier.policy").read_text()
        path.write_text(re.sub(r" *declassify.*\n", "", text))
        refused = self.courier.split("split", "-o", "silent", policy="silent.policy")
        self.assertEqual(refused.returncode, 2)
        said = refused.stderr.decode()
        self.assertIn("no placement keeps the credentials where they are used", said)
        proposed = re.findall(r"declassify \w+ -> (?:value|verdict), at most \d+ bits per call;", said)
        self.assertTrue(proposed, said)
        path.write_text(path.read_text().replace("  otherwise", "\n".join(proposed) +
                                                 "\n  otherwise"))
        accepted = self.courier.split("split", "-o", "silent", policy="silent.policy")
        self.assertIn(accepted.returncode, FINE, accepted.stderr.decode())

    def test_a_bound_that_is_too_low_is_an_error_at_its_place(self):
        text = (self.courier.directory / "courier.policy").read_text()
        path = self.courier.directory / "low.policy"
        path.write_text(text.replace("at most 556 bits", "at most 544 bits"))
        refused = self.courier.split("split", "-o", "low", policy="low.policy")
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr.decode(),
                         r"low\.policy:\d+:\d+: error: `receipts_seal` gives back 556 bits")

    def test_the_flow_graph_keeps_to_its_schema(self):
        flow = json.loads((self.courier.directory / "portions" / "flow.json").read_text())
        check_schema(self, flow, "flow")
        self.assertEqual({each["function"] for each in flow["sources"]
                          if each["confidence"] == "proved"}, {"tags_open", "receipts_open"})


class NotaryTest(unittest.TestCase):
    """The notary's own policy names six functions; without them it does the same."""

    @classmethod
    def setUpClass(cls):
        cls.notary = Notary()

    @classmethod
    def tearDownClass(cls):
        cls.notary.close()

    def build(self, declassified):
        path = self.notary.directory / "found.policy"
        path.write_text(NOTARY_POLICY % declassified)
        return bailey("build", "-p", ".", "--program", "notary", "--policy", "found.policy",
                      "-o", "found.bailey", directory=self.notary.directory)

    def test_its_output_is_the_unsplit_programs(self):
        built = self.build(DECLASSIFIED)
        self.assertIn(built.returncode, FINE, built.stderr.decode())
        documents = self.notary.documents("correspondence.mbox")
        done = bailey("run", "found.bailey", "--credential",
                      f"signing_key=file:{self.notary.key}", stdin=documents,
                      directory=self.notary.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(done.stdout, self.notary.unsplit(documents).stdout)

    def test_nothing_is_told_that_the_policy_does_not_declassify(self):
        refused = self.build("")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("declassify signer_sign -> value", refused.stderr.decode())


if __name__ == "__main__":
    unittest.main()
