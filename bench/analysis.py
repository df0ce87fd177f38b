#!/usr/bin/env python3
"""How long the analysis of a program takes, beside `clang -fsyntax-only` over the
same units, as many at once as there are processors.

  bench/analysis.py --bin DIRECTORY [--clang clang-19] [--rounds N] BUILD [PROGRAM]

BUILD holds compile_commands.json and bailey-capture.json (`bailey capture`); PROGRAM
chooses one where it links several. The analysis does more: it makes and reads IR, and
disassembles the libraries; its time without sources to parse is in the ratio.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("program", nargs="?")
    return parser.parse_args()


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


def run(command, directory=None):
    done = subprocess.run([str(word) for word in command], cwd=directory, capture_output=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"analysis: {command[0]} exited with {done.returncode}:\n{done.stderr.decode()}")


def timed(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def main():
    options = parse()
    bailey = options.bin.resolve() / "bailey-analyze"
    choice = ["--program", options.program] if options.program else []
    analyze = [bailey, "analyze", "--quiet", "-p", options.build, *choice]
    with tempfile.TemporaryDirectory() as scratch:
        flow = os.path.join(scratch, "flow.json")
        report = os.path.join(scratch, "report.json")
        run([*analyze, "--flow", flow, "--report", report])
        units = json.loads(pathlib.Path(flow).read_text(encoding="utf-8"))["units"]

        def analysis():
            run([*analyze, "--report", report])

        def syntax():
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(lambda unit: run(syntax_command(options.clang, unit),
                                               unit["directory"]), units))

        times = {"clang -fsyntax-only": [], "bailey analyze": []}
        for _ in range(options.rounds):
            times["clang -fsyntax-only"].append(timed(syntax))
            times["bailey analyze"].append(timed(analysis))
    medians = {name: statistics.median(each) for name, each in times.items()}
    base = medians["clang -fsyntax-only"]
    print(f"analysis of {options.program or options.build.resolve().name}: {len(units)} units "
          f"({options.rounds} rounds)")
    for name, median in medians.items():
        print(f"  {name:<44} {median * 1e3:>11.1f} ms  x {median / base:.2f}")


if __name__ == "__main__":
    main()
