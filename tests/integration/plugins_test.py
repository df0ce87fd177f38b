"""A policy declares what its program loads: the check then knows what that does."""
import pathlib
import tempfile
import unittest

from support import bailey, run

HOST = """#include <dlfcn.h>
int main(int argc, char **argv) {
  void *plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  int (*start)(void) = plugin ? (int (*)(void))dlsym(plugin, "start") : 0;
  return start ? start() : 0;
}
"""
PLUGIN = """#include <sys/reboot.h>
int start(void) { return reboot(0); }
"""


class PluginsTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        (self.folder / "host.c").write_text(HOST)
        (self.folder / "plugin.c").write_text(PLUGIN)
        self.assertEqual(run(["cc", "-shared", "-fPIC", "-o", "mod_a.so", "plugin.c"],
                             directory=self.folder).returncode, 0)
        captured = bailey("capture", "--", "cc", "-o", "host", "host.c", directory=self.folder)
        self.assertEqual(captured.returncode, 0, captured.stderr)

    def check(self, statement):
        (self.folder / "host.policy").write_text(
            f'policy host {{ target linux x86_64; use "runtime/c"; {statement} otherwise errno EPERM; }}\n')
        return bailey("check", "-p", ".", "--policy", "host.policy", directory=self.folder)

    def test_what_a_declared_plugin_does_is_checked(self):
        self.assertNotIn(b"reboot", self.check("").stdout)
        self.assertIn(b"reboot", self.check(f'plugins "{self.folder}/mod_*.so";').stdout)

    def test_a_pattern_that_names_no_file_is_refused(self):
        done = self.check(f'plugins "{self.folder}/none_*.so";')
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn(b"none_*.so", done.stderr)

    def test_a_bad_policy_ends_it_before_the_analysis(self):
        done = self.check("plugins;")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count(b"error:"), 1, done.stderr)

    def test_a_bundle_carries_its_plugins(self):
        (self.folder / "plugin.c").write_text("int start(void) { return 42; }\n")
        self.assertEqual(run(["cc", "-shared", "-fPIC", "-o", "mod_b.so", "plugin.c"],
                             directory=self.folder).returncode, 0)
        (self.folder / "mod_a.so").unlink()
        (self.folder / "host.policy").write_text(
            f'policy host {{ target linux x86_64; use "runtime/c"; plugins "{self.folder}/mod_*.so";\n'
            'allow syscall openat, read, newfstatat, mmap, mprotect, munmap, close, fstat; otherwise errno EPERM; }\n')
        built = bailey("build", "-p", ".", "--policy", "host.policy", "-o", "host.bailey", directory=self.folder)
        self.assertEqual(built.returncode, 0, built.stderr)
        (self.folder / "mod_b.so").unlink()
        done = bailey("run", "host.bailey", "--", f"{self.folder}/mod_b.so", directory=self.folder)
        self.assertEqual(done.returncode, 42, done.stderr)


if __name__ == "__main__":
    unittest.main()
