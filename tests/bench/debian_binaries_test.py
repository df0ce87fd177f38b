"""bench/debian_root.py, bench/elf_trial.py, bench/isolated.py: what they read and how they judge."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import debian_root  # noqa: E402
import elf_trial  # noqa: E402
import isolated  # noqa: E402


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


class DebianRootTest(FolderTest):
    def test_reads_a_list_with_comments(self):
        self.assertEqual(debian_root.read_packages(self.write("list", "# what\n\ngit\nsox # sound\n")), ["git", "sox"])

    def test_the_list_of_the_tree_names_no_package_twice(self):
        packages = debian_root.read_packages(ROOT / "bench" / "debian_packages.txt")
        self.assertEqual(len(packages), len(set(packages)))

    def test_reads_what_apt_would_install(self):
        said = "Inst libfoo1 (1.0 Debian:12 [amd64])\nConf libfoo1 (1.0)\nInst foo (2 Debian:12 [amd64]) []\n"
        self.assertEqual(debian_root.closure(said), ["foo", "libfoo1"])

    def test_knows_programs_from_libraries_of_other_machines_and_scripts(self):
        head = b"\x7fELF\2\1\1" + b"\0" * 9
        self.assertTrue(debian_root.is_elf_program(self.write("pie", head + b"\3\0\x3e\0")))
        self.assertTrue(debian_root.is_elf_program(self.write("fixed", head + b"\2\0\x3e\0")))
        self.assertFalse(debian_root.is_elf_program(self.write("object", head + b"\1\0\x3e\0")))
        self.assertFalse(debian_root.is_elf_program(self.write("arm", head + b"\3\0\xb7\0")))
        self.assertFalse(debian_root.is_elf_program(self.write("script", "#!/bin/sh\n")))


class LogsTest(FolderTest):
    def test_the_first_process_is_the_one_with_the_least_number(self):
        self.write("log.7", "")
        self.write("log.12", "")
        elf_trial.rename_logs(self.folder)
        self.assertEqual(sorted(each.name for each in self.folder.iterdir()), ["7.12", "7.7"])

    def test_what_it_runs_is_read_but_not_itself_and_not_what_failed(self):
        self.write("7.7", 'execve("/usr/bin/a", ["a"], 0x7f) = 0\nexecve("/bin/self", ["b"], 0x7f) = -1 ENOENT\n')
        self.write("7.9", 'execve("/bin/sh", ["sh"], 0x7f /* 3 vars */) = 0\nread(0x3, 0x7f, 0x1) = 0\n')
        self.assertEqual(elf_trial.executed(self.folder), ["/bin/sh"])

    def test_an_interpreter_of_a_script(self):
        self.assertEqual(elf_trial.interpreter(self.write("a", "#! /bin/sh -e\n")), "/bin/sh")
        self.assertIsNone(elf_trial.interpreter(self.write("b", b"\x7fELF")))


class JudgementTest(unittest.TestCase):
    def result(self, **fields):
        return elf_trial.Result("/bin/x", calls=["read", "write", "exit"], **fields)

    def test_precision_recall_and_f1(self):
        precision, recall, score = elf_trial.f1([self.result(seen=["read", "open"])])
        self.assertAlmostEqual(precision, 1 / 3)
        self.assertAlmostEqual(recall, 1 / 2)
        self.assertAlmostEqual(score, 2 / 5)

    def test_each_kind_of_failure_is_counted_and_shown(self):
        said = elf_trial.summary([self.result(wrong=["killed by its filter with --help"]), self.result(),
                                  self.result(wrong=["missed with --help: reboot", "analysis of /bin/x crashed (exit 134)"])])
        self.assertRegex(said, r"killed by the filter +1\n")
        self.assertRegex(said, r"with a missed call +1\n")
        self.assertRegex(said, r"crashes, refusals, late 1, 0, 0\n")
        self.assertIn("/bin/x: missed with --help: reboot", said)


class IsolatedTest(FolderTest):
    def run_shell(self, script):
        return isolated.run(["sh", "-c", script], self.folder / "scratch")

    def test_the_exit_status_and_both_outputs(self):
        run = self.run_shell("echo one; echo two >&2; exit 3")
        self.assertEqual((run.status, run.output), (3, b"one\ntwo\n"))

    def test_a_signal_is_seen(self):
        self.assertTrue(self.run_shell("kill -SYS $$").killed)
        self.assertFalse(self.run_shell("kill -TERM $$").killed)

    def test_there_is_no_network_and_no_other_process(self):
        self.assertEqual(self.run_shell("cat /proc/net/dev | grep -c :").output, b"1\n")
        self.assertEqual(self.run_shell('ls /proc | grep -cx "[0-9]*" | grep -cx "[1-9]"').output, b"1\n")

    def test_it_may_not_write_elsewhere_as_root_of_this_machine(self):
        self.assertEqual(self.run_shell("touch here && echo yes").output, b"yes\n")
        if isolated.os.geteuid() == 0:
            self.assertNotEqual(self.run_shell("touch /etc/bailey-was-here").status, 0)

    def test_what_it_leaves_running_ends_with_it(self):
        alive = self.run_shell("sleep 30 & echo $!")
        self.assertEqual(alive.status, 0)  # within the ten seconds, though its child holds the output


if __name__ == "__main__":
    unittest.main()
