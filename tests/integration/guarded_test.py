"""A trusted function that believes its index: what a portion that was taken over makes of that
ends at the pages around the copy, and the portion with it."""
import json
import pathlib
import shutil
import tempfile
import unittest

from support import Notary, bailey, run

HEADER = """struct span { int first, last; };
int keeper_load(void);
int keeper_tag(const unsigned char* text, int size, int at);
void keeper_mark(unsigned char mark[static 16], int at);
int keeper_word(const char* word, int at);
int keeper_span(struct span* span);
"""
KEEPER = r"""#include "tags.h"
#include <stdio.h>
static unsigned char key[24];
int keeper_load(void) {
  FILE* file = fopen(KEY, "r");
  if (!file) return -1;
  const size_t got = fread(key, 1, sizeof key, file);
  fclose(file);
  return got == sizeof key ? 0 : -1;
}
int keeper_tag(const unsigned char* text, int size, int at) {
  unsigned sum = text[at];
  for (int i = 0; i < size; ++i) sum = sum * 31 + (key[i % 24] ^ text[i]);
  return (int)(sum % 1000);
}
void keeper_mark(unsigned char mark[static 16], int at) {
  mark[at] = (unsigned char)(key[at & 15] % 10);
}
int keeper_word(const char* word, int at) { return word[at] + key[0] % 10; }
int keeper_span(struct span* span) {
  if (!span) return -1;
  span->last += span->first + key[1] % 10;
  return 0;
}
"""
MAIN = r"""#include "tags.h"
#include <stdio.h>
#include <stdlib.h>
static int read_number(void) {
  char line[100];
  return fgets(line, sizeof line, stdin) ? atoi(line) : 0;
}
int main(void) {
  unsigned char text[100] = "text";
  unsigned char mark[16] = {0};
  struct span span = {1, 2};
  if (keeper_load() != 0) return 2;
  const int what = read_number();
  const int at = read_number();
  if (what == 0 || what == 1) printf("%d\n", keeper_tag(text, sizeof text, at));
  if (what == 0 || what == 2) keeper_mark(mark, at);
  if (what == 0 || what == 3) printf("%d\n", keeper_word("word", at));
  if (what == 0) printf("%d %d %d\n", keeper_span(0), keeper_span(&span), span.last);
  printf("%d\n", mark[at & 15]);
  return 0;
}
"""
POLICY = """policy tags {
  target linux x86_64;
  use "runtime/c";
  credential tag_key from file "%s/tag.key";
  portion keeper trusted {
    uses tag_key;
    function keeper_load, keeper_tag, keeper_mark, keeper_word(string word), keeper_span;
  }
  portion front untrusted { input function read_number; }
  limit memory 64 MiB, wall 60 s;
  otherwise errno EPERM;
}
"""
ACCESS = "__attribute__((access(read_only, 1, 2)))\nint keeper_tag"


class GuardedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-guarded-"))
        cls.directory.chmod(0o755)
        header = HEADER.replace("int keeper_tag", ACCESS)
        for name, text in (("keeper.c", KEEPER), ("main.c", MAIN), ("tags.h", header),
                           ("tags.policy", POLICY % cls.directory),
                           ("Makefile", "tags: main.c keeper.c\n"
                            f"\t$(CC) -g -O1 -DKEY='\"{cls.directory}/tag.key\"' -o $@ $^\n")):
            (cls.directory / name).write_text(text)
        (cls.directory / "tag.key").write_bytes(b"k3y-0f:T4gs,w1th+24Byt3s"[:24])
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=cls.directory))
        for output, options in (("tags.bailey", ()), ("narrow.bailey", ("--narrow",))):
            Notary.must(bailey("build", "--quiet", "-p", ".", "--program", "tags", "--policy",
                               "tags.policy", *options, "-o", output, directory=cls.directory),
                        statuses=(0, 3))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    def run_split(self, what, at, bundle="tags.bailey"):
        done = bailey("run", bundle, "--credential", f"tag_key=file:{self.directory}/tag.key",
                      "--outcome", "outcome.json", stdin=b"%d\n%d\n" % (what, at),
                      directory=self.directory)
        return done, json.loads((self.directory / "outcome.json").read_text())

    def unsplit(self, what, at):
        return run([self.directory / "tags"], stdin=b"%d\n%d\n" % (what, at),
                   directory=self.directory)

    def test_who_asks_rightly_gets_the_same(self):
        for bundle in ("tags.bailey", "narrow.bailey"):
            with self.subTest(bundle):
                done, outcome = self.run_split(0, 3, bundle)
                self.assertEqual(done.stdout, self.unsplit(0, 3).stdout, done.stderr.decode())
                self.assertEqual(outcome["outcome"], "ok")

    def test_an_index_out_of_the_copy_ends_the_portion(self):
        attacks = {1: ("keeper_tag", "text"), 2: ("keeper_mark", "mark"),
                   3: ("keeper_word", "word")}
        for what, (function, parameter) in attacks.items():
            for at in (5000, -5000, 1 << 20, -(1 << 20), 2**31 - 1, -2**31):
                with self.subTest(function, at=at):
                    done, outcome = self.run_split(what, at)
                    self.assertNotEqual(outcome["outcome"], "ok")
                    self.assertEqual(done.stdout, b"")
                    self.assertIn(f"bailey: crossing `{function}`: its code reaches beyond what "
                                  f"was passed for `{parameter}`", done.stderr.decode())

    def test_the_narrowed_portion_says_so_too(self):
        done, outcome = self.run_split(2, 5000, "narrow.bailey")
        self.assertNotEqual(outcome["outcome"], "ok")
        self.assertIn("`keeper_mark`", done.stderr.decode())

    def test_what_is_written_in_front_is_found(self):
        done, outcome = self.run_split(2, -1)
        self.assertNotEqual(outcome["outcome"], "ok")
        self.assertIn("crossing `keeper_mark`: its code wrote beside what was passed for `mark`",
                      done.stderr.decode())

    # Of the page in front of the copy only zeros are to be had: no neighbour's byte.
    def test_in_front_of_the_copy_are_zeros(self):
        inside = int(self.run_split(3, 4)[0].stdout.split()[0])  # the text's NUL
        for at in (-1, -8, -2000):
            done, _ = self.run_split(3, at)
            self.assertEqual(int(done.stdout.split()[0]), inside, at)


if __name__ == "__main__":
    unittest.main()
