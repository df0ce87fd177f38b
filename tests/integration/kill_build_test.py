"""Kills `bailey build`, `split` and `capture`, or a stage of theirs, at random moments: what they
write is whole or not there, their stages end with them, and the next one clears their scratch.

BAILEY_BUILD_KILLS says how many kills (30), BAILEY_KILL_SEED repeats a run.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

from processes import descendants
from support import BIN, Notary

KILLS = int(os.environ.get("BAILEY_BUILD_KILLS", "30"))
SEED = int(os.environ.get("BAILEY_KILL_SEED", str(random.SystemRandom().randrange(1 << 32))))
# How long what is no stage of ours may take to end by itself: a user's own build.
FOREVER_S = 60
# SIGTERM, which make passes on; compilers end when they get to it.
GRACE_S = float(os.environ.get("BAILEY_KILL_GRACE_S", "1")) + 4


class KilledCommand:
    """A command that is killed, or a process below it, after a while."""

    def __init__(self, arguments, directory, temporary):
        self.process = subprocess.Popen([str(word) for word in arguments], cwd=directory,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL,
                                        env={**os.environ, "TMPDIR": str(temporary)})
        self.seen = set()

    def look(self):
        below = [process for level in descendants(self.process.pid) for process in level]
        self.seen.update(below)
        return below

    def kill_after(self, seconds, rng, itself):
        """False if it had ended."""
        end = time.monotonic() + seconds
        below = self.look()
        while self.process.poll() is None and (time.monotonic() < end or not (itself or below)):
            time.sleep(0.002)
            below = self.look()
        if self.process.poll() is not None:
            return False
        if itself:
            self.process.kill()
        else:
            rng.choice(below).kill()
        return True

    def left_after(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            if not ended:
                self.look()
            left = [process for process in self.seen if process.is_there()]
            if ended and not left:
                return []
            time.sleep(0.005)
        return left or [self.process.pid]


class KillBuildTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.notary = Notary()
        cls.temporary = pathlib.Path(tempfile.mkdtemp(prefix="bailey-kill-build-"))
        cls.whole = cls.notary.bundle.read_bytes()
        cls.directory = cls.notary.directory
        cls.common = ["-p", ".", "--program", "notary", "--policy", "notary.policy"]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.temporary, ignore_errors=True)
        cls.notary.close()

    def start(self, *arguments):
        return KilledCommand([BIN / "bailey", *arguments], self.directory, self.temporary)

    def how_long(self, *arguments):
        begin = time.monotonic()
        self.assertIn(self.start(*arguments).process.wait(timeout=300), (0, 3))
        return time.monotonic() - begin

    def kill_often(self, kills, check, *arguments, takes_stages=True, grace_s=GRACE_S):
        """Kills the command or a stage of it, at a moment of its life, and checks."""
        length = self.how_long(*arguments)
        done = 0
        for attempt in range(10 * kills):
            seed = f"{SEED}/{arguments[0]}/{attempt}"
            rng = random.Random(seed)
            with self.subTest(seed=seed):
                command = self.start(*arguments)
                itself = not takes_stages or rng.random() < 0.6
                killed = command.kill_after(rng.random() * length, rng, itself)
                self.assertEqual(command.left_after(grace_s), [], "a stage went on")
                # The sweep at each start: so what a killed one left does not add up.
                self.assertLessEqual(len(list(self.temporary.iterdir())), 1)
                check()
                done += killed
            if done == kills:
                break
        self.assertEqual(done, kills)
        # Undisturbed it works as ever, and clears up.
        self.how_long(*arguments)
        check()
        self.assertEqual(list(self.temporary.iterdir()), [])

    def check_bundle(self, output):
        """None or all of it, and nothing else beside it."""
        if output.exists():
            self.assertEqual(output.read_bytes(), self.whole)
        self.assertEqual([path.name for path in output.parent.iterdir() if path != output], [])

    def test_build(self):
        for exists in (False, True):
            directory = self.directory / f"output-{exists}"
            directory.mkdir()
            output = directory / "notary.bailey"
            if exists:
                output.write_bytes(self.whole)
            self.kill_often(KILLS // 6, lambda place=output: self.check_bundle(place),
                            "build", *self.common, "-o", output)
            self.check_bundle(output)

    def test_split(self):
        directory = self.directory / "split"

        def check():
            # No Makefile, no build: all of them are there, and then all sources are, or none is.
            makefiles = list(directory.glob("*/Makefile"))
            self.assertIn(len(makefiles), (0, 1, 2))
            for name in ("report", "flow", "plan"):
                path = directory / f"{name}.json"
                if path.exists():
                    json.loads(path.read_text())
            if makefiles:
                for portion in ("signer", "parser"):
                    sources = {str(path.relative_to(directory / portion)): path.read_bytes()
                               for path in (directory / portion).rglob("*.c")}
                    self.assertTrue(sources)
                    self.sources.setdefault(portion, sources)
                    self.assertEqual(self.sources[portion], sources)
        self.sources = {}
        self.kill_often(KILLS // 3, check, "split", *self.common, "-o", directory)
        self.assertEqual(set(self.sources), {"signer", "parser"})

    def test_capture(self):
        names = ("compile_commands.json", "bailey-capture.json")
        before = {path.name for path in self.directory.iterdir()}
        whole = [json.loads((self.directory / name).read_text()) for name in names]

        def check():
            for name, content in zip(names, whole):
                found = json.loads((self.directory / name).read_text())
                self.assertEqual(len(found), len(content))
            self.assertLessEqual({path.name for path in self.directory.iterdir()}, before)
        # The build is the user's: it goes on to its end, as it would alone.
        self.kill_often(KILLS - 2 * (KILLS // 3), check, "capture", "--", "make", "-s", "-B",
                        "CC=clang-19", takes_stages=False, grace_s=FOREVER_S)


if __name__ == "__main__":
    print(f"seed {SEED}")
    unittest.main(verbosity=2)
