"""`bailey build --narrow`: no portion may do more than its own program can."""
import pathlib
import re
import tempfile
import unittest

from support import Notary, NotaryTest, bailey

WILD = r"""#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int keeper_do(long number) { return (int)syscall(number); }
int main(int count, char** words) {
  return count > 1 ? keeper_do(atol(words[1])) : 0;
}
"""
WILD_POLICY = """policy wild {
  use "runtime/c";
  credential key from file "/run/secrets/key";
  portion keeper trusted { uses key; function keeper_do; }
  portion front untrusted {}
  otherwise errno EPERM;
}
"""
# What it may do depends on the phase alone: the arguments are not known.
SERVER = r"""#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern void bailey_serving(void) __attribute__((weak));
int keeper_load(void);
int keeper_tag(const char* text);
static int flags, domain;

static int read_line(char* line) { return fgets(line, 100, stdin) != NULL; }

static void attempt(const char* who) {
  const int file = open("/etc/hostname", flags);
  printf("%s open: %s\n", who, file < 0 ? strerror(errno) : "done");
  if (file >= 0) close(file);
  const int stream = socket(domain, SOCK_STREAM, 0);
  printf("%s socket: %s\n", who, stream < 0 ? strerror(errno) : "done");
  if (stream >= 0) close(stream);
}

int main(int count, char** words) {
  char line[100];
  (void)words;
  flags = count - 1;  // O_RDONLY
  domain = AF_INET * count;
  if (keeper_load() != 0) return 2;
  attempt("starting");
  if (bailey_serving) bailey_serving();
  attempt("serving");
  while (read_line(line)) printf("tag %d\n", keeper_tag(line) != 0);
  return 0;
}
"""
KEEPER = r"""#include <stdio.h>
static char key[8];
int keeper_load(void) {
  FILE* file = fopen("/run/secrets/key", "r");
  if (!file) return -1;
  const size_t got = fread(key, 1, sizeof key, file);
  fclose(file);
  return got == sizeof key ? 0 : -1;
}
int keeper_tag(const char* text) {
  int sum = 0;
  for (size_t i = 0; text[i]; ++i) sum += text[i] ^ key[i % sizeof key];
  return sum;
}
"""
SERVER_POLICY = """policy server {
  use "runtime/c";
  credential key from file "/run/secrets/key";
  portion keeper trusted { uses key; function keeper_load, keeper_tag; }
  portion front untrusted {
    input function read_line;
    allow file read "/etc/hostname";
    allow syscall socket, getppid;
    serving {
      use "runtime/c";
      allow syscall openat, socket, getppid;
      deny syscall openat(flags & O_ACCMODE == O_RDONLY) then errno EACCES;
      deny syscall socket(domain == AF_INET) then errno EAFNOSUPPORT;
      otherwise errno ENOSYS;
    }
  }
  otherwise errno EPERM;
}
"""


