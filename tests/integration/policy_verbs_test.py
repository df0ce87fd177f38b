"""`bailey policy test`, `fmt` and `plugins`, and policies that use files."""
import json
import os
import pathlib
import shutil
import stat
import tempfile
import unittest

import support
from support import bailey

GOOD = """policy p{use "./parts/base.policy";
# why
allow  syscall getpid;  plugins "/usr/lib/x/mod_*.so";
test "t"{getpid()=>allowed;getuid()=>allowed;ptrace()=>kill;}}
"""
BASE = "policy base { group ids { getuid, geteuid } allow syscall group ids; }\n"


class PolicyVerbs(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-verbs-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.write("p.policy", GOOD)
        self.write("parts/base.policy", BASE)

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def policy(self, *words, code=0):
        done = bailey("policy", *words, directory=self.directory)
        self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def test_tests_pass_with_coverage(self):
        out, _ = self.policy("test", "--coverage", "p.policy")
        self.assertIn("2 of 2 rules touched", out)
        self.assertIn("1 tests, 3 expectations: 0 failed, 2 seen in a real process", out)

    def test_a_test_that_fails_says_why(self):
        self.write("p.policy", GOOD.replace("getuid()=>allowed", "getuid()=>denied"))
        out, _ = self.policy("test", "p.policy", code=1)
        self.assertIn("p.policy:4", out)
        self.assertIn("expected denied in portion `main`, got allow by "
                      "`allow syscall group ids` (parts/base.policy:1)", out)
        out, _ = self.policy("test", "p.policy", "--format", "json", "--coverage", code=1)
        document = json.loads(out)
        support.check_schema(self, document, "test")
        self.assertFalse(document["passed"])
        target = document["targets"][0]
        self.assertEqual(target["arch"], "x86_64")
        failed = [r for r in target["tests"][0]["results"] if not r["passed"]]
        self.assertEqual(len(failed), 1)
        self.assertEqual(failed[0]["expected"], "denied")
        self.assertEqual(failed[0]["actual"], "allow")
        self.assertEqual(failed[0]["rule"]["file"], "parts/base.policy")
        self.assertEqual(target["coverage"], {"touched": 2, "untouched": []})

    def test_each_target_is_tested(self):
        self.write("p.policy", "policy p { target linux x86_64, aarch64; allow syscall getpid; "
                   'test "t" { getpid() => allowed; } }')
        out, _ = self.policy("test", "p.policy")
        self.assertIn("x86_64: 1 tests, 1 expectations: 0 failed, 1 seen", out)
        self.assertIn("aarch64: 1 tests, 1 expectations: 0 failed, 0 seen", out)

    def test_what_is_used_is_a_policy_or_in_the_policys_folder(self):
        # Errors show lines of what was read: of a stranger's policy, only of policies.
        secret = "root:secret:1\n"
        self.write("outside/shadow", secret)
        self.write("outside/base.policy", BASE)
        self.write("in/near", BASE)
        (self.directory / "in" / "link.policy").symlink_to("../outside/shadow")
        (self.directory / "in" / "here.policy").symlink_to("../outside/base.policy")
        for used, allowed in (("./near", True), ("../outside/base.policy", True),
                              ("./here.policy", True), ("../outside/shadow", False),
                              ("./link.policy", False), ("./../in/../outside/shadow", False),
                              ("../../../../../../../etc/passwd", False)):
            self.write("in/p.policy", f'policy p {{ use "{used}"; }}')
            for path in ("in/p.policy", self.directory / "in" / "p.policy"):
                _, errors = self.policy("eval", path, "getuid", code=0 if allowed else 2)
                self.assertNotIn("secret", errors)
                if not allowed:
                    self.assertIn("is outside the policy's folder", errors)

    def test_a_batch_is_answered_line_by_line(self):
        self.write("calls", "getpid\n  word=0x40000003  getpid\nptrace PTRACE_TRACEME 1\n")
        out, _ = self.policy("eval", "p.policy", "--batch", "calls", "--as-written")
        self.assertEqual([json.loads(line)["action"] for line in out.splitlines()],
                         ["allow", "kill_process", "kill_process"])
        single, _ = self.policy("eval", "p.policy", "getpid", "--format", "json", "--as-written")
        support.check_schema(self, json.loads(single), "eval")
        self.assertEqual(json.loads(out.splitlines()[0])["index"], json.loads(single)["index"])
        self.write("calls", "getpid\n\nopne\nportion=x getpid\narch=aarch64 getpid\nword=y read\n")
        out, _ = self.policy("eval", "p.policy", "--batch", "calls", code=2)
        self.assertEqual(["error" in json.loads(line) for line in out.splitlines()],
                         [False] + [True] * 5)
        for words in (["p.policy"], ["p.policy", "getpid", "--batch", "calls"],
                      ["p.policy", "--batch", "no-such"]):
            self.policy("eval", *words, code=2)

    def test_a_batch_asks_of_either_phase(self):
        self.write("p.policy", "policy p { allow syscall getpid, getuid; otherwise errno EPERM;"
                               " portion a untrusted { serving { allow syscall getpid; } }"
                               " portion b untrusted { } }")
        self.write("calls", "portion=a getuid\nportion=a phase=startup getuid\n"
                            "portion=a phase=serving getuid\nportion=a phase=serving getpid\n"
                            "portion=a phase=serving word=1 getpid\n")
        out, _ = self.policy("eval", "p.policy", "--batch", "calls")
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([each["action"] for each in answers],
                         ["allow", "allow", "errno EPERM", "allow", "kill_process"])
        single, _ = self.policy("eval", "p.policy", "--portion", "a", "--serving", "getpid",
                                "--format", "json")
        self.assertEqual(json.loads(single)["index"], answers[3]["index"])
        self.write("calls", "portion=b phase=serving getuid\nportion=a phase=later getuid\n")
        out, _ = self.policy("eval", "p.policy", "--batch", "calls", code=2)
        self.assertEqual([json.loads(line)["error"] for line in out.splitlines()],
                         ["the portion `b` has no `serving`",
                          "`phase=` is followed by `startup` or `serving`"])
        _, errors = self.policy("eval", "p.policy", "--serving", "--batch", "calls", code=2)
        self.assertIn("in a batch `phase=serving` stands before the call", errors)

    def test_a_library_has_the_version_that_is_asked_for(self):
        self.write("p.policy", 'policy p { use "runtime/cxx" version 1; }')
        self.policy("eval", "p.policy", "read")
        self.write("p.policy", 'policy p {\n  use "runtime/cxx" version 99;\n}')
        _, errors = self.policy("eval", "p.policy", "read", code=2)
        self.assertIn("p.policy:2:29: error: `runtime/cxx` has no version 99: the one known is 1",
                      errors)

    def test_fmt_prints_checks_and_writes(self):
        path = self.directory / "p.policy"
        path.chmod(0o640)
        link = self.directory / "link.policy"
        link.symlink_to("p.policy")
        out, _ = self.policy("fmt", "p.policy")
        self.assertIn("  # why\n  allow syscall getpid;\n", out)
        self.assertEqual(path.read_text(), GOOD)
        listed, _ = self.policy("fmt", "--check", "p.policy", "parts/base.policy", code=1)
        self.assertEqual(listed, "p.policy\nparts/base.policy\n")
        self.policy("fmt", "--write", "link.policy")
        self.assertEqual(path.read_text(), out)
        self.assertTrue(link.is_symlink())
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)
        self.policy("fmt", "--check", "p.policy")
        self.policy("test", "p.policy")

    def test_fmt_leaves_a_policy_with_errors(self):
        bad = "policy p{allow syscall raed;}"
        path = self.write("bad.policy", bad)
        before = path.stat().st_ino
        _, error = self.policy("fmt", "-i", "bad.policy", "p.policy", code=2)
        self.assertIn("did you mean `read`", error)
        self.assertEqual(path.read_text(), bad)
        self.assertEqual(path.stat().st_ino, before)
        # The other one is formatted all the same.
        self.policy("fmt", "--check", "p.policy")
        self.policy("fmt", "--check", "--write", "p.policy", code=2)

    def test_plugins(self):
        out, _ = self.policy("plugins", "p.policy")
        document = json.loads(out)
        self.assertEqual(document["plugins"], ["/usr/lib/x/mod_*.so"])
        self.assertEqual(len(document["policy_sha256"]), 64)

    def test_credentials(self):
        self.write("c.policy", 'policy c {\n  credential a from file "/run/a";\n'
                   '  credential b from env B;\n  credential c from fd 7;\n'
                   '  portion p trusted { uses a, b, c; }\n  otherwise errno EPERM;\n}\n')
        out, _ = self.policy("credentials", "c.policy")
        self.assertEqual(json.loads(out)["credentials"], ["a=file:/run/a", "b=env:B", "c=fd:7"])

    def test_used_files_that_cannot_be_read(self):
        os.mkfifo(self.directory / "fifo")
        self.write("a.policy", 'policy a {\n  use "./none.policy";\n  use "./fifo";\n'
                   '  use "./parts";\n  use "./b.policy";\n}\n')
        self.write("b.policy", 'policy b { use "./a.policy"; }')
        _, error = self.policy("eval", "a.policy", "read", code=2)
        self.assertIn("a.policy:2:7: error: cannot find `none.policy`", error)
        self.assertIn("a.policy:3:7: error: `fifo` is not a file", error)
        self.assertIn("a.policy:4:7: error: `parts` is not a file", error)
        self.assertIn("b.policy:1:16: error: `./a.policy` uses itself", error)

    def test_a_file_under_two_names_counts_once(self):
        os.symlink("base.policy", self.directory / "parts" / "same.policy")
        self.write("a.policy", 'policy a { use "./parts/base.policy"; use "./parts/same.policy"; }')
        out, _ = self.policy("test", "--coverage", "a.policy")
        self.assertIn("0 of 1 rules touched", out)

    def test_a_file_called_like_a_library_is_covered_as_a_file(self):
        self.write("worker", "policy w { allow syscall getpid; }")
        self.write("a.policy", 'policy a { use "./worker"; }')
        out, _ = self.policy("test", "--coverage", "a.policy")
        self.assertIn("worker:1: no test touches `allow syscall getpid`", out)


if __name__ == "__main__":
    unittest.main()
