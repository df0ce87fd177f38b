"""`serving` blocks: the answers in both phases, and which blocks are refused, as compare_test.py
does; and that mistakes in what a block means would be seen.
"""
import unittest
from unittest import mock

import comparison
import generator
from comparison import LIBRARIES, POLICIES, answer_here, ask, compare, load, questions
from serving_mistakes import MISTAKES

FILES = {
    "lib": """version 2; group lib { dup, close(fd == 1) } allow syscall read, write;
              deny syscall bpf; deny syscall ptrace then kill_thread;""",
    "files": 'allow file read "/a"; allow syscall dup;',
    "logs": "allow syscall read then log;",
    "serves": "serving { allow syscall read; }",
}
# `@` begins those that are no policies.
CORNERS = '''
allow syscall dup, read; serving { allow syscall dup; otherwise errno 5; } otherwise errno 6;
allow syscall dup; serving { allow syscall dup; } otherwise errno 6;
allow syscall dup; serving { ; } otherwise errno 6;
serving { otherwise allow; } otherwise errno 6;
allow syscall dup; serving { otherwise allow; } otherwise errno 6;
allow syscall dup; serving { otherwise errno 5; } otherwise kill;
allow syscall dup; serving { otherwise errno 5; } otherwise kill_thread;
allow syscall dup; serving { otherwise errno 5; } otherwise trap;
allow syscall dup; serving { otherwise allow; } otherwise trap;
allow syscall dup; serving { otherwise kill; } otherwise trap;
allow syscall dup; serving { otherwise trap; } otherwise kill;
serving { deny syscall bpf then errno 4; } otherwise kill;
serving { deny syscall bpf then errno 4; } otherwise kill_thread;
serving { deny syscall bpf then errno 4; } otherwise trap;
serving { deny syscall bpf then trap; } otherwise kill;
serving { deny syscall bpf then trap; } otherwise kill_thread;
deny syscall bpf then kill; serving { deny syscall bpf then errno 4; otherwise allow; }
deny syscall bpf then trap; serving { allow syscall bpf; } otherwise errno 5;
deny syscall bpf(cmd == 1) then errno 3; serving { allow syscall bpf; } otherwise allow;
deny syscall bpf then errno 3; serving { deny syscall bpf then errno 4; } otherwise allow;
@ serving { deny syscall bpf then errno 4; deny syscall bpf then errno 5; } otherwise allow;
deny syscall dup then trap; serving { deny syscall dup then errno 4; deny syscall dup then errno 5;}
allow syscall dup then log; serving { allow syscall dup; } otherwise errno 6;
allow syscall dup then log; serving { deny syscall dup then kill_thread; } otherwise errno 6;
allow syscall dup; serving { allow syscall read; } otherwise log;
allow syscall dup; serving { otherwise errno 5; } otherwise log;
@ serving { otherwise log; }
@ serving { allow syscall dup then log; }
@ serving { use "./logs.policy"; }
@ serving { use "./serves.policy"; }
@ use "./serves.policy";
@ serving { allow file read "/a"; }
@ serving { deny file read "/a"; }
serving { use "./files.policy"; allow syscall dup2; } otherwise errno 6;
use "./files.policy"; serving { use "./files.policy"; allow syscall read; } otherwise errno 6;
allow file write "/a"; serving { allow syscall openat(flags == 0); } otherwise errno 6;
use "./lib.policy"; serving { allow syscall dup; } otherwise errno 6;
use "./lib.policy"; serving { use "./lib.policy"; otherwise errno 5; } otherwise errno 6;
allow syscall read; serving { use "./lib.policy"; otherwise errno 5; } otherwise errno 6;
allow syscall @lib; serving { use "./lib.policy" version 2; } otherwise kill_thread;
serving { use "./lib.policy"; use "./lib.policy"; allow syscall @lib; } allow syscall write;
@ serving { use "./lib.policy" version 3; }
@ serving { use "./lib.policy"; otherwise allow; }
@ serving { use "./nowhere.policy"; }
serving { deny syscall dup; otherwise errno 5; } otherwise allow;
serving { deny syscall dup; otherwise errno 5; } otherwise kill;
serving { deny syscall dup; } otherwise errno 6;
@ serving { deny syscall dup; } otherwise allow;
@ serving { deny syscall dup; otherwise allow; } otherwise errno 6;
@ deny syscall clone(flags == 1) then kill; serving { allow syscall clone3; } otherwise allow;
@ allow syscall clone, clone3; serving { allow syscall clone3, clone(flags == 1); } otherwise kill;
allow syscall clone, clone3; serving { allow syscall clone(flags == 1); } otherwise errno 6;
allow syscall clone(flags == 1); serving { allow syscall clone, clone3; } otherwise errno 6;
deny syscall clone(flags == 1) then errno 3; serving { allow syscall clone3; } otherwise allow;
@ serving { ; } serving { ; }
@ portion a untrusted { ; } serving { ; }
@ portion a untrusted { serving { ; } serving { ; } }
@ serving { otherwise kill; otherwise kill; }
@ serving { serving { ; } }
@ serving { limit pids 3; }
@ serving { version 1; }
@ serving { widths full; }
@ serving { group g { dup } }
@ serving { target linux x86_64; }
@ serving { assert never syscall dup; }
@ serving { test "t" { dup() => denied; } }
@ serving { portion a untrusted { ; } }
@ portion a trusted { serving { uses key; } } credential key from file "/a";
@ portion a trusted { serving { function f; } }
@ serving { allow syscall no_such_call; }
@ serving { allow syscall dup(no_such_argument == 1); }
@ serving { allow syscall @nothing; }
@ serving { allow syscall dup then trap; }
@ serving { deny syscall dup then allow; }
@ serving { deny syscall dup then errno 4096; }
@ target linux aarch64; serving { allow syscall open; }
target linux aarch64, x86_64; serving { allow syscall open, dup; } allow syscall dup, open, close;
serving { allow syscall @own; } group own { dup, close(fd == 1) } allow syscall dup, close;
widths full; serving { allow syscall dup(argument0 == -1); } allow syscall dup; otherwise trap;
@ serving { allow syscall dup(argument0 == 1); }
portion a trusted { serving { allow syscall dup; } } portion b trusted { } allow syscall dup;
portion a trusted { deny syscall bpf then trap; serving { allow syscall bpf; } } otherwise errno 6;
portion a trusted { uses key; serving { allow syscall dup; } } credential key from file "/a";
test "t" in main serving { dup(1) => denied; } serving { deny syscall dup; otherwise errno 4; }
test "t" { in main serving dup(1) => allowed; } otherwise allow;
@ test "t" { in nobody serving dup(1) => allowed; } serving { otherwise allow; }
'''.strip().splitlines()

