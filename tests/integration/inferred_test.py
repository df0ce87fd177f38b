"""Programs that say nothing of lengths: what their code does with a pointer
decides how it crosses, and the answering side's copy is guarded."""
import json
import re
import unittest

import support
from support import BIN, ROOT, Notary, bailey, run

REAL = ROOT / "build" / "real-programs"
CAPTURE = REAL / "signify-openbsd" / "capture" / "bailey-capture.json"


class UnsaidNotary(Notary):
    """The notary without its access attribute, and without `[static N]`."""

    def prepare(self):
        header = self.directory / "signer.h"
        text, count = re.subn(r"^SIGNER_READS\(2, 3\)\n", "", header.read_text(), flags=re.M)
        if count != 1:
            raise AssertionError("signer.h has another attribute than this test takes away")
        header.write_text(text)
        for path in (header, self.directory / "signer.c"):
            path.write_text(re.sub(r"unsigned char (\w+)\[static \d+\]", r"unsigned char* \1",
                                   path.read_text()))
            if "[static" in path.read_text():
                raise AssertionError(f"{path} still says how long an array is")


class WithoutAttributes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.notary = UnsaidNotary()

    @classmethod
    def tearDownClass(cls):
        cls.notary.close()

    def parameter(self, function, name):
        self.notary.must(bailey("split", "--quiet", "-p", ".", "--program", "notary", "--policy",
                                "notary.policy", "-o", "plan", directory=self.notary.directory),
                         statuses=(0, 3))
        plan = json.loads((self.notary.directory / "plan" / "plan.json").read_text())
        support.check_schema(self, plan, "plan")
        crossing = next(each for each in plan["crossings"] if each["name"] == function)
        return next(each for each in crossing["parameters"] if each["name"] == name)

    def test_the_code_says_what_the_attribute_said(self):
        message = self.parameter("signer_sign_labelled", "message")
        self.assertEqual((message["mode"], message["direction"], message["length_parameter"]),
                         ("buffer", "in", 2))
        self.assertTrue(message["guarded"])
        label = self.parameter("signer_sign_labelled", "label")
        self.assertEqual(label["mode"], "c_string")
        self.assertTrue(label["guarded"])

    def test_the_code_says_how_long_arrays_are(self):
        for function, name, count, direction in (("signer_sign", "digest", 32, "in"),
                                                 ("signer_sign", "signature", 64, "inout"),
                                                 ("signer_public_key", "public_key", 32,
                                                  "inout")):
            with self.subTest(name):
                array = self.parameter(function, name)
                self.assertEqual((array["mode"], array["count"], array["direction"]),
                                 ("fixed_array", count, direction))
                self.assertTrue(array["guarded"])

    def test_output_is_the_unsplit_programs(self):
        for name in ("correspondence.mbox", "malformed.mbox"):
            documents = self.notary.documents(name)
            unsplit = self.notary.unsplit(documents)
            split, outcome = self.notary.run(stdin=documents)
            self.assertEqual(split.stdout, unsplit.stdout, split.stderr.decode())
            self.assertEqual(split.returncode, unsplit.returncode)
            self.assertEqual(outcome["outcome"], "ok")

    def test_audit_finds_the_key_only_in_the_unsplit_program(self):
        done, outcome = self.notary.run("--audit",
                                        stdin=self.notary.documents("correspondence.mbox"))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        audit = outcome["audit"]
        self.assertTrue(audit["passed"])
        self.assertEqual(sum(hit["count"] for hit in audit["split"]["hits"]), 0)
        self.assertGreater(sum(hit["count"] for hit in audit["control"]["hits"]), 0)


# What the code does that no copy of bytes stands for: refused by its place.
KEEPS = "static const unsigned char* last;\n"
REFUSED = {
    "keeps the pointer": (KEEPS, "  last = message;\n"),
    "takes pointers out": ("struct names { const char* first; };\n",
                           "  struct names names;\n"
                           "  memcpy(&names, message, sizeof names);\n"
                           "  if (*names.first) key_status = SIGNER_FAILED;\n"),
    "writes what it points to": ("", "  *(unsigned char*)message = 0;\n"),
}


class Refused(unittest.TestCase):
    """By its attribute `message` would cross; by what its code does it must not."""

    def split_with(self, before, inside):
        class Changed(Notary):
            def prepare(self):
                source = self.directory / "signer.c"
                text = source.read_text()
                start = text.index("int signer_sign_labelled(")
                body = text.index("{\n", start) + 2
                source.write_text(text[:start] + before + text[start:body] + inside + text[body:])

            def build(self, output, *options):
                pass

        changed = Changed()
        try:
            return bailey("split", "--quiet", "-p", ".", "--program", "notary", "--policy",
                          "notary.policy", "-o", "portions", directory=changed.directory)
        finally:
            changed.close()

    def test_by_the_place_where_it_is_done(self):
        for reason, (before, inside) in REFUSED.items():
            with self.subTest(reason):
                done = self.split_with(before, inside)
                self.assertNotIn(done.returncode, (0, 3))
                said = done.stderr.decode()
                self.assertRegex(said, rf"parameter `message`: its code {reason}.*"
                                       r"\(signer\.c:\d+\)")

    def test_the_same_without_it_splits(self):
        self.assertIn(self.split_with("", "").returncode, (0, 3))


@unittest.skipUnless(CAPTURE.exists(), "signify is not built: scripts/real-programs build signify-openbsd")
class Signify(unittest.TestCase):
    """A program of others, whose author said nothing, and its policy neither."""

    def test_the_demo_compares_and_audits(self):
        for policy in ("signify", "regress"):
            text = (ROOT / "examples" / "signify" / f"{policy}.policy").read_text()
            self.assertIn("function generate, sign, zsign;", text)
        done = run([ROOT / "examples" / "signify" / "demo", "--bin", BIN, "--real", REAL])
        self.assertEqual(done.returncode, 0, done.stdout.decode() + done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
