"""The fuzzers that `bailey split` writes: they find what is planted, in a state
that takes two calls and behind a pointer that is kept, and find nothing in what
has no mistake. BAILEY_FUZZ_CALLS says how many calls the examples get."""
import os
import pathlib
import re
import shutil
import tempfile
import time
import unittest

import support
from support import ROOT, bailey, run

CALLS = int(os.environ.get("BAILEY_FUZZ_CALLS", "100000"))
# More than any of the planted mistakes takes: each is found within seconds.
CALLS_TO_FIND = 40_000_000
support.TIMEOUT_S = 3600


class Fuzzed:
    """A program, split, one portion of it built with its fuzzer."""

    # `planted`: of the portion's sources as they were split, what to write for what.
    def __init__(self, source, make, program, policy, portion, planted=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-fuzz-test-"))
        shutil.copytree(source, self.directory, dirs_exist_ok=True)
        self.must(bailey("capture", "--", "make", "-s", *make, directory=self.directory))
        split = bailey("split", "-p", ".", "--program", program, "--policy", policy,
                       "-o", "portions", directory=self.directory)
        # 3: some calls are undecided; the portions are written all the same.
        if split.returncode not in (0, 3):
            self.must(split)
        self.portion = self.directory / "portions" / portion
        for path in self.portion.glob("*.c"):
            text = path.read_text()
            for honest, mistaken in (planted or {}).items():
                text = text.replace(honest, mistaken)
            path.write_text(text)
        self.must(run(["make", "-s", "-C", self.portion, f"fuzz-{portion}"]))
        self.fuzzer = self.portion / "fuzz" / portion

    @staticmethod
    def must(done):
        if done.returncode != 0:
            raise AssertionError(f"{done.args} exited with {done.returncode}:\n"
                                 f"{done.stdout.decode()}{done.stderr.decode()}")

    def run(self, *arguments):
        """Its status and what it said."""
        done = run([self.fuzzer, *arguments], directory=self.directory,
                   environment={**os.environ, "TMPDIR": str(self.directory)})
        return done.returncode, done.stderr.decode(errors="replace")

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def summary(said):
    """The counts of the last line but the functions': calls, answered, ..."""
    line = re.search(r"(\d+) calls in (\d+) inputs: (\d+) answered, (\d+) refused, "
                     r"(\d+) ended", said)
    keys = ["calls", "inputs", "answered", "refused", "ended"]
    return dict(zip(keys, map(int, line.groups()))) if line else {}


def answered(said):
    return {name: int(count) for count, name in re.findall(r"(\d+) answered: (\w+)", said)}


class Vault(unittest.TestCase):
    """testdata/fuzz/vault, whose trusted portion has the mistake that is asked for."""

    def fuzz(self, planted, *options):
        """`planted`: a number that the program is built with, or as `Fuzzed`'s."""
        number = planted if isinstance(planted, int) else 0
        fuzzed = Fuzzed(ROOT / "testdata" / "fuzz" / "vault", [f"PLANTED={number}"],
                        "vault", "vault.policy", "keeper", planted if number != planted else None)
        self.addCleanup(fuzzed.close)
        key = fuzzed.directory / "dummy.key"
        key.write_bytes(b"sixteen bytes...")
        self.credential = ["--credential", f"key=file:{key}"]
        begin = time.monotonic()
        code, said = fuzzed.run(*self.credential, "-seed=1", *options)
        self.seconds = time.monotonic() - begin
        return fuzzed, code, said

    def find(self, planted, expected):
        fuzzed, code, said = self.fuzz(planted, "--calls", str(CALLS_TO_FIND))
        self.assertNotEqual(code, 0, said[-2000:])
        self.assertIn(expected, said)
        print(f"planted mistake {planted}: found in {self.seconds:.1f} s", flush=True)
        # The input does it again, by itself.
        crash, = fuzzed.directory.glob("crash-*")
        code, said = fuzzed.run(*self.credential, crash)
        self.assertNotEqual(code, 0)
        self.assertIn(expected, said)

    def test_one_element_too_many(self):
        self.find(1, "heap-buffer-overflow")

    def test_a_state_that_takes_two_calls(self):
        self.find(2, "vault_put")

    def test_a_pointer_into_a_request_that_is_over(self):
        self.find({"#ifdef KEEPS_POINTER": "#if 1"}, "heap-use-after-free")

    def test_an_abort(self):
        self.find(4, "vault_total")

    def test_no_mistake(self):
        fuzzed, code, said = self.fuzz(0, "--calls", str(CALLS))
        self.assertEqual(code, 0, said[-2000:])
        counts = summary(said)
        self.assertGreaterEqual(counts["calls"], CALLS)
        # It answers most, refuses some, and its exit() is no crash.
        self.assertGreater(counts["answered"], CALLS // 2)
        self.assertGreater(counts["refused"], 0)
        self.assertEqual(len(answered(said)), 6)
        self.assertTrue(all(count > 0 for count in answered(said).values()), said)
        self.assertEqual(list(fuzzed.directory.glob("crash-*")), [])

    def test_an_exit_ends_the_input(self):
        fuzzed, _, _ = self.fuzz(0, "--calls", "1")
        (fuzzed.directory / "short.key").write_bytes(b"short")
        code, said = fuzzed.run("--credential", "key=file:short.key", "-seed=1",
                                "--calls", "20000")
        self.assertEqual(code, 0, said[-2000:])
        self.assertGreater(summary(said)["ended"], 0)

    def test_it_asks_for_a_dummy(self):
        fuzzed, _, _ = self.fuzz(0, "--calls", "1")
        code, said = fuzzed.run("--calls", "1")
        self.assertEqual(code, 2)
        self.assertIn("--credential key=file:PATH", said)
        code, said = fuzzed.run("--credential", "key=none", "--calls", "1000")
        self.assertEqual(code, 0, said)


class Notary(unittest.TestCase):
    def test_the_signer(self):
        fuzzed = Fuzzed(ROOT / "examples" / "notary", ["CC=clang-19"], "notary", "notary.policy",
                        "signer")
        self.addCleanup(fuzzed.close)
        key = fuzzed.directory / "documents" / "test.key"
        code, said = fuzzed.run("--credential", f"signing_key=file:{key}", "--calls", str(CALLS))
        self.assertEqual(code, 0, said[-3000:])
        counts = summary(said)
        self.assertGreaterEqual(counts["calls"], CALLS)
        # Every function was reached, the one that signs with a key that was loaded.
        self.assertEqual(len(answered(said)), 6)
        self.assertTrue(all(count > 0 for count in answered(said).values()), said)
        print(said[said.rindex("bailey fuzz:"):], flush=True)


if __name__ == "__main__":
    unittest.main()
