"""bench/serving.py, bench/switch_watch.py: the second filter comes into force at its place, in no other program, and is seen."""
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import server_suite  # noqa: E402
import serving  # noqa: E402
import switch_watch  # noqa: E402

PROGRAM = """
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char** argv) {
  (void)argv;
  printf("%d ", syscall(SYS_getppid) > 0);
  for (int i = 0; i < argc + 1; ++i) {
    printf("%d ", syscall(SYS_getppid) > 0);
  }
  fflush(stdout);
  getchar();
  return 0;
}
"""
LOOP = 8
# getppid fails with EPERM.
FILTER = b"".join(struct.pack("<HBBI", *each)
                  for each in ((0x20, 0, 0, 0), (0x15, 0, 1, 110), (6, 0, 0, 0x00050001), (6, 0, 0, 0x7FFF0000)))


class ServingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = self.compile("program", PROGRAM)
        (self.folder / "second.bpf").write_bytes(FILTER)
        places = serving.addresses(self.program, {"file": "src/program.c", "line": LOOP})
        self.assertTrue(places)
        self.library = serving.library(self.program, places, self.folder / "second.bpf", self.folder)

    def compile(self, name, text):
        source, program = self.folder / f"{name}.c", self.folder / name
        source.write_text(text)
        subprocess.run(["cc", "-O1", "-g", source, "-o", program], check=True)
        return program

    def run_with_library(self, program):
        return subprocess.run([*self.with_library(), program], check=True, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL).stdout

    def with_library(self):
        return "setpriv", "--no-new-privs", "env", f"LD_PRELOAD={self.library}"

    def seen(self, *words):
        """Whether it is seen under one filter more than this process has, after it went through its loop."""
        watch = switch_watch.SwitchWatch([self.program], wanted=1)
        if watch.switched is None:
            self.skipTest("the kernel does not say how many filters a process has")
        with subprocess.Popen([*words, self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.read(len("1 0 0 "))
            watch.look()
            process.stdin.close()
        return watch.switched == {process.pid}

    def test_from_its_place_on(self):
        self.assertEqual(subprocess.run([self.program], check=True, capture_output=True, text=True,
                                        stdin=subprocess.DEVNULL).stdout, "1 1 1 ")
        self.assertEqual(self.run_with_library(self.program), "1 0 0 ")

    def test_another_program_is_left_alone(self):
        other = self.compile("other", PROGRAM.replace("argc + 1", "argc * 2 + 1"))
        self.assertEqual(self.run_with_library(other), "1 1 1 1 ")

    def test_a_process_under_it_is_seen_and_no_other(self):
        self.assertTrue(self.seen(*self.with_library()))
        self.assertFalse(self.seen())

    def test_watches_while_something_runs(self):
        with switch_watch.SwitchWatch(["/proc/self/exe"], wanted=0) as watch:
            if watch.switched is not None:
                self.assertTrue(server_suite.await_that(lambda: watch.switched))
        self.assertFalse(watch.thread.is_alive())

    def test_a_line_without_code_has_no_place(self):
        self.assertEqual(serving.addresses(self.program, {"file": "program.c", "line": 1}), [])


if __name__ == "__main__":
    unittest.main()
