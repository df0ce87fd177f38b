"""Policy text to syntax, after the grammar of docs/policy-language.md.

    policy = reader.read(text)     # Policy(name, [Statement(kind, ...), ...])

Expressions are tuples: constants ("number", 3), ("name", "AF_UNIX"), ("-", c), ("~", c),
("|", c, c) and its like; conditions ("compare", operand, "==", c), ("in", operand, items),
("all", [...]), ("any", [...]), ("not", x), an operand being ("operand", name, masks).
"""
import re
from collections import namedtuple


class PolicyError(Exception):
    pass


Policy = namedtuple("Policy", "name statements")
Pattern = namedtuple("Pattern", "name when is_group")

TOKEN = re.compile(r"""
    (?P<blank>[ \t\r\n]+|(?:\#|//)[^\n]*)
  | (?P<group>@[A-Za-z_](?:\w|-(?=\w))*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>[0-9]\w*)
  | (?P<string>"(?:[^"\\\n]|\\["\\])*")
  | (?P<symbol>\.\.|::|==|!=|<=|>=|<<|->|=>|&&|\|\||[!-/:-@\[-`{-~])
""", re.VERBOSE | re.ASCII)

RELATIONS = ("==", "!=", "<", "<=", ">", ">=")
SIMPLE_ACTIONS = ("allow", "log", "trap", "kill_thread", "kill_process", "kill")
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "ms", "s", "min", "h", "%")


def number(text):
    if re.fullmatch(r"0[0-7]+", text):
        value = int(text, 8)
    elif re.fullmatch(r"0[xX][0-9a-fA-F]+|0o[0-7]+|0|[1-9][0-9]*", text):
        value = int(text, 0)
    else:
        raise PolicyError(f"{text} is not a number")
    if value >= 1 << 64:
        raise PolicyError(f"{text} does not fit 64 bits")
    return value


def tokens(text):
    position, found = 0, []
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise PolicyError(f"unreadable at {text[position:position + 20]!r}")
        position = match.end()
        if match.lastgroup != "blank":
            found.append((match.lastgroup, match.group()))
    return found + [("end", "")]


