#!/usr/bin/env python3
"""How long the analysis of a program takes, beside `clang -fsyntax-only` over the
same units, as many at once as there are processors.

  bench/analysis.py --bin DIRECTORY [--clang clang-19] [--rounds N] BUILD [PROGRAM]
  bench/analysis.py --bin DIRECTORY [--rounds N] [--against-binary] --real [NAME...]

BUILD holds compile_commands.json and bailey-capture.json (`bailey capture`); PROGRAM
chooses one where it links several. --real takes the programs that scripts/real-programs has
built (all, or those named). Each is analyzed with an empty cache of its own (cold), again (warm),
and after one of its sources was changed (touched; the file is put back). The analysis does more
than clang: it makes and reads IR, disassembles the libraries, and writes the report.

--against-binary also analyzes the linked program as a file, and names the system calls that only
one of the two reports has; it exits with 1 if one is only in the file's.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import programs

REAL = pathlib.Path(__file__).resolve().parent.parent / "build" / "real-programs"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--against-binary", action="store_true")
    parser.add_argument("build", nargs="*", help="BUILD [PROGRAM], or with --real names")
    options = parser.parse_args()
    if not options.real and not 1 <= len(options.build) <= 2:
        parser.error("name a BUILD, or use --real")
    if options.real and (unknown := set(options.build) - set(programs.PROGRAMS)):
        parser.error(f"no real program is called {', '.join(sorted(unknown))}")
    if options.against_binary and not options.real:
        parser.error("--against-binary needs --real")
    return options


def syntax_command(clang, unit):
    """The unit's own command with -fsyntax-only, without its output."""
    command, skip = [clang], False
    for word in unit["command"][1:]:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ"):
            skip = True
        elif word not in ("-c", "-MD", "-MMD", "-MP") and not word.startswith("-flto"):
            command.append(word)
    return command + ["-w", "-fsyntax-only"]


def run(command, directory=None, environment=None):
    done = subprocess.run([str(word) for word in command], cwd=directory, capture_output=True,
                          check=False, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        sys.exit(f"analysis: {command[0]} exited with {done.returncode}:\n{done.stderr.decode()}")
    return done.stdout


def timed(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


@dataclasses.dataclass
class Subject:
    """A program of a captured build, with a cache and scratch files of its own."""
    options: argparse.Namespace
    build: pathlib.Path
    program: str
    scratch: pathlib.Path

    def analyze(self, *more):
        choice = ["--program", self.program] if self.program else []
        return run([self.options.bin.resolve() / "bailey-analyze", "analyze", "--quiet", "-p", self.build,
                    *choice, *more], environment={"BAILEY_CACHE": str(self.scratch / "cache")})

    def report(self):
        self.analyze("--report", self.scratch / "report.json")
        return json.loads((self.scratch / "report.json").read_text(encoding="utf-8"))

    def units(self):
        flow = self.scratch / "flow.json"
        self.analyze("--flow", flow, "--report", self.scratch / "report.json")
        return json.loads(flow.read_text(encoding="utf-8"))["units"]

    def syntax(self, units):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda unit: run(syntax_command(self.options.clang, unit), unit["directory"]),
                          units))

    def cold(self):
        shutil.rmtree(self.scratch / "cache", ignore_errors=True)
        return timed(lambda: self.analyze("--report", self.scratch / "report.json"))

    def warm(self):
        return timed(lambda: self.analyze("--report", self.scratch / "report.json"))


def median_source(units):
    """The source of middle size, which is changed."""
    files = [pathlib.Path(unit["directory"], unit["command"][-1]) for unit in units]
    for index, unit in enumerate(units):
        named = [word for word in unit["command"] if word.endswith(pathlib.Path(unit["file"]).name)]
        if named:
            files[index] = pathlib.Path(unit["directory"], named[-1])
    files = sorted((each for each in files if each.is_file()), key=lambda each: (each.stat().st_size, each))
    return files[len(files) // 2] if files else None


def touched(subject, source, number):
    """The time after a change that the preprocessor sees. The file comes back as it was."""
    before, times = source.read_bytes(), source.stat()
    try:
        source.write_bytes(before + f"\nint bailey_bench_{number}(void);\n".encode())
        return subject.warm()
    finally:
        source.write_bytes(before)
        os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))


def measure(options, build, program):
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(options, build, program, pathlib.Path(folder))
        units = subject.units()
        source = median_source(units)
        times = {"clang -fsyntax-only": [], "bailey analyze, cold": [], "warm": [], "one source changed": []}
        for number in range(options.rounds):
            times["clang -fsyntax-only"].append(timed(lambda: subject.syntax(units)))
            times["bailey analyze, cold"].append(subject.cold())
            times["warm"].append(subject.warm())
            if source:
                times["one source changed"].append(touched(subject, source, number))
    medians = {name: statistics.median(each) for name, each in times.items() if each}
    base = medians["clang -fsyntax-only"]
    print(f"analysis of {program or build.resolve().name}: {len(units)} units ({options.rounds} rounds)")
    for name, median in medians.items():
        print(f"  {name:<44} {median * 1e3:>11.1f} ms  x {median / base:.2f}", flush=True)


def calls(report):
    return {each["name"] for each in report["capabilities"] if each["kind"] == "syscall"}


def against_binary(options, program, build):
    """True if each call of the linked file is in the report from its sources."""
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(options, build, program.link, pathlib.Path(folder))
        sources = calls(subject.report())
        binary = sorted((REAL / program.name / "source").glob(program.binary))[0]
        file = calls(json.loads(run([options.bin.resolve() / "bailey-analyze", "analyze", "--quiet",
                                     "--format", "json", binary])))
    print(f"  {len(sources)} calls from the sources, {len(file)} from the file;"
          f" only from the sources: {' '.join(sorted(sources - file)) or 'none'};"
          f" only from the file: {' '.join(sorted(file - sources)) or 'none'}", flush=True)
    return file <= sources


def main():
    options = parse()
    # Sources that were changed come back when this is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not options.real:
        return measure(options, pathlib.Path(options.build[0]), (options.build + [None])[1])
    agree = True
    for name, program in programs.PROGRAMS.items():
        build = REAL / name / "capture"
        # Of a pattern there are many programs.
        if (options.build and name not in options.build) or not build.is_dir() or "*" in program.binary:
            continue
        measure(options, build, program.link)
        if options.against_binary:
            agree &= against_binary(options, program, build)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
