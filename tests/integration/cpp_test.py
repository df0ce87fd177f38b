"""examples/sealer: a program of C++ split, run, audited, without its trusted side, and with a hostile client."""
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from support import ROOT, bailey, check_schema, run

RECORDS = (b"seal alice: a hundred pounds\nseal : nobody\ntotal 1 2 3\ntotal\nappend tail\n"
           b"check 00 a: b\nnonsense\nseal bob: " + b"x" * 5000 + b"\n")


class Sealer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-sealer-"))
        os.chmod(cls.directory, 0o755)
        shutil.copytree(ROOT / "examples" / "sealer", cls.directory, dirs_exist_ok=True)
        cls.key = cls.directory / "key"
        cls.key.write_bytes(bytes((17 * i + 3) % 251 for i in range(32)))
        os.chmod(cls.key, 0o644)
        cls.must(bailey("capture", "--", "make", "-s", directory=cls.directory))
        cls.must(bailey("build", "-p", ".", "--policy", "sealer.policy", "-o", "sealer.bailey",
                        "--keep-portions", "portions", directory=cls.directory))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    @staticmethod
    def must(done):
        if done.returncode != 0:
            raise AssertionError(f"{done.args} exited with {done.returncode}:\n"
                                 f"{done.stdout.decode()}{done.stderr.decode()}")

    def unsplit(self, records):
        return run([self.directory / "build" / "sealer", "--key", self.key], stdin=records)

    def split(self, records, *options):
        outcome = self.directory / "outcome.json"
        done = bailey("run", "sealer.bailey", "--credential", f"sealing_key=file:{self.key}",
                      "--outcome", outcome, *options, stdin=records, directory=self.directory)
        return done, json.loads(outcome.read_text())

    def test_the_output_is_the_unsplit_programs(self):
        unsplit = self.unsplit(RECORDS)
        split, outcome = self.split(RECORDS)
        self.assertEqual(split.stdout, unsplit.stdout, split.stderr.decode())
        self.assertEqual(split.returncode, unsplit.returncode)
        self.assertIn(b"line 2: refused\n", split.stdout)  # an exception that crossed
        self.assertEqual((outcome["outcome"], outcome["denials"]), ("ok", []))

    def test_the_audit_finds_the_key_only_in_the_unsplit_program(self):
        done, outcome = self.split(RECORDS, "--audit")
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        audit = outcome["audit"]
        self.assertTrue(audit["passed"] and audit["identical_output"])
        self.assertEqual(sum(hit["count"] for hit in audit["split"]["hits"]), 0)
        self.assertGreater(sum(hit["count"] for hit in audit["control"]["hits"]), 0)

    def test_a_key_that_is_none_is_an_exception_on_the_other_side(self):
        short = self.directory / "short"
        short.write_bytes(b"short")
        os.chmod(short, 0o644)
        done = bailey("run", "sealer.bailey", "--credential", f"sealing_key=file:{short}",
                      stdin=RECORDS, directory=self.directory)
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        self.assertIn(b"sealer: no key\n", done.stderr)

    def test_the_safe_counts_what_goes_back(self):
        split, outcome = self.split(b"append " + b"x" * 5000 + b"\nseal a: b\n")
        self.assertEqual(split.stdout, b"")
        self.assertIn(b"crossing `append_seal`: crossing too large", split.stderr)
        self.assertNotEqual(outcome["outcome"], "ok")

    def test_the_plan_says_how_values_cross(self):
        bailey("split", "-p", ".", "--policy", "sealer.policy", "-o", "planned",
               directory=self.directory)
        plan = json.loads((self.directory / "planned" / "plan.json").read_text())
        check_schema(self, plan, "plan")
        crossings = {each["name"]: each for each in plan["crossings"]}
        self.assertEqual(set(crossings), {"open", "seal", "check", "total", "append_seal", "close"})
        seal = crossings["seal"]
        self.assertEqual((seal["result"]["mode"], seal["result"]["count"]), ("text", 64))
        self.assertEqual([each["mode"] for each in seal["parameters"]], ["text", "text"])
        self.assertTrue(seal["throws"])
        self.assertNotIn("throws", crossings["close"])
        self.assertEqual(crossings["total"]["parameters"][0]["mode"], "elements")
        self.assertEqual(crossings["check"]["result"]["mode"], "optional")
        self.assertEqual(crossings["append_seal"]["parameters"][0]["direction"], "inout")

    def test_a_method_is_refused_with_its_place(self):
        other = self.directory / "other"
        shutil.copytree(ROOT / "examples" / "sealer", other)
        for name in ("vault.h", "vault.cc"):
            text = (other / name).read_text()
            text = text.replace("namespace vault {\n", "namespace vault {\nstruct Box { int weigh(); };\n", 1)
            if name == "vault.cc":
                text = text.replace("struct Box { int weigh(); };\n", "")
                text += "int vault::Box::weigh() { return key ? 1 : 0; }\n"
            (other / name).write_text(text)
        main = (other / "main.cc").read_text().replace("  vault::close();", "  vault::Box().weigh();\n  vault::close();")
        (other / "main.cc").write_text(main)
        policy = (other / "sealer.policy").read_text()
        policy = re.sub(r"  declassify .*\n", "", policy).replace(
            "uses sealing_key;", "uses sealing_key; function vault::open;")
        (other / "sealer.policy").write_text(policy)
        self.must(bailey("capture", "--", "make", "-s", directory=other))
        done = bailey("split", "-p", ".", "--policy", "sealer.policy", "-o", "portions", directory=other)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr.decode() + done.stdout.decode(),
                         r"vault.cc:\d+:\d+: error: `weigh` cannot be called from another portion: "
                         r"it: it is a method")

    def test_a_hostile_client_finds_nothing(self):
        portion = self.directory / "portions" / "safe"
        self.must(run(["make", "-s", "-C", portion, "fuzz-safe"]))
        done = run([portion / "fuzz" / "safe", "--credential", f"sealing_key=file:{self.key}",
                    "-seed=7", "-runs=3000", "-max_len=512"], directory=self.directory,
                   environment={**os.environ, "TMPDIR": str(self.directory)})
        said = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, 0, said)
        self.assertRegex(said, r" 0 ended the portion")
        for name in ("open", "seal", "check", "total", "append_seal"):
            self.assertRegex(said, rf"[1-9]\d* answered: {name}\b")


if __name__ == "__main__":
    unittest.main()
