"""What strace saw a program do, and whether a report said so.

    calls = observed_calls.read(pathlib.Path("logs"))
    for miss in observed_calls.misses(calls, report, observed_calls.widths(root)):
        print(miss)

The logs are those of `strace -D -f -ff -e raw=all -o DIRECTORY/$$`, a file a
process, started by a shell that the program replaces: DIRECTORY/P.P is the
program's first process, DIRECTORY/P.Q another. After an exec of its own a
process is another program, which no report is about, and is not read further.
"""
import contextlib
import os
import pathlib
import re
import signal
import time

CALL = re.compile(r"^(\w+)\((.*?)\)? += (\?|-?\w+)")
UNFINISHED = re.compile(r"^(\w+)\((.*?) ?(?:<unfinished|<detached|\)$|(?<=\()$)")  # or cut, by a tracer's end
UNKNOWN = re.compile(r"^syscall_(0x[0-9a-f]+|\d+)$")
KIND = re.compile(r"(Pointer|Signed|Unsigned)(\d*)\(")
ENTRY = re.compile(r'\{(\d+), "(\w+)", \{(.*?)\}\}', re.DOTALL)


def widths(root):
    """Of each system call's arguments, in bits, from Bailey's own table."""
    table = (root / "common" / "syscalls" / "x86_64_table.inc").read_text()
    return {name: [int(bits or 64) for _, bits in KIND.findall(arguments)]
            for _, name, arguments in ENTRY.findall(table)}


def _arguments(text):
    values = []
    for word in text.split(", "):
        try:
            values.append(int(word, 0) & (2**64 - 1))
        except ValueError:
            return None  # decoded in spite of raw=all: nothing to compare
    return tuple(values)


def _read_process(path, is_first, calls):
    execs = 0
    for line in path.read_text(errors="replace").splitlines():
        found = CALL.match(line) or UNFINISHED.match(line)
        if found is None:
            if not line.startswith(("+++", "---", "strace:")):
                raise ValueError(f"{path.name}: a line that is not understood: {line}")
            continue
        name = found.group(1)
        ends = name in ("execve", "execveat") and found.lastindex == 3 and found.group(3) in ("0", "0x0")
        execs += ends
        if is_first and execs <= 1 and ends:
            continue  # how it was started, not what it does
        calls.setdefault(name, set()).add(_arguments(found.group(2)))
        if ends:
            return


def await_tracers(directory):
    """Waits for what still writes there: with -D, tracers outlive what they trace. Ends those that never would:
    one whose program changed its user meanwhile stays."""
    def is_writing(process):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            return words[0] == b"strace" and any(each.startswith(str(directory).encode() + b"/") for each in words)
        except OSError:
            return False  # it ended meanwhile
    def writers():
        return [each for each in pathlib.Path("/proc").glob("[0-9]*") if each.name != str(os.getpid()) and is_writing(each)]
    deadline = time.monotonic() + 20
    while left := writers():
        if time.monotonic() > deadline:
            for each in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(each.name), signal.SIGKILL)
        time.sleep(0.1)


def read(directory):
    """The calls that were seen: {name: {arguments}}."""
    calls = {}
    for path in sorted(directory.iterdir()):
        first, process = path.name.rsplit(".", 1)
        _read_process(path, first == process, calls)
    return calls


def _has(known, value):
    if "mask" in known:
        return value & known["mask"] == known["value"]
    return known["min"] <= value <= known["max"]


def _allows(capability, arguments, argument_widths):
    if arguments is None:
        return True
    for known in capability["arguments"]:
        index = known["index"]
        if index >= len(arguments) or not known["values"]:
            continue
        value = arguments[index] & (2**argument_widths[index] - 1)
        if not any(_has(each, value) for each in known["values"]):
            return False
    return True


def misses(calls, report, table):
    """A line for each call that no capability of the report holds."""
    said = {}
    for capability in report["capabilities"]:
        if capability["kind"] == "syscall":
            said.setdefault(capability["name"], []).append(capability)
    lines = []
    for name, seen in sorted(calls.items()):
        if name not in said:
            lines.append(f"{name}: seen {len(seen)} ways, and not in the report")
            continue
        for arguments in sorted(seen, key=str):
            if not any(_allows(each, arguments, table[name]) for each in said[name]):
                shown = ", ".join(hex(value) for value in arguments)
                lines.append(f"{name}({shown}): the report has other arguments only")
    return lines
