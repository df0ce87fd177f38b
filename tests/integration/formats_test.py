"""`bailey policy import` and `export`, against the tools whose formats they are:
C compilers and the kernel, systemd's own library, strace."""
import errno
import glob
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

from support import bailey

POLICY = """policy p {
  use "runtime/c";
  deny syscall getppid then errno EXDEV;
  otherwise errno EPERM;
}
"""
# 0: the filter is there and answers as the policy says; else what was wrong.
HARNESS_C = """
#include "filter.h"
#include <sys/socket.h>
int main(void) {
  if (getppid() <= 0) return 1;
  if (p_install_filter() != 0) return 2;
  if (syscall(SYS_getppid) != -1 || errno != EXDEV) return 3;
  if (socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != EPERM) return 4;
  return write(1, "allowed", 7) == 7 ? 0 : 5;
}
"""


class FormatsTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-formats-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.write("p.policy", POLICY)

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def policy(self, *words, code=0):
        done = bailey("policy", *words, directory=self.directory)
        self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()


class CHeader(FormatsTest):
    def test_compiles_and_filters(self):
        self.policy("export", "--to", "c", "p.policy", "-o", "filter.h")
        self.assertIn("z3", (self.directory / "filter.h").read_text())
        for name, text in (("a.c", HARNESS_C), ("a.cc", HARNESS_C)):
            self.write(name, text)
            for compiler in ("gcc", "clang-19") if name == "a.c" else ("g++", "clang++-19"):
                subprocess.run([compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", "a", name],
                               cwd=self.directory, check=True, timeout=120)
                done = subprocess.run([self.directory / "a"], capture_output=True, check=False,
                                      timeout=60)
                self.assertEqual((done.returncode, done.stdout), (0, b"allowed"), compiler)

    def test_another_architecture_does_not_compile(self):
        self.write("p.policy", POLICY.replace("{", "{ target linux aarch64;", 1))
        self.policy("export", "--to", "c", "p.policy", "-o", "filter.h")
        self.write("a.c", HARNESS_C)
        done = subprocess.run(["gcc", "-o", "a", "a.c"], cwd=self.directory, capture_output=True,
                              check=False, timeout=120)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"this filter is for aarch64", done.stderr)


class Losses(FormatsTest):
    def test_a_loss_is_refused_unless_it_is_asked_for(self):
        self.write("p.policy", "policy p { allow syscall read, socket(family == AF_UNIX);\n"
                   "otherwise errno EPERM; }\n")
        out, err = self.policy("export", "--to", "systemd", "p.policy", code=1)
        self.assertEqual(out, "")
        self.assertIn("loss: `allow syscall read, socket(family == AF_UNIX)`", err)
        self.assertIn("--lossy", err)
        out, err = self.policy("export", "--to", "systemd", "--lossy", "p.policy")
        self.assertIn("loss: ", err)
        self.assertNotIn("socket", out)
        self.policy("export", "--to", "nothing", "p.policy", code=2)

    def test_oci_comes_back_equal(self):
        for emitted in (("export", "--to", "oci"), ("compile", "--emit", "oci")):
            self.policy(*emitted, "p.policy", "-o", "p.json")
            self.policy("import", "--from", "oci", "p.json", "--name", "p", "-o", "q.policy")
            out, _ = self.policy("diff", "p.policy", "q.policy")
            self.assertIn("equal", out)


