"""Runs the tests of a real program, with something in front of it.

    suite = Suite(programs.PROGRAMS["gzip"], folder)   # folder: of scripts/real-programs
    with suite.wrapped([words]):         # the tests run `words PROGRAM ARGS`; a list, for each binary
        results = suite.run("log")
"""
import contextlib
import dataclasses
import fnmatch
import json
import os
import pathlib
import shlex
import shutil
import subprocess

import programs

WRAPPER = pathlib.Path(__file__).resolve().parent / "wrapper.c"
MARK = b"bailey's bench stands here for the program"


@dataclasses.dataclass(eq=False)
class Results:
    status: int
    tests: list  # (verdict, name), sorted

    @property
    def passed(self):
        return sum(verdict in programs.PASSED for verdict, _ in self.tests)

    def __eq__(self, other):
        """Some suites draw lots how often they check what: how many tests passed may differ, not which, nor what failed."""
        failed = [sorted(test for test in each.tests if test[0] not in programs.PASSED) for each in (self, other)]
        return self.status == other.status and set(self.tests) == set(other.tests) and failed[0] == failed[1]

    def differences(self, other):
        """A line for each of the first tests that only one of them has, or with another verdict."""
        one, two = set(self.tests), set(other.tests)
        return [f"  only {where}: {verdict} {name}" for where, tests in (("without", one - two), ("with", two - one))
                for verdict, name in sorted(tests)[:10]]

    def __str__(self):
        return f"{self.passed}/{len(self.tests)}" + (f" (exit {self.status})" if self.status else "")


class Suite:
    def __init__(self, program, folder, full=False):
        self.command = program.full if full and program.full else program.suite
        self.program = program
        self.seconds = 60 * program.minutes * (6 if full else 1)
        self.source = folder / "source"
        self.folder = folder
        self.binaries = self._find_binaries()
        for binary, _ in self.binaries:
            if MARK in (self.source / binary).read_bytes():
                self._restore(binary)  # a run was killed
            self._real(binary).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.source / binary, self._real(binary))

    def _find_binaries(self):
        """Each with what --program calls it."""
        if "*" not in self.program.binary:
            return [(self.program.binary, self.program.link)]
        links = json.loads((self.folder / "capture" / "bailey-capture.json").read_text())["links"]
        outputs = sorted(each["output"] for each in links if fnmatch.fnmatch(each["output"], self.program.binary))
        return [(each, each) for each in outputs
                if "." not in each and pathlib.Path(each).name not in self.program.not_wrapped]

    def _real(self, binary):
        """The program under its own name, which it prints, elsewhere: GNU's print no folder that is called so."""
        return self.folder / "real" / ".libs" / pathlib.Path(binary).name

    @property
    def running(self):
        """The files that run while the tests do, whatever goes before them."""
        return [self._real(binary) for binary, _ in self.binaries]

    def _restore(self, name):
        binary = self.source / name
        restored = binary.with_name(binary.name + ".restored")
        shutil.copy2(self._real(name), restored)
        os.utime(restored)  # make must find nothing to do
        restored.replace(binary)

    def _wrap(self, name, words):
        binary = self.source / name
        wrapper = binary.with_name(binary.name + ".wrapper")
        texts = ", ".join(json.dumps(word) for word in [*shlex.split(words), str(self._real(name))])
        subprocess.run(["cc", "-O1", f"-DWORDS={texts}", WRAPPER, "-o", wrapper], check=True)
        wrapper.replace(binary)

    @contextlib.contextmanager
    def wrapped(self, commands):
        """For each binary, words as a shell's, which go before it."""
        try:
            for (binary, _), words in zip(self.binaries, commands, strict=True):
                self._wrap(binary, words)
            yield
        finally:
            for binary, _ in self.binaries:
                self._restore(binary)

    def run(self, log, command=None):
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC", "NO_VALGRIND": "1", "VERBOSE": "1", "TERM": "dumb"}
        path = self.folder / f"suite-{log}.log"
        with path.open("wb") as said:  # no pipe, whose end would wait for what a test leaves running
            done = subprocess.run(command or self.command, cwd=self.source, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=said, stderr=subprocess.STDOUT, check=False, timeout=self.seconds)
        output = path.read_text(errors="replace")
        tests = [(each["verdict"], programs.VALUE.sub("#", each["name"])[:100].strip())
                 for pattern in self.program.patterns for each in pattern.finditer(output)]
        return Results(done.returncode, sorted(tests))
