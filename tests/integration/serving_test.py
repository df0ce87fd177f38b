"""`serving { ... }`: a second, tighter filter from when a portion says that it serves."""
import json
import pathlib
import shutil
import tempfile
import unittest

import support
from support import bailey

# What it may do depends on the phase alone: the arguments are the same, and no
# analysis knows them. The second thread waits, so that its filter is put in
# force by another.
SERVER = r"""
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern void bailey_serving(void) __attribute__((weak));

static int flags, domain;
static pthread_barrier_t barrier;

static void attempt(const char* who) {
  const int file = open("/etc/hostname", flags);
  printf("%s open: %s\n", who, file < 0 ? strerror(errno) : "done");
  if (file >= 0) close(file);
  const int stream = socket(domain, SOCK_STREAM, 0);
  printf("%s socket: %s\n", who, stream < 0 ? strerror(errno) : "done");
  if (stream >= 0) close(stream);
  fflush(stdout);
}

static void* other(void* unused) {
  pthread_barrier_wait(&barrier);
  attempt("other thread");
  return unused;
}

int main(int argc, char** argv) {
  pthread_t thread;
  (void)argv;
  flags = argc - 1;  // O_RDONLY
  domain = AF_INET * argc;
  pthread_barrier_init(&barrier, NULL, 2);
  if (pthread_create(&thread, NULL, other, NULL) != 0) return 2;
  attempt("starting");
  if (bailey_serving) bailey_serving();
  if (bailey_serving) bailey_serving();  // once is enough, twice no harm
  attempt("serving");
  pthread_barrier_wait(&barrier);
  pthread_join(thread, NULL);
  return 0;
}
"""
SERVING = """
  serving {
    use "cli-tool";
    allow syscall openat, socket, rseq, set_robust_list, madvise;
    allow syscall clone(flags & CLONE_NEWUSER == 0), mprotect;
    allow syscall sched_getparam, sched_getscheduler, sched_setscheduler, sched_setaffinity;
    deny syscall openat(flags & O_ACCMODE == O_RDONLY) then errno EACCES;
    deny syscall socket(domain == AF_INET) then errno EAFNOSUPPORT;
    otherwise errno ENOSYS;
  }
"""
POLICY = """policy server {
  use "cli-tool";
  allow file read "/etc/hostname";
  allow syscall socket, clone(flags & CLONE_NEWUSER == 0), rseq, set_robust_list, mprotect;
  allow syscall sched_getparam, sched_getscheduler, sched_setscheduler, sched_setaffinity, madvise;
  SERVING
  otherwise errno EPERM;
  test "start" { socket(AF_INET) => allowed; }
}
"""
FREE = ["starting open: done", "starting socket: done", "serving open: done", "serving socket: done",
        "other thread open: done", "other thread socket: done"]
TIGHT = ["starting open: done", "starting socket: done",
         "serving open: Permission denied",
         "serving socket: Address family not supported by protocol",
         "other thread open: Permission denied",
         "other thread socket: Address family not supported by protocol"]


# Reads a file, says that it serves, and serves three times; or reads again.
LOOP = r"""
#include <stdio.h>
#include <time.h>
#include <unistd.h>

extern void bailey_serving(void) __attribute__((weak));

static int starts(void) {
  FILE* file = fopen("/etc/hostname", "r");
  if (file == NULL) return 1;
  char line[64];
  if (fgets(line, sizeof line, file) == NULL) return 1;
  return fclose(file);
}

int main(int argc, char** argv) {
  (void)argv;
  if (starts() != 0) return 3;
  if (bailey_serving) bailey_serving();
  for (int i = 0; i < 3; ++i) {
    const struct timespec moment = {0, 1000};
    nanosleep(&moment, NULL);
    if (write(1, "served\n", 7) != 7) return 4;
  }
  return AGAIN;
}
"""