def run_filter(program, data):
    """What a classic BPF program over seccomp_data answers."""
    a = x = pc = 0
    memory = [0] * 16
    while True:
        code, jt, jf, k = program[pc]
        pc += 1
        operand = x if code & 8 else k
        if code == 0x20:
            a = struct.unpack_from("<I", data, k)[0]
        elif code & 7 == 6:
            return k if code == 6 else a
        elif code & 7 == 5:
            op = code & 0xf0
            if op == 0:
                pc += k
            else:
                holds = {0x10: a == operand, 0x20: a > operand, 0x30: a >= operand,
                         0x40: a & operand != 0}[op]
                pc += jt if holds else jf
        elif code & 7 == 4:
            op = code & 0xf0
            if op in (0x60, 0x70):
                a = a << (operand & 31) if op == 0x60 else a >> (operand & 31)
            else:
                a = {0x50: a & operand, 0x40: a | operand, 0xa0: a ^ operand,
                     0x10: a - operand, 0x00: a + operand}[op]
            a &= 0xffffffff
        elif code == 2:
            memory[k] = a
        elif code == 0x60:
            a = memory[k]
        elif code == 0:
            a = k
        elif code == 1:
            x = k
        elif code == 7:
            x = a
        elif code == 0x87:
            a = x
        else:
            raise AssertionError(f"instruction {code:#x}")


def unpack(raw):
    return list(struct.iter_unpack("<HBBI", raw))


# From the strongest to the weakest, as the kernel orders them.
STRENGTH = [0x80000000, 0, 0x30000, 0x50000, 0x7ff00000, 0x7ffc0000, 0x7fff0000]


def run_stack(programs, data):
    """The strongest answer; of equals that of the filter installed last."""
    answers = [run_filter(program, data) for program in reversed(programs)]
    return min(answers, key=lambda answer: STRENGTH.index(answer & 0xffff0000))


# Writes the filters that systemd's library would install, instead of that.
# The library's functions are its own affair: what a Debian update changes shows.
SYSTEMD_C = r"""
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int count;
int seccomp_load(const scmp_filter_ctx context) {
  char name[32];
  if (seccomp_arch_exist(context, SCMP_ARCH_X86_64) != 0) return 0;
  snprintf(name, sizeof name, "filter.%d", count++);
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int result = seccomp_export_bpf(context, fd);
  close(fd);
  return result;
}
static void *library(const char *path) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) { fprintf(stderr, "%s\n", dlerror()); exit(9); }
  return handle;
}
typedef int ParseFunction(const char *, const char *, unsigned, const char *, unsigned,
                          const char *, int, const char *, void *, void *);
int main(int argc, char **argv) {
  void *shared = library(argv[1]);
  void *core = library(argv[2]);
  for (int i = 3; i < argc; ++i) {
    char *word = argv[i];
    char *value = strchr(word, '=');
    *value++ = 0;
    unsigned long number = strtoul(value, 0, 0);
    if (strncmp(word, "filter", 6) == 0) {
      static char context[1 << 16];
      void *map = 0;
      ParseFunction *parse = (ParseFunction *)dlsym(core, "config_parse_syscall_filter");
      for (char *line = strtok(value, ";"); line; line = strtok(0, ";"))
        parse("u", "f", 1, "Service", 1, "SystemCallFilter", 0, line, context, context);
      for (size_t at = 0; at < sizeof context && !map; at += sizeof map)
        memcpy(&map, context + at, sizeof map);
      bool allow = strcmp(word, "filter-allow") == 0;
      int (*load)(uint32_t, void *, uint32_t, bool) =
          (int (*)(uint32_t, void *, uint32_t, bool))dlsym(shared, "seccomp_load_syscall_filter_set_raw");
      load(allow ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW, map,
           allow ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS, false);
      continue;
    }
    int (*make)(unsigned long) = (int (*)(unsigned long))dlsym(shared, word);
    if (!make) { fprintf(stderr, "no %s\n", word); return 9; }
    make(number);
  }
  return 0;
}
"""
EXTRA_NUMBERS = [number for number in range(424, 453)]
VALUES = sorted({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 38, 40, 45, 46, 0x40, 0x80, 0x400,
                 0x440, 0x800, 0x840, 0xc40, 0x8000, 0x20000, 0x2000000, 0x4000000, 0x8000000,
                 0x10000000, 0x20000000, 0x40000000, 0xffffffff, 1 << 32, (1 << 32) + 1,
                 (1 << 32) + 0x10000000, (1 << 64) - 1})


