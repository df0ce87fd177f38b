"""Strict credentials: what is merely decided by one has to be declassified to be told."""
import json
import pathlib
import shutil
import tempfile
import unittest

from support import ROOT, bailey, check_schema

POLICY = """policy guess {
  target linux x86_64;
  use "runtime/c";
  credential key from file "/run/key"%s;
  portion keeper trusted { uses key; function load, guess; }
  portion front untrusted {}
  %s
  otherwise errno EPERM;
}
"""
DECLASSIFIED = "declassify guess -> verdict, at most 44 bits per call;"


class StrictTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-strict-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        shutil.copy(ROOT / "testdata" / "split_strict" / "guess.c", self.directory)
        built = bailey("capture", "--", "clang-19", "-o", "guess", "guess.c",
                       directory=self.directory)
        self.assertEqual(built.returncode, 0, built.stderr.decode())

    def split(self, strict, declassified):
        (self.directory / "p.policy").write_text(POLICY % (strict, declassified))
        return bailey("split", "-p", ".", "--policy", "p.policy", "-o", "out",
                      directory=self.directory)

    def test_a_decision_by_a_strict_credential_is_told_only_where_declassified(self):
        refused = self.split(" strict", "")
        self.assertEqual(refused.returncode, 2)
        said = refused.stderr.decode()
        self.assertIn("guess.c:16:1: error: `guess` is called across, and tells `main` what "
                      "depends on, or is decided by, `key`, which is strict", said)
        self.assertIn("declassify guess -> verdict", said)
        self.assertFalse((self.directory / "out" / "plan.json").exists())
        self.assertIn(self.split(" strict", DECLASSIFIED).returncode, (0, 3))

    def test_otherwise_the_name_of_the_function_is_word_enough(self):
        split = self.split("", "")
        self.assertIn(split.returncode, (0, 3), split.stderr.decode())

    def test_the_analysis_follows_decisions_of_that_credential_alone(self):
        for option, told in ((["--strict", "key"], True), ([], False)):
            done = bailey("analyze", "-p", ".", "--credential", "key=file:/run/key", *option,
                          "--flow", "flow.json", directory=self.directory)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            flow = json.loads((self.directory / "flow.json").read_text())
            check_schema(self, flow, "flow")
            self.assertEqual(any(each["callee"] == "guess" for each in flow["exposures"]), told)
        unknown = bailey("analyze", "-p", ".", "--strict", "other", directory=self.directory)
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("`other` is no credential that is followed", unknown.stderr.decode())


if __name__ == "__main__":
    unittest.main()
