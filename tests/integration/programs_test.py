"""Two programs as they are, in one bundle (examples/booth)."""
import hashlib
import hmac
import json
import pathlib
import shutil
import struct
import tempfile
import unittest

from support import ROOT, Notary, bailey

FINE = (0, 3)  # 3: some calls are undecided, and refused
KEY = hashlib.sha256(b"the booth's").digest()


class ProgramsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="bailey-booth-"))
        cls.root.chmod(0o755)
        for name in ("booth", "voucher"):
            shutil.copytree(ROOT / "examples" / name, cls.root / name)
        cls.booth = cls.root / "booth"
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=cls.booth))
        (cls.booth / "booth.key").write_bytes(KEY)
        cls.text = (cls.booth / "booth.policy").read_text()
        cls.built = cls.with_policy("build", cls.text, "-o", "booth.bailey")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root, ignore_errors=True)

    @classmethod
    def with_policy(cls, verb, text, *options):
        (cls.booth / "tried.policy").write_text(text)
        return bailey(verb, "-p", ".", "--policy", "tried.policy", *options, directory=cls.booth)

    def run_booth(self, *options, bundle="booth.bailey"):
        outcome = self.booth / "outcome.json"
        done = bailey("run", bundle, "--credential", "key=file:booth.key", "--outcome", outcome,
                      *options, stdin=(self.booth / "requests").read_bytes(), directory=self.booth)
        return done, json.loads(outcome.read_text())

    def line(self, number, name, cents):
        request = struct.pack("<60sI", name, cents)
        tag = hmac.new(KEY, request, hashlib.sha256).hexdigest()
        return b"%d: %s %d %s" % (number, name, cents, tag.encode())

    def test_they_do_what_they_did(self):
        self.assertIn(self.built.returncode, FINE, self.built.stderr.decode())
        done, outcome = self.run_booth()
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertEqual(outcome["denials"], [])
        self.assertEqual(done.stdout.splitlines(), [
            self.line(1, b"anna", 1200), self.line(2, b"bruno", 75), b"3: refused",
            b"4: refused", b"5: refused", self.line(6, b"dora", 1000000)])

    def test_the_same_input_gives_the_same_bundle(self):
        again = self.with_policy("build", self.text, "-o", "again.bailey")
        self.assertEqual(again.stdout.split()[-1], self.built.stdout.split()[-1])

    def test_each_is_held_against_its_own_portion(self):
        desk_may_not = self.text.replace("type == SOCK_STREAM), connect;", "type == SOCK_STREAM);")
        self.assertNotEqual(desk_may_not, self.text)
        refused = self.with_policy("check", desk_may_not)
        self.assertEqual(refused.returncode, 1, refused.stdout.decode())
        self.assertIn("connect", refused.stdout.decode())
        fine = self.with_policy("check", desk_may_not, "--portion", "seal")
        self.assertIn(fine.returncode, FINE, fine.stdout.decode())
        self.assertEqual(self.with_policy("build", desk_may_not, "-o", "no.bailey").returncode, 1)
        self.assertFalse((self.booth / "no.bailey").exists())

    def test_one_is_checked_as_any_program_is(self):
        report = self.with_policy("check", self.text, "--portion", "seal", "--format", "json")
        self.assertIn(report.returncode, FINE, report.stderr.decode())
        json.loads(report.stdout)
        several = self.with_policy("check", self.text, "--format", "json")
        self.assertEqual(several.returncode, 2)
        self.assertIn("--portion", several.stderr.decode())
        unknown = self.with_policy("check", self.text, "--portion", "nobody")
        self.assertEqual(unknown.returncode, 2)

    def test_without_its_socket_nothing_starts(self):
        silent = self.text.replace('"/run/secrets/booth.key";\n    uses',
                                   '"/nowhere";\n    uses')
        self.assertNotEqual(silent, self.text)
        self.assertIn(self.with_policy("build", silent, "-o", "silent.bailey").returncode, FINE)
        done, outcome = self.run_booth(bundle="silent.bailey")
        self.assertEqual(done.returncode, 125, done.stderr.decode())
        self.assertIn("before it bound", outcome["message"])
        self.assertEqual(done.stdout, b"")

    def test_who_is_not_served_finds_nothing(self):
        alone = self.text.replace("to desk;", "to other;").replace(
            "  limit memory", '  portion other untrusted { program "booth"; }\n  limit memory')
        own = alone.replace('{ program "booth"; }', '{ program "booth"; '
                            "allow syscall socket, connect, sendto, recvfrom; }")
        self.assertIn(self.with_policy("build", own, "-o", "own.bailey").returncode, FINE)
        done, _ = self.run_booth(bundle="own.bailey")
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        self.assertIn("no seal: No such file", done.stderr.decode())

    def test_the_desk_never_has_the_key(self):
        done, outcome = self.run_booth("--audit")
        self.assertTrue(outcome["audit"]["passed"], outcome["audit"])
        self.assertEqual(sum(hit["count"] for hit in outcome["audit"]["split"]["hits"]), 0)
        self.assertGreater(sum(hit["count"] for hit in outcome["audit"]["control"]["hits"]), 0)
        # Three requests that hold: each is sent, and its tag received.
        self.assertGreaterEqual(outcome["audit"]["split"]["crossing_stops"], 6)

    def test_nothing_is_split_or_narrowed(self):
        self.assertEqual(self.with_policy("split", self.text, "-o", "portions").returncode, 2)
        self.assertEqual(
            self.with_policy("build", self.text, "--narrow", "-o", "x.bailey").returncode, 2)

    def test_a_comparison_sees_who_is_served(self):
        (self.booth / "before.policy").write_text(self.text)
        more = self.text.replace("to desk;", "to desk, other;").replace(
            "  limit memory", '  portion other untrusted { program "booth"; }\n  limit memory')
        (self.booth / "after.policy").write_text(more)
        compared = bailey("policy", "diff", "before.policy", "after.policy", directory=self.booth)
        self.assertEqual(compared.returncode, 1, compared.stderr.decode())
        self.assertIn("serves /run/booth/seal to other", compared.stdout.decode())


if __name__ == "__main__":
    unittest.main()
