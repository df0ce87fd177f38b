"""Closed tables: `pass` of a pointer to a function, a text and numbers that were chosen from a table. The trusted side
gets places in lists of its own, whatever the untrusted one says."""
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from support import Notary, bailey, check_schema, run

HEADER = """struct algorithm {
  const char* name;
  unsigned (*mix)(unsigned, unsigned char);
  const char* key_file;
  long key_bytes;
  int enabled;
};
extern unsigned (*chosen_mix)(unsigned, unsigned char);
extern const char* chosen_file;
extern long chosen_bytes;
int choose(const char* name);
int keeper_tag(int number);
"""
TABLE = r"""#include "tags.h"
#include <string.h>
static unsigned sum31(unsigned sum, unsigned char byte) { return sum * 31 + byte; }
static unsigned sum33(unsigned sum, unsigned char byte) { return sum * 33 ^ byte; }
struct algorithm algorithms[] = {
  {"sum31", sum31, KEYS "/a.key", 24, 0},
  {"sum33", sum33, KEYS "/b.key", 16, 0},
  {0, 0, 0, 0, 0},
};
unsigned (*chosen_mix)(unsigned, unsigned char);
const char* chosen_file;
long chosen_bytes;
void forget(struct algorithm* row) { memset(row, 0, sizeof *row); }
int choose(const char* name) {
  for (int i = 0; algorithms[i].name; ++i) algorithms[i].enabled |= 1;
  for (int i = 0; algorithms[i].name; ++i)
    if (algorithms[i].enabled && !strcmp(algorithms[i].name, name)) {
      chosen_mix = algorithms[i].mix;
      chosen_file = algorithms[i].key_file;
      chosen_bytes = algorithms[i].key_bytes;
      return 0;
    }
  if (!*name) for (int i = 0; i < 2; ++i) forget(&algorithms[i]);
  return -1;
}
"""
# Believes its table: with a length of the client's it would read and write too far.
KEEPER = r"""#include "tags.h"
#include <stdio.h>
#include <string.h>
int keeper_tag(int number) {
  unsigned char key[24];
  if (!chosen_mix) return -1;
  FILE* file = fopen(chosen_file, "r");
  if (!file) return -2;
  const size_t got = fread(key, 1, (size_t)chosen_bytes, file);
  fclose(file);
  if (got != (size_t)chosen_bytes) return -3;
  unsigned sum = (unsigned)number;
  for (long i = 0; i < chosen_bytes; ++i) sum = chosen_mix(sum, key[i]);
  explicit_bzero(key, sizeof key);
  return (int)(sum & 0x7fffffff);
}
"""
MAIN = r"""#include "tags.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int read_line(char* line, int size) {
  if (!fgets(line, size, stdin)) return 0;
  line[strcspn(line, "\n")] = 0;
  return 1;
}
int main(void) {
  char line[100];
  printf("%d\n", keeper_tag(1));
  while (read_line(line, sizeof line)) {
    if (choose(line)) { puts("no such"); fflush(stdout); continue; }
    if (!read_line(line, sizeof line)) return 2;
    printf("%d\n", keeper_tag(atoi(line)));
    fflush(stdout);
  }
  return 0;
}
"""
POLICY = """policy tags {
  target linux x86_64;
  use "runtime/c";
  credential a_key from file "%(keys)s/a.key";
  credential b_key from file "%(keys)s/b.key";
  portion keeper trusted { uses a_key, b_key; function keeper_tag; }
  portion front untrusted { input function read_line; }
  %(pass)s
  limit wall 60 s;
  otherwise errno EPERM;
}
"""
PASS = "pass chosen_mix, chosen_file, chosen_bytes;"
INPUT = b"sum31\n5\nsum32\nsum33\n77\nsum31\n6\n"


class ClosedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-closed-"))
        for name, text in (("table.c", TABLE), ("keeper.c", KEEPER), ("main.c", MAIN), ("tags.h", HEADER),
                           ("Makefile", "tags: main.c keeper.c table.c\n"
                            f"\t$(CC) -g -O1 -D_GNU_SOURCE -DKEYS='\"{cls.directory}\"' -o $@ $^\n")):
            (cls.directory / name).write_text(text)
        (cls.directory / "a.key").write_bytes(b"k3y-0f:T4gs,w1th+24Byt3s")
        (cls.directory / "b.key").write_bytes(b"An0ther-0f/16-By")
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=cls.directory))
        cls.write_policy("closed", PASS)
        done = bailey("build", "-p", ".", "--program", "tags", "--policy", "closed.policy", "-o", "closed.bailey",
                      "--keep-portions", "kept", directory=cls.directory)
        if done.returncode not in (0, 3):
            Notary.must(done)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    @classmethod
    def write_policy(cls, name, passed):
        (cls.directory / f"{name}.policy").write_text(
            POLICY % {"keys": cls.directory, "pass": passed})

    def run_split(self, *options):
        path = self.directory / "outcome.json"
        path.unlink(missing_ok=True)
        done = bailey("run", "closed.bailey", "--quiet", "--credential", "a_key=file:a.key", "--credential",
                      "b_key=file:b.key", "--outcome", path, *options, directory=self.directory, stdin=INPUT)
        return done, json.loads(path.read_text())

    def test_the_split_program_does_what_the_program_does(self):
        whole = run([self.directory / "tags"], stdin=INPUT)
        self.assertEqual(whole.returncode, 0)
        self.assertEqual(len(set(whole.stdout.split())), 6, whole.stdout)
        done, outcome = self.run_split()
        self.assertEqual((done.returncode, done.stdout), (0, whole.stdout), done.stderr)
        self.assertEqual(outcome["outcome"], "ok")

    def test_the_audit_finds_no_key_in_front(self):
        done, outcome = self.run_split("--audit")
        self.assertEqual(done.returncode, 0, done.stderr)
        audit = outcome["audit"]
        self.assertTrue(audit["passed"], outcome)
        self.assertFalse(any(hit["count"] for hit in audit["split"]["hits"]), audit)
        self.assertTrue(any(hit["count"] for hit in audit["control"]["hits"]), audit)

    def test_plan_and_flow_list_the_values(self):
        done = bailey("split", "-p", ".", "--program", "tags", "--policy", "closed.policy", "-o", "portions",
                      directory=self.directory)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        plan = json.loads((self.directory / "portions" / "plan.json").read_text())
        check_schema(self, plan, "plan")
        flow = json.loads((self.directory / "portions" / "flow.json").read_text())
        check_schema(self, flow, "flow")
        globals_ = {each["name"]: each["values"] for each in plan["crossings"][0]["globals"]}
        self.assertEqual(globals_["chosen_bytes"], [{"number": 0}, {"number": 16}, {"number": 24}])
        self.assertEqual(globals_["chosen_mix"],
                         [{"number": 0}, {"function": "table.c:sum31"}, {"function": "table.c:sum33"}])
        self.assertEqual(globals_["chosen_file"][1:], [{"text": f"{self.directory}/{each}.key"} for each in "ab"])

    def test_the_generated_fuzzer_plays_the_client(self):
        portion = self.directory / "kept" / "keeper"
        Notary.must(run(["make", "-s", "-C", portion, "fuzz-keeper"]))
        done = run([portion / "fuzz" / "keeper", "--calls", "20000", "--credential", "a_key=file:a.key", "--credential",
                    "b_key=file:b.key"], directory=self.directory,
                   environment={**os.environ, "TMPDIR": str(self.directory)})
        said = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, 0, said[-3000:])
        answered = int(re.search(r"(\d+) answered", said).group(1))
        self.assertGreater(answered, 1000, said[-3000:])


if __name__ == "__main__":
    unittest.main()
