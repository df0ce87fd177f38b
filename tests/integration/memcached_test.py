#!/usr/bin/env python3
"""examples/memcached, shortly, where scripts/real-programs has built memcached:
a server of others, split as it is, passes its own tests of passwords."""
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = os.environ.get("BAILEY_BIN", str(ROOT / "build" / "release" / "bin"))
REAL = pathlib.Path(os.environ.get("BAILEY_REAL_PROGRAMS", ROOT / "build" / "real-programs"))
CAPTURE = REAL / "memcached" / "capture" / "bailey-capture.json"


@unittest.skipUnless(CAPTURE.exists(), "memcached is not built: scripts/real-programs build memcached")
class Memcached(unittest.TestCase):
    def test_split_and_unsplit_do_the_same(self):
        done = subprocess.run(
            [str(ROOT / "examples" / "memcached" / "demo"), "--quick", "--bin", BIN, "--real", str(REAL)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("same: ascii-auth, 9\n", done.stdout)
        self.assertIn("9 sessions and starts, all alike", done.stdout)
        self.assertIn("audit passed: 35 windows", done.stdout)


if __name__ == "__main__":
    unittest.main()
