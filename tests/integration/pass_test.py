"""Globals that go along with calls: `pass`. The untrusted portion says how to log, the trusted one has the key."""
import json
import pathlib
import shutil
import tempfile
import unittest

from support import Notary, bailey, check_schema, run

LOG = r"""#include "tags.h"
#include <stdio.h>
static int verbose;
static char* levels[] = {"quiet", "loud"};
void log_setup(int level) { verbose = level; }
void log_line(const char* text) {
  if (verbose) fprintf(stderr, "%s: %s\n", levels[verbose == 2], text);
}
"""
KEEPER = r"""#include "tags.h"
#include <stdio.h>
_Bool strict;
static unsigned char key[24];
int keeper_load(void) {
  FILE* file = strict ? fopen(KEY, "r") : 0;
  if (!file) { log_line("no key"); return -1; }
  const size_t got = fread(key, 1, sizeof key, file);
  fclose(file);
  log_line("loaded");
  return got == sizeof key ? 0 : -1;
}
int keeper_tag(int number) {
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof key; ++i) sum = sum * 31 + (key[i] ^ (unsigned)number);
  log_line("tagged");
  return (int)sum;
}
"""
MAIN = r"""#include "tags.h"
#include <stdio.h>
#include <stdlib.h>
static int read_number(void) {
  char line[100];
  return fgets(line, sizeof line, stdin) ? atoi(line) : 0;
}
int main(int argc, char** argv) {
  printf("%d\n", keeper_load());
  log_setup(1);
  strict = argc > 1;
  if (keeper_load() != 0) return 2;
  log_setup(2);
  for (int number; (number = read_number()) != 0;) printf("%d\n", keeper_tag(number));
  return 0;
}
"""
HEADER = """extern _Bool strict;
void log_setup(int level);
void log_line(const char* text);
int keeper_load(void);
int keeper_tag(int number);
"""
POLICY = """policy tags {
  target linux x86_64;
  use "runtime/c";
  credential tag_key from file "%s/tag.key";
  portion keeper trusted { uses tag_key; %s }
  portion front untrusted { input function read_number; }
  %s
  limit wall 60 s;
  otherwise errno EPERM;
}
"""
NAMED = "function keeper_load, keeper_tag;"
FOUND = "declassify keeper_load -> verdict; declassify keeper_tag -> mac;"
INPUT = b"5\n77\n0\n"


class PassTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-pass-"))
        for name, text in (("log.c", LOG), ("keeper.c", KEEPER), ("main.c", MAIN),
                           ("tags.h", HEADER),
                           ("Makefile", "tags: main.c keeper.c log.c\n"
                            f"\t$(CC) -g -DKEY='\"{cls.directory}/tag.key\"' -o $@ $^\n")):
            (cls.directory / name).write_text(text)
        (cls.directory / "tag.key").write_bytes(b"k3y-0f:T4gs,w1th+24Byt3s"[:24])
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=cls.directory))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    def write_policy(self, name, inside, beside):
        (self.directory / f"{name}.policy").write_text(POLICY % (self.directory, inside, beside))

    def build(self, name, inside, beside):
        self.write_policy(name, inside, beside)
        return bailey("build", "-p", ".", "--program", "tags", "--policy", f"{name}.policy",
                      "-o", f"{name}.bailey", directory=self.directory)

    def built(self, name, inside, beside):
        done = self.build(name, inside, beside)
        if done.returncode not in (0, 3):
            Notary.must(done)

    def run_split(self, name, *options):
        path = self.directory / "outcome.json"
        path.unlink(missing_ok=True)
        done = bailey("run", f"{name}.bailey", "--quiet", "--credential", "tag_key=file:tag.key",
                      "--outcome", path, *options, "--", self.directory / "tag.key",
                      directory=self.directory, stdin=INPUT)
        return done, json.loads(path.read_text())

    def test_the_split_program_does_what_the_program_does(self):
        self.built("named", NAMED, "pass verbose, strict;")
        whole = run([self.directory / "tags", self.directory / "tag.key"], stdin=INPUT)
        self.assertEqual((whole.returncode, whole.stderr.splitlines()),
                         (0, [b"quiet: loaded", b"loud: tagged", b"loud: tagged"]))
        done, outcome = self.run_split("named")
        self.assertEqual((done.returncode, done.stdout), (0, whole.stdout), done.stderr)
        self.assertEqual(done.stderr, whole.stderr)
        self.assertEqual(outcome["outcome"], "ok")
        audited, outcome = self.run_split("named", "--audit")
        self.assertEqual(audited.returncode, 0, audited.stderr)
        self.assertTrue(outcome["audit"]["passed"], outcome)

    def test_the_plan_names_them(self):
        self.write_policy("plan", NAMED, "pass verbose, strict;")
        done = bailey("split", "-p", ".", "--program", "tags", "--policy", "plan.policy",
                      "-o", "plan-portions", directory=self.directory)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        plan = json.loads((self.directory / "plan-portions" / "plan.json").read_text())
        check_schema(self, plan, "plan")
        flow = json.loads((self.directory / "plan-portions" / "flow.json").read_text())
        check_schema(self, flow, "flow")
        self.assertEqual([each["id"] for each in flow["globals"] if each.get("never_written")],
                         ["log.c:levels"])
        for crossing in plan["crossings"]:
            self.assertEqual([(each["name"], each["mode"]) for each in crossing["globals"]],
                             [("verbose", "scalar"), ("strict", "scalar")])

    def test_a_placement_that_needs_them_is_proposed_and_found(self):
        done = self.build("silent", "", FOUND)
        self.assertNotIn(done.returncode, (0, 3))
        self.assertRegex(done.stderr.decode(), r"hint: the least .*\bpass strict;")
        self.built("found", "", FOUND + " pass verbose, strict;")
        done, _ = self.run_split("found")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count(b"loud: tagged"), 2)


if __name__ == "__main__":
    unittest.main()
