#!/usr/bin/env python3
"""Whether the narrowed filters of a split program's portions are minimal: takes one system call after
another away from one portion and runs the program's tests again.

  bench/portion_filters.py [--bin DIRECTORY] [--portion NAME] [--calls N]

The program is examples/notary, built with `bailey build --narrow`. A call without which the output is
the same is one that no test needs; then the place is shown where the analyzer says that the program
can make it. `--calls` takes only so many of each portion.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = ("correspondence.mbox", "malformed.mbox")


class Subject:
    def __init__(self, binaries, directory):
        self.bailey = binaries / "bailey"
        self.directory = directory
        shutil.copytree(ROOT / "examples" / "notary", directory, dirs_exist_ok=True)
        self.policy = (directory / "notary.policy").read_text()
        self.must("capture", "--", "make", "-s", "CC=clang-19")

    def tool(self, *arguments, stdin=b""):
        return subprocess.run([self.bailey, *arguments], cwd=self.directory, input=stdin,
                              capture_output=True, check=False)

    def must(self, *arguments):
        done = self.tool(*arguments)
        if done.returncode != 0:
            sys.exit(f"{arguments}: {done.stderr.decode()}")
        return done

    def without(self, portion, call):
        """The policy that denies a portion one call; all of it where `call` is None."""
        head = f"portion {portion} {'trusted' if portion == 'signer' else 'untrusted'} {{"
        assert head in self.policy
        text = self.policy
        if call is not None:
            text = text.replace(head, f"{head}\n    deny syscall {call} then errno ENOSYS;")
        (self.directory / "less.policy").write_text(text)

    def build(self):
        """None, or why there is no bundle."""
        done = self.tool("build", "-p", ".", "--program", "notary", "--policy", "less.policy",
                         "-o", "less.bailey", "--keep-portions", "portions", "--narrow")
        return None if done.returncode == 0 else done.stderr.decode().strip().splitlines()[-1]

    def results(self):
        found = []
        for name in DOCUMENTS:
            text = (self.directory / "documents" / name).read_bytes()
            done = self.tool("run", "--quiet", "less.bailey", "--credential",
                             "signing_key=file:documents/test.key", stdin=text)
            found.append((done.returncode, done.stdout))
        return found

    def rules(self, portion):
        """(call, the first place that the analyzer names), of each rule that is left."""
        text = (self.directory / "portions" / portion / "narrowed.policy").read_text()
        for comments, rule in re.findall(r"((?:^  #.*\n)*)^  allow syscall (\w+)", text, re.M):
            places = [line for line in comments.splitlines() if ", by " in line]
            yield rule, places[0].split(", by ")[1] if places else "the ceiling's own rule"


def measure(subject, portion, count):
    needed, others = [], []
    for call, place in list(subject.rules(portion))[:count]:
        subject.without(portion, call)
        why = subject.build()
        if why is not None or subject.results() != subject.expected:
            needed.append(call)
        else:
            others.append((call, place))
    return needed, others


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--portion", action="append")
    parser.add_argument("--calls", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bailey-portion-filters-") as scratch:
        subject = Subject(options.bin.resolve(), pathlib.Path(scratch) / "notary")
        subject.without("signer", None)
        if (why := subject.build()) is not None:
            sys.exit(why)
        subject.expected = subject.results()
        kept = pathlib.Path(scratch) / "kept"
        shutil.copytree(subject.directory / "portions", kept)
        for portion in options.portion or ("signer", "parser"):
            shutil.rmtree(subject.directory / "portions")
            shutil.copytree(kept, subject.directory / "portions")
            needed, others = measure(subject, portion, options.calls)
            print(f"{portion}: {len(needed) + len(others)} system calls are permitted; without each "
                  f"of these {len(needed)} a test fails: {', '.join(needed)}")
            for call, place in others:
                print(f"  {call}: in no test, but the program can make it: {place}")


if __name__ == "__main__":
    main()