class Serving(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bailey-serving-"))
        self.directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.directory)
        self.write("server.c", SERVER)
        self.policy()

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def policy(self, serving=SERVING):
        self.write("server.policy", POLICY.replace("SERVING", serving))

    def bailey(self, *arguments, code=0):
        done = bailey(*arguments, directory=self.directory)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done.stdout.decode(), done.stderr.decode()

    def run_server(self):
        self.bailey("capture", "--", "clang-19", "-pthread", "-g", "server.c", "-o", "server")
        done = bailey("build", "-p", ".", "--policy", "server.policy", "-o", "server.bailey",
                      directory=self.directory)
        # 3: calls of the C library that the check could not decide.
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return self.bailey("run", "server.bailey")

    def test_without_it_the_same_calls_are_made(self):
        self.policy(serving="")
        out, error = self.run_server()
        self.assertEqual(out.splitlines(), FREE)
        self.assertNotIn("serving", error)

    def test_from_the_switch_on_all_threads_are_under_it(self):
        out, error = self.run_server()
        self.assertEqual(out.splitlines(), TIGHT)
        self.assertIn("main: switched to its filter for serving", error)

    def test_a_program_that_never_says_so_is_named(self):
        self.write("server.c", SERVER.replace("bailey_serving();", "(void)0;"))
        out, error = self.run_server()
        self.assertEqual(out.splitlines(), FREE)
        self.assertIn("main: never said that it serves", error)

    def test_it_is_proved_and_evaluated(self):
        out, _ = self.bailey("policy", "prove", "server.policy")
        self.assertRegex(out, r"main serving plain +\d+ instructions: proved")
        call = ["server.policy", "socket", "AF_INET"]
        self.assertEqual(self.bailey("policy", "eval", *call)[0], "allow\n")
        self.assertEqual(self.bailey("policy", "eval", "--serving", *call)[0],
                         "errno EAFNOSUPPORT\n")
        # The first filter stays in force.
        self.assertEqual(self.bailey("policy", "eval", "--serving", "server.policy", "bpf")[0],
                         "errno ENOSYS\n")
        first, _ = self.bailey("policy", "compile", "server.policy", "--emit", "asm")
        second, _ = self.bailey("policy", "compile", "--serving", "server.policy", "--emit", "asm")
        self.assertNotEqual(first, second)

    def infer(self, source):
        self.write("loop.c", source)
        self.bailey("capture", "--", "clang-19", "-g", "loop.c", "-o", "loop")
        self.bailey("analyze", "-p", ".", "--program", "loop", "--quiet", "--report", "report.json")
        _, error = self.bailey("policy", "infer", "report.json", "--name", "loop", "-o", "loop.policy")
        self.assertIn("it comes into force when the program calls bailey_serving(), as at loop.c:19", error)

    def may_read(self):
        """File rules are not inferred."""
        text = (self.directory / "loop.policy").read_text()
        self.write("loop.policy", text.replace("  otherwise ", "  allow file read \"/etc/hostname\";\n  otherwise ", 1))

    def run_loop(self, code):
        # 3: what the analysis could not resolve.
        done = bailey("build", "-p", ".", "--policy", "loop.policy", "-o", "loop.bailey", directory=self.directory)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return self.bailey("run", "loop.bailey", code=code)

    def test_it_is_inferred_from_a_report_with_a_switch_point(self):
        self.infer(LOOP.replace("AGAIN", "0"))
        text = (self.directory / "loop.policy").read_text()
        self.assertEqual(text.count("serving {"), 1)
        out, _ = self.bailey("policy", "prove", "loop.policy")
        self.assertRegex(out, r"main serving plain +\d+ instructions: proved")
        for call in ("clock_nanosleep", "write"):
            self.assertEqual(self.bailey("policy", "eval", "--serving", "loop.policy", call)[0], "allow\n")
        done = bailey("check", "-p", ".", "--policy", "loop.policy", "--format", "json", directory=self.directory)
        checked = json.loads(done.stdout)
        self.assertEqual((checked["denied"], checked["undecided"]), ([], []))
        self.may_read()
        out, error = self.run_loop(0)
        self.assertEqual(out, "served\n" * 3)
        self.assertIn("main: switched to its filter for serving", error)

    def test_what_is_inferred_holds_against_another_program(self):
        """The attack: the program does while serving what only its start did."""
        self.infer(LOOP.replace("AGAIN", "0"))
        self.may_read()
        self.write("loop.c", LOOP.replace("AGAIN", "argc > 7 ? 0 : socket(2, 1, 0) < 0").replace(
            "#include <time.h>", "#include <sys/socket.h>\n#include <time.h>"))
        done = bailey("check", "-p", ".", "--policy", "loop.policy", directory=self.directory)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("socket", done.stdout.decode())

    def test_tests_ask_for_it(self):
        text = POLICY.replace("SERVING", SERVING)
        for expected, code in (("errno EAFNOSUPPORT", 0), ("allowed", 1)):
            self.write("server.policy", text.replace(
                "test \"start\"",
                f"test \"serves\" in main serving {{ socket(AF_INET) => {expected}; }}\n  "
                "test \"start\""))
            self.bailey("policy", "test", "server.policy", code=code)
        self.policy(serving="")
        self.write("server.policy", (self.directory / "server.policy").read_text().replace(
            "test \"start\" {", "test \"start\" in main serving {"))
        _, error = self.bailey("policy", "test", "server.policy", code=2)
        self.assertIn("the portion `main` has no `serving`", error)

    def test_a_diff_sees_it(self):
        self.write("before.policy", POLICY.replace("SERVING", ""))
        self.write("looser.policy", POLICY.replace("SERVING", SERVING).replace(
            "deny syscall socket(domain == AF_INET) then errno EAFNOSUPPORT;", ""))
        out, _ = self.bailey("policy", "diff", "before.policy", "server.policy")
        self.assertIn("stricter", out)
        self.bailey("policy", "diff", "server.policy", "before.policy", code=1)
        out, _ = self.bailey("policy", "diff", "server.policy", "looser.policy", code=1)
        self.assertIn("main serving", out)

    def test_always_holds_for_both(self):
        rule = 'assert always syscall socket;\n  otherwise errno EPERM;\n  test'
        self.write("server.policy", POLICY.replace("SERVING", SERVING).replace(
            "otherwise errno EPERM;\n  test", rule))
        self.bailey("policy", "compile", "server.policy", "-o", "f.bpf", code=1)
        self.write("server.policy", POLICY.replace("SERVING", "").replace(
            "otherwise errno EPERM;\n  test", rule))
        self.bailey("policy", "compile", "server.policy", "-o", "f.bpf")

    def test_what_has_no_meaning_is_refused_where_it_stands(self):
        for wrong, message in (
                ("serving { allow syscall read; } serving { }", "`serving` stands twice"),
                ("serving { allow file read \"/x\"; }", "`allow` cannot stand in `serving`"),
                ("serving { allow syscall read then log; }", "`log` in `serving`"),
                ("serving { otherwise errno EPERM; otherwise kill; }", "`otherwise` stands twice"),
                ("serving { serving { } }", "`serving` cannot stand in `serving`"),
                ("serving allow syscall read;", "expected `{`")):
            self.policy(serving=wrong)
            _, error = self.bailey("policy", "eval", "server.policy", "read", code=2)
            self.assertIn(message, error)
        self.write("server.policy", "policy p { portion a untrusted { } serving { } }")
        _, error = self.bailey("policy", "eval", "server.policy", "read", code=2)
        self.assertIn("belongs to one of the portions", error)

    def test_a_program_as_it_is_has_one_filter_and_says_so(self):
        self.policy(SERVING)
        out, error = self.bailey("run", "--policy", "server.policy", "--", "/bin/true")
        self.assertIn("a program as it is does not say when it serves", out + error)


if __name__ == "__main__":
    unittest.main()
