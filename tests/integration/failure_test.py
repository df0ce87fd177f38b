"""A program that goes on when its trusted portion is killed: `failure`."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from processes import descendants
from support import BIN, Notary, bailey

FOREVER_S = 30
EIO, EOWNERDEAD = 5, 130
KEEPER = r"""#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "keeper.h"

static char key[8];

int keeper_load(void) {
  FILE* file = fopen("/run/secrets/tag.key", "r");
  if (!file) return -1;
  const size_t got = fread(key, 1, sizeof key, file);
  fclose(file);
  return got == sizeof key ? 0 : -1;
}

int keeper_tag(const char* text) {
  int sum = 0;
  if (strcmp(text, "wait") == 0) sleep(1000);
  if (strcmp(text, "fall") == 0) abort();
  if (text[0] == '#') sum = (int)syscall(atoi(text + 1));
  for (size_t i = 0; text[i]; ++i) sum += text[i] ^ key[i % sizeof key];
  return sum;
}
"""
MAIN = r"""#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "keeper.h"

static int read_line(char line[static 100]) {
  if (!fgets(line, 100, stdin)) return 0;
  line[strcspn(line, "\n")] = 0;
  return 1;
}

int main(void) {
  char line[100];
  if (keeper_load() != 0) return 2;
  while (read_line(line)) {
    const int tag = keeper_tag(line);
    if (tag == -3) printf("failed %d\n", errno);
    else printf("tagged\n");
    fflush(stdout);
  }
  return 0;
}
"""
POLICY = """policy tags {
  target linux x86_64;
  use "runtime/c";
  credential tag_key from file "/run/secrets/tag.key";
  portion keeper trusted {
    uses tag_key; function keeper_load, keeper_tag;
    allow syscall clock_nanosleep, tgkill, gettid, rt_sigprocmask, rt_sigaction;
  }
  portion front untrusted { input function read_line; }
  %s
  limit wall 60 s;
  otherwise errno EPERM;
}
"""
BOTH = "failure keeper_load -> -1 errno EIO; failure keeper_tag -> -3 errno EOWNERDEAD;"
ONE = "failure keeper_tag -> -3 errno EOWNERDEAD;"


class Program:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-failure-"))
        for name, text in (("keeper.c", KEEPER), ("main.c", MAIN),
                           ("keeper.h", "int keeper_load(void);\n"
                                        "int keeper_tag(const char* text);\n"),
                           ("Makefile", "tags: main.c keeper.c\n\t$(CC) -g -o $@ $^\n")):
            (self.directory / name).write_text(text)
        (self.directory / "tag.key").write_bytes(b"12345678")
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19",
                           directory=self.directory))
        for name, words in (("both", BOTH), ("one", ONE), ("none", "")):
            (self.directory / f"{name}.policy").write_text(POLICY % words)

    def build(self, name):
        return bailey("build", "-p", ".", "--program", "tags", "--policy", f"{name}.policy",
                      "-o", f"{name}.bailey", directory=self.directory)

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)


class Run:
    """One that is spoken to line by line."""

    def __init__(self, program, name, *options):
        self.path = program.directory / "outcome.json"
        self.path.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [BIN / "bailey", "run", f"{name}.bailey", "--credential", "tag_key=file:tag.key",
             "--outcome", self.path, *options], cwd=program.directory, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def send(self, line):
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.send(line)
        return self.process.stdout.readline()

    def keeper(self):
        """The process of the trusted portion: those start first, that of `main` last."""
        return next(each for level in descendants(self.process.pid) for each in level
                    if pathlib.Path(f"/proc/{each.pid}/comm").read_text() == "tags\n")

    def is_asleep_in(self, process, call):
        text = pathlib.Path(f"/proc/{process.pid}/syscall").read_text()
        return text.split()[0] == str(call)

    def end(self):
        out, errors = self.process.communicate(timeout=FOREVER_S)
        return self.process.returncode, out, errors, json.loads(self.path.read_text())


class FailureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program()
        cls.built = {name: cls.program.build(name) for name in ("both", "one", "none")}
        for done in cls.built.values():
            if done.returncode not in (0, 3):
                Notary.must(done)

    @classmethod
    def tearDownClass(cls):
        cls.program.close()

    def kill(self, run):
        keeper = run.keeper()
        self.assertTrue(keeper.kill())
        deadline = time.monotonic() + FOREVER_S
        while keeper.is_there() and time.monotonic() < deadline:
            time.sleep(0.002)

    def test_the_program_goes_on_without_a_portion_that_was_killed(self):
        for before in range(4):
            run = Run(self.program, "both")
            for _ in range(before):
                self.assertEqual(run.ask(b"text"), b"tagged\n")
            if before == 0:
                self.assertEqual(run.ask(b"first"), b"tagged\n")
            self.kill(run)
            for _ in range(3):
                self.assertEqual(run.ask(b"text"), b"failed %d\n" % EOWNERDEAD)
            status, _, errors, outcome = run.end()
            self.assertEqual((status, outcome["outcome"]), (0, "ok"), errors)
            self.assertTrue(any("portion `keeper` ended by signal 9 (KILL)" in note
                                for note in outcome["notes"]), outcome)

    def test_a_call_is_given_up_in_which_the_portion_is_killed(self):
        run = Run(self.program, "both")
        self.assertEqual(run.ask(b"text"), b"tagged\n")
        keeper = run.keeper()
        run.send(b"wait")
        deadline = time.monotonic() + FOREVER_S
        while not run.is_asleep_in(keeper, 230) and time.monotonic() < deadline:
            time.sleep(0.002)
        self.kill(run)
        self.assertEqual(run.process.stdout.readline(), b"failed %d\n" % EOWNERDEAD)
        self.assertEqual(run.ask(b"text"), b"failed %d\n" % EOWNERDEAD)
        self.assertEqual(run.end()[0], 0)

    def test_so_it_does_where_the_portion_falls_by_itself(self):
        run = Run(self.program, "both")
        self.assertEqual(run.ask(b"fall"), b"failed %d\n" % EOWNERDEAD)
        status, _, _, outcome = run.end()
        self.assertEqual((status, outcome["outcome"]), (0, "ok"))
        self.assertTrue(any("(ABRT)" in note for note in outcome["notes"]), outcome)

    def test_without_the_word_the_program_ends_with_its_portion(self):
        for name in ("none", "one"):
            run = Run(self.program, name)
            self.assertEqual(run.ask(b"text"), b"tagged\n")
            self.kill(run)
            status, out, _, outcome = run.end()
            self.assertEqual((status, out, outcome["outcome"]), (128 + 9, b"", "killed"))

    def test_a_word_for_some_calls_alone_is_warned_of(self):
        said = self.built["one"].stderr.decode()
        self.assertIn("ends with portion `keeper` all the same", said)
        self.assertIn("keeper_load", said)
        self.assertNotIn("all the same", self.built["both"].stderr.decode())

    def test_a_denial_ends_both_whatever_the_policy_says_of_failures(self):
        policy = POLICY % (BOTH + " deny syscall getppid then kill;")  # 110
        (self.program.directory / "strict.policy").write_text(policy)
        done = self.program.build("strict")
        self.assertIn(done.returncode, (0, 3), done.stderr.decode())
        run = Run(self.program, "strict")
        run.send(b"#110")
        status, out, _, outcome = run.end()
        self.assertEqual((status, out, outcome["outcome"]), (126, b"", "violation"), outcome)

    def test_a_value_that_the_result_cannot_be_is_refused(self):
        for words, said in (
                ("failure keeper_tag -> 2147483648 errno EIO;", "cannot be 2147483648"),
                ("failure keeper_tug -> 0 errno EIO;", "did you mean `keeper_tag`?")):
            (self.program.directory / "wrong.policy").write_text(POLICY % words)
            done = self.program.build("wrong")
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
