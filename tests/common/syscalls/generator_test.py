"""Tests of scripts/syscall_table's parsers on small inputs."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "scripts"))

from syscall_table import compiler
from syscall_table import constants
from syscall_table import emit
from syscall_table import kernel
from syscall_table import machine
from syscall_table import manual
from syscall_table import sources

OPEN_PAGE = r'''.TH open 2
.SH SYNOPSIS
.nf
.B #include <fcntl.h>
.PP
.BI "int open(const char *" pathname ", int " flags );
.BI "int open(const char *" pathname ", int " flags ", mode_t " mode );
.BI "long syscall(SYS_futex, uint32_t *" uaddr ", int " futex_op \
", uint32_t " val ,
.BI "             const struct timespec *" timeout , \
" \fR  /* or: \fBuint32_t \fIval2\fP */"
.BI "             uint32_t *" uaddr2 ", uint32_t " val3 );
.BI "int fcntl(int " fd ", int " cmd ", ... /* " arg " */ );"
.BI "ssize_t read(int " fd ", void " buf [. count "], size_t " count );
.BI "int clone(int (*" "fn" ")(void *_Nullable), void *" stack \
", int " flags ", ..." );
.SH DESCRIPTION
.BI "int not_this(int " x );
'''


def prototypes():
    found = {}
    for name, *rest in manual.read_prototypes_of(
            manual.plain_synopsis(OPEN_PAGE)):
        found.setdefault(name, []).append(tuple(rest))
    return found


def integer(name, width_bits=32):
    return kernel.Argument("int", name, width_bits, True, False)


def pointer(name):
    return kernel.Argument("void *", name, 64, False, True)


class ManualTest(unittest.TestCase):
    def test_reads_prototypes(self):
        self.assertEqual(prototypes()["open"][1], (
            [("pathname", True), ("flags", False), ("mode", False)], False))
        self.assertEqual([name for name, _ in prototypes()["futex"][0][0]],
                         ["uaddr", "futex_op", "val", "timeout", "uaddr2",
                          "val3"])
        self.assertEqual(prototypes()["read"][0][0],
                         [("fd", False), ("buf", True), ("count", False)])
        self.assertNotIn("not_this", prototypes())

    def test_chooses_the_prototype_with_the_kernels_arity(self):
        kernels = [pointer("filename"), integer("flags"), integer("mode")]
        self.assertEqual(manual.manual_names(prototypes()["open"], kernels),
                         ["pathname", "flags", "mode"])

    def test_takes_the_named_part_of_open_ended_prototypes(self):
        kernels = [integer("fd"), integer("command"), integer("arg", 64)]
        self.assertEqual(manual.manual_names(prototypes()["fcntl"], kernels),
                         ["fd", "cmd", ""])

    def test_refuses_wrappers(self):
        kernels = [integer("clone_flags", 64), integer("newsp", 64),
                   pointer("parent_tidptr"), pointer("child_tidptr"),
                   integer("tls", 64)]
        self.assertEqual(manual.manual_names(prototypes()["clone"], kernels),
                         [""] * 5)

    def test_names_come_from_manual_supplement_and_kernel_in_turn(self):
        call = kernel.Syscall(72, "fcntl", [
            integer("fd"), integer("command"), integer("arg", 64)])
        manual.name_arguments([call], prototypes(), {
            "manual_page_of": {},
            "argument_names": {"fcntl": {"command": "op", "arg": "value"}}})
        self.assertEqual(
            [(a.name, a.kernel_name, a.other) for a in call.arguments],
            [("fd", "fd", ""), ("cmd", "command", "op"),
             ("value", "arg", "")])

    def test_refuses_supplementary_names_of_no_argument(self):
        call = kernel.Syscall(0, "read", [
            integer("fd"), pointer("buf"), integer("count", 64)])
        with self.assertRaises(sources.GeneratorError):
            manual.name_arguments([call], prototypes(), {
                "manual_page_of": {},
                "argument_names": {"read": {"length": "size"}}})

    def test_refuses_a_name_with_two_meanings(self):
        call = kernel.Syscall(1, "read", [
            integer("fd"), pointer("fd"), integer("count", 64)])
        with self.assertRaises(sources.GeneratorError):
            manual.name_arguments([call], prototypes(), {
                "manual_page_of": {}, "argument_names": {}})


class KernelTest(unittest.TestCase):
    def test_reads_the_table(self):
        text = ("# comment\n0\tcommon\tread\t\tsys_read\n"
                "134\t64\tuselib\n156 64 _sysctl sys_ni_syscall\n"
                "512\tx32\trt_sigaction\tcompat_sys_rt_sigaction\n")
        self.assertEqual(kernel.read_table(text), [
            (0, "read", "sys_read"), (134, "uselib", None),
            (156, "_sysctl", None)])

    def test_parses_definitions(self):
        name, arguments = kernel.parse_definition(
            2, "open2, const char __user *, name,\n\t\tumode_t, mode")
        self.assertEqual(name, "open2")
        self.assertEqual([(a.type, a.kernel_name) for a in arguments],
                         [("const char __user *", "name"),
                          ("umode_t", "mode")])

    def test_skips_branches_that_x86_64_does_not_have(self):
        text = ("#ifdef CONFIG_A\nkept 1\n#ifdef CONFIG_CLONE_BACKWARDS\n"
                "dead\n#elif defined(CONFIG_CLONE_BACKWARDS2)\ndead\n"
                "#else\nkept 2\n#endif\n#else\nkept 3\n#endif\nkept 4\n")
        self.assertEqual(
            kernel.live_text(text, machine.X86_64).splitlines(),
            ["kept 1", "kept 2", "kept 3", "kept 4"])

    def test_takes_the_branch_that_aarch64_has(self):
        text = ("#ifdef CONFIG_CLONE_BACKWARDS\nkept\n#elif "
                "defined(CONFIG_CLONE_BACKWARDS2)\ndead\n#elif "
                "defined(CONFIG_OTHER)\ndead\n#else\ndead\n#endif\n"
                "#ifndef CONFIG_CLONE_BACKWARDS\ndead\n#else\nkept\n#endif\n")
        self.assertEqual(
            kernel.live_text(text, machine.AARCH64).splitlines(),
            ["kept", "kept"])

    def test_reads_further_kinds_of_line(self):
        text = ("38 renameat renameat sys_renameat\n"
                "403 32 clock_gettime64 sys_clock_gettime\n")
        self.assertEqual(kernel.read_table(text), [])
        self.assertEqual(kernel.read_table(text, ("64", "renameat")),
                         [(38, "renameat", "sys_renameat")])

    def test_other_architectures_code_is_foreign(self):
        self.assertTrue(kernel.is_foreign("arch/x86/a.c", machine.AARCH64))
        self.assertFalse(kernel.is_foreign("arch/arm64/a.c", machine.AARCH64))
        self.assertFalse(kernel.is_foreign("kernel/fork.c", machine.AARCH64))

    def test_a_call_of_one_architecture_is_not_in_others(self):
        supplement = {"syscalls": [
            {"number": 336, "only": "x86_64", "definition": ["uprobe"]},
            {"number": 470, "definition": ["listns"]}]}
        self.assertEqual(
            [call.number for call in kernel.supplementary_calls(
                supplement, set(), machine.AARCH64)], [470])

    def test_narrows_what_the_code_reads(self):
        calls = [kernel.Syscall(56, "clone", [integer("clone_flags", 64)])]
        kernel.narrow(calls, {"clone": {"clone_flags": [32, "why"]}})
        self.assertEqual(calls[0].arguments[0].width_bits, 32)

    def test_refuses_to_widen_or_to_give_no_reason(self):
        for entry in ([64, "why"], [32, "why"], [16, ""]):
            calls = [kernel.Syscall(3, "close", [integer("fd", 32)])]
            with self.assertRaises(sources.GeneratorError):
                kernel.narrow(calls, {"close": {"fd": entry}})


class EmitTest(unittest.TestCase):
    def test_lines_fit(self):
        call = kernel.Syscall(7, "f" * 30, [
            kernel.Argument("int", "n" * 20, 32, True, False, "m" * 20)] * 3)
        text = emit.syscalls([call], "x86_64", {"a": "1"},
                             {"syscalls": []})
        self.assertTrue(all(len(line) <= 80 for line in text.splitlines()))
        self.assertIn('Signed32("' + "m" * 20 + '", "' + "n" * 20 + '")', text)

    def test_keeps_numbers_without_a_call(self):
        call = kernel.Syscall(134, "uselib", None)
        self.assertIn('{134, "uselib", kNoSignature},',
                      emit.syscalls([call], "x86_64", {}, {"syscalls": []}))

    def test_shows_only_what_differs(self):
        found = constants.differences({"A": 1, "B": 3, "D": 4},
                                      {"A": 1, "B": 2, "C": 5})
        self.assertEqual(found, {"B": 3, "C": None, "D": 4})
        text = emit.constant_differences(found, "aarch64", {})
        self.assertIn('{"B", 3},\n{"C", kAbsent},\n{"D", 4},\n', text)


class CompilerTest(unittest.TestCase):
    def test_reads_the_words_of_both_assemblers(self):
        self.assertEqual(compiler.read_data(
            "bailey_values:\n\t.quad\t-1\n\t.zero\t16\n", 3),
            [2**64 - 1, 0, 0])
        self.assertEqual(compiler.read_data(
            "bailey_values:\n\t.xword\t7  // 0x7\n"
            "\t.size\tbailey_values, 8\nx:\n\t.xword\t9\n", 1), [7])


if __name__ == "__main__":
    unittest.main()
