"""Whoever holds a credential while a program runs is among those that `analyze`
names: testdata/analyzer/canary/program.c is run with a key, its frames are
watched at each call and return (watch.c there), and what was seen is held
against the report: nobody who was seen may be missing.

The same of signify, if its sources are there (bench/real_programs.py fetches
them): CANARY_SIGNIFY is the folder of its sources as they were built."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

from support import ROOT, bailey, run

WATCH = ROOT / "testdata" / "analyzer" / "canary" / "watch.c"
PROGRAM = ROOT / "testdata" / "analyzer" / "canary" / "program.c"
COMPILER = os.environ.get("CANARY_CC", "clang-19")
WATCHED = ["-O0", "-g", "-fno-omit-frame-pointer", "-fno-pie", "-no-pie", "-fno-stack-protector",
           "-U_FORTIFY_SOURCE", "-finstrument-functions"]
# They only ever see the message: whoever sees the key in them sees wrongly.
MESSAGE_ONLY = {"show_message", "load_message"}
# Must be seen, or else the watching is broken.
KEY_HOLDERS = {"load", "copy", "handle_key", "load_key", "remember", "use_found", "sort_words",
               "word_of", "turned", "take_words", "compare", "add", "deep"}


class Watched:
    """A program that was built to be watched."""

    def __init__(self, directory, program, secrets):
        self.directory, self.program = directory, program
        (directory / "secrets").write_text("".join(each.hex() + "\n" for each in secrets))

    def names(self):
        lines = subprocess.run(["nm", self.program], capture_output=True, check=True).stdout
        fields = [line.split() for line in lines.decode().splitlines()]
        return {int(each[0], 16): each[2] for each in fields if len(each) == 3}

    def holders(self, *arguments, stdin=b""):
        """Runs it; answers the names of who held a secret."""
        out = self.directory / "holders"
        environment = dict(os.environ, CANARY_SECRETS=str(self.directory / "secrets"),
                           CANARY_OUT=str(out))
        done = run([self.program, *arguments], directory=self.directory, stdin=stdin,
                   environment=environment)
        if done.returncode != 0:
            raise AssertionError(f"exit code {done.returncode}: {done.stderr.decode()}")
        names = self.names()
        return {names[int(line, 16)] for line in out.read_text().split()}


def named(report, *, found):
    """Functions without the files that tell them apart; `found`: not what is assumed."""
    return {site["function"].rsplit(":", 1)[-1]
            for each in report["capabilities"]
            if each["kind"] == "credential" and (not found or each["confidence"] != "assumed")
            for site in each["sites"]}


def analyzed(directory, program, credential):
    done = bailey("analyze", "--quiet", "-p", directory, "--program", program, "--credential",
                  credential, "--format", "json", directory=directory)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return json.loads(done.stdout)


class CredentialCanary(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-canary-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def must(self, command, **options):
        done = run(command, directory=self.directory, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_all_who_hold_the_key_are_named(self):
        key = os.urandom(32)
        (self.directory / "key").write_bytes(key)
        (self.directory / "message.txt").write_bytes(b"the quick brown fox jumps over i")
        shutil.copy(PROGRAM, self.directory)
        self.must([COMPILER, *WATCHED, "program.c", "-c", "-o", "watched.o"])
        self.must([COMPILER, "-O0", "-fno-omit-frame-pointer", "-c", WATCH, "-o", "watch.o"])
        self.must([COMPILER, "-no-pie", "watched.o", "watch.o", "-o", "watched"])
        seen = Watched(self.directory, self.directory / "watched", [key]).holders("key")
        self.assertLessEqual(KEY_HOLDERS, seen)
        self.assertFalse(seen & MESSAGE_ONLY)

        done = bailey("capture", "--", COMPILER, "program.c", "-o", "prog",
                      directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        report = analyzed(self.directory, "prog", f"key=file:{self.directory}/key")
        self.assertEqual(seen - named(report, found=True), set())

    @unittest.skipUnless("CANARY_SIGNIFY" in os.environ, "CANARY_SIGNIFY is not set")
    def test_all_who_hold_the_key_in_signify_are_named(self):
        sources = pathlib.Path(os.environ["CANARY_SIGNIFY"])
        capture = pathlib.Path(os.environ["CANARY_SIGNIFY_CAPTURE"])
        shutil.copytree(sources, self.directory / "source")
        objects = " ".join(WATCHED[:4] + WATCHED[5:])
        source = self.directory / "source"
        subprocess.run(["make", "clean"], cwd=source, capture_output=True, check=False)
        self.must([COMPILER, "-O0", "-fno-omit-frame-pointer", "-c", WATCH, "-o", "watch.o"])
        done = run(["make", f"CC={COMPILER}", f"CFLAGS={objects} -Wno-error",
                    f"LDFLAGS=-no-pie {self.directory}/watch.o"], directory=source)
        self.assertEqual(done.returncode, 0, done.stderr.decode()[-2000:])
        program = next(path for path in (source / "signify", source / "signify-openbsd")
                       if path.exists())
        (self.directory / "message").write_bytes(b"a message\n")
        maker = Watched(self.directory, program, [b"nothing yet, nothing"])
        maker.holders("-G", "-n", "-p", "key.pub", "-s", "key.sec")
        text = (self.directory / "key.sec").read_text().splitlines()[1]
        raw = base64.b64decode(text)
        # pkalg, kdfalg, rounds, salt, checksum, number, then the key itself
        start = struct.calcsize("2s2sI16s8s8s")
        seed = raw[start:start + 32]
        # Its digest is what signs.
        secrets = [seed, hashlib.sha512(seed).digest(), text[60:].encode()]
        seen = Watched(self.directory, program, secrets).holders(
            "-S", "-s", "key.sec", "-m", "message", "-x", "message.sig")
        self.assertTrue(seen)
        report = analyzed(capture, "signify", "key=file:/run/secrets/key")
        print("seen in signify:", sorted(seen))
        self.assertEqual(seen - named(report, found=False), set())


if __name__ == "__main__":
    unittest.main()
