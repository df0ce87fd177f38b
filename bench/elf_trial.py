"""What becomes of one program: its analysis, its calls, its runs under its filter.

    trials = elf_trial.Trials(bin_folder, work_folder)
    result = trials.result("/usr/bin/sort")    # from a file, if it was done with this analyzer
    print(elf_trial.summary([result]))
"""
import dataclasses
import hashlib
import json
import pathlib
import re
import statistics
import subprocess
import threading
import time

import isolated
import observed_calls

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPTIONS = ("--version", "--help")
ANALYSIS_SECONDS = 300
MAXIMUM_CHILDREN = 8
EXEC = re.compile(r'^execve\("([^"]*)".* = 0$')


@dataclasses.dataclass
class Result:
    program: str
    seconds: float = 0.0
    calls: list = dataclasses.field(default_factory=list)   # names in the report
    unresolved: int = 0
    seen: list = dataclasses.field(default_factory=list)    # names that strace saw
    run: list = dataclasses.field(default_factory=list)     # options with which it ran
    unsteady: list = dataclasses.field(default_factory=list)  # whose output differs from run to run
    filter_instructions: int = 0
    error: str = ""                                         # the analyzer's, if it refused
    wrong: list = dataclasses.field(default_factory=list)   # a line each


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def first_process(numbers):
    """strace numbers processes as they are made, in a namespace that nobody else uses."""
    return min(numbers)


def rename_logs(folder):
    """From strace's DIRECTORY/log.P to what observed_calls reads: DIRECTORY/FIRST.P."""
    logs = {int(each.name.split(".")[1]): each for each in folder.glob("log.*")}
    for number, path in logs.items():
        path.rename(folder / f"{first_process(logs)}.{number}")


def executed(folder):
    """The programs that a program ran, by path, itself left out."""
    found = []
    for path in sorted(folder.iterdir()):
        first, number = path.name.rsplit(".", 1)
        matches = [match.group(1) for match in map(EXEC.match, path.read_text(errors="replace").splitlines()) if match]
        found += matches[1:] if first == number else matches
    return list(dict.fromkeys(found))


def interpreter(path):
    """What runs a script; nothing for an ELF file."""
    with open(path, "rb") as file:
        line = file.readline(256)
    return line[2:].split()[0].decode() if line.startswith(b"#!") and line[2:].split() else None


class Trials:
    def __init__(self, bin_folder, work):
        self.bin = bin_folder
        self.work = work
        self.key = digest(bin_folder / "bailey-analyze")[:16]
        self.widths = observed_calls.widths(ROOT)
        self.lock = threading.Lock()
        self.workers = {}

    def _folder(self):
        """Of this thread: what runs in it sees the same path each time."""
        with self.lock:
            number = self.workers.setdefault(threading.get_ident(), len(self.workers))
        folder = self.work / "trial" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def result(self, program):
        file = self.work / "results" / (program.strip("/").replace("/", "_") + ".json")
        key = f"{self.key} {digest(program)[:16]}"
        if file.exists():
            known = json.loads(file.read_text())
            if known.pop("key") == key:
                return Result(**known)
        result = Trial(self, program, self._folder()).run()
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(json.dumps({"key": key, **dataclasses.asdict(result)}))
        part.replace(file)
        return result


