"""Asks gcc about C: the size of a type, the value of a constant. The headers
are those of the unpacked packages, never those of the machine."""

import os
import re
import subprocess

from syscall_table import sources

# Kernel annotations that headers_install would strip.
ANNOTATIONS = ("-D__user=", "-D__force=", "-D__bitwise=",
               "-D__attribute_const__=", "-D_GNU_SOURCE")


class Compiler:
    def __init__(self, tree, work):
        self._tree = tree
        self._work = work / "compiler"
        self._make_generated_headers(self._work / "generated")
        builtin = sources.run("gcc", "-print-file-name=include").strip()
        folders = [builtin, self._work / "generated",
                   tree.kernel / "arch/x86/include/uapi",
                   tree.kernel / "include/uapi",
                   tree.libc / "usr/include/x86_64-linux-gnu",
                   tree.libc / "usr/include"]
        self._flags = ["-m64", "-w", "-nostdinc", *ANNOTATIONS]
        for folder in folders:
            self._flags += ["-isystem", str(folder)]

    def _make_generated_headers(self, folder):
        """What the kernel's `make headers` would generate: asm/X.h for each
        asm-generic/X.h that x86 has no own version of."""
        uapi = self._tree.kernel / "include/uapi/asm-generic"
        own = self._tree.kernel / "arch/x86/include/uapi/asm"
        (folder / "asm").mkdir(parents=True)
        (folder / "linux").mkdir()
        for header in uapi.glob("*.h"):
            if not (own / header.name).exists():
                (folder / "asm" / header.name).write_text(
                    f"#include <asm-generic/{header.name}>\n")
        for name in ("asm/unistd_64.h", "linux/compiler.h",
                     "linux/compiler_types.h", "linux/version.h"):
            (folder / name).write_text("")

    def _gcc(self, text, *flags):
        """Runs gcc over `text`; returns (success, stdout, stderr)."""
        path = self._work / "probe.c"
        path.write_text(text)
        done = subprocess.run(
            ["gcc", *self._flags, *flags, str(path)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
        return done.returncode == 0, done.stdout, done.stderr

    def preprocess(self, text, *flags):
        good, output, messages = self._gcc(text, "-E", *flags)
        if not good:
            raise sources.GeneratorError(f"gcc -E: {messages}")
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
            good, assembly, messages = self._gcc(
                head + "\n".join(lines) + "\n};\n", "-S", "-o", "-",
                "-fmax-errors=0")
            if good:
                return dict(zip(left, read_data(assembly, len(left))))
            bad = {int(line) - first for line in re.findall(
                r"probe\.c:(\d+):\d+: error", messages)}
            kept = [name for i, name in enumerate(left) if i not in bad]
            if len(kept) == len(left):
                raise sources.GeneratorError(f"gcc: {messages}")
            left = kept
        return {}


def read_data(assembly, count):
    """The 64-bit words that gcc laid down for bailey_values."""
    words = []
    body = assembly.split("bailey_values:", 1)[1]
    for directive, operand in re.findall(r"^\s*\.(quad|zero)\s+(-?\d+)", body,
                                         re.M):
        if directive == "quad":
            words.append(int(operand) % 2**64)
        else:
            words += [0] * (int(operand) // 8)
    if len(words) != count:
        raise sources.GeneratorError(
            f"gcc laid down {len(words)} words for {count} expressions")
    return words
