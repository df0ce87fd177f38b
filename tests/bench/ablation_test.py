"""bench/ablation and bench/name_service.py: how a program is asked, what is read of a report, the other configuration."""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import name_service  # noqa: E402
import programs  # noqa: E402


def load_ablation():
    loader = importlib.machinery.SourceFileLoader("ablation", str(ROOT / "bench" / "ablation"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("ablation", loader))
    sys.modules["ablation"] = module
    loader.exec_module(module)
    return module


ablation = load_ablation()


def program(*plugins):
    return programs.Program("server", "src/server", "server", ("true",), (programs.PERL,), plugins=plugins)


def call(name, phase, kind="syscall"):
    return {"kind": kind, "name": name, "phase": phase}


class SizesTest(unittest.TestCase):
    def test_a_call_of_both_phases_counts_once_in_each(self):
        report = {"capabilities": [call("read", "startup"), call("read", "serving"), call("bind", "startup"),
                                   call("/etc/x", "serving", kind="file")], "unresolved": [{}, {}]}
        self.assertEqual(ablation.sizes(json.dumps(report)), (2, 1, 2))


class AskedTest(unittest.TestCase):
    def ask(self, *plugins):
        return ablation.of_program(program(*plugins), pathlib.Path("/built/server"))

    def test_the_name_services_modules_are_left_to_the_configuration(self):
        case = self.ask(programs.NAMES)
        self.assertEqual((case.declared, case.asked), (("--no-plugins",), "--no-plugins"))
        self.assertEqual(case.all_modules, (f"--plugin={programs.NAMES}",))

    def test_its_own_plugins_are_declared(self):
        case = self.ask("mod_*.so", programs.NAMES)
        self.assertEqual((case.declared, case.asked), (("--plugin=/built/server/source/mod_*.so",), "--plugin mod_*.so"))
        self.assertEqual(case.all_modules, (*case.declared, f"--plugin={programs.NAMES}"))

    def test_one_that_declares_nothing_is_asked_as_it_is(self):
        self.assertEqual((self.ask().declared, self.ask().asked, self.ask().all_modules), ((), "", ()))

    def test_with_its_own_alone_there_is_nothing_else_to_ask(self):
        self.assertEqual(self.ask("mod_*.so").all_modules, ())


# Writes a report whose calls show its arguments, and with a place where the configuration is the other one.
BAILEY = """#!/usr/bin/env python3
import json, os, pathlib, sys
calls = [{"kind": "syscall", "name": each, "phase": "serving"} for each in sys.argv[1:-2]]
report, config = pathlib.Path(sys.argv[-1]), pathlib.Path("/etc/nsswitch.conf")
other = config.exists() and config.read_text() == (report.parent / "nsswitch.conf").read_text()
report.write_text(json.dumps({"capabilities": calls, "unresolved": [0] * other}))
"""


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class RowTest(FolderTest):
    def setUp(self):
        super().setUp()
        bailey = self.folder / "bailey"
        bailey.write_text(BAILEY)
        bailey.chmod(0o755)
        self.analyzer = ablation.Analyzer(bailey, self.folder)
        self.analyzer.files_alone.write_text("passwd: files # of this test\n")

    def row(self, case):
        cells = dict(zip(ablation.COLUMNS, self.analyzer.row(case), strict=True))
        return {name: cell.removesuffix("; 0") for name, cell in cells.items()}

    def test_each_column_asks_for_what_it_says(self):
        row = self.row(ablation.of_program(program("a.so", programs.NAMES), self.folder))
        # analyze --quiet -p FOLDER --program server --plugin=a.so; then one more, or two.
        self.assertEqual(row["all"], "7, 7")
        self.assertEqual(row["all of libnss_* declared"], "8, 8")
        self.assertEqual(row["without points-to"], "9, 9")

    def test_a_file_has_no_columns_of_sources(self):
        row = self.row(ablation.of_file("/bin/true"))
        self.assertEqual((row["program"], row["asked"], row["all"]), ("true", "the file", "3, 3"))
        self.assertEqual((row["without points-to"], row["all of libnss_* declared"]), ("", ""))

    def test_the_other_configuration_is_there_in_its_column_alone(self):
        row = self.row(ablation.of_file("/bin/true"))
        wanted = "3, 3; 1" if name_service.can_be_changed() else "skipped"
        self.assertEqual((row["all"], row[ablation.FILES_ALONE]), ("3, 3", wanted))

    def test_where_no_namespace_can_be_made_its_column_says_so(self):
        with mock.patch.object(name_service, "can_be_changed", return_value=False):
            self.assertEqual(self.row(ablation.of_file("/bin/true"))[ablation.FILES_ALONE], "skipped")

    def test_what_fails_ends_it(self):
        self.analyzer.bailey.write_text("#!/bin/sh\necho no such file >&2; exit 2\n")
        with self.assertRaisesRegex(SystemExit, "no such file"):
            self.row(ablation.of_file("/bin/true"))

    def test_the_table_has_a_cell_for_each_column(self):
        lines = ablation.table([self.analyzer.row(ablation.of_file("/bin/true"))]).splitlines()
        self.assertEqual([line.count("|") for line in lines], [len(ablation.COLUMNS) + 1] * 3)


class NameServiceTest(FolderTest):
    def test_the_command_alone_sees_the_other_configuration(self):
        if not name_service.can_be_changed():
            self.skipTest("no mount namespace can be made here")
        before = name_service.CONFIG.read_text()
        config = self.folder / "config"
        config.write_text("passwd: other # of this test\n")
        said = subprocess.run([*name_service.before(config), "cat", name_service.CONFIG], check=True,
                              capture_output=True, text=True).stdout
        self.assertEqual(said, config.read_text())
        self.assertEqual(name_service.CONFIG.read_text(), before)

    def test_its_exit_status_is_the_commands(self):
        if not name_service.can_be_changed():
            self.skipTest("no mount namespace can be made here")
        (self.folder / "config").write_text("")
        words = [*name_service.before(self.folder / "config"), "sh", "-c", "exit 3"]
        self.assertEqual(subprocess.run(words, check=False).returncode, 3)

    def test_a_machine_without_the_tool_cannot(self):
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            self.assertFalse(name_service.can_be_changed.__wrapped__())


if __name__ == "__main__":
    unittest.main()
