"""Programs of several link units and runs one after the other: complete or not,
from the cache or not, the answer is the same and says so."""
import json
import os
import pathlib
import shutil
import tempfile
import unittest

from support import bailey


class WholeProgram(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-whole-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.cache = self.directory / "cache"
        self.environment = dict(os.environ, BAILEY_CACHE=str(self.cache))
        self.write("main.c", "int work(void);\nint main(void) { return work(); }\n")
        self.write("work.c", "#include <unistd.h>\nint work(void) { return getppid() < 0; }\n")
        self.capture("cc -fPIC -shared work.c -o libwork.so && cc main.c -L. -lwork -o prog")

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def capture(self, build):
        done = bailey("capture", "--", "sh", "-c", build, directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def analyze(self, *options, code=0):
        done = bailey("analyze", "--quiet", "--format", "json", *options,
                      directory=self.directory, environment=self.environment)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def report(self, *options):
        return json.loads(self.analyze(*options).stdout)

    @staticmethod
    def names(report):
        return {each["name"] for each in report["capabilities"]}

    def test_a_shared_library_of_the_build_is_proved(self):
        proved = [each["name"] for each in self.report()["capabilities"]
                  if each["confidence"] == "proved"]
        self.assertIn("getppid", proved)

    def test_require_complete_fails_on_what_is_unresolved_and_lists_it(self):
        unresolved = self.report()["unresolved"]
        self.analyze("--require-complete", code=3 if unresolved else 0)
        self.write("work.c", "#include <unistd.h>\n#include <stdlib.h>\n"
                   "int work(void) { return (int)syscall(atoi(getenv(\"N\"))); }\n")
        done = self.analyze("--require-complete", code=3)
        self.assertIn("work.c:3:", done.stderr.decode())
        # The report is there all the same.
        self.assertTrue(json.loads(done.stdout)["unresolved"])
        self.analyze()

    def test_the_cache_changes_no_byte(self):
        plain = self.analyze("--no-cache").stdout
        self.assertFalse(self.cache.exists())
        self.assertEqual(self.analyze().stdout, plain)
        self.assertTrue(list(self.cache.iterdir()))
        self.assertEqual(self.analyze().stdout, plain)

    def test_a_touched_source_is_read_again(self):
        self.assertNotIn("acct", self.names(self.report()))
        self.write("work.c", "#include <unistd.h>\nint work(void) { return acct(0); }\n")
        self.assertIn("acct", self.names(self.report()))

    def test_a_poisoned_cache_is_not_believed(self):
        """The attack: another program's facts under this one's key."""
        self.write("work.c", "#include <unistd.h>\nint work(void) { return acct(0); }\n")
        self.report()
        entries = {path.name: path.read_bytes() for path in self.cache.iterdir()}
        # Every entry gives way to every other: none is taken for it.
        for name in entries:
            for text in entries.values():
                (self.cache / name).write_bytes(text)
                break
        self.assertIn("acct", self.names(self.report()))
        # A folder that anyone may write to is not used, and that is said.
        self.cache.chmod(0o777)
        done = self.analyze()
        self.assertIn("nothing is cached", done.stderr.decode())
        self.assertIn("acct", self.names(json.loads(done.stdout)))

    def test_a_file_that_does_not_compile_is_an_error_for_all(self):
        self.write("work.c", '#include "generated.h"\nint work(void) { return 0; }\n')
        done = self.analyze(code=2)
        self.assertIn("work.c:1:", done.stderr.decode())
        self.assertIn("hint:", done.stderr.decode())
        self.assertEqual(done.stdout, b"")


if __name__ == "__main__":
    unittest.main()