# Calls whose arguments a setting tests, and some beside them.
TESTED = {0, 2, 9, 10, 30, 41, 56, 83, 85, 90, 91, 133, 135, 144, 257, 258, 259, 268, 272, 308,
          329, 435, 437, 452}


def inputs():
    for number in [*range(0, 335), *EXTRA_NUMBERS]:
        yield number, struct.pack("<IIQ6Q", number, 0xc000003e, 0, *[0] * 6)
        if number not in TESTED:
            continue
        for base in (0, 0x440) if number in (2, 257) else (0,):
            for index in range(4):
                for value in VALUES:
                    arguments = [base] * 6
                    arguments[index] = value
                    yield number, struct.pack("<IIQ6Q", number, 0xc000003e, 0, *arguments)


class Systemd(FormatsTest):
    CASES = [
        ("RestrictNamespaces=yes", ["seccomp_restrict_namespaces=0"]),
        ("RestrictNamespaces=pid", ["seccomp_restrict_namespaces=0x20000000"]),
        ("RestrictRealtime=yes", [f"seccomp_restrict_realtime_full={errno.EPERM}"]),
        ("RestrictSUIDSGID=yes", ["seccomp_restrict_suid_sgid=0"]),
        ("MemoryDenyWriteExecute=yes", ["seccomp_memory_deny_write_execute=0"]),
        ("LockPersonality=yes", ["seccomp_lock_personality=0"]),
        ("ProtectHostname=yes", ["seccomp_protect_hostname=0"]),
        ("ProtectKernelLogs=yes", ["seccomp_protect_syslog=0"]),
        ("ProtectKernelTunables=yes", ["seccomp_protect_sysctl=0"]),
        ("SystemCallFilter=@system-service", ["filter-allow=@system-service"]),
        ("SystemCallFilter=read write\nSystemCallFilter=~write:EIO @timer",
         ["filter-allow=read write;~write:EIO @timer"]),
        ("SystemCallFilter=~@privileged:EACCES ptrace\nSystemCallFilter=chown",
         ["filter-deny=~@privileged:EACCES ptrace;chown"]),
        ("MemoryDenyWriteExecute=yes\nRestrictNamespaces=~user\n"
         "SystemCallFilter=~@mount mmap:EIO",
         ["seccomp_memory_deny_write_execute=0", "seccomp_restrict_namespaces=0x6e020080",
          "filter-deny=~@mount mmap:EIO"]),
    ]

    def systemd_filters(self, words):
        libraries = [sorted(glob.glob(f"/usr/lib/*/systemd/libsystemd-{part}-252.so"))
                     for part in ("shared", "core")]
        if not all(libraries):
            self.skipTest("systemd 252's libraries are not here")
        if not (self.directory / "systemd").exists():
            self.write("systemd.c", SYSTEMD_C)
            subprocess.run(["gcc", "-rdynamic", "-o", "systemd", "systemd.c", "-ldl", "-lseccomp"],
                           cwd=self.directory, check=True, timeout=120)
        for old in self.directory.glob("filter.*"):
            old.unlink()
        subprocess.run([self.directory / "systemd", *(paths[0] for paths in libraries), *words],
                       cwd=self.directory, check=True, timeout=60)
        files = sorted(self.directory.glob("filter.*"), key=lambda path: int(path.suffix[1:]))
        self.assertTrue(files)
        return [unpack(path.read_bytes()) for path in files]

    def ours(self, lines):
        self.write("a.service", f"[Service]\n{lines}\n")
        self.policy("import", "--from", "systemd", "--widths", "full", "a.service", "-o",
                    "a.policy")
        self.policy("compile", "a.policy", "-o", "ours")
        return unpack((self.directory / "ours").read_bytes())

    def test_is_what_systemd_compiles(self):
        for lines, words in self.CASES:
            with self.subTest(lines=lines):
                theirs, ours = self.systemd_filters(words), self.ours(lines)
                answers = set()
                for number, data in inputs():
                    expected = run_stack(theirs, data)
                    answers.add(expected)
                    self.assertEqual(hex(run_filter(ours, data)), hex(expected),
                                     (number, data.hex()))
                self.assertGreater(len(answers), 1)

    def test_the_group_table_is_this_systemds(self):
        script = pathlib.Path(__file__).parents[2] / "scripts" / "generate-systemd-groups"
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not here")
        done = subprocess.run([script, "--check"], check=False, timeout=60, capture_output=True)
        if done.returncode == 2:
            self.skipTest(done.stderr.decode())
        self.assertEqual(done.returncode, 0)

    def test_errors_have_places(self):
        self.write("a.service", "[Service]\nSystemCallFilter=@moon\nLockPersonality=2\n")
        out, err = self.policy("import", "--from", "systemd", "a.service", code=2)
        self.assertEqual(out, "")
        self.assertIn("a.service:2:18: error: unknown group", err)
        self.assertIn("a.service:3:17: error:", err)