class NarrowTest(NotaryTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wide = cls.notary.bundle
        done = bailey("build", "-p", ".", "--program", "notary", "--policy", "notary.policy",
                      "-o", "narrow.bailey", "--keep-portions", "narrow", "--narrow",
                      directory=cls.notary.directory)
        Notary.must(done)
        cls.said = done.stderr.decode()

    def narrowed(self, portion):
        return self.notary.directory / "narrow" / portion / "narrowed.policy"

    def test_the_narrowed_program_does_the_same(self):
        self.notary.bundle = self.notary.directory / "narrow.bailey"
        try:
            for name in ("correspondence.mbox", "malformed.mbox"):
                documents = self.notary.documents(name)
                done, outcome = self.notary.run(stdin=documents)
                unsplit = self.notary.unsplit(documents)
                self.assertEqual((done.returncode, done.stdout),
                                 (unsplit.returncode, unsplit.stdout), done.stderr)
                self.assertEqual(outcome["denials"], [])
        finally:
            self.notary.bundle = self.wide

    def test_each_portion_may_do_less(self):
        for portion in ("signer", "parser"):
            found = re.search(fr"portion {portion}: narrowed from (\d+) system calls to (\d+)",
                              self.said)
            self.assertLess(int(found[2]), int(found[1]))

    def test_under_the_policy_as_its_ceiling(self):
        for portion in ("signer", "parser"):
            done = bailey("policy", "diff", "--ceiling", "notary.policy", self.narrowed(portion),
                          directory=self.notary.directory)
            self.assertEqual(done.returncode, 0, done.stdout.decode())

    def test_what_no_code_of_the_portion_makes_is_refused(self):
        wide = bailey("policy", "eval", "notary.policy", "--portion", "signer", "getppid",
                      directory=self.notary.directory)
        self.assertIn(b"allow", wide.stdout)
        narrow = bailey("policy", "eval", self.narrowed("signer"), "getppid")
        self.assertIn(b"errno EPERM", narrow.stdout)

    def test_rules_say_where_the_program_makes_the_call(self):
        self.assertIn("# over-approximated", self.narrowed("signer").read_text())


class WildTest(unittest.TestCase):
    def test_a_portion_that_may_make_any_call_is_not_narrowed(self):
        with tempfile.TemporaryDirectory(prefix="bailey-narrow-") as scratch:
            directory = pathlib.Path(scratch)
            (directory / "wild.c").write_text(WILD)
            (directory / "wild.policy").write_text(WILD_POLICY)
            (directory / "Makefile").write_text("wild: wild.c\n\t$(CC) -g -o $@ $^\n")
            Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19", directory=directory))
            done = bailey("build", "-p", ".", "--program", "wild", "--policy", "wild.policy",
                          "-o", "wild.bailey", "--narrow", directory=directory)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            self.assertIn("portion keeper is not narrowed", done.stderr.decode())
            self.assertIn("portion front: narrowed from", done.stderr.decode())
            (directory / "key").write_text("0123456789abcdef")
            ran = bailey("run", "wild.bailey", "--credential", "key=file:key", "--", "110",
                         directory=directory)
            self.assertEqual(ran.returncode, 1, ran.stderr.decode())  # getppid: its first process


class ServingTest(unittest.TestCase):
    """The second filter of a portion stays, over its narrowed first one."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="bailey-narrow-")
        cls.directory = pathlib.Path(cls.scratch.name)
        for name, text in (("main.c", SERVER), ("keeper.c", KEEPER), ("key", "12345678"),
                           ("server.policy", SERVER_POLICY),
                           ("Makefile", "server: main.c keeper.c\n\t$(CC) -g -o $@ $^\n")):
            (cls.directory / name).write_text(text)
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19",
                           directory=cls.directory))
        cls.built = bailey("build", "-p", ".", "--program", "server", "--policy",
                           "server.policy", "-o", "server.bailey", "--narrow",
                           "--keep-portions", "kept", directory=cls.directory)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_it_starts_under_the_one_and_serves_under_the_other(self):
        self.assertEqual(self.built.returncode, 0, self.built.stderr.decode())
        ran = bailey("run", "server.bailey", "--credential", "key=file:key", stdin=b"hello\n",
                     directory=self.directory)
        self.assertEqual(ran.stdout.splitlines(), [
            b"starting open: done", b"starting socket: done",
            b"serving open: Permission denied",
            b"serving socket: Address family not supported by protocol", b"tag 1"],
            ran.stderr.decode())
        self.assertIn(b"front: switched to its filter for serving", ran.stderr)

    def test_neither_permits_what_the_program_does_not_do(self):
        self.assertIn(b"portion front: narrowed from", self.built.stderr)
        wide = bailey("policy", "eval", "server.policy", "--portion", "front", "getppid",
                      directory=self.directory)
        self.assertIn(b"allow", wide.stdout)
        narrow = bailey("policy", "eval", "kept/front/narrowed.policy", "getppid",
                        directory=self.directory)
        self.assertIn(b"errno EPERM", narrow.stdout)


if __name__ == "__main__":
    unittest.main()
