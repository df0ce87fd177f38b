"""Manual pages and shell completion, which the programs write themselves."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support import BIN, bailey, run


class ManualTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def commands(self, *words):
        lines = bailey(*words, "--complete").stdout.decode().splitlines()
        return [line for line in lines if not line.startswith("-")]

    def test_every_command_has_a_page(self):
        done = bailey("manual", "-o", self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = {"bailey.1"}
        for name in self.commands():
            expected.add(f"bailey-{name}.1")
        for name in self.commands("policy"):
            expected.add(f"bailey-policy-{name}.1")
        self.assertEqual({page.name for page in self.folder.iterdir()}, expected)
        self.assertIn("bailey-policy-eval.1", expected)
        for page in self.folder.iterdir():
            name = page.read_text().split(".SH NAME\n")[1].splitlines()[0]
            self.assertNotIn("  ", name)  # a table is no part of the name

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_pages_are_roff_without_a_warning(self):
        self.assertEqual(bailey("manual", "-o", self.folder).returncode, 0)
        for page in self.folder.iterdir():
            done = run(["groff", "-man", "-Tutf8", "-ww", "-z", page])
            self.assertEqual((done.returncode, done.stderr), (0, b""), page.name)

    def test_bash_completes_commands_and_options(self):
        script = bailey("completion", "bash").stdout.decode()
        program = BIN / "bailey"

        def complete(*words):
            line = " ".join(f"'{word}'" for word in ("bailey", *words))
            done = subprocess.run(
                ["bash", "-c", f"{script}\nCOMP_WORDS=({line}); COMP_WORDS[0]='{program}'\n"
                 f"COMP_CWORD={len(words)}; _bailey; printf '%s\\n' \"${{COMPREPLY[@]}}\""],
                capture_output=True, check=True)
            return done.stdout.decode().split()

        self.assertEqual(complete("chec"), ["check"])
        self.assertEqual(complete("policy", "ev"), ["eval"])
        self.assertIn("--portion", complete("policy", "eval", "--po"))
        self.assertIn("--policy", complete("run", "--pol"))

    def test_a_programs_own_words_are_left_to_it(self):
        done = bailey("run", "none.bailey", "--", "--complete")
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"none.bailey", done.stderr)


if __name__ == "__main__":
    unittest.main()
