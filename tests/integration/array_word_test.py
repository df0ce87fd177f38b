"""A length that only the policy says: `function f(array p by n)`. A word that is wrong ends the trusted portion; it does
not read its neighbour."""
import json
import pathlib
import shutil
import tempfile
import unittest

from support import Notary, bailey, run

KEEPER = r"""#include "tags.h"
#include <stdio.h>
static unsigned char key[16];
int keeper_load(void) {
  FILE* file = fopen(KEY, "r");
  if (!file) return -1;
  const size_t got = fread(key, 1, sizeof key, file);
  fclose(file);
  return got == sizeof key ? 0 : -1;
}
int keeper_tag(unsigned char* bytes, long long length, unsigned char* tag, long long room) {
  unsigned sum = 0;
  for (int i = 0; i < 16; ++i) sum = sum * 31 + key[i];
  /* From here on nobody who reads the code knows what they point to. */
  __asm__ volatile("" : "+r"(bytes), "+r"(tag));
  for (long long i = 0; i < length; ++i) sum = sum * 31 + bytes[i];
  for (long long i = 0; i < room; ++i) tag[i] = (unsigned char)(sum >> (i % 4 * 8));
  return (int)(sum & 0x7fffffff);
}
"""
HEADER = """int keeper_load(void);
int keeper_tag(unsigned char* bytes, long long length, unsigned char* tag, long long room);
"""
MAIN = r"""#include "tags.h"
#include <stdio.h>
#include <string.h>
static long long read_bytes(unsigned char* bytes, int size) {
  return (long long)fread(bytes, 1, (size_t)size, stdin);
}
int main(void) {
  static unsigned char bytes[60000];
  unsigned char tag[8];
  memset(tag, 0, sizeof tag);
  if (keeper_load() != 0) return 3;
  const long long got = read_bytes(bytes, sizeof bytes);
  printf("%d", keeper_tag(bytes, got, tag, sizeof tag));
  for (unsigned i = 0; i < sizeof tag; ++i) printf(" %02x", tag[i]);
  puts("");
  return 0;
}
"""
POLICY = """policy tags {
  target linux x86_64;
  use "runtime/c";
  credential tag_key from file "%s/tag.key";
  portion keeper trusted { uses tag_key; function keeper_load, keeper_tag%s; }
  portion front untrusted { input function read_bytes; }
  limit wall 60 s;
  otherwise errno EPERM;
}
"""
RIGHT = "(array bytes by length, array tag by room)"
WRONG = "(array bytes by room, array tag by room)"


class ArrayWordTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-array-"))
        for name, text in (("keeper.c", KEEPER), ("main.c", MAIN), ("tags.h", HEADER),
                           ("Makefile", "tags: main.c keeper.c\n"
                            f"\t$(CC) -g -O1 -DKEY='\"{cls.directory}/tag.key\"' -o $@ $^\n")):
            (cls.directory / name).write_text(text)
        (cls.directory / "tag.key").write_bytes(b"k3y-0f:T4gs,w1th")
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=cls.directory))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.directory, ignore_errors=True)

    def build(self, name, words):
        (self.directory / f"{name}.policy").write_text(POLICY % (self.directory, words))
        return bailey("build", "-p", ".", "--program", "tags", "--policy", f"{name}.policy", "-o", f"{name}.bailey",
                      directory=self.directory)

    def run_split(self, name, said):
        path = self.directory / "outcome.json"
        path.unlink(missing_ok=True)
        done = bailey("run", f"{name}.bailey", "--quiet", "--credential", "tag_key=file:tag.key", "--outcome", path,
                      directory=self.directory, stdin=said)
        return done, json.loads(path.read_text())

    def test_without_a_word_the_length_is_not_known(self):
        done = self.build("silent", "")
        self.assertNotIn(done.returncode, (0, 3))
        self.assertIn(b"parameter `bytes`", done.stderr)

    def test_with_it_the_split_program_does_what_the_program_does(self):
        done = self.build("right", RIGHT)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        for size in (0, 1, 4096, 50000):
            said = bytes(i % 251 for i in range(size))
            whole = run([self.directory / "tags"], stdin=said)
            split, outcome = self.run_split("right", said)
            self.assertEqual((split.returncode, split.stdout), (0, whole.stdout), split.stderr)
            self.assertEqual(outcome["outcome"], "ok")

    def test_a_wrong_word_ends_the_portion(self):
        done = self.build("wrong", WRONG)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        split, _ = self.run_split("wrong", b"12345678")
        self.assertEqual(split.returncode, 0, split.stderr)
        split, outcome = self.run_split("wrong", bytes(50000))
        self.assertNotEqual(split.returncode, 0)
        self.assertEqual(split.stdout, b"")
        self.assertNotEqual(outcome["outcome"], "ok")


if __name__ == "__main__":
    unittest.main()
