"""A program as it is under both filters, that of startup and then that of serving.

    words = serving.words(subject)       # what goes before it; nothing, if its report has no place for the switch

The report says at which line serving begins. `serving_switch.c`, loaded before
the program, installs the second filter at the first instruction of that line
that is reached: debug information knows which these are. What the program runs
is held by both, whenever it starts: so both have what these programs need.
"""
import json
import pathlib
import re
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^(\S+)\s+(\d+)\s+(0x[0-9a-f]+)\b(.*)$")
BYTES = 16
NEEDED = ("mprotect", "rt_sigaction", "rt_sigreturn", "seccomp", "getpid")


def chosen(report):
    """The place, or nothing."""
    return next((each for each in report.get("switch_points", []) if each["chosen"]), None)


def addresses(binary, site):
    """Of the instructions that begin the line, by `objdump --dwarf=decodedline`."""
    lines = subprocess.run(["objdump", "--dwarf=decodedline", binary], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    name = pathlib.Path(site["file"]).name
    rows = [found for found in map(ROW.match, lines) if found and found.group(1) == name]
    return sorted({int(row.group(3), 16) for row in rows if int(row.group(2)) == site["line"] and "x" in row.group(4)})


def _bytes_at(binary, address):
    """What the file has for that address in memory."""
    data = binary.read_bytes()
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for index in range(count):
        kind, _, offset, memory, _, stored = struct.unpack_from("<IIQQQQ", data, start + index * size)
        if kind == 1 and memory <= address and address + BYTES <= memory + stored:
            return data[offset + address - memory:][:BYTES]
    raise ValueError(f"{binary} has nothing at {address:#x}")


def _table(binary, places, bpf):
    rows = ", ".join(f"{{{each:#x}, {{{', '.join(map(str, _bytes_at(binary, each)))}}}}}" for each in places)
    filters = ", ".join(f"{{{code}, {jt}, {jf}, {k}}}" for code, jt, jf, k in struct.iter_unpack("<HBBI", bpf.read_bytes()))
    return (f"static const Place kPlaces[] = {{{rows}}};\n"
            f"static const struct sock_filter kFilter[] = {{{filters}}};\n")


def library(binary, places, bpf, folder):
    """To be loaded before the program; it has the filter in it."""
    table, preloaded = folder / "place.inc", folder / "serving_switch.so"
    table.write_text(_table(binary, places, bpf))
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-Wl,-z,now", f"-I{ROOT}", f'-DPLACE="{table}"',
                    ROOT / "bench" / "serving_switch.c", ROOT / "runtime" / "serving.c", "-o", preloaded], check=True)
    return preloaded


def _report(subject):
    """With what its children need in both phases."""
    report, own = subject.report_with_children(), len(subject.report["capabilities"])
    children = report["capabilities"][own:]
    report["capabilities"] = report["capabilities"][:own] + [{**each, "phase": phase} for each in children
                                                             for phase in ("startup", "serving")]
    return report


def _policy(subject):
    """With what serving_switch.c needs."""
    report, policy = subject.work / "report-phases.json", subject.work / "phases.policy"
    report.write_text(json.dumps(_report(subject)))
    subject.tool("bailey-policy", "infer", report, "--otherwise", "kill", "-o", policy, fine=(0, 1, 3))
    text = policy.read_text()
    opening = text.index("  serving {\n")
    first, second = text[:opening], text[opening + len("  serving {\n"):]
    first += "".join(f"  allow syscall {each};\n" for each in NEEDED)
    second = "".join(f"    allow syscall {each};\n" for each in ("rt_sigreturn", "getpid")) + second
    policy.write_text(f"{first}  serving {{\n{second}")
    return policy


def words(subject):
    place = chosen(subject.report)
    binary = subject.source / subject.binary
    places = addresses(binary, place["site"]) if place else []
    if not places:
        return None
    policy, first, second = _policy(subject), subject.work / "first.bpf", subject.work / "second.bpf"
    for filter_file, which in ((first, ()), (second, ("--serving",))):
        subject.tool("bailey-policy", "compile", policy, *which, "--emit", "bpf", "-o", filter_file)
    preloaded = library(binary, places, second, subject.work)
    return f"env LD_PRELOAD={preloaded} {subject.options.bin}/under_filter {first}"
