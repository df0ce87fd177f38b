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


if __name__ == "__main__":
    unittest.main()
