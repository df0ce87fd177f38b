"""Asks a compiler about C: the size of a type, the value of a constant. The
headers are those of the unpacked packages, never those of this machine."""

import os
import re
import subprocess

from syscall_table import sources

# Kernel annotations that headers_install would strip.
ANNOTATIONS = ("-D__user=", "-D__force=", "-D__bitwise=",
               "-D__attribute_const__=", "-D_GNU_SOURCE")


class Compiler:
    def __init__(self, tree, machine, work):
        self._tree = tree
        self._machine = machine
        self._work = work / f"compiler-{machine.name}"
        self._make_generated_headers(self._work / "generated")
        builtin = sources.run(machine.compiler[0],
                              "-print-file-name=include").strip()
        libc = tree.libc[machine.name]
        folders = [builtin, self._work / "generated",
                   tree.kernel / f"arch/{machine.folder}/include/uapi",
                   tree.kernel / "include/uapi",
                   *(libc / folder for folder in machine.headers)]
        self._flags = [*machine.compiler[1:], "-w", "-nostdinc", *ANNOTATIONS]
        for folder in folders:
            self._flags += ["-isystem", str(folder)]

    def _make_generated_headers(self, folder):
        """What the kernel's `make headers` would generate: asm/X.h for each
        asm-generic/X.h that the machine has no own version of."""
        uapi = self._tree.kernel / "include/uapi/asm-generic"
        own = (self._tree.kernel /
               f"arch/{self._machine.folder}/include/uapi/asm")
        (folder / "asm").mkdir(parents=True)
        (folder / "linux").mkdir()
        for header in uapi.glob("*.h"):
            if not (own / header.name).exists():
                (folder / "asm" / header.name).write_text(
                    f"#include <asm-generic/{header.name}>\n")
        for name in ("asm/unistd_64.h", "linux/compiler.h",
                     "linux/compiler_types.h", "linux/version.h"):
            (folder / name).write_text("")

    def has(self, header):
        return header not in self._machine.absent

    def _compile(self, text, *flags):
        """Compiles `text`; returns (success, stdout, stderr)."""
        path = self._work / "probe.c"
        path.write_text(text)
        done = subprocess.run(
            [self._machine.compiler[0], *self._flags, *flags, str(path)],
            text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
        return done.returncode == 0, done.stdout, done.stderr

    def preprocess(self, text, *flags):
        good, output, messages = self._compile(text, "-E", *flags)
        if not good:
            raise sources.GeneratorError(f"{self._machine.name}: {messages}")
        return output

    def values(self, prelude, expressions):
        """{expression: value} for those of `expressions` that are integer
        constants after `prelude`; a negative value is sign-extended to 64
        bits, as C does where it meets a wider operand."""
        left = sorted(expressions)
        while left:
            head = prelude + "\nunsigned long long bailey_values[] = {\n"
            first = head.count("\n") + 1
            # `| 0` refuses pointers and floating-point values.
            lines = [f"(unsigned long long)(({name}) | 0)," for name in left]
            good, assembly, messages = self._compile(
                head + "\n".join(lines) + "\n};\n", "-S", "-o", "-")
            if good:
                return dict(zip(left, read_data(assembly, len(left))))
            bad = {int(line) - first for line in re.findall(
                r"probe\.c:(\d+):\d+: error", messages)}
            kept = [name for i, name in enumerate(left) if i not in bad]
            if len(kept) == len(left):
                raise sources.GeneratorError(
                    f"{self._machine.name}: {messages}")
            left = kept
        return {}


def read_data(assembly, count):
    """The 64-bit words that the compiler laid down for bailey_values."""
    words = []
    body = assembly.split("bailey_values:", 1)[1]
    body = re.split(r"^\s*\.size\s+bailey_values\b", body, flags=re.M)[0]
    for directive, operand in re.findall(
            r"^\s*\.(quad|xword|zero)\s+(-?\d+)", body, re.M):
        if directive != "zero":
            words.append(int(operand) % 2**64)
        else:
            words += [0] * (int(operand) // 8)
    if len(words) != count:
        raise sources.GeneratorError(
            f"{len(words)} words were laid down for {count} expressions")
    return words
