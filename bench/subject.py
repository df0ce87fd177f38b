"""One binary of a real program: its report, what strace saw of it, its filter.

    subject = Subject(options, program, "gzip", "gzip", folder)
    subject.analyze()
    subject.strace_words(), subject.filter_words()   # what goes before it while the suite runs
    subject.read_calls()                             # after the suite: what was seen, what was missed
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import observed_calls

ROOT = pathlib.Path(__file__).resolve().parent.parent


def must(command, fine=(0,), environment=None):
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True,
                          env={**os.environ, **(environment or {})})
    if done.returncode not in fine:
        sys.stderr.write(done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"))
        sys.exit(f"real_programs: {command[0]} exited with {done.returncode}")
    return done.stdout.decode()


def names(report, **wanted):
    """The system calls of a report whose capabilities are as wanted."""
    return {each["name"] for each in report["capabilities"]
            if each["kind"] == "syscall" and all(each[key] == value for key, value in wanted.items())}


def f1(said, seen):
    return 2 * len(said & seen) / (len(said) + len(seen))


@contextlib.contextmanager
def changed(path):
    """The source with a declaration more, for a while."""
    before, times = path.read_bytes(), path.stat()
    path.write_bytes(before + b"\nextern int bailey_bench_has_changed_this;\n")
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


class Subject:
    def __init__(self, options, program, binary, link, folder):
        self.options, self.program, self.link = options, program, link
        self.source = folder / "source"
        self.binary = binary  # below source/
        self.capture = folder / "capture"
        name = pathlib.Path(binary).name
        self.work = folder if program.binary == binary else folder / "each" / name
        self.work.mkdir(parents=True, exist_ok=True)
        self.logs = self.work / "strace"
        self.bpf = self.work / "filter.bpf"
        self.cache = folder / "cache"
        self.calls, self.misses = {}, []

    def tool(self, name, *arguments, fine=(0,)):
        """Caches nothing where the user has his."""
        return must([self.options.bin / name, *arguments], fine, {"XDG_CACHE_HOME": str(self.cache)})

    def analyze(self):
        """With an empty cache, if it is a package's only binary."""
        if self.work == self.cache.parent:
            shutil.rmtree(self.cache, ignore_errors=True)
        report, flow = self.work / "report.json", self.work / "flow.json"
        self.seconds = self._analyze(report, flow)
        self.report = json.loads(report.read_text())
        self.units = json.loads(flow.read_text())["units"]

    def analyze_again(self):
        """Seconds, when one source has changed."""
        unit = self.units[0]
        source = pathlib.Path(unit["directory"]) / unit["file"]
        again = self.work / "again.json"
        with changed(source):
            return self._analyze(again, self.work / "flow-again.json")

    def _analyze(self, report, flow):
        plugins = [f"--plugin={self.source / pattern}" for pattern in self.program.plugins]
        start = time.monotonic()
        self.tool("bailey", "analyze", "-p", self.capture, "--program", self.link, *plugins, "--quiet",
                   "--report", report, "--flow", flow)
        return time.monotonic() - start

    def strace_words(self):
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir()
        self.logs.chmod(0o777)  # some tests run it as nobody
        return f"strace -D -f -ff -qq -e raw=all -o {self.logs}/$$"

    def read_calls(self):
        observed_calls.await_tracers(self.logs)
        self.calls = observed_calls.read(self.logs)
        self.misses = observed_calls.misses(self.calls, self.report, observed_calls.widths(ROOT))

    def report_with_children(self):
        """What a program runs is held by its filter: the policy must have that, too."""
        whole = {**self.report, "capabilities": list(self.report["capabilities"]),
                 "unresolved": list(self.report["unresolved"])}
        for child in self.program.children:
            found = json.loads(self.tool("bailey", "analyze", self.source / child, "--format", "json"))
            whole["capabilities"] += found["capabilities"]
            whole["unresolved"] += found["unresolved"]
        return whole

    def compile_filter(self):
        """How many calls are left of the report's and its children's, by the ceiling."""
        whole, policy = self.work / "report-with-children.json", self.work / "inferred.policy"
        report = self.report_with_children()
        whole.write_text(json.dumps(report))
        ceiling = [f"--ceiling={ROOT}/bench/ceilings/{self.program.ceiling}.policy"] if self.program.ceiling else []
        # 1 and 3: the ceiling takes something away, as it should.
        inferred = json.loads(self.tool("bailey-policy", "infer", whole, *ceiling, "--otherwise", "kill",
                                         "--format", "json", fine=(0, 1, 3)))
        policy.write_text(inferred["policy"])
        self.tool("bailey-policy", "compile", policy, "--emit", "bpf", "-o", self.bpf)
        return len(names(report) - {each["name"] for each in inferred["denied"]})

    def filter_words(self):
        # Where they are many they are called by their names, which some print.
        called = " --as '$0'" if self.work.parent.name == "each" else ""
        return f"{self.options.bin}/under_filter{called} {self.bpf}"
