"""bench/programs.py and bench/suites.py: what harnesses print, and how two runs compare."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import programs  # noqa: E402
import suites  # noqa: E402


def read(pattern, text):
    return [(each["verdict"], each["name"]) for each in pattern.finditer(text)]


class PatternsTest(unittest.TestCase):
    def test_automake(self):
        self.assertEqual(read(programs.AUTOMAKE, "PASS: a b\nFAIL: c\nXPASS: no: d\n# PASS:  3\n"),
                         [("PASS", "a b"), ("FAIL", "c"), ("XPASS", "no: d")])

    def test_perl(self):
        self.assertEqual(read(programs.PERL, "1..3\nok 1 - one\nnot ok 2 - two\nok 3\n"), [("ok", "one"), ("not ok", "two")])

    def test_redis_without_its_times(self):
        self.assertEqual(read(programs.REDIS, "[ok]: SET and GET (3 ms)\n[err]: EXPIRE in tests/x.tcl\n[ready]: 112\n"),
                         [("ok", "SET and GET"), ("err", "EXPIRE in tests/x.tcl")])

    def test_sqlite(self):
        self.assertEqual(read(programs.SQLITE, "shell1-1.1.1... Ok\nshell1-2... \n! shell1-2 expected: [1]\n"),
                         [("Ok", "shell1-1.1.1")])

    def test_autotest(self):
        said = "  1: tar version                                     ok\n 20: extract over                     FAILED (x.at:3)\n"
        self.assertEqual(read(programs.AUTOTEST, said), [("ok", "1: tar version"), ("FAILED", "20: extract over")])

    def test_every_program_has_a_part_that_ends_and_patterns(self):
        for program in programs.PROGRAMS.values():
            self.assertTrue(program.suite and program.patterns and program.minutes, program.name)


class SuiteTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "source").mkdir()
        self.binary = self.folder / "source" / "tool"
        self.binary.write_bytes(pathlib.Path("/bin/true").read_bytes())
        self.binary.chmod(0o755)
        script = "./tool && echo PASS: runs || echo FAIL: runs"
        self.suite = suites.Suite(programs.Program("tool", "tool", "tool", ("sh", "-c", script), (programs.AUTOMAKE,)),
                                  self.folder)

    def test_lots_and_values_are_no_difference_but_failures_are(self):
        drawn = [suites.Results(0, [("ok", "set a value")] * count) for count in (3, 5)]
        self.assertEqual(*drawn)
        self.assertNotEqual(drawn[0], suites.Results(0, [("ok", "set a value"), ("not ok", "set a value")]))
        self.assertNotEqual(drawn[0], suites.Results(1, drawn[0].tests))
        self.assertEqual(programs.VALUE.sub("#", "port 80 == 'XYZ'"), "port # #")

    def test_what_is_put_before_the_program_runs_and_goes_again(self):
        plain = self.suite.run("plain")
        self.assertEqual(str(plain), "1/1")
        before = self.binary.read_bytes()
        with self.suite.wrapped(["env false"]):
            other = self.suite.run("other")
        self.assertEqual(self.binary.read_bytes(), before)
        self.assertNotEqual(plain, other)
        self.assertEqual(len(plain.differences(other)), 2)
        self.assertEqual(plain, self.suite.run("again"))

    def test_a_run_that_was_killed_leaves_nothing_behind(self):
        before = self.binary.read_bytes()
        self.suite._wrap("tool", "env false")
        self.assertNotEqual(self.binary.read_bytes(), before)
        suites.Suite(self.suite.program, self.folder)
        self.assertEqual(self.binary.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