class Corner:
    """A text, and what `bailey policy eval` says of it: asked once."""

    def __init__(self, path, line, number):
        self.path, self.wrong = path, line.startswith("@ ")
        self.made = generator.Generator(number)
        path.write_text(f"policy corner {{ {line.removeprefix('@ ')} }}")
        policies, _ = load(path.read_text(), path.parent)
        self.asked = [(policy.architecture, question, text) for policy, question, text
                      in questions(policies or {}, self.made, 400)]
        _, self.answers, _ = ask(path, [text for _, _, text in self.asked], "--as-written")

    def agrees(self):
        """Whether meaning.py, as it is now, answers the same."""
        policies, _ = load(self.path.read_text(), self.path.parent)
        if policies is None or self.wrong:
            return (policies is None) == self.wrong
        here = [answer_here(policies[architecture], question)
                for architecture, question, _ in self.asked]
        return here == [None if "error" in answer else answer for answer in self.answers]


class ServingTest(comparison.ComparisonTest):
    def write_files(self):
        for name, body in FILES.items():
            (self.folder / f"{name}.policy").write_text(f"policy {name} {{ {body} }}")

    def test_corners(self):
        self.write_files()
        for number, line in enumerate(CORNERS):
            path = self.folder / f"corner_{number}.policy"
            path.write_text(f"policy corner {{ {line.removeprefix('@ ')} }}")
            with self.subTest(line):
                compared = compare(path, generator.Generator(number), most=400)
                self.assertEqual(compared == 0, line.startswith("@ "))

    def test_random_policies_with_blocks(self):
        self.compare_random(POLICIES // 2, blocks=True)

    def test_built_in_policies_in_blocks_with_and_without_the_runtime(self):
        compared = 0
        for library in sorted(LIBRARIES.rglob("*.policy")):
            name = library.relative_to(LIBRARIES).with_suffix("")
            path = self.folder / "user.policy"
            path.write_text(f'policy user {{ target linux x86_64, aarch64; use "runtime/c"; portion'
                            f' a untrusted {{ serving {{ use "{name}" version 1; }} }}'
                            " portion b trusted { } otherwise errno EPERM; }")
            for runtime in (False, True):
                compared += compare(path, generator.Generator(str(path)), most=400,
                                    runtime=runtime)
        self.assertGreater(compared, 10000)

    def test_mistakes_would_be_seen(self):
        """Each makes meaning.py answer or refuse what `bailey policy eval` does not."""
        self.write_files()
        corners = [Corner(self.folder / f"corner_{number}.policy", line, number)
                   for number, line in enumerate(CORNERS)]
        self.assertTrue(all(corner.agrees() for corner in corners))
        for name, mistake in MISTAKES.items():
            with self.subTest(name), mock.patch.object(*mistake):
                self.assertFalse(all(corner.agrees() for corner in corners))


if __name__ == "__main__":
    unittest.main()
