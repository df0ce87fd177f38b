"""Pointers that only the trusted side follows: examples/stamper, and clients that cheat."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from processes import descendants
from support import BIN, ROOT, Notary, bailey, run

FINE = (0, 3)  # 3: some calls are undecided, and refused
FOREVER_S = 30
ORDERS = b"""new office Office
new notary Notary public
sign 0 hello
sign 1 hello
public 0
nonsense
new office Second
end 0
sign 0 late
sign 2 hello
"""
# What a desk does that was taken over: the first letter of its input says which.
# Structures that hold the same number as pointers of two types are the way around
# the analysis, which takes every cast for a look.
CHEAT = r"""#include <stdio.h>
#include <string.h>
#include "vault.h"

struct as_stamp { struct stamp *pointer; };
struct as_key { EVP_PKEY *pointer; };
struct as_number { unsigned long number; };

static int take_order(void) { return getchar(); }

static struct as_stamp stamp_of(unsigned long number) {
  struct as_number from = {number};
  struct as_stamp to;
  memcpy(&to, &from, sizeof to);
  return to;
}

static unsigned long number_of(struct stamp *stamp) {
  struct as_stamp from = {stamp};
  struct as_number to;
  memcpy(&to, &from, sizeof to);
  return to.number;
}

static unsigned long number_of_key(EVP_PKEY *key) {
  struct as_key from = {key};
  struct as_number to;
  memcpy(&to, &from, sizeof to);
  return to.number;
}