class Includes(FormatsTest):
    """Errors show lines of what was read, and a profile may come from a stranger."""

    CASES = (("kafel", '#include "%s"\nALLOW { read }\n', "ALLOW { write }\n"),
             ("minijail", "@include ./%s\nread: 1\n", "write: 1\n"))

    def test_files_outside_of_the_folder_are_not_read(self):
        (self.directory / "own").mkdir()
        self.write("secret", "the-secret:*:\n")
        (self.directory / "own" / "link").symlink_to("../secret")
        for tool, text, _ in self.CASES:
            for name in ("../secret", "link"):
                self.write("own/profile", text % name)
                out, err = self.policy("import", "--from", tool, "own/profile", code=2)
                self.assertEqual(out, "")
                self.assertIn("is outside the policy's folder", err)
                self.assertNotIn("the-secret", err)

    def test_files_in_it_are_and_policies_elsewhere(self):
        (self.directory / "own").mkdir()
        for tool, text, included in self.CASES:
            for name in ("beside", "../common.policy"):
                self.write("own/" + name, included)
                self.write("own/profile", text % name)
                out, _ = self.policy("import", "--from", tool, "own/profile")
                self.assertIn("allow syscall read, write;", out)


class Strace(FormatsTest):
    def traced(self, *options):
        done = subprocess.run(["strace", *options, "-o", "trace", "--", "/bin/sh", "-c",
                               "ls / >/dev/null; (exit 3); true"],
                              cwd=self.directory, capture_output=True, check=False, timeout=60)
        if done.returncode != 0:
            self.skipTest("strace cannot trace here: " + done.stderr.decode()[:200])

    def test_every_style_gives_the_same_calls(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not here")
        styles = [["-f"], ["-f", "-tt"], ["-f", "-yy", "-T"], ["-f", "-ttt", "-X", "raw"],
                  ["-f", "-r", "-X", "verbose"], ["-f", "-i", "-n"], ["-f", "-v", "-s", "300"]]
        # The program's own calls differ from run to run in their number alone.
        seen = set()
        for style in styles:
            self.traced(*style)
            out, err = self.policy("import", "--from", "strace", "trace")
            self.assertIn("no proof", out)
            self.assertIn("no proof", err)
            seen.add(tuple(sorted(line.split(";")[0] for line in out.splitlines()
                                  if line.startswith("  allow"))))
        self.assertEqual(len(seen), 1, seen)

    def test_constants_are_tested_for(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not here")
        self.traced("-f")
        out, _ = self.policy("import", "--from", "strace", "--arguments", "constants", "trace",
                             "-o", "t.policy")
        text = (self.directory / "t.policy").read_text()
        self.assertRegex(text, r"mmap\(.*prot in \{.*PROT_READ")
        self.policy("prove", "t.policy")

    def test_what_is_no_trace_is_refused(self):
        self.write("trace", "read(3, \"\", 1) = 0\nhello\n")
        _, err = self.policy("import", "--from", "strace", "trace", code=2)
        self.assertIn("trace:2:1: error: this is no line of strace's output", err)


if __name__ == "__main__":
    unittest.main()
