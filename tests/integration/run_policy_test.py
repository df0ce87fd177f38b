"""`bailey run --policy P -- PROGRAM`: programs of this machine's, as they are.

Each refusal has a control: the same program without Bailey.
"""
import json
import os
import pathlib
import shutil
import tempfile
import unittest

import support

POLICY = """policy p {
  use "runtime/c";
  allow file read "DIRECTORY/data/**";
  allow syscall fadvise64;
  allow syscall socket(domain == AF_UNIX);
  otherwise errno EPERM;
}
"""
CEILING = """policy c {
  use "runtime/c";
  allow file read "DIRECTORY/**";
  allow syscall fadvise64;
  otherwise errno EACCES;
}
"""


class RunPolicyTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-run-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.directory.chmod(0o755)
        (self.directory / "data").mkdir()
        (self.directory / "data" / "shown").write_text("shown\n")
        (self.directory / "hidden").write_text("hidden\n")
        self.policy = self.write("p.policy", POLICY)
        self.ceiling = self.write("c.policy", CEILING)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text.replace("DIRECTORY", str(self.directory)))
        return path

    def run_under(self, *command, options=(), policy=None, **settings):
        return support.bailey("run", "--policy", policy or self.policy, *options, "--", *command,
                              **settings)

    def outcome(self, *command, options=(), **settings):
        done = self.run_under(*command, options=["--format", "json", *options], **settings)
        start = done.stderr.index(b"{\n")
        return done, json.loads(done.stderr[start:done.stderr.rindex(b"\n}") + 2])

    def test_output_and_status_are_the_programs(self):
        done = self.run_under("sh", "-c", "read line; echo got $line; exit 7", stdin=b"this\n")
        self.assertEqual((done.returncode, done.stdout), (7, b"got this\n"), done.stderr)

    def test_closed_streams_are_nobody_elses(self):
        command = shutil.which("sh")
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            done = support.run(["sh", "-c", f'exec "$@" {closed}', "sh", support.BIN / "bailey",
                                "run", "--policy", self.policy, "--", command, "-c", "exit 7"])
            self.assertEqual(done.returncode, 7, (closed, done.stderr))

    def test_a_value_that_looks_like_an_option_is_a_value(self):
        done = self.run_under("true", options=["--quiet", "--learn", "--env=--outcome"])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_outcome_that_cannot_be_replaced_is_refused(self):
        place = self.directory / "place"
        place.mkdir()
        done = self.run_under("true", options=["--learn", "--outcome", place])
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn(b"cannot replace", done.stderr)
        self.assertTrue(place.is_dir())

    def test_names_in_a_program_cannot_drive_the_terminal(self):
        if not shutil.which("cc"):
            self.skipTest("no C compiler")
        source = self.write("main.c", "int f(void); int main(void) { return f(); }\n")
        library = self.write("f.c", "int f(void) { return 0; }\n")
        shared = self.directory / "libf.so"
        support.run(["cc", "-shared", "-fPIC", "-Wl,-soname,li\x1b]0;title\a.so", "-o", shared,
                     library])
        program = self.directory / "program"
        support.run(["cc", "-o", program, source, shared])
        done = self.run_under(program)
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"li\\x1b]0;title\\x07.so", done.stderr)
        self.assertNotIn(b"\x1b", done.stderr)

    def test_shows_what_rules_name_and_nothing_else(self):
        shown, hidden = self.directory / "data" / "shown", self.directory / "hidden"
        self.assertEqual(support.run(["cat", shown, hidden]).stdout, b"shown\nhidden\n")
        done, outcome = self.outcome("cat", shown, hidden, "/etc/shadow")
        self.assertEqual(done.stdout, b"shown\n")
        self.assertEqual([denial["path"] for denial in outcome["denials"]],
                         ["/etc/shadow", str(hidden)])
        for denial in outcome["denials"]:
            self.assertTrue(denial["advisory"])
            self.assertEqual(denial["syscall"]["argument_names"],
                             ["dirfd", "pathname", "flags", "mode"])

    def test_the_outcome_is_stable_and_has_its_schema(self):
        outcomes = [self.outcome("cat", "/b", "/a")[1] for _ in range(2)]
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((support.ROOT / "docs/schemas/outcome.schema.json").read_text())
        jsonschema.validate(outcomes[0], schema)
        for outcome in outcomes:
            for denial in outcome["denials"]:
                denial["syscall"]["arguments"] = []  # addresses differ
        self.assertEqual(*outcomes)

    def test_the_working_directory_is_the_callers_where_a_rule_covers_it(self):
        inside = self.run_under("cat", "shown", directory=self.directory / "data")
        self.assertEqual(inside.stdout, b"shown\n", inside.stderr)
        outside = self.run_under("cat", "data/shown", directory=self.directory)
        self.assertEqual(outside.returncode, 1)
        self.assertIn(b"working directory is /", outside.stderr)

    def test_executes_no_other_program(self):
        control = support.run(["sh", "-c", "cat /dev/null && echo ran"])
        self.assertEqual(control.stdout, b"ran\n")
        policy = self.write("exec.policy", POLICY.replace(
            "otherwise", "allow syscall execve, fork, vfork, wait4; "
                         "allow syscall clone(flags & CLONE_NEWUSER == 0);\n"
                         "  allow file read \"/usr/**\";\n  otherwise"))
        done = self.run_under("sh", "-c", "/usr/bin/cat /dev/null && echo ran", policy=policy)
        self.assertEqual(done.stdout, b"", done.stderr)
        allowed = self.write("allowed.policy", policy.read_text().replace(
            "otherwise", "allow file execute \"/usr/bin/**\";\n"
                         "  allow file execute \"/usr/lib/**\";\n"
                         "  allow file execute \"/lib64/ld-linux-x86-64.so.2\";\n  otherwise"))
        done = self.run_under("sh", "-c", "/usr/bin/cat /dev/null && echo ran", policy=allowed)
        self.assertEqual(done.stdout, b"ran\n", done.stderr)

    def test_execve_can_be_pinned_to_the_program_itself(self):
        shell = pathlib.Path(shutil.which("sh")).resolve()
        linked = support.run(["ldd", shell]).stdout.decode().split()
        library = next(word for word in linked if word.startswith("/") and "/libc.so" in word)
        loader = next(word for word in linked if "/ld-linux" in word)
        policy = self.write("pinned.policy", POLICY.replace(
            "otherwise", "allow syscall execve;\n  allow file read \"/usr/**\";\n"
                         f"  allow file execute \"{shell}\", \"{loader}\", \"{library}\";\n  otherwise"))
        again = self.run_under("sh", "-c", f"exec {shell} -c 'echo again'", policy=policy)
        self.assertEqual(again.stdout, b"again\n", again.stderr)
        other = ["sh", "-c", "exec /usr/bin/env echo other"]
        self.assertEqual(support.run(other).stdout, b"other\n")
        done = self.run_under(*other, policy=policy)
        self.assertEqual((done.returncode, done.stdout), (126, b""), done.stderr)

    def test_a_kill_is_126_and_recorded(self):
        policy = self.write("kill.policy", POLICY.replace(
            "otherwise", "deny syscall getcwd then kill;\n  otherwise"))
        self.assertEqual(support.run(["pwd"], directory="/").stdout, b"/\n")
        done, outcome = self.outcome("pwd", policy=policy)
        self.assertEqual(done.returncode, 126, done.stderr)
        self.assertEqual(outcome["denials"][-1]["action"], "kill_process")
        self.assertEqual(outcome["denials"][-1]["rule"]["file"], str(policy))

    def test_hands_a_variable_over_and_no_other(self):
        policy = self.write("key.policy", """policy p {
          use "runtime/c";
          credential key from env KEY;
          portion only trusted { uses key; function main; }
          otherwise errno EPERM;
        }""")
        done = self.run_under("sh", "-c", "echo $KEY-$OTHER-", policy=policy,
                              environment={**os.environ, "KEY": "given", "OTHER": "seen"})
        self.assertEqual(done.stdout, b"given--\n", done.stderr)

    def test_our_failures_are_125(self):
        for arguments in ([self.policy, "--", "no-such-program"], [self.policy, "--"],
                          ["/no/policy", "--", "true"],
                          [self.policy, "--learn=permissive", "--", "true"],
                          [self.policy, "--ceiling", self.ceiling, "--", "true"]):
            done = support.bailey("run", "--policy", *arguments)
            self.assertEqual(done.returncode, 125, arguments)
            self.assertIn(b"bailey: error", done.stderr)

    def test_learn_denies_and_proposes_below_the_ceiling(self):
        hidden = self.directory / "hidden"
        done = self.run_under("cat", hidden, "/etc/passwd", options=["--learn", "--ceiling",
                                                                     self.ceiling])
        text = done.stderr.decode()
        self.assertEqual(done.stdout, b"")
        self.assertIn("learned while the policy was enforced", text)
        self.assertIn(f'+  allow file read "{hidden}";', text)
        self.assertIn('not proposed: allow file read "/etc/passwd";', text)
        self.assertIn("-  allow syscall socket(domain == AF_UNIX)", text)

    def test_permissive_does_what_the_ceiling_permits_and_says_so(self):
        hidden = self.directory / "hidden"
        done = self.run_under("cat", hidden, "/etc/passwd",
                              options=["--learn=permissive", "--ceiling", self.ceiling, "--quiet"])
        text = done.stderr.decode()
        self.assertEqual(done.stdout, b"hidden\n", text)
        self.assertIn("PERMISSIVE: the policy was not enforced", text)
        self.assertIn(f'+  allow file read "{hidden}";', text)
        self.assertIn('not proposed: allow file read "/etc/passwd";', text)

    def test_what_was_learned_is_json_with_its_schema(self):
        outcome = self.directory / "o.json"
        self.run_under("cat", self.directory / "hidden",
                       options=["--learn", "--outcome", outcome])
        done = support.bailey("policy", "learn", "--outcome", outcome, "--format", "json",
                              self.policy)
        learned = json.loads(done.stdout)
        self.assertEqual(learned["mode"], "denying")
        self.assertEqual(learned["add"][0]["count"], 1)
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((support.ROOT / "docs/schemas/learn.schema.json").read_text())
        jsonschema.validate(learned, schema)

    @support.needs_root
    def test_an_ordinary_user_can(self):
        done = self.run_under("cat", self.directory / "data" / "shown",
                              as_user=support.ORDINARY_ID)
        self.assertEqual((done.returncode, done.stdout), (0, b"shown\n"), done.stderr)
        strict = self.run_under("true", options=["--strict"], as_user=support.ORDINARY_ID)
        self.assertEqual(strict.returncode, 125)
        self.assertIn(b"identities", strict.stderr)


if __name__ == "__main__":
    unittest.main()
