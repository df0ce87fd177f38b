"""The grammar in docs/policy-language.md, taken at its word: texts that are derived from it, each
alternative of each production among them, must be read by `bailey policy fmt` and by reader.py.
"""
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest

import reader

ROOT = pathlib.Path(__file__).resolve().parents[4]
BIN = pathlib.Path(os.environ.get("BAILEY_BIN", ROOT / "build" / "dev" / "bin"))
TEXTS = 600
SHOWN = 4
# The words of a kind, of which the grammar says only the letters.
WORDS = {"NAME": ["read", "x1", "_y", "AF_UNIX", "policy"], "NUMBER": ["1", "0x1f", "017", "0o7"],
         "STRING": ['"a"', r'"\"\\ü"', '"/x/**"'], "GROUP": ["@a", "@a-b_c", "@_1"]}
TOKEN = re.compile(r"""\s+|\(\*.*?\*\)|(?P<token>"[^"]*"|'[^']*'|\w+|[=;|{}()\[\]])""",
                   re.DOTALL)


def grammar_text():
    page = (ROOT / "docs" / "policy-language.md").read_text()
    return re.search(r"```ebnf\n(.*?)```", page, re.DOTALL).group(1)


class Grammar:
    """Productions as trees: ("or", [...]), ("and", [...]), ("opt", x), ("many", x), ("word", w),
    ("use", production)."""

    def __init__(self, text):
        self.tokens = [m.group("token") for m in TOKEN.finditer(text) if m.group("token")]
        self.productions = {}
        while self.tokens:
            name = self.tokens.pop(0)
            self.take("=")
            self.productions[name] = self.choice()
            self.take(";")

    def take(self, token):
        assert self.tokens.pop(0) == token, (token, self.tokens[:9])

    def choice(self):
        parts = [self.sequence()]
        while self.tokens[0] == "|":
            self.take("|")
            parts.append(self.sequence())
        return ("or", parts) if len(parts) > 1 else parts[0]

    def sequence(self):
        parts = []
        while self.tokens[0] not in "|;)]}":
            parts.append(self.factor())
        return ("and", parts)

    def factor(self):
        token = self.tokens.pop(0)
        for opening, closing, kind in (("(", ")", None), ("[", "]", "opt"), ("{", "}", "many")):
            if token == opening:
                inner = self.choice()
                self.take(closing)
                return (kind, inner) if kind else inner
        return ("word", token[1:-1]) if token[0] in "\"'" else ("use", token)


class Derivation:
    def __init__(self, grammar, seed):
        self.grammar, self.random, self.covered = grammar, random.Random(seed), set()

    def text(self):
        """A text of a few statements: one of many would be long, and mostly of the same."""
        statements = [self.derive(("use", "statement"), 0) for _ in range(4)]
        return " ".join(["policy", "p", "{", *sum(statements, []), "}"])

    def derive(self, node, depth):
        kind, inner = node
        if kind == "word":
            return [inner]
        if kind == "use" and inner in WORDS:
            return [self.random.choice(WORDS[inner])]
        if kind == "use":
            return self.derive(self.grammar.productions[inner], depth + 1)
        if kind == "and":
            return [word for part in inner for word in self.derive(part, depth)]
        if kind == "or":
            number = self.random.randrange(len(inner))
            self.covered.add((id(node), number))
            return self.derive(inner[number], depth)
        often = self.random.choice([0, 1, 2] if kind == "many" else [0, 1])
        often = 0 if depth > 16 else often
        self.covered.add((id(node), min(often, 1)))
        return [word for _ in range(often) for word in self.derive(inner, depth)]

    def choices(self):
        """What there is to cover."""
        found, open_nodes = set(), [tree for name, tree in self.grammar.productions.items()
                                    if name not in WORDS and name != "text"]
        while open_nodes:
            node = open_nodes.pop()
            kind, inner = node
            if kind in ("or", "opt", "many"):
                found |= {(id(node), i) for i in range(len(inner) if kind == "or" else 2)}
            if kind in ("or", "and"):
                open_nodes += inner
            elif kind in ("opt", "many"):
                open_nodes.append(inner)
        return found


def ill_formed(paths, more=""):
    """What the parser refuses, by path: not what is said of names, but for those of actions."""
    done = subprocess.run([BIN / "bailey-policy", "fmt", "--check", *paths],
                          capture_output=True, timeout=300, check=False)
    wrong = rf"^(\S+?):\d+:\d+: error: ((?:expected|this `\{{`|unknown action|the action{more}).*)"
    return dict(re.findall(wrong, done.stderr.decode(), re.MULTILINE))


class GrammarTest(unittest.TestCase):
    def setUp(self):
        self.grammar = Grammar(grammar_text())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bailey-grammar-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_what_is_derived_is_read(self):
        derivation = Derivation(self.grammar, 1)
        paths = []
        for number in range(TEXTS):
            text = derivation.text()
            paths.append(self.folder / f"{number}.policy")
            paths[-1].write_text(text)
            reader.read(text)
        self.assertEqual(derivation.choices() - derivation.covered, set())
        self.assertEqual(ill_formed(paths), {})

    def test_what_is_not_derived_is_refused(self):
        """One word less or twice, where reader.py, which follows the grammar, refuses it."""
        derivation, paths = Derivation(self.grammar, 2), []
        for number in range(TEXTS):
            words = derivation.text().split()
            at = derivation.random.randrange(len(words))
            words[at:at + 1] = derivation.random.choice([[], [words[at]] * 2])
            text = " ".join(words)
            try:
                reader.read(text)
                continue
            except reader.PolicyError:
                paths.append(self.folder / f"{number}.policy")
            paths[-1].write_text(text)
        self.assertGreater(len(paths), TEXTS // 4)
        # Of actions in a block that stands in the wrong place nothing more is said.
        refused = ill_formed(paths, more="|`serving` (?:belongs|stands twice)")
        accepted = set(map(str, paths)) - set(refused)
        texts = [pathlib.Path(path).read_text() for path in sorted(accepted)]
        self.assertFalse(texts, "\n".join(texts[:SHOWN]))

    def test_every_word_of_the_parser_is_in_the_grammar(self):
        source = (ROOT / "policy-compiler" / "language" / "statement_parser.h").read_text()
        words = re.search(r"kSimpleStatements = \{(.*?)\}", source, re.DOTALL).group(1)
        expected = set(re.findall(r'"(\w+)"', words)) | {"portion", "test", "assert"}
        text = grammar_text()
        self.assertGreater(len(expected), 15)
        self.assertEqual({word for word in expected if f'"{word}"' not in text}, set())

    def test_every_production_is_used(self):
        used = set(re.findall(r"(?<![\"'\w])(\w+)(?![\"'\w])", grammar_text()))
        self.assertLess(set(self.grammar.productions) - {"text"}, used)


if __name__ == "__main__":
    unittest.main()
