"""Two evaluators of one language, which share nothing but the kernel's tables: `bailey policy
eval`, and meaning.py, which is written from docs/policy-language.md. They must agree on which
texts are policies and on every answer: action, and the rule that decided.
"""
import shutil
import unittest

import conditions
import generator
import meaning
import reader
import tables
from comparison import LIBRARIES, POLICIES, ROOT, ComparisonTest, ask, compare, load

# Corners that chance rarely finds. `@` begins those that are no policies.
CORNERS = '''
allow syscall lseek(offset == (0x8000000000000000 | 1) - 0x7fffffffffffffff);
@ allow syscall lseek(offset == (0x8000000000000000 | 1));
allow syscall lseek(offset == (0x8000000000000000 | -1));
allow syscall lseek(offset == ~0x7fffffffffffffff), lseek(offset & 0x8000000000000000 != 0);
@ allow syscall lseek(offset < 0x8000000000000000);
@ allow syscall dup(oldfd == -(~0) - 2);
allow syscall dup(oldfd == -(~0)), dup(oldfd == ~0 - 1), dup(oldfd == AT_FDCWD + 1);
@ allow syscall dup(oldfd == -1);
@ allow syscall dup(oldfd == 0x100000000);
@ allow syscall dup(oldfd == ~0x80000000);
allow syscall kill(pid == 0x7fffffff), kill(pid & 0x80000000 == 0x80000000, sig == 3);
@ allow syscall kill(pid == 0x80000000);
@ allow syscall kill(pid & 1 < 0x80000000);
@ allow syscall kill(pid & ~0 in {0x80000000..0xffffffff, 5});
@ allow syscall kill(pid & 0xff in {3..2});
allow syscall kill(pid & 0xff in {-1, -5..3}), fchmod(mode == 0xffff), fchmod(mode & ~7 == 8);
@ allow syscall fchmod(mode == 0x10000);
widths full; allow syscall dup(oldfd == -1), close(fd in {-1, 3..~0}), kill(pid > 5);
widths full; allow syscall kill(argument1 & -2 != -4, sig >= AT_FDCWD), uselib(argument0 == 1);
@ widths full; allow syscall kill(pid >= -1);
@ widths full; allow syscall kill(pid in {-2..-1});
@ allow syscall kill(argument0 == 1);
@ widths full; allow syscall open(pathname == 1);
@ allow syscall uselib(argument0 == 1);
@ allow syscall uselib(library == NULL);
@ deny syscall dup then errno AF_UNIX;
deny syscall dup then errno (AF_UNIX | 4); deny syscall close then errno 4095;
@ deny syscall dup then errno 4096;
deny syscall dup then errno 4096 - 1; deny syscall close then errno EWOULDBLOCK;
@ allow syscall clone3, clone(flags & 1 == 0); otherwise errno EPERM;
@ allow syscall clone3 then log; deny syscall clone(flags == 1) then trap; otherwise allow;
allow syscall clone3, clone(flags & 1 == 0); otherwise log;
allow syscall clone(flags & 1 == 0), clone; deny syscall clone3 then kill; otherwise trap;
allow syscall clone(flags & 1 == 0); deny syscall clone3(size > 9) then kill; otherwise trap;
deny syscall clone(flags == 1) then errno 1; otherwise log;
@ deny syscall dup then errno 1; deny syscall dup then errno 2;
@ deny syscall dup(oldfd in {1}) then errno 1; deny syscall dup(oldfd == 01) then errno 2;
deny syscall dup then errno 1; deny syscall dup then errno 2; deny syscall dup then trap;
deny syscall dup(oldfd >= 1) then errno 1; deny syscall dup(oldfd >= 2) then errno 2;
use "runtime/c"; use "cli-tool"; use "runtime/c" version 1;
group g { dup } allow syscall @g; use "network/groups"; deny syscall group waiting then errno 7;
@ group g { @h } group h { @g } allow syscall @g;
@ group g { dup } group g { read } allow syscall @g;
@ widths full; widths full;
@ version 1; version 1;
@ deny syscall dup; otherwise log;
allow syscall dup then log; deny syscall dup(oldfd == 1); otherwise kill_thread;
@ allow syscall dup then allow;
@ allow syscall mmap(flags == MAP_32BIT); target linux aarch64;
@ allow syscall fork; target linux aarch64;
allow syscall fork, dup; target linux aarch64, x86_64;
@ allow syscall dup(oldfd == 1 << 64);
@ allow syscall mmap(length == -1 << 1);
allow syscall mmap(length == 1 << 63, prot == (3 | 1 << 2 & 7), fd in {0..3, ~0});
allow syscall dup(!oldfd == 1 && oldfd < 9 || oldfd not in {1..0x80000000} and not oldfd == 7);
allow file read "/a", "/b/**"; allow file write "/c"; allow file execute "/d"; otherwise trap;
'''.strip().splitlines()