class Reader:
    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0

    # --- Tokens
    def peek(self, ahead=0):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *texts):
        if self.peek()[1] in texts and self.peek()[0] in ("name", "symbol"):
            return self.next()[1]
        return None

    def expect(self, *texts):
        found = self.accept(*texts)
        if not found:
            raise PolicyError(f"expected {texts}, found {self.peek()}")
        return found

    def take(self, kind):
        if self.peek()[0] != kind:
            raise PolicyError(f"expected a {kind}, found {self.peek()}")
        return self.next()[1]

    def name(self):
        return self.take("name")

    def function(self):
        name = self.name()
        while self.accept("::"):
            name += "::" + self.name()
        return name

    def string(self):
        return re.sub(r"\\(.)", r"\1", self.take("string")[1:-1])

    def number(self):
        return number(self.take("number"))

    def joined(self, part):
        parts = [part()]
        while self.accept(","):
            parts.append(part())
        return parts

    # --- Statements
    def policy(self):
        self.expect("policy")
        name = self.name()
        self.expect("{")
        statements = self.block(self.statement)
        self.take("end")
        return Policy(name, statements)

    def block(self, part):
        parts = []
        while not self.accept("}"):
            if not self.accept(";"):
                parts.append(part())
        return parts

    def statement(self):
        word = self.name()
        read = getattr(self, f"read_{word}", None)
        if read is None:
            raise PolicyError(f"no statement begins with {word}")
        statement = (word, *read())
        if word not in ("group", "portion", "serving", "test"):
            self.expect(";")
        return statement

    def read_target(self):
        self.expect("linux")
        return (self.joined(self.name),)

    def version(self):
        value = self.number()
        if value == 0:
            raise PolicyError("versions are numbered from 1")
        return value

    def read_version(self):
        return (self.version(),)

    def read_use(self):
        library = self.string()
        return library, self.version() if self.accept("version") else None

    def read_widths(self):
        return (self.expect("kernel", "full"),)

    def read_group(self):
        name = self.name()
        self.expect("{")
        members = [self.pattern()]
        while self.accept(","):
            if self.peek()[1] == "}":
                break
            members.append(self.pattern())
        self.expect("}")
        return name, members

    def read_plugins(self):
        return (self.joined(self.string),)

    def read_credential(self):
        name = self.name()
        self.expect("from")
        source = self.expect("env", "file", "fd")
        place = {"env": self.name, "file": self.string, "fd": self.number}[source]()
        if self.accept("by"):
            self.joined(self.function)
        self.accept("strict")
        return name, source, place

    def read_portion(self):
        name, trust = self.name(), self.expect("trusted", "untrusted")
        self.expect("{")
        return name, trust, self.block(self.statement)

    def read_serving(self):
        self.expect("{")
        return (self.block(self.statement),)

    def read_uses(self):
        return (self.joined(self.name),)

    def read_program(self):
        return (self.joined(self.string),)

    def read_serves(self):
        path = self.string()
        self.expect("to")
        return (path, self.joined(self.name))

    def read_input(self):
        self.expect("function")
        return (self.joined(self.function),)

    def read_function(self):
        return (self.joined(self.seed),)

    def seed(self):
        name = self.function()
        if self.accept("("):
            self.joined(self.said)
            self.expect(")")
        return name

    def said(self):
        if self.accept("array"):
            return (self.name(), self.expect("by"), self.name())
        return (self.expect("string"), self.name())

    def read_separate(self):
        return (self.joined(self.name),)

    def read_pass(self):
        return (self.joined(self.name),)

    def read_declassify(self):
        name = self.function()
        self.expect("->")
        kind = self.expect("mac", "signature", "ciphertext", "verdict", "descriptor", "value",
                           "handle")
        bits = None
        if self.accept(","):
            self.expect("at"), self.expect("most")
            bits = self.number()
            self.expect("bits"), self.expect("per"), self.expect("call")
        return (name, kind, bits)

    def read_outline(self):
        names = self.joined(self.name)
        self.expect("from")
        return (names, self.function())

    def read_failure(self):
        name = self.function()
        self.expect("->")
        sign = -1 if self.accept("-") else 1
        return (name, sign * self.number(), self.action())

    def read_limit(self):
        return (self.joined(lambda: (self.expect("memory", "wall", "cpu", "pids", "output"),
                                     self.number(), self.accept(*UNITS))),)

    def read_otherwise(self):
        return (self.action(),)

    def read_allow(self):
        return self.rule()

    def read_deny(self):
        return self.rule()

    def rule(self):
        if self.expect("syscall", "file") == "file":
            return "file", self.expect("read", "write", "execute"), self.joined(self.string)
        patterns = self.joined(self.pattern)
        return "syscall", patterns, self.action() if self.accept("then") else None

    def read_assert(self):
        """What is proved of a policy changes nothing of what it means."""
        while self.peek()[1] not in (";", ""):
            self.next()
        return ()

    def read_test(self):
        name, phase = self.string(), self.phase()
        self.expect("{")
        return name, [(own or phase, *rest) for own, *rest in self.block(self.expectation)]

    def phase(self):
        """(portion, whether it serves), or none."""
        return (self.name(), self.accept("serving") is not None) if self.accept("in") else None

    def expectation(self):
        phase = self.phase()
        call, arguments = self.name(), []
        self.expect("(")
        if not self.accept(")"):
            arguments = self.joined(self.constant)
            self.expect(")")
        self.expect("=>")
        outcome = self.accept("allowed", "denied") or self.action()
        self.expect(";")
        return phase, call, arguments, outcome

    def action(self):
        word = self.expect("errno", *SIMPLE_ACTIONS)
        return (word, self.constant()) if word == "errno" else (word,)

    def pattern(self):
        if self.peek()[0] == "group":
            return Pattern(self.next()[1][1:].replace("-", "_"), None, True)
        if self.accept("group"):
            if self.peek()[0] == "group":
                return self.pattern()
            return Pattern(self.name(), None, True)
        name, when = self.name(), None
        if self.accept("("):
            when = ("all", [self.condition(x) for x in self.joined(self.any)])
            self.expect(")")
        return Pattern(name, when, False)

    # --- Conditions
    @staticmethod
    def condition(found):
        if found[0] == "operand":
            raise PolicyError(f"{found[1]} stands alone")
        return found

    def chain(self, kind, part, *words):
        parts = [part()]
        while self.accept(*words):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return (kind, [self.condition(x) for x in parts])

    def any(self):
        return self.chain("any", self.all, "or", "||")

    def all(self):
        return self.chain("all", self.negated, "and", "&&")

    def negated(self):
        if self.accept("not", "!"):
            return ("not", self.condition(self.negated()))
        return self.compare()

    def compare(self):
        if self.accept("("):
            inner = self.any()
            self.expect(")")
            return self.comparison(inner) if inner[0] == "operand" else inner
        return self.comparison(("operand", self.name(), []))

    def comparison(self, operand):
        masks = list(operand[2])
        while self.accept("&"):
            masks.append(self.conjunction())
        operand = ("operand", operand[1], masks)
        if self.accept("in"):
            return self.set(operand)
        if self.peek()[1] == "not" and self.peek(1)[1] == "in":
            self.next(), self.next()
            return ("not", self.set(operand))
        relation = self.accept(*RELATIONS)
        # Alone inside parentheses, behind which it is compared.
        return ("compare", operand, relation, self.constant()) if relation else operand

    def set(self, operand):
        self.expect("{")
        items = self.joined(self.item)
        self.expect("}")
        return ("in", operand, items)

    def item(self):
        first = self.constant()
        return first, self.constant() if self.accept("..") else None

    # --- Constants
    def binary(self, part, *operators):
        left = part()
        while operator := self.accept(*operators):
            left = (operator, left, part())
        return left

    def constant(self):
        return self.binary(self.conjunction, "|")

    def conjunction(self):
        return self.binary(self.shift, "&")

    def shift(self):
        return self.binary(self.sum, "<<")

    def sum(self):
        return self.binary(self.unary, "+", "-")

    def unary(self):
        if sign := self.accept("-", "~"):
            return ("neg" if sign == "-" else "~", self.unary())
        if self.accept("("):
            inner = self.constant()
            self.expect(")")
            return inner
        if self.peek()[0] == "number":
            return ("number", self.number())
        return ("name", self.name())


def read(text):
    return Reader(text).policy()
