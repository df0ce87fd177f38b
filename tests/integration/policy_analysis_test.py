"""assert, prove --never/--always, lint and diff's counts, as a user runs them."""
import json
import pathlib
import shutil
import tempfile
import unittest

import support
from support import bailey

PROGRAM = """#include <unistd.h>
int talk(void) { return getpid(); }
int main(void) { return talk() < 0; }
"""
RULES = 'use "runtime/c"; otherwise errno EPERM;'


class PolicyAnalysis(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-analysis-")).resolve()
        self.addCleanup(shutil.rmtree, self.directory)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def policy(self, body, name="p"):
        return self.write(f"{name}.policy", f"policy {name} {{\n{body}\n}}\n")

    def bailey(self, *arguments, code=0):
        done = bailey(*arguments, directory=self.directory)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def validate(self, document, name):
        support.check_schema(self, document, name)

    def answer(self, policy, finding, witness):
        out, _ = self.bailey("policy", "eval", "--portion", finding["portion"], "--arch",
                             finding["arch"], policy, str(witness["number"]),
                             *[str(value) for value in witness["arguments"]])
        return out.strip()


class Assertions(PolicyAnalysis):
    """No filter comes of a policy whose assertion does not hold."""

    def project(self):
        self.write("a.c", PROGRAM)
        self.write("Makefile", "a: a.c\n\t$(CC) -g -O1 -o a a.c\n")
        done = bailey("capture", "--", "make", "-s", "CC=clang-19", directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_whoever_hands_a_filter_out_refuses(self):
        good = self.policy(RULES + " assert never syscall execve;", "good")
        bad = self.policy(RULES + ' assert "it says nothing" never syscall write;', "bad")
        for arguments in (["prove"], ["test"], ["compile", "--emit", "asm"],
                          ["plan-program", "--program", "/bin/true"]):
            verb, *options = arguments
            self.bailey("policy", verb, *options, good)
            out, error = self.bailey("policy", verb, *options, bad, code=1)
            self.assertIn('"it says nothing": `assert', out + error)
            self.assertIn("gets allow, by allow syscall read, readv", out + error)
        # Nothing of the filter came out.
        out, _ = self.bailey("policy", "compile", "--emit", "bpf", bad, code=1)
        self.assertEqual(out, "")
        out, _ = self.bailey("policy", "compile", "-o", "x.bpf", bad, code=1)
        self.assertFalse((self.directory / "x.bpf").exists())

    def test_nothing_runs_under_it(self):
        body = 'use "cli-tool"; otherwise errno EPERM;'
        good = self.policy(body + " assert never syscall socket;", "good")
        bad = self.policy(body + " assert never syscall getpid;", "bad")
        done = bailey("run", "--policy", good, "--", "/bin/echo", "ran", directory=self.directory)
        self.assertEqual((done.returncode, done.stdout), (0, b"ran\n"), done.stderr)
        done = bailey("run", "--policy", bad, "--", "/bin/echo", "ran", directory=self.directory)
        self.assertEqual((done.returncode, done.stdout), (125, b""), done.stderr)
        self.assertIn(b"does not hold", done.stderr)

    def test_check_and_build_refuse(self):
        self.project()
        self.policy(RULES + " assert never syscall socket;", "good")
        self.policy(RULES + " assert never syscall getpid;", "bad")
        check = ["check", "-p", ".", "--program", "a", "--policy"]
        build = ["build", "-p", ".", "--program", "a", "-o", "a.bailey", "--policy"]
        # Undecided calls of the C library are 3: what is asked is the assertion.
        for command in (check, build):
            done = bailey(*command, "good.policy", directory=self.directory)
            self.assertIn(done.returncode, (0, 3), done.stderr)
            self.assertNotIn(b"does not hold", done.stderr)
        self.assertTrue((self.directory / "a.bailey").exists())
        (self.directory / "a.bailey").unlink()
        for command in (check, build):
            _, error = self.bailey(*command, "bad.policy", code=1)
            self.assertIn("does not hold\n  getpid()", error)
        self.assertFalse((self.directory / "a.bailey").exists())

    def test_a_ceiling_beside_the_policy(self):
        self.policy('use "runtime/c"; allow syscall socket(family == AF_UNIX);', "ceiling")
        within = self.policy(RULES + ' assert subset of "ceiling.policy";', "within")
        beyond = self.policy(RULES + " allow syscall socket(family in {AF_UNIX, AF_PACKET}); "
                             'assert subset of "ceiling.policy";', "beyond")
        self.bailey("policy", "prove", within)
        out, _ = self.bailey("policy", "prove", "--format", "json", beyond, code=1)
        document = json.loads(out)
        self.assertIs(document["proved"], False)
        claim = document["assertions"][0]
        self.assertEqual(claim["verdict"], "counterexample")
        self.assertIn("the ceiling denies: socket(", claim["excess"])
        self.assertEqual(claim["witness"]["arguments"][0] & 0xffffffff, 17)
        self.assertEqual(self.answer(beyond, claim, claim["witness"]), "allow")

    def test_properties(self):
        policy = self.policy("target linux x86_64, aarch64; portion a untrusted { allow syscall "
                             "socket(family == AF_UNIX); } portion b untrusted { } allow syscall "
                             "read; otherwise errno EPERM;")
        out, _ = self.bailey("policy", "prove", policy, "--never", "socket(family == AF_PACKET)",
                             "--never", "syscall open, execve", "--always", "read")
        self.assertEqual(out.count("proved by z3"), 12)
        out, _ = self.bailey("policy", "prove", "--format", "json", "--arch", "x86_64", "--never",
                             "socket", "--always", "close", policy, code=1)
        document = json.loads(out)
        self.validate(document, "properties")
        self.assertIs(document["proved"], False)
        verdicts = {(claim["kind"], claim["portion"]): claim
                    for claim in document["properties"]}
        self.assertEqual(verdicts["never", "b"]["verdict"], "proved")
        for kind, portion, action in (("never", "a", "allow"), ("always", "a", "errno EPERM"),
                                      ("always", "b", "errno EPERM")):
            claim = verdicts[kind, portion]
            self.assertEqual(claim["witness"]["action"], action)
            self.assertEqual(self.answer(policy, claim, claim["witness"]), action)
        out, _ = self.bailey("policy", "prove", "--portion", "b", "--never", "socket", policy)
        self.assertEqual(len(out.splitlines()), 2)

    def test_a_wrong_rule_is_an_error(self):
        policy = self.policy(RULES)
        _, error = self.bailey("policy", "prove", policy, "--never", "execev", "--always",
                               "socket(famly == 1)", code=2)
        self.assertIn("--never:1:1: error: unknown system call `execev`", error)
        self.assertIn("did you mean `family`", error)
        # Two questions at once would be one that nobody answers.
        _, error = self.bailey("policy", "prove", policy, "--never", "execve", "--filter",
                               "none.bpf", code=2)
        self.assertIn("questions of their own", error)


class Lint(PolicyAnalysis):
    BODY = """allow syscall read, ptrace;
  allow syscall read(fd == 1);
  allow syscall socket;
  deny syscall socket(type == SOCK_RAW) then errno EPERM;
  deny syscall close then errno EINTR;
  otherwise errno EACCES;"""

    def lint(self, policy, *options, code):
        out, error = self.bailey("policy", "lint", policy, *options, code=code)
        return out, error

    def test_every_witness_replays_through_eval(self):
        policy = self.policy(self.BODY)
        out, _ = self.lint(policy, "--format", "json", code=1)
        document = json.loads(out)
        self.validate(document, "lint")
        self.assertEqual(document["verdict"], "found")
        self.assertEqual({finding["rule"] for finding in document["findings"]},
                         {"way-around", "redundant-rule", "escaped-condition",
                          "surprising-errno"})
        witnesses = 0
        for finding in document["findings"]:
            self.assertTrue(finding["witnesses"] or finding["proof"], finding)
            for witness in finding["witnesses"]:
                self.assertEqual(self.answer(policy, finding, witness), witness["action"])
                witnesses += 1
        self.assertGreaterEqual(witnesses, 4)

    def test_the_text_says_where_and_why(self):
        out, error = self.lint(self.policy(self.BODY), code=1)
        self.assertIn("p.policy:2:1: warning: `ptrace` is a way around the other rules of `main`",
                      out)
        self.assertIn("[way-around:ptrace]\n  ptrace(", out)
        self.assertIn("p.policy:3:3: note: `read` of the rule changes no answer: `allow syscall "
                      "read, ptrace`", out)
        self.assertIn("0 errors, 3 warnings, 1 notes\n", out)
        # What the compiler warns of at the same place is not said twice.
        self.assertNotIn("warning", error)

    def test_suppressions(self):
        policy = self.policy("# bailey-ignore(way-around:ptrace): it's a debugger\n"
                             "allow syscall ptrace;")
        out, error = self.lint(policy, code=0)
        self.assertEqual((out, error), ("0 errors, 0 warnings, 0 notes; 1 suppressed\n", ""))
        self.lint(policy, "--ignore-suppressions", code=1)
        out, _ = self.lint(self.policy("allow syscall ptrace; # bailey-ignore(way-around)"),
                           code=1)
        self.assertIn("the reason is missing", out)
        # In a file that the policy uses.
        (self.directory / "parts").mkdir()
        self.write("parts/debug.policy", "policy debug {\n  allow syscall ptrace;  "
                   "# bailey-ignore(way-around): why\n}\n")
        self.lint(self.policy('use "./parts/debug.policy"; allow syscall read;'), code=0)

    def test_sarif_is_of_the_form_that_github_reads(self):
        (self.directory / ".git").mkdir()
        policy = self.policy(self.BODY + "\n # bailey-ignore(way-around): needed\n"
                             "allow syscall bpf;")
        out, _ = self.lint(policy, "--format", "sarif", code=1)
        log = json.loads(out)
        self.validate(log, "sarif")
        run_of = log["runs"][0]
        rules = [rule["id"] for rule in run_of["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), 14)
        for result in run_of["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]
            self.assertEqual(place, {"uri": "p.policy", "uriBaseId": "%SRCROOT%"})
        suppressed = [r for r in run_of["results"] if "suppressions" in r]
        self.assertEqual([r["suppressions"][0]["justification"] for r in suppressed], ["needed"])
        again, _ = self.lint(policy, "--format", "sarif", code=1)
        self.assertEqual(again, out)

    def test_every_rule_is_documented(self):
        out, _ = self.lint(self.policy(self.BODY), "--format", "sarif", code=1)
        page = (support.ROOT / "docs" / "policy-tools.md").read_text()
        for rule in json.loads(out)["runs"][0]["tool"]["driver"]["rules"]:
            self.assertIn(f"`{rule['id']}`", page)

    def test_what_we_ship_is_clean(self):
        policies = sorted((support.ROOT / "policies").rglob("*.policy"))
        policies += sorted((support.ROOT / "examples").rglob("*.policy"))
        self.assertGreater(len(policies), 8)
        for policy in policies:
            self.lint(policy, code=0)

    def test_errors_come_first(self):
        _, error = self.lint(self.policy("allow syscall raed;"), code=2)
        self.assertIn("did you mean `read`", error)


class Counts(PolicyAnalysis):
    def test_diff_counts_what_is_newly_allowed(self):
        old = self.policy("allow syscall read, dup; otherwise errno EPERM;", "old")
        new = self.policy("allow syscall dup, close, write(fd == 1); otherwise errno EPERM;",
                          "new")
        out, _ = self.bailey("policy", "diff", old, new, code=1)
        self.assertIn("newly allowed: 1 system call entirely, 1 in part (2 classes)\n"
                      "newly denied: 1 system call entirely (1 class)\nincomparable\n", out)
        out, _ = self.bailey("policy", "diff", "--format", "json", old, new, code=1)
        document = json.loads(out)
        self.validate(document, "diff")
        self.assertEqual(document["counts"],
                         {"newly_allowed": {"entirely": 1, "in_part": 1, "classes": 2},
                          "newly_denied": {"entirely": 1, "in_part": 0, "classes": 1},
                          "at_least": False})
        out, _ = self.bailey("policy", "diff", "--ceiling", old, new, code=1)
        self.assertIn("beyond the ceiling: 1 system call entirely, 1 in part (2 classes)", out)


if __name__ == "__main__":
    unittest.main()