class SecondEvaluator(ComparisonTest):
    def test_built_in_policies_with_and_without_the_runtime(self):
        compared = 0
        for library in sorted(LIBRARIES.rglob("*.policy")):
            name = library.relative_to(LIBRARIES).with_suffix("")
            for target in ("x86_64", "aarch64", "x86_64, aarch64"):
                for otherwise in ("kill", "errno EPERM", "trap"):
                    path = self.folder / "user.policy"
                    path.write_text(f'policy user {{ target linux {target}; use "{name}" version 1;'
                                    f" otherwise {otherwise}; }}")
                    for runtime in (False, True):
                        compared += compare(path, generator.Generator(str(path)), most=400,
                                            runtime=runtime)
        self.assertGreater(compared, 10000)

    def test_corners(self):
        for number, line in enumerate(CORNERS):
            wrong, body = line.startswith("@ "), line.removeprefix("@ ")
            path = self.folder / f"corner_{number}.policy"
            path.write_text(f"policy corner {{ {body} }}")
            compared = compare(path, generator.Generator(number), most=400)
            with self.subTest(line):
                self.assertEqual(compared == 0, wrong)

    def test_file_rules_over_every_call(self):
        for kind in ("read", "write", "execute"):
            path = self.folder / f"{kind}.policy"
            path.write_text(f'policy p {{ target linux x86_64, aarch64; allow file {kind} "/a";'
                            " otherwise errno EPERM; }")
            policies, _ = load(path.read_text(), self.folder)
            lines, expected = [], []
            for architecture, policy in policies.items():
                for number in tables.numbers(architecture):
                    for flags in (0, 1, 2, 3, 0o100, 0o1000, 0o1002, 0x400000, 0x410000):
                        lines.append(f"arch={architecture} {number} 0 {flags} {flags}")
                        action, index = policy.answer("main", tables.WORDS[architecture], number,
                                                      [0, flags, flags, 0, 0, 0])
                        expected.append({"action": meaning.action_text(action), "index": index})
            code, answers, errors = ask(path, lines, "--as-written")
            self.assertEqual(code, 0, errors)
            self.assertEqual(answers, expected)

    def test_the_policies_of_testdata(self):
        shutil.copytree(ROOT / "testdata" / "policies", self.folder / "policies")
        answered = 0
        for path in sorted((self.folder / "policies").glob("*.policy")):
            answered += compare(path, generator.Generator(path.name)) > 0
        self.assertGreaterEqual(answered, 1)

    def test_the_tests_of_built_in_policies_hold_here_too(self):
        held = 0
        for library in sorted(LIBRARIES.rglob("*.policy")):
            text = library.read_text()
            policy = meaning.load(text, library.parent, LIBRARIES)["x86_64"]
            for _, expectations in (parts for kind, *parts in reader.read(text).statements
                                    if kind == "test"):
                for _, call, arguments, outcome in expectations:
                    values = [conditions.constant(each, "x86_64")[0] % (1 << 64)
                              for each in arguments] + [0] * (6 - len(arguments))
                    action, _ = policy.answer("main", 0xC000003E, policy.calls[call].number,
                                              values)
                    allowed = action[0] in ("allow", "log")
                    good = (allowed if outcome == "allowed" else not allowed
                            if outcome == "denied" else action == policy.action(outcome))
                    self.assertTrue(good, f"{library}: {call} {arguments} {action}")
                    held += 1
        self.assertGreater(held, 100)

    def test_random_policies(self):
        self.compare_random(POLICIES)


if __name__ == "__main__":
    unittest.main()
