"""bailey policy lift, and diff of raw filters, as a user runs them."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import support
from support import bailey

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO, KILL = 0x7fff0000, 0x00050000, 0x80000000
X86_64, GETUID = 0xc000003e, 102

# A process that puts itself under a filter and then answers each line with
# what getuid() says.
UNDER_FILTER = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
raw = open(sys.argv[1], "rb").read()
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]
program = Program(len(raw) // 8, raw)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
for line in sys.stdin:
    ctypes.set_errno(0)
    libc.syscall(102)
    print(ctypes.get_errno(), flush=True)
"""


def raw(*instructions):
    return b"".join(struct.pack("=HBBI", *each) for each in instructions)


def errno_for(number, value):
    return raw((LOAD, 0, 0, 4), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0),
               (EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | value), (RETURN, 0, 0, ALLOW))


class PolicyLift(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-lift-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def validate(self, document, name):
        support.check_schema(self, document, name)

    def test_what_compile_writes_comes_back(self):
        policy = self.write("a.policy", "policy a { allow syscall read, write, "
                            "socket(family == AF_UNIX, type & SOCK_TYPE_MASK == SOCK_STREAM); "
                            "deny syscall ptrace then errno EACCES; otherwise kill; }\n")
        compiled = self.directory / "a.bpf"
        self.assertEqual(bailey("policy", "compile", policy, "-o", compiled).returncode, 0)
        done = bailey("policy", "lift", compiled)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout.decode()
        self.assertIn("allow syscall socket(domain == AF_UNIX, "
                      "type & SOCK_TYPE_MASK == SOCK_STREAM);", text)
        self.assertIn("proved equal by z3", done.stderr.decode())
        lifted = self.write("lifted.policy", text)
        for pair in ((policy, lifted), (compiled, policy), (lifted, compiled),
                     (compiled, compiled)):
            equal = bailey("policy", "diff", *pair)
            self.assertEqual((equal.returncode, equal.stdout.decode()), (0, "equal\n"), pair)

    def test_json_says_what_differs(self):
        filter_file = self.write("open.bpf", raw((LOAD, 0, 0, 0), (EQUAL, 0, 1, 101),
                                                 (RETURN, 0, 0, ERRNO | 1), (RETURN, 0, 0, ALLOW)))
        done = bailey("policy", "lift", filter_file, "--format", "json", "--name", "mine")
        self.assertEqual(done.returncode, 0)
        document = json.loads(done.stdout)
        self.validate(document, "lift")
        self.assertIn("policy mine {", document["policy"])
        self.assertEqual({each["region"] for each in document["differences"]},
                         {"foreign_architecture", "x32", "unknown_number"})
        self.assertNotIn("looser", {each["relation"] for each in document["differences"]})

    def test_diff_of_a_filter_and_a_policy(self):
        theirs = self.write("theirs.bpf", errno_for(101, 1))
        ours = self.write("ours.policy", "policy ours { allow syscall read; otherwise kill; }")
        done = bailey("policy", "diff", theirs, ours, "--format", "json")
        document = json.loads(done.stdout)
        self.validate(document, "filter-diff")
        self.assertEqual((done.returncode, document["relation"]), (0, "stricter"))
        done = bailey("policy", "diff", ours, theirs, "--format", "json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["relation"]), (1, "looser"))
        # Both deny it, each in its own way: a ceiling does not care.
        other = self.write("other.bpf", errno_for(101, 2))
        self.assertEqual(bailey("policy", "diff", theirs, other).returncode, 1)
        self.assertEqual(bailey("policy", "diff", "--ceiling", theirs, other).returncode, 0)

    def test_bad_input(self):
        good = self.write("good.bpf", errno_for(101, 1))
        odd = self.write("odd.bpf", b"1234567")
        loop = self.write("loop.bpf", raw((LOAD, 0, 0, 1), (RETURN, 0, 0, ALLOW)))
        for arguments in ([odd], [loop], [good, odd], [], [good, "--pid", "1"], ["--pid", "0"],
                          [good, "--arch", "sparc"], [self.directory / "none.bpf"]):
            done = bailey("policy", "lift", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
        done = bailey("policy", "lift", good, "--name", "1 x")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"cannot be a policy's name", done.stderr)
        self.assertEqual(bailey("policy", "diff", odd, good).returncode, 2)

    def test_a_running_process(self):
        filter_file = self.write("own.bpf", errno_for(GETUID, 33))
        child = subprocess.Popen(["python3", "-c", UNDER_FILTER, filter_file],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def ask():
            child.stdin.write(b"\n")
            child.stdin.flush()
            return child.stdout.readline()

        try:
            self.assertEqual(ask(), b"33\n")
            done = bailey("policy", "lift", "--pid", str(child.pid))
            self.assertEqual(ask(), b"33\n")  # it goes on
            if done.returncode == 2 and b"takes root" in done.stderr:
                self.skipTest(done.stderr.decode())
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("deny syscall getuid then errno EDOM;", done.stdout.decode())
            if os.geteuid() == 0 and shutil.which("setpriv"):
                other = subprocess.run(
                    ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all", "--",
                     support.BIN / "bailey-policy", "lift", "--pid", str(child.pid)],
                    capture_output=True)
                self.assertEqual(other.returncode, 2)
                self.assertIn(b"takes root: CAP_SYS_ADMIN", other.stderr)
                self.assertEqual(ask(), b"33\n")
        finally:
            child.stdin.close()
            self.assertEqual(child.wait(timeout=20), 0)
            child.stdout.close()

    def test_too_complex_filters_end_soon(self):
        body = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL),
                (0x00, 0, 0, 0), (0x02, 0, 0, 0)]
        for bit in range(600):  # six instructions each
            body += [(LOAD, 0, 0, 16 + 4 * (bit % 12)), (0x54, 0, 0, 1 << (bit // 12 % 32)),
                     (EQUAL, 3, 0, 0), (0x60, 0, 0, 0), (0x04, 0, 0, bit + 1), (0x02, 0, 0, 0)]
        body += [(0x60, 0, 0, 0), (EQUAL, 0, 1, 4711), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, KILL)]
        done = bailey("policy", "lift", self.write("bomb.bpf", raw(*body)))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"too complex to lift", done.stderr)


if __name__ == "__main__":
    unittest.main()
