"""bailey policy diff, infer and import, as a user runs them."""
import json
import pathlib
import shutil
import tempfile
import unittest

import support
from support import bailey

ROOT = support.ROOT


def answer(policy, witness):
    """What `policy eval` says of a witness, portion and all."""
    done = bailey("policy", "eval", "--portion", witness["portion"], policy, witness["syscall"],
                  *[str(value) for value in witness["arguments"]])
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


class PolicyCompare(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-compare-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def write(self, name, body):
        path = self.directory / f"{name}.policy"
        path.write_text(f"policy {name} {{ {body} }}\n")
        return path

    def validate(self, document, name):
        support.check_schema(self, document, name)

    def diff(self, *arguments):
        done = bailey("policy", "diff", "--format", "json", *arguments)
        return done.returncode, json.loads(done.stdout)

    def test_every_witness_replays_through_eval(self):
        old = self.write("a", 'use "runtime/c"; allow syscall socket(family == AF_UNIX); '
                         "otherwise errno EPERM;")
        new = self.write("b", "allow syscall futex, socket(family in {AF_UNIX, AF_INET}, "
                         "type & SOCK_TYPE_MASK == SOCK_STREAM), bind; otherwise kill;")
        code, document = self.diff("--max", "0", old, new)
        self.validate(document, "diff")
        self.assertEqual((code, document["relation"]), (1, "incomparable"))
        self.assertGreater(len(document["witnesses"]), 20)
        for witness in document["witnesses"]:
            self.assertEqual(answer(old, witness), witness["old"], witness)
            self.assertEqual(answer(new, witness), witness["new"], witness)
            self.assertNotEqual(witness["old"], witness["new"])

    def test_exit_codes(self):
        wide = self.write("wide", "allow syscall read, write;")
        narrow = self.write("narrow", "allow syscall read;")
        self.assertEqual(self.diff(wide, wide)[0], 0)
        self.assertEqual(self.diff(wide, narrow), (0, self.diff(wide, narrow)[1]))
        self.assertEqual(self.diff(wide, narrow)[1]["relation"], "stricter")
        self.assertEqual(self.diff(narrow, wide)[0], 1)
        self.assertEqual(self.diff("--ceiling", wide, narrow)[0], 0)
        self.assertEqual(self.diff("--ceiling", narrow, wide)[0], 1)
        bad = self.write("bad", "allow syscall raed;")
        for arguments in ([wide, bad], [wide], ["--ceiling", wide, wide, wide],
                          ["--portion", "none", wide, wide], [wide, self.directory / "none"]):
            self.assertEqual(bailey("policy", "diff", *arguments).returncode, 2, arguments)

    def test_a_ceiling_names_what_it_denies(self):
        ceiling = self.write("ceiling", "allow syscall read; limit memory 1 MiB;")
        new = self.write("new", "allow syscall read, ptrace;")
        done = bailey("policy", "diff", "--ceiling", ceiling, new)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the ceiling denies: ptrace(", done.stdout.decode())
        self.assertIn("the ceiling denies: limit memory", done.stdout.decode())

    def test_infers_a_policy_for_the_notary(self):
        notary = self.directory / "notary"
        shutil.copytree(ROOT / "examples" / "notary", notary)
        for command in (["capture", "--", "make", "-s", "CC=clang-19"],
                        ["analyze", "-p", ".", "--program", "notary", "--quiet",
                         "--report", "report.json"]):
            done = bailey(*command, directory=notary)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
        inferred = self.directory / "inferred.policy"
        done = bailey("policy", "infer", "report.json", "-o", inferred, directory=notary)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        again = bailey("policy", "infer", "report.json", directory=notary)
        self.assertEqual(again.stdout, inferred.read_bytes())
        self.assertIn(b"# proved: signer.c:", again.stdout)
        # What it permits: all that the report has, so its proof and no more.
        self.assertEqual(bailey("policy", "prove", inferred).returncode, 0)
        self.under_a_ceiling(notary, inferred)

    def under_a_ceiling(self, notary, inferred):
        ceiling = self.write("ceiling", 'use "runtime/c"; allow syscall '
                             "openat(flags & O_ACCMODE == O_RDONLY); otherwise errno EPERM;")
        under = self.directory / "under.policy"
        done = bailey("policy", "infer", "report.json", "--ceiling", ceiling, "--format", "json",
                      "-o", under, directory=notary)
        self.assertEqual(done.returncode, 1)
        document = json.loads(done.stdout)
        self.validate(document, "infer")
        self.assertIn("poll", [left["name"] for left in document["denied"]])
        # All opens are known to be for reading; not all mappings.
        narrowed = [left["name"] for left in document["narrowed"]]
        self.assertIn("mmap", narrowed)
        self.assertNotIn("openat", narrowed)
        self.assertEqual(document["policy"], under.read_text())
        self.assertEqual(self.diff("--ceiling", ceiling, under)[0], 0)
        self.assertEqual(self.diff("--ceiling", ceiling, inferred)[0], 1)

    def test_imports_dockers_profile_so_that_it_can_be_proved(self):
        profile = ROOT / "testdata" / "seccomp" / "docker.oci.json"
        imported = self.directory / "docker.policy"
        done = bailey("policy", "import", "--from", "oci", profile, "-o", imported)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn("differs: ", done.stderr.decode())
        proved = bailey("policy", "prove", imported)
        self.assertEqual(proved.returncode, 0, proved.stdout.decode())
        full = bailey("policy", "import", "--from", "oci", "--widths", "full", profile)
        self.assertEqual(full.returncode, 0, full.stderr.decode())
        self.assertIn(b"widths full;", full.stdout)

    def test_refuses_a_bad_profile_with_its_place(self):
        profile = self.directory / "bad.json"
        profile.write_text('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], '
                           '"action": "SCMP_ACT_DENY"}]}')
        done = bailey("policy", "import", "--from", "oci", profile)
        self.assertEqual(done.returncode, 2)
        self.assertIn("syscalls[0].action: unknown action `SCMP_ACT_DENY`", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
