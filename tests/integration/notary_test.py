"""The main job on examples/notary: built once, then run, audited and attacked."""
import json
import unittest

import support
from support import ORDINARY_ID, NotaryTest, bailey, needs_root, run

KEY_PATH = "/run/secrets/notary.key"


class MainJob(NotaryTest):
    def assert_same_as_unsplit(self, name, as_user=None):
        documents = self.notary.documents(name)
        unsplit = self.notary.unsplit(documents)
        split, outcome = self.notary.run(stdin=documents, as_user=as_user)
        self.assertEqual(split.stdout, unsplit.stdout, split.stderr.decode())
        self.assertEqual(split.returncode, unsplit.returncode)
        self.assertEqual(outcome["outcome"], "ok")
        self.assertEqual(outcome["denials"], [])
        return outcome

    def test_output_is_the_unsplit_programs(self):
        self.assert_same_as_unsplit("correspondence.mbox")

    def test_malformed_documents_are_reported_alike(self):
        self.assert_same_as_unsplit("malformed.mbox")

    @needs_root
    def test_an_ordinary_user_gets_the_same(self):
        self.assert_same_as_unsplit("correspondence.mbox", as_user=ORDINARY_ID)

    def test_signatures_verify(self):
        split, _ = self.notary.run(stdin=self.notary.documents("correspondence.mbox"))
        verify = run([self.notary.directory / "build" / "notary-verify"], stdin=split.stdout)
        self.assertEqual(verify.returncode, 0, verify.stdout.decode())

    def test_the_programs_arguments_and_status_pass(self):
        split, _ = self.notary.run("--", "--count",
                                   stdin=self.notary.documents("malformed.mbox"))
        self.assertEqual(split.returncode, 1)
        self.assertIn(b"malformed", split.stdout)
        split, _ = self.notary.run("--", "--no-such-option")
        self.assertEqual(split.returncode, 2)

    def assert_audit(self, as_user=None):
        done, outcome = self.notary.run("--audit", as_user=as_user,
                                        stdin=self.notary.documents("correspondence.mbox"))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        audit = outcome["audit"]
        self.assertTrue(audit["passed"])
        self.assertTrue(audit["identical_output"])
        # One stop on each side of each crossing, and one at the exit.
        self.assertGreaterEqual(audit["split"]["crossing_stops"], 2 * 9)
        self.assertEqual(audit["split"]["exit_stops"], 1)
        self.assertEqual(sum(hit["count"] for hit in audit["split"]["hits"]), 0)
        self.assertGreater(sum(hit["count"] for hit in audit["control"]["hits"]), 0)

    def test_audit_finds_the_key_only_in_the_unsplit_program(self):
        self.assert_audit()

    @needs_root
    def test_audit_as_an_ordinary_user(self):
        self.assert_audit(as_user=ORDINARY_ID)

    def test_two_builds_give_the_same_bundle(self):
        first = self.notary.build("first.bailey")
        second = self.notary.build("second.bailey")
        self.assertEqual(first.split("sha256:")[1], second.split("sha256:")[1])


class Attack(NotaryTest):
    """Through the planted bug, an author of documents makes system calls of his
    choice in the parser. In the unsplit program they succeed."""

    def mailbox(self, elf, *options):
        made = run([self.notary.directory / "attack" / "make-attack", *options, elf])
        self.assertEqual(made.returncode, 0, made.stderr.decode())
        return made.stdout

    def results(self, output):
        found, name = {}, None
        for line in output.decode().splitlines():
            words = line.split()
            if line.startswith("attachment ") and line.endswith(words[-1]) and "bytes," in line:
                name = words[-1]
            elif line.startswith("transform ") and name:
                found[name] = int(words[-1])
        return found

    def test_the_unsplit_program_falls(self):
        attack = self.mailbox(self.notary.directory / "build" / "notary", "--key",
                              str(self.notary.key))
        got = self.results(self.notary.unsplit(attack).stdout)
        self.assertGreaterEqual(got["open"], 0)
        self.assertGreaterEqual(got["socket"], 0)

    def assert_denied(self, as_user=None):
        attack = self.mailbox(self.notary.directory / "portions" / "parser" / "bin" / "parser", "--key",
                              KEY_PATH)
        done, outcome = self.notary.run(stdin=attack, as_user=as_user)
        self.assertEqual(self.results(done.stdout),
                         {"open": -1, "ptrace": -1, "socket": -1, "process_vm_readv": -1})
        # The honest documents before and after the hostile one are signed.
        self.assertEqual(done.stdout.count(b"\nsignature: "), 3)
        denials = {d["syscall"]["name"]: d for d in outcome["denials"]}
        self.assertEqual(set(denials), {"open", "ptrace", "socket", "process_vm_readv"})
        self.assertEqual(denials["open"]["path"], KEY_PATH)
        self.assertEqual(denials["open"]["credential"], "signing_key")
        for name in ("ptrace", "process_vm_readv"):
            self.assertIn("deny syscall ptrace", denials[name]["rule"]["text"])
            self.assertTrue(denials[name]["rule"]["file"].endswith("notary.policy"))
            self.assertGreater(denials[name]["rule"]["line"], 0)
        self.assertIn("otherwise", denials["socket"]["rule"]["text"])
        for denial in denials.values():
            self.assertEqual(denial["portion"], "parser")

    def test_the_split_program_denies_each_attempt_and_names_the_rules(self):
        self.assert_denied()

    @needs_root
    def test_as_an_ordinary_user(self):
        self.assert_denied(as_user=ORDINARY_ID)


class Documents(NotaryTest):
    """What the stages write is what the schemas say."""

    def test_the_split_writes_documents_that_fit_their_schemas(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        done = bailey("split", "-p", ".", "--program", "notary", "--policy", "notary.policy",
                      "-o", "split", directory=self.notary.directory)
        self.assertIn(done.returncode, (0, 3), done.stderr.decode())
        for name in ("report", "flow", "plan"):
            schema = json.loads((support.ROOT / "docs" / "schemas" /
                                 f"{name}.schema.json").read_text())
            document = json.loads((self.notary.directory / "split" / f"{name}.json").read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)

    def test_the_check_is_undecided_but_denies_nothing_proved(self):
        done = bailey("check", "-p", ".", "--program", "notary", "--policy", "notary.policy",
                      "--format", "json", directory=self.notary.directory)
        self.assertEqual(done.returncode, 3, done.stderr.decode())
        result = json.loads(done.stdout)
        self.assertEqual(result["denied"], [])
        self.assertGreater(result["allowed"], 0)

    def test_every_filter_of_the_policy_is_proved(self):
        done = bailey("policy", "prove", "notary.policy", "--format", "json",
                      directory=self.notary.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        result = json.loads(done.stdout)
        self.assertTrue(result["proved"])
        self.assertEqual(len(result["filters"]), 6)

    def test_eval_prints_the_verdict(self):
        for arguments, verdict in ((["ptrace", "0", "1"], "errno EPERM"),
                                   (["read", "0", "0", "10"], "allow"),
                                   (["9999"], "errno ENOSYS"),
                                   (["mmap", "0", "4096", "PROT_READ|PROT_EXEC"], "errno EPERM")):
            done = bailey("policy", "eval", "notary.policy", "--portion", "parser", *arguments,
                          directory=self.notary.directory)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            self.assertEqual(done.stdout.decode().splitlines()[0], verdict)


if __name__ == "__main__":
    unittest.main(verbosity=2)