int main(void) {
  unsigned char bytes[64];
  EVP_PKEY *key = vault_office_key();
  EVP_PKEY *other = vault_notary_key();
  struct stamp *stamp = stamp_new(key, "Office");
  const unsigned long number = number_of(stamp);
  int result = 0;
  printf("%d\n", stamp_sign(stamp, "x", bytes));
  fflush(stdout);
  switch (take_order()) {
    case 's':  /* stale */
      stamp_free(stamp);
      result = stamp_sign(stamp, "x", bytes);
      break;
    case 'r':  /* replayed, while another lies where it was */
      stamp_free(stamp);
      for (int i = 0; i < 20; ++i) stamp_new(key, "Office");
      result = stamp_sign(stamp, "x", bytes);
      break;
    case 'd':
      stamp_free(stamp);
      stamp_free(stamp);
      break;
    case 'k':  /* freed inside of the library */
      vault_drop(key);
      stamp_new(key, "Office");
      break;
    case 'f':
      result = stamp_sign(stamp_of(number + 1).pointer, "x", bytes);
      break;
    case 'a':
      result = stamp_sign(stamp_of(0x7f0000001000).pointer, "x", bytes);
      break;
    case 't':
      result = stamp_sign(stamp_of(number_of_key(other)).pointer, "x", bytes);
      break;
    case 'm': {
      struct as_number from = {number};
      const char *at;
      memcpy(&at, &from, sizeof at);
      result = *at;
      break;
    }
    case 'l':
      while (stamp_new(key, "Office") != NULL) continue;
      break;
  }
  printf("went on: %d\n", result);
  return 0;
}
"""


def portions(process):
    """Of a run: the trusted one starts first, that of `main` last."""
    return [each for level in descendants(process.pid) for each in level
            if pathlib.Path(f"/proc/{each.pid}/comm").read_text() == "stamper\n"]


class Stamper:
    """A copy of examples/stamper, built, with two keys of its own."""

    def __init__(self, main=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-stamper-"))
        self.directory.chmod(0o755)
        shutil.copytree(ROOT / "examples" / "stamper", self.directory, dirs_exist_ok=True)
        if main is not None:
            (self.directory / "main.c").write_text(main)
        Notary.must(bailey("capture", "--", "make", "-s", "CC=clang-19",
                           directory=self.directory))
        for name in ("office", "notary"):
            Notary.must(run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                             self.directory / f"{name}.pem"]))
            (self.directory / f"{name}.pem").chmod(0o644)
        self.built = self.split("build", "-o", "stamper.bailey")

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def split(self, verb, *options, policy="stamper.policy"):
        return bailey(verb, "-p", ".", "--program", "stamper", "--policy", policy, *options,
                      directory=self.directory)

    def arguments(self, *options):
        return ["run", "stamper.bailey", "--credential", "office_key=file:office.pem",
                "--credential", "notary_key=file:notary.pem", "--outcome",
                self.directory / "outcome.json", *options]

    def outcome(self):
        return json.loads((self.directory / "outcome.json").read_text())

    def run(self, *options, stdin=ORDERS):
        return bailey(*self.arguments(*options), stdin=stdin, directory=self.directory)

    def policy(self, name, change):
        text = (self.directory / "stamper.policy").read_text()
        (self.directory / name).write_text(change(text))
        return self.split("split", "-o", "changed", policy=name)


class StamperTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stamper = Stamper()

    @classmethod
    def tearDownClass(cls):
        cls.stamper.close()

    def verify(self, signature, text):
        directory = self.stamper.directory
        (directory / "signature").write_bytes(bytes.fromhex(signature.decode()))
        (directory / "text").write_bytes(text)
        return run(["openssl", "pkeyutl", "-verify", "-inkey", "office.pem", "-rawin", "-in",
                    "text", "-sigfile", "signature"], directory=directory).returncode

    def test_it_signs_with_several_keys_at_once(self):
        self.assertIn(self.stamper.built.returncode, FINE, self.stamper.built.stderr.decode())
        done = self.stamper.run()
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(self.stamper.outcome()["denials"], [])
        lines = done.stdout.splitlines()
        self.assertEqual(lines[:2] + lines[5:9],
                         [b"stamp 0", b"stamp 1", b"malformed", b"stamp 2", b"ended after 1",
                          b"no such stamp"])
        self.assertEqual(self.verify(lines[2], b"Office 1: hello"), 0)
        self.assertEqual(self.verify(lines[9], b"Second 1: hello"), 0)
        self.assertNotEqual(self.verify(lines[3], b"Notary public 1: hello"), 0)

    def test_no_key_is_readable_elsewhere(self):
        done = self.stamper.run("--audit")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        audit = self.stamper.outcome()["audit"]
        self.assertTrue(audit["passed"])
        self.assertTrue(audit["identical_output"])
        self.assertEqual(sum(hit["count"] for hit in audit["split"]["hits"]), 0)
        shown = {hit["encoding"] for hit in audit["control"]["hits"] if hit["count"] > 0}
        self.assertTrue({each for each in shown if each.startswith("office_key")}, shown)

    def test_the_plan_names_the_handles(self):
        directory = self.stamper.directory
        written = self.stamper.split("split", "-o", "portions")
        self.assertIn(written.returncode, FINE, written.stderr.decode())
        plan = json.loads((directory / "portions" / "plan.json").read_text())
        crossings = {each["name"]: each for each in plan["crossings"]}
        givers = {name for name, each in crossings.items() if each["returns_handle"]}
        self.assertEqual(givers, {"vault_office_key", "vault_notary_key", "stamp_new"})
        sign = crossings["stamp_sign"]["parameters"][0]
        self.assertEqual((sign["mode"], sign["type"]), ("handle", "struct stamp"))
        desk = (directory / "portions" / "desk" / "main.c").read_text()
        self.assertIn("take_order", desk)

    def test_without_the_word_it_is_refused_and_proposed(self):
        refused = self.stamper.policy("silent.policy", lambda text: re.sub(
            r" *declassify.*-> handle.*\n", "", text))
        self.assertEqual(refused.returncode, 2)
        said = refused.stderr.decode()
        self.assertIn("-> handle, at most 76 bits per call;", said)

    def test_another_word_is_refused(self):
        refused = self.stamper.policy("value.policy", lambda text: text.replace(
            "vault_notary_key -> handle", "vault_notary_key -> value"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("declassify vault_notary_key -> handle;", refused.stderr.decode())

    def test_a_handle_that_is_no_pointer_is_refused(self):
        refused = self.stamper.policy("count.policy", lambda text: text.replace(
            "stamp_count -> value", "stamp_count -> handle"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("a handle stands for a pointer to a structure", refused.stderr.decode())

    def test_either_side_may_be_killed(self):
        for victim in (0, -1):
            with self.subTest(victim):
                process = subprocess.Popen([BIN / "bailey", *self.stamper.arguments()],
                                           cwd=self.stamper.directory, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                process.stdin.write(b"new office A\nsign 0 x\n")
                process.stdin.flush()
                deadline = time.monotonic() + FOREVER_S
                while len(portions(process)) < 2 and time.monotonic() < deadline:
                    time.sleep(0.02)
                self.assertTrue(portions(process)[victim].kill())
                process.communicate(timeout=FOREVER_S)
                self.assertNotEqual(process.returncode, 0)
                self.assertNotEqual(self.stamper.outcome()["outcome"], "ok")


class CheatTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stamper = Stamper(CHEAT)

    @classmethod
    def tearDownClass(cls):
        cls.stamper.close()

    def cheat(self, attack):
        self.assertIn(self.stamper.built.returncode, FINE, self.stamper.built.stderr.decode())
        done = self.stamper.run(stdin=attack)
        self.assertEqual(done.stdout.splitlines()[:1], [b"0"], done.stderr.decode())
        return done

    def test_honestly_it_goes_on(self):
        self.assertEqual(self.cheat(b"-").stdout, b"0\nwent on: 0\n")

    def test_what_is_no_live_handle_of_its_type_is_refused(self):
        for attack in (b"s", b"r", b"d", b"k", b"f", b"a", b"t"):
            with self.subTest(attack):
                done = self.cheat(attack)
                self.assertEqual(done.stdout, b"0\n")
                self.assertIn(b"found the request malformed", done.stderr)
                outcome = self.stamper.outcome()
                self.assertEqual((outcome["outcome"], outcome["portion"]), ("crashed", "desk"))

    def test_no_handle_can_be_followed(self):
        done = self.cheat(b"m")
        self.assertEqual(done.stdout, b"0\n")
        outcome = self.stamper.outcome()
        self.assertEqual((outcome["outcome"], outcome["portion"]), ("crashed", "desk"))
        self.assertEqual(outcome["signal"], 11)

    def test_too_many_are_refused_with_the_reason(self):
        done = self.cheat(b"l")
        self.assertEqual(done.stdout, b"0\n")
        self.assertIn(b"as many handles as it can", done.stderr)


class LookerTest(unittest.TestCase):
    """Named portions: who looks into what is a handle is refused, at its place."""

    POLICY = """policy stamper {
  target linux x86_64;
  use "runtime/c";
  credential office_key from file "/run/secrets/stamper.office";
  credential notary_key from file "/run/secrets/stamper.notary";
  portion vault trusted {
    uses office_key, notary_key;
    function vault_office_key, vault_notary_key, stamp_new, stamp_sign, stamp_public, stamp_free;
    %s
  }
  portion desk untrusted { input function take_order; }
  otherwise errno EPERM;
}
"""

    def test_the_looker_is_named_and_then_it_goes(self):
        stamper = Stamper()
        self.addCleanup(stamper.close)
        refused = stamper.policy("named.policy", lambda _: self.POLICY % "")
        self.assertEqual(refused.returncode, 2)
        said = refused.stderr.decode()
        self.assertIn("`stamp_count` looks into a `struct stamp`", said)
        self.assertIn("`vault_drop` looks into a `EVP_PKEY`", said)
        self.assertRegex(said, r"vault\.c:\d+:\d+: error: `stamp_count`")
        accepted = stamper.policy("named.policy", lambda _: self.POLICY %
                                  "function stamp_count, vault_drop;")
        self.assertIn(accepted.returncode, FINE, accepted.stderr.decode())


if __name__ == "__main__":
    unittest.main()
