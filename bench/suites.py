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
            if (self.source / binary).read_bytes()[:2] == b"#!":
                self._restore(binary)  # a run was killed
            self._real(binary).parent.mkdir(exist_ok=True)
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
        """The program under its own name, which it prints, elsewhere."""
        return self.folder / "real" / pathlib.Path(binary).name

    def _restore(self, name):
        binary = self.source / name
        restored = binary.with_name(binary.name + ".restored")
        shutil.copy2(self._real(name), restored)
        os.utime(restored)  # make must find nothing to do
        restored.replace(binary)

    def _wrap(self, name, words):
        binary = self.source / name
        script = binary.with_name(binary.name + ".wrapper")
        script.write_text(f'#!/bin/sh\nexec {words} {shlex.quote(str(self._real(name)))} "$@"\n')
        script.chmod(0o755)
        script.replace(binary)

    @contextlib.contextmanager
    def wrapped(self, commands):
        """For each binary, words for a shell, which go before it."""
        try:
            for (binary, _), words in zip(self.binaries, commands, strict=True):
                self._wrap(binary, words)
            yield
        finally:
            for binary, _ in self.binaries:
                self._restore(binary)

    def run(self, log):
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC", "NO_VALGRIND": "1", "VERBOSE": "1", "TERM": "dumb"}
        done = subprocess.run(self.command, cwd=self.source, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=self.seconds)
        output = done.stdout.decode(errors="replace")
        (self.folder / f"suite-{log}.log").write_text(output)
        tests = [(each["verdict"], programs.VALUE.sub("#", each["name"])[:100].strip())
                 for pattern in self.program.patterns for each in pattern.finditer(output)]
        return Results(done.returncode, sorted(tests))