class Trial:
    def __init__(self, trials, program, folder):
        self.trials = trials
        self.folder = folder
        self.scratch = folder / "scratch"
        self.logs = folder / "logs"
        self.result = Result(program)

    def tool(self, name, *arguments):
        return subprocess.run([str(self.trials.bin / name), *map(str, arguments)], check=False, capture_output=True,
                              text=True, errors="replace", timeout=ANALYSIS_SECONDS)

    def analyze(self, program):
        """Its report; or nothing, and what is wrong is said."""
        try:
            done = self.tool("bailey", "analyze", program, "--format", "json", "--quiet")
        except subprocess.TimeoutExpired:
            self.result.wrong.append(f"analysis of {program}: not done in {ANALYSIS_SECONDS} s")
            return None
        if done.returncode == 0:
            return json.loads(done.stdout)
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()
        if done.returncode == 2 and "error" in said[0]:
            self.result.error = said[0]
            self.result.wrong.append(f"analysis of {program} refused: {said[0]}")
        else:
            self.result.wrong.append(f"analysis of {program} crashed (exit {done.returncode}): {said[-1]}")
        return None

    def run(self):
        start = time.monotonic()
        self.report = self.analyze(self.result.program)
        self.result.seconds = round(time.monotonic() - start, 3)
        if self.report is None:
            return self.result
        names = {each["name"] for each in self.report["capabilities"] if each["kind"] == "syscall"}
        self.result.calls = sorted(names)
        self.result.unresolved = len(self.report["unresolved"])
        plain = {option: self.run_plain(option) for option in OPTIONS}
        seen, children = set(), []
        for option, run in plain.items():
            if run.timed_out:
                continue  # it takes no such option, and does its work instead
            self.result.run.append(option)
            found, ran = self.observe(option)
            seen |= found
            children += ran
        self.result.seen = sorted(seen)
        if self.result.run and self.compile_filter(children):
            for option in self.result.run:
                self.enforce(option, plain[option])
        return self.result

    def run_plain(self, option):
        return isolated.run([self.result.program, option], self.scratch)

    def observe(self, option):
        """Under strace: the calls that it made, and the programs that it ran."""
        program = self.result.program
        isolated.run(["strace", "-f", "-ff", "-qq", "-e", "raw=!execve", "-o", self.logs / "log", program, option],
                     self.scratch, [self.logs])
        rename_logs(self.logs)
        calls = observed_calls.read(self.logs)
        for miss in observed_calls.misses(calls, self.report, self.trials.widths):
            self.result.wrong.append(f"missed with {option}: {miss}")
        return set(calls), executed(self.logs)

    def add_children(self, report, children):
        """The filter holds what a program runs, too: its policy must have that."""
        known = set()
        for path in children:
            while path and path not in known and len(known) < MAXIMUM_CHILDREN and pathlib.Path(path).is_file():
                known.add(path)
                script = interpreter(path)
                if not script:
                    found = self.analyze(path)
                    report["capabilities"] += found["capabilities"] if found else []
                path = script

    def compile_filter(self, children):
        report, policy, bpf = (self.folder / each for each in ("report.json", "policy", "filter.bpf"))
        whole = {**self.report, "capabilities": list(self.report["capabilities"])}
        self.add_children(whole, list(dict.fromkeys(children)))
        report.write_text(json.dumps(whole))
        bpf.unlink(missing_ok=True)
        done = self.tool("bailey-policy", "infer", report, "--otherwise", "kill", "-o", policy)
        if done.returncode in (0, 1, 3):
            done = self.tool("bailey-policy", "compile", policy, "--emit", "bpf", "-o", bpf)
        if not bpf.exists():
            said = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr.strip()[-200:]]
            self.result.wrong.append(f"no filter (exit {done.returncode}): {said[0]}")
            return False
        self.result.filter_instructions = bpf.stat().st_size // 8
        return True

    def enforce(self, option, plain):
        command = [self.trials.bin / "under_filter", self.folder / "filter.bpf", self.result.program, option]
        filtered = isolated.run(command, self.scratch)
        if filtered == plain:
            return
        again = self.run_plain(option)
        if again.status == filtered.status and again != plain:
            self.result.unsteady.append(option)
        elif filtered.killed:
            self.result.wrong.append(f"killed by its filter with {option}")
        elif filtered.status != plain.status:
            self.result.wrong.append(f"exit {filtered.status} for {plain.status} under its filter with {option}")
        else:
            self.result.wrong.append(f"other output under its filter with {option}")


def f1(results):
    """Precision, recall and F1 of all reports' names against what strace saw, over the programs that ran."""
    ran = [each for each in results if each.seen]
    hits = sum(len(set(each.seen) & set(each.calls)) for each in ran)
    said, seen = (sum(len(getattr(each, name)) for each in ran) for name in ("calls", "seen"))
    if not hits:
        return 0.0, 0.0, 0.0
    precision, recall = hits / said, hits / seen
    return precision, recall, 2 * precision * recall / (precision + recall)


def summary(results, with_f1=False):
    done = [each for each in results if each.calls]
    sizes = [len(each.calls) for each in done] or [0]
    seconds = [each.seconds for each in done] or [0]
    runs = [option for each in results for option in each.run]
    count = {kind: sum(any(kind in line for line in each.wrong) for each in results)
             for kind in ("crashed", "refused", "missed", "killed", "under its filter", "no filter", "not done")}
    lines = [
        f"programs                {len(results)}",
        f"crashes, refusals, late {count['crashed']}, {count['refused']}, {count['not done']}",
        f"system calls allowed    mean {statistics.mean(sizes):.1f}, median {statistics.median(sizes):g}, "
        f"least {min(sizes)}, most {max(sizes)}",
        f"unresolved places       mean {statistics.mean([each.unresolved for each in done] or [0]):.1f}; "
        f"none in {sum(each.unresolved == 0 for each in done)}",
        f"analysis, seconds       mean {statistics.mean(seconds):.2f}, most {max(seconds):.2f}",
        f"run                     {sum(bool(each.run) for each in results)} programs, {len(runs)} runs "
        f"({sum(len(each.unsteady) for each in results)} with output that differs by itself)",
        f"with a missed call      {count['missed']}",
        f"killed by the filter    {count['killed']}",
        f"otherwise differing     {count['under its filter']}, without a filter {count['no filter']}",
    ]
    if with_f1:
        lines.append("against strace          precision {:.2f}, recall {:.4f}, F1 {:.2f}".format(*f1(results)))
    lines += [f"{each.program}: {line}" for each in results for line in each.wrong]
    return "\n".join(lines)
