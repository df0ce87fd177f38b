"""The real programs: where each is built, and how its own tests are run.

    program = PROGRAMS["gzip"]
    suite = Suite(program, folder)       # folder: of scripts/real-programs
    with suite.wrapped(command):         # the tests run `command PROGRAM ARGS`
        results = suite.run("log")
"""
import contextlib
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# What a suite's harness prints of one test.
AUTOMAKE = re.compile(r"^(PASS|FAIL|XPASS|XFAIL|SKIP|ERROR): (.*)$", re.MULTILINE)
PERL = re.compile(r"^(ok|not ok) \d+ - (.*)$", re.MULTILINE)
VERDICT = re.compile(r"^(Tests) (passed|failed)\.$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    binary: str       # below source/
    link: str         # what --program calls it
    suite: tuple      # a command, run in source/
    patterns: tuple   # of results in its output
    ceiling: str      # the most that its policy may permit: ceilings/NAME.policy
    plugins: tuple = ()   # patterns below source/
    children: tuple = ()  # programs that it runs, which its filter holds too


PROGRAMS = {each.name: each for each in (
    Program("signify-openbsd", "signify", "signify", (str(HERE / "signify_suite"),), (VERDICT, AUTOMAKE),
            "cli-tool"),
    Program("gzip", "gzip", "gzip", ("make", "-k", "check"), (AUTOMAKE,), "cli-tool"),
    Program("jq", ".libs/jq", "jq", ("make", "-k", "check"), (AUTOMAKE,), "cli-tool"),
    Program("lighttpd", "src/lighttpd", "lighttpd", ("make", "-k", "-C", "tests", "check"), (AUTOMAKE, PERL),
            "network-server",
            # The name service's too: it asks for users and hosts.
            plugins=("src/.libs/mod_*.so", "/lib/x86_64-linux-gnu/libnss_*.so.2"),
            children=("tests/fcgi-responder", "tests/scgi-responder", "/usr/bin/perl", "/bin/bash")),
)}


@dataclasses.dataclass
class Results:
    status: int
    tests: list  # (verdict, name), sorted

    @property
    def passed(self):
        return sum(verdict in ("PASS", "ok", "passed") for verdict, _ in self.tests)

    def __str__(self):
        return f"{self.passed}/{len(self.tests)}" + (f" (exit {self.status})" if self.status else "")


class Suite:
    def __init__(self, program, folder):
        self.program = program
        self.source = folder / "source"
        self.folder = folder
        self.binary = self.source / program.binary
        # The program under its own name, which it prints, elsewhere.
        self.real = folder / "real" / pathlib.Path(program.binary).name
        if self.binary.read_bytes()[:2] == b"#!":
            self._restore()  # a run was killed
        self.real.parent.mkdir(exist_ok=True)
        shutil.copy2(self.binary, self.real)

    def _restore(self):
        restored = self.binary.with_name(self.binary.name + ".restored")
        shutil.copy2(self.real, restored)
        os.utime(restored)  # make must find nothing to do
        restored.replace(self.binary)

    @contextlib.contextmanager
    def wrapped(self, command):
        """`command` is words for a shell, which go before the program."""
        script = self.binary.with_name(self.binary.name + ".wrapper")
        script.write_text(f'#!/bin/sh\nexec {command} {shlex.quote(str(self.real))} "$@"\n')
        script.chmod(0o755)
        script.replace(self.binary)
        try:
            yield
        finally:
            self._restore()

    def run(self, log):
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC", "NO_VALGRIND": "1", "VERBOSE": "1"}
        done = subprocess.run(self.program.suite, cwd=self.source, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=600)
        output = done.stdout.decode(errors="replace")
        (self.folder / f"suite-{log}.log").write_text(output)
        tests = []
        for pattern in self.program.patterns:
            for one, two in pattern.findall(output):
                tests.append((one, two) if pattern is not VERDICT else (two, one))
        return Results(done.returncode, sorted(tests))
