"""bench/serving.py: the second filter comes into force at its place, not before, and in no other program."""
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import serving  # noqa: E402

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
        return subprocess.run(["setpriv", "--no-new-privs", "env", f"LD_PRELOAD={self.library}", program],
                              check=True, capture_output=True, text=True).stdout

    def test_from_its_place_on(self):
        self.assertEqual(subprocess.run([self.program], check=True, capture_output=True, text=True).stdout, "1 1 1 ")
        self.assertEqual(self.run_with_library(self.program), "1 0 0 ")

    def test_another_program_is_left_alone(self):
        other = self.compile("other", PROGRAM.replace("argc + 1", "argc * 2 + 1"))
        self.assertEqual(self.run_with_library(other), "1 1 1 1 ")

    def test_a_line_without_code_has_no_place(self):
        self.assertEqual(serving.addresses(self.program, {"file": "program.c", "line": 1}), [])


if __name__ == "__main__":
    unittest.main()
