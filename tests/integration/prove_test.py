"""`bailey policy prove --filter`, and that nothing goes on without a proof."""
import json
import os
import pathlib
import re
import shutil
import struct
import tempfile
import unittest

import support
from support import bailey

POLICY = """policy web {
  allow syscall read, write, exit_group;
  allow syscall socket(domain == AF_INET, type & SOCK_TYPE_MASK == SOCK_STREAM);
  deny syscall ptrace then kill;
  otherwise errno EPERM;
  test "t" { read() => allowed; ptrace() => kill; }
}
"""
ALLOW = 0x7fff0000
# What the policy's own filter does, but for ptrace: load the number, ...
LD_NR = (0x20, 0, 0, 0)


def raw(*instructions):
    return b"".join(struct.pack("=HBBI", *one) for one in instructions)


def denying(number, answer):
    """Denies one number and allows the rest."""
    return raw(LD_NR, (0x15, 0, 1, number), (0x06, 0, 0, answer), (0x06, 0, 0, ALLOW))


class ProveTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-prove-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.directory.chmod(0o755)
        self.write("web.policy", POLICY.encode())

    def write(self, name, data):
        (self.directory / name).write_bytes(data)

    def policy(self, *words, code=0):
        done = bailey("policy", *words, directory=self.directory)
        self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def compile(self, name, policy="web.policy"):
        self.policy("compile", policy, "-o", name)
        return (self.directory / name).read_bytes()

    def test_the_policys_own_filter_is_proved(self):
        self.compile("web.bpf")
        out, _ = self.policy("prove", "web.policy", "--filter", "web.bpf")
        self.assertIn("web.bpf: ", out)
        self.assertIn("as portion main on x86_64: proved by z3", out)

    def test_a_wrong_filter_gets_a_witness_in_the_authors_terms(self):
        self.write("loose.policy",
                   POLICY.replace("SOCK_STREAM)", "SOCK_RAW)").encode())
        self.compile("loose.bpf", "loose.policy")
        out, _ = self.policy("prove", "web.policy", "--filter", "loose.bpf", code=1)
        self.assertIn("witness: socket(domain=AF_INET", out)
        self.assertIn("the policy says: ", out)
        self.assertRegex(out, r"by (otherwise errno EPERM|allow syscall socket)")
        self.assertIn("the filter returns: ", out)
        out, _ = self.policy("prove", "web.policy", "--filter", "loose.bpf", "--format", "json",
                             code=1)
        document = json.loads(out)
        support.check_schema(self, document, "prove")
        self.assertIs(document["proved"], False)
        found = document["filters"][0]["counterexample"]
        self.assertEqual(found["number"], 41)
        self.assertEqual(found["argument_names"], ["domain", "type", "protocol"])
        self.assertEqual(found["arguments"][0] & 0xffffffff, 2)
        self.assertIn(found["policy"], ("allow", "errno EPERM"))
        self.assertNotEqual(found["actual_text"], found["expected_text"])
        self.assertIn("text", found["rule"])
        self.assertEqual(document["filters"][0]["files"], ["loose.bpf"])

    def test_a_stack_is_what_the_kernel_makes_of_it(self):
        self.compile("web.bpf")
        self.write("dup.bpf", denying(32, 0x00050001))
        self.write("read.bpf", denying(0, 0x80000000))
        out, _ = self.policy("prove", "web.policy", "--filter", "dup.bpf", "--filter", "web.bpf")
        self.assertIn("dup.bpf, web.bpf: ", out)
        out, _ = self.policy("prove", "web.policy", "--filter", "web.bpf", "--filter", "read.bpf",
                             code=1)
        self.assertIn("witness: read(", out)
        self.assertIn("the filter returns: kill_process", out)

    def test_a_policy_that_gives_no_filter_proves_none(self):
        self.write("read.policy", b"policy p { allow syscall read, write; otherwise kill; }")
        self.compile("read.bpf", "read.policy")
        self.write("asserted.policy", b"policy p { allow syscall read, write; otherwise kill; "
                                      b"assert never syscall write; }")
        out, error = self.policy("prove", "asserted.policy", "--filter", "read.bpf", code=1)
        self.assertNotIn("proved", out)
        self.assertIn("`assert never syscall write` in portion `main`: does not hold", error)
        conflict = (b"policy p { otherwise kill; deny syscall write(fd == 1) then errno EPERM; "
                    b"deny syscall write(count == 2%s) then errno EACCES; }")
        self.write("apart.policy", conflict % b", fd != 1")
        self.compile("apart.bpf", "apart.policy")
        self.write("conflict.policy", conflict % b"")
        out, error = self.policy("prove", "conflict.policy", "--filter", "apart.bpf", code=2)
        self.assertEqual(out, "")
        self.assertIn("different errnos", error)

    def test_what_is_no_filter_is_refused(self):
        good = self.compile("web.bpf")
        for name, data, text in (("empty", b"", "`empty` is empty"),
                                 ("odd", good[:-3], "each instruction has 8"),
                                 ("cut", good[:8], "does not return"),
                                 ("noise", b"\xff" * 64, "instruction 0"),
                                 ("long", b"\0" * 40000, "`long`")):
            self.write(name, data)
            _, error = self.policy("prove", "web.policy", "--filter", name, code=2)
            self.assertIn(text, error)
        _, error = self.policy("prove", "web.policy", "--filter", "none.bpf", code=2)
        self.assertIn("none.bpf", error)
        _, error = self.policy("prove", "web.policy", "--filter", "web.bpf", "--portion", "x",
                               code=2)
        self.assertIn("there is no portion `x`", error)

    def hard_policy(self):
        """Encodes and solves for far more than a millisecond."""
        calls = ["read", "write", "close", "fstat", "lseek", "dup", "fcntl", "fsync", "bind"]
        rules = "".join(
            f"  allow syscall {call}({argument} & {0x55 + i:#x} == {i % 3 * 4});\n"
            for call, argument in (("lseek", "offset"), ("fcntl", "cmd"), ("lseek", "whence"))
            for i in range(1, 60))
        self.write("hard.policy", (
            "policy hard {\n  use \"runtime/c\";\n  allow syscall " + ", ".join(calls[:5]) + ";\n"
            + rules + "  otherwise errno EPERM;\n  test \"t\" { getpid() => allowed; }\n}\n")
            .encode())
        return "hard.policy"

    def test_a_time_out_is_unknown_and_gives_no_filter(self):
        hard = self.hard_policy()
        out, _ = self.policy("prove", hard, "--timeout-ms", "1", "--format", "json", code=3)
        document = json.loads(out)
        support.check_schema(self, document, "prove")
        self.assertEqual(document["proved"], "unknown")
        self.assertEqual({filter["verdict"] for filter in document["filters"]}, {"unknown"})
        _, error = self.policy("compile", hard, "--timeout-ms", "1", "-o", "hard.bpf", code=3)
        self.assertIn("not proved", error)
        self.assertFalse((self.directory / "hard.bpf").exists())
        out, error = self.policy("plan-program", "--program", "/bin/true", "--timeout-ms", "1",
                                 hard, code=3)
        self.assertEqual(out, "")
        out, error = self.policy("test", "--timeout-ms", "1", hard, code=3)
        self.assertIn("is not proved", error)
        self.assertIn("0 seen in a real process", out)

    def impatient(self):
        """The programs, but each proof gets a millisecond."""
        programs = self.directory / "bin"
        programs.mkdir()
        for program in support.BIN.iterdir():
            if program.name == "bailey":
                shutil.copy2(program, programs / program.name)
            elif program.name != "bailey-policy":
                (programs / program.name).symlink_to(program)
        wrapper = programs / "bailey-policy"
        wrapper.write_text("#!/bin/sh\nverb=$1\nshift\ncase $verb in\n"
                           "plan|plan-program) set -- --timeout-ms 1 \"$@\" ;;\nesac\n"
                           f"exec '{support.BIN}/bailey-policy' \"$verb\" \"$@\"\n")
        wrapper.chmod(0o755)
        return programs / "bailey"

    def test_run_starts_nothing_without_a_proof(self):
        hard = self.hard_policy()
        command = ["run", "--policy", hard, "--", "/bin/echo", "ran"]
        patient = bailey(*command, directory=self.directory)
        self.assertEqual((patient.returncode, patient.stdout), (0, b"ran\n"), patient.stderr)
        done = support.run([self.impatient(), *command], directory=self.directory)
        self.assertEqual((done.returncode, done.stdout), (125, b""), done.stderr)
        self.assertIn(b"is not proved", done.stderr)

    def test_build_makes_no_bundle_without_a_proof(self):
        source = self.directory / "main.c"
        source.write_text("int main(void) { return 0; }\n")
        done = bailey("capture", "--", "clang-19", "main.c", "-o", "main",
                      directory=self.directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        command = ["build", "-p", ".", "--program", "main", "--policy", self.hard_policy(),
                   "-o", "main.bailey"]
        done = support.run([self.impatient(), *command], directory=self.directory)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"is not proved", done.stderr)
        self.assertFalse((self.directory / "main.bailey").exists())


class EveryFilterIsProved(unittest.TestCase):
    """A filter is made in one place alone, which proves it: plan/filters.cc, by FilterTools."""

    COMPILERS = re.compile(
        r"^(?!\s*//).*\b(CompileFilter|CompileFilterStack|CompileWithLibseccomp)\(")
    THEMSELVES = ("policy-compiler/seccomp/", "policy-compiler/libseccomp/")
    # They hand a compiler to CompileAndProve, as FilterTools.
    GIVE_TOOLS = {"cli/policy/libseccomp_backend.cc", "cli/policy/stacked_filters.cc",
                  "policy-compiler/plan/filters.h"}

    def test_nobody_else_calls_a_compiler(self):
        callers = set()
        for directory in ("policy-compiler", "cli", "executor", "common", "runtime"):
            for path in (support.ROOT / directory).rglob("*.[ch]*"):
                name = os.path.relpath(path, support.ROOT)
                if name.startswith(self.THEMSELVES):
                    continue
                lines = path.read_text(encoding="utf-8").splitlines()
                if any(self.COMPILERS.match(line) for line in lines):
                    callers.add(name)
        self.assertEqual(callers, self.GIVE_TOOLS)


if __name__ == "__main__":
    unittest.main()
