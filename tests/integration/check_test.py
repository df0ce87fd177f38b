"""bailey analyze and check as a code review uses them: SARIF, suppressions,
baselines, and what a change adds."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import support
from support import bailey, run

POLICY = """policy p {
  use "runtime/c";
  allow syscall getpid;
  otherwise errno EPERM;
}
"""
BEFORE = """#include <unistd.h>
int talk(void) { return getpid(); }
int main(void) { return talk() < 0; }
"""
ADDED = """#include <sys/socket.h>
#include <unistd.h>

/* moved down */
int talk(void) { return getpid(); }
int listen_up(void) {
  return socket(AF_INET, SOCK_STREAM, 0);
}
int main(void) { return talk() < 0 || listen_up() < 0; }
"""


class Project(unittest.TestCase):
    """A program of one file in a git repository, captured."""

    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bailey-check-")).resolve()
        self.addCleanup(shutil.rmtree, self.top)
        # Scratch files go here, so that a test can see what is left.
        self.scratch = self.top / "scratch"
        self.project = self.top / "project"
        for folder in (self.scratch, self.project):
            folder.mkdir()
        self.environment = dict(os.environ, TMPDIR=str(self.scratch),
                                GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
        self.write("a.policy", POLICY)
        self.write(".gitignore", "a\n*.o\nconfig.h\ncompile_commands.json\nbailey-capture.json\n")
        self.write("a.c", BEFORE)

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def git(self, *arguments):
        done = run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
                   directory=self.project, environment=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def commit(self):
        if not (self.project / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "state")

    def bailey(self, *arguments):
        return bailey(*arguments, directory=self.project, environment=self.environment)

    def capture(self, *sources):
        done = self.bailey("capture", "--", "cc", *(sources or ["a.c"]), "-o", "a")
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def check(self, *options, sarif=False):
        done = self.bailey("check", "--policy", "a.policy", "--format",
                           "sarif" if sarif else "json", *options)
        self.assertIn(done.returncode, (0, 1, 3), done.stderr.decode())
        self.assertEqual(list(self.scratch.iterdir()), [])
        self.stderr = done.stderr.decode()
        return done.returncode, json.loads(done.stdout)

    def denied(self, result):
        return [(f["syscall"], f["sites"][0]["function"]) for f in result["denied"]]


class Sarif(Project):
    def setUp(self):
        super().setUp()
        self.write("src/a.c", ADDED)
        self.capture("src/a.c")

    def analyze(self):
        done = self.bailey("analyze", "--format", "sarif")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def results(self, text, rule):
        return [r for r in json.loads(text)["runs"][0]["results"] if r["ruleId"] == rule]

    def test_it_is_of_the_form_that_github_reads(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((support.ROOT / "docs" / "schemas" / "sarif.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        _, check = self.check(sarif=True)
        for log in (json.loads(self.analyze()), check):
            jsonschema.validate(log, schema, cls=jsonschema.Draft202012Validator)

    def test_every_result_is_in_the_repository_and_of_a_described_rule(self):
        self.commit()
        _, check = self.check(sarif=True)
        for log in (json.loads(self.analyze()), check):
            log = log["runs"][0]
            rules = [rule["id"] for rule in log["tool"]["driver"]["rules"]]
            fingerprints = set()
            for result in log["results"]:
                self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
                place = result["locations"][0]["physicalLocation"]
                self.assertEqual(place["artifactLocation"]["uri"], "src/a.c")
                self.assertGreater(place["region"]["startLine"], 0)
                fingerprints.add(result["partialFingerprints"]["primaryLocationLineHash"])
            self.assertEqual(len(fingerprints), len(log["results"]))

    def test_a_denied_call_is_an_error_at_its_line_with_its_path(self):
        code, log = self.check(sarif=True)
        self.assertEqual(code, 1)
        denied = [r for r in log["runs"][0]["results"] if r["ruleId"] == "denied-syscall"]
        self.assertEqual(len(denied), 1)
        self.assertEqual(denied[0]["level"], "error")
        self.assertEqual(denied[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 7)
        steps = denied[0]["codeFlows"][0]["threadFlows"][0]["locations"]
        lines = [s["location"]["physicalLocation"]["region"]["startLine"] for s in steps]
        self.assertEqual(lines, [9, 6, 7])

    def test_the_same_bytes_wherever_the_program_lies(self):
        first = self.analyze()
        moved = self.project.parent / "elsewhere"
        self.project.rename(moved)
        self.project = moved
        self.capture("src/a.c")
        self.assertEqual(self.analyze(), first)
        self.assertNotIn(str(self.top).encode(), first)

    def test_fingerprints_survive_moved_lines(self):
        before = self.results(self.analyze(), "syscall")
        self.write("src/a.c", "// a line\n\n" + ADDED)
        after = self.results(self.analyze(), "syscall")
        self.assertEqual([r["partialFingerprints"] for r in after],
                         [r["partialFingerprints"] for r in before])
        self.assertNotEqual([r["locations"] for r in after], [r["locations"] for r in before])


class Json(Project):
    def test_a_result_fits_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((support.ROOT / "docs" / "schemas" / "check.schema.json").read_text())
        self.write("a.c", ADDED.replace("(AF_INET", "(AF_INET /* bailey-ignore(denied-syscall) */")
                   .replace("getpid(); }", "getpid(); }  // bailey-ignore(unresolved): none"))
        self.capture()
        self.bailey("analyze", "--report", "old.json")
        for options in ([], ["--baseline", "old.json"]):
            _, result = self.check(*options)
            jsonschema.validate(result, schema, cls=jsonschema.Draft202012Validator)
            self.assertEqual(len(result["bad_suppressions"]), 1)


class Suppressions(Project):
    def with_comment(self, comment):
        self.write("a.c", ADDED.replace("SOCK_STREAM, 0);", "SOCK_STREAM, 0);  " + comment))
        self.capture()
        return self.check()

    def test_without_one_the_call_is_denied(self):
        code, result = self.with_comment("")
        self.assertEqual(code, 1)
        self.assertEqual(self.denied(result), [("socket", "listen_up")])

    def test_a_reason_suppresses_it(self):
        code, result = self.with_comment("// bailey-ignore(denied-syscall): behind a flag")
        self.assertNotEqual(code, 1)
        self.assertEqual(result["denied"], [])
        self.assertEqual(result["suppressed"][0]["reason"], "behind a flag")
        _, log = self.check(sarif=True)
        suppressed = [r for r in log["runs"][0]["results"] if "suppressions" in r]
        self.assertEqual([r["suppressions"][0]["kind"] for r in suppressed], ["inSource"])
        code, _ = self.check("--ignore-suppressions")
        self.assertEqual(code, 1)

    def test_one_for_another_call_does_not(self):
        code, _ = self.with_comment("// bailey-ignore(denied-syscall:ptrace): a debugger")
        self.assertEqual(code, 1)

    def test_without_a_reason_it_is_a_finding_itself(self):
        code, result = self.with_comment("// bailey-ignore(denied-syscall)")
        self.assertEqual(code, 1)
        self.assertEqual(self.denied(result), [("socket", "listen_up")])
        self.assertIn("reason", result["bad_suppressions"][0]["problem"])
        _, log = self.check(sarif=True)
        self.assertIn("bad-suppression", [r["ruleId"] for r in log["runs"][0]["results"]])


class Changes(Project):
    def add_the_socket(self):
        self.write("a.c", ADDED)

    def test_a_baseline_leaves_what_is_new(self):
        self.capture()
        self.bailey("analyze", "--report", "old.json")
        code, result = self.check("--baseline", "old.json")
        self.assertEqual(code, 0, result)
        self.add_the_socket()
        code, result = self.check("--baseline", "old.json")
        self.assertEqual(code, 1)
        self.assertEqual(self.denied(result), [("socket", "listen_up")])
        self.bailey("analyze", "--report", "new.json")
        code, result = self.check("--baseline", "new.json")
        self.assertEqual(code, 0)
        self.assertEqual({s["by"] for s in result["suppressed"]}, {"baseline"})

    def test_a_bad_baseline_is_bad_input(self):
        self.capture()
        self.write("old.json", "{}")
        done = self.bailey("check", "--policy", "a.policy", "--baseline", "old.json")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"old.json", done.stderr)

    def test_a_diff_shows_what_a_change_adds(self):
        self.commit()
        self.add_the_socket()
        self.capture()
        code, result = self.check("--diff", "HEAD")
        self.assertEqual(code, 1)
        self.assertEqual(self.denied(result), [("socket", "listen_up")])
        self.assertEqual([u for u in result["undecided"] if u["confidence"] == "proved"], [])
        self.assertIn("assumed to be as now", self.stderr)
        self.commit()
        code, _ = self.check("--diff", "HEAD")
        self.assertEqual(code, 0)
        code, _ = self.check("--diff", "HEAD~1")
        self.assertEqual(code, 1)

    def test_a_diff_leaves_the_repository_as_it_was(self):
        self.commit()
        self.write(".git/hooks/post-index-change", "#!/bin/sh\ntouch ran\n")
        (self.project / ".git/hooks/post-index-change").chmod(0o755)
        self.add_the_socket()
        self.capture()

        def state():
            files = sorted(str(p) for p in (self.project / ".git").rglob("*"))
            return files, self.git("--no-optional-locks", "status", "--porcelain"), \
                self.git("worktree", "list")
        before = state()
        self.check("--diff", "HEAD")
        self.assertEqual(state(), before)
        self.assertFalse((self.project / "ran").exists())

    def test_a_source_that_the_revision_lacks_is_new(self):
        self.commit()
        self.write("b.c", "#include <sys/socket.h>\nint more(void) "
                   "{ return socket(AF_INET, SOCK_STREAM, 0); }\n")
        self.write("a.c", "int more(void);\nint main(void) { return more(); }\n")
        self.capture("a.c", "b.c")
        code, result = self.check("--diff", "HEAD")
        self.assertEqual(code, 1)
        self.assertEqual(self.denied(result), [("socket", "more")])
        self.assertIn("not in `HEAD`", self.stderr)

    def test_a_generated_header_is_taken_as_it_is_now(self):
        self.write("config.h", "#include <unistd.h>\n")
        self.write("a.c", '#include "config.h"\n' + BEFORE)
        self.commit()
        self.write("a.c", '#include "config.h"\n' + ADDED)
        self.capture()
        code, result = self.check("--diff", "HEAD")
        self.assertEqual(self.denied(result), [("socket", "listen_up")])
        self.assertIn("`config.h`", self.stderr)

    def test_a_revisions_own_record_is_used(self):
        self.write(".gitignore", "a\n*.o\n")
        self.capture()
        self.commit()
        self.add_the_socket()
        self.check("--diff", "HEAD")
        self.assertNotIn("assumed", self.stderr)

    def test_a_build_by_another_path_is_refused(self):
        self.commit()
        (self.top / "link").symlink_to(self.project)
        self.add_the_socket()
        self.capture(str(self.top / "link" / "a.c"))
        done = self.bailey("check", "--policy", "a.policy", "--diff", "HEAD")
        self.assertEqual(done.returncode, 2, done.stdout.decode())
        self.assertIn(b"would be read as it is now", done.stderr)

    def assert_refused(self, revision, *texts):
        done = self.bailey("check", "--policy", "a.policy", "--diff", revision)
        self.assertEqual(done.returncode, 2)
        for text in texts:
            self.assertIn(text, done.stderr.decode())
        self.assertEqual(list(self.scratch.iterdir()), [])

    def test_what_cannot_be_compared_is_refused(self):
        self.capture()
        self.assert_refused("HEAD", "not in a git repository", "--baseline")
        self.write("a.c", "int main(void) { return undeclared; }\n")
        self.commit()
        self.write("a.c", BEFORE)
        self.assert_refused("no-such-branch", "no revision `no-such-branch`")
        self.assert_refused("--upload-pack=x", "no revision")
        self.assert_refused("HEAD", "undeclared", "cannot be analyzed")

    def test_a_signal_leaves_nothing(self):
        self.commit()
        self.capture()
        for delay_s in (0.02, 0.1, 0.3):
            process = subprocess.Popen(
                [str(support.BIN / "bailey"), "check", "--policy", "a.policy", "--diff", "HEAD"],
                cwd=self.project, env=self.environment, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(delay_s)
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)
            self.assertEqual(list(self.scratch.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
