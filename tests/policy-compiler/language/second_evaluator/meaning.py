"""What a policy means, after docs/policy-language.md: a function of each portion from a
system call to an action.

    loaded = meaning.load(text, folder, libraries)     # raises PolicyError
    action, index = loaded["x86_64"].answer("main", word, number, arguments)
"""
import functools

import reader
import tables
from reader import PolicyError

ALL_BITS = (1 << 64) - 1
STRENGTH = ["allow", "log", "errno", "trap", "kill_thread", "kill_process"]
KILLS = ("kill_thread", "kill_process")
NO_SUCH_CALL = ("errno", 38)
X32 = range(0x40000000, 0x80000000)
PLAIN = {f"argument{i}": i for i in range(6)}

LOOKS = """access close faccessat faccessat2 fstat getdents64 lseek lstat newfstatat pread64 read
    readlink readlinkat stat statx""".split()
CHANGES = """creat fallocate fdatasync fsync ftruncate mkdir mkdirat pwrite64 rename renameat
    renameat2 rmdir unlink unlinkat write""".split()
READS = "flags & (O_ACCMODE|O_CREAT|O_TRUNC|0x400000) == 0"
WRITES = "flags & (O_ACCMODE|O_TRUNC) == 0 or flags & O_ACCMODE in {O_WRONLY, O_RDWR}"
IMPLIED = {
    "read": [(name, None) for name in LOOKS] + [("open", READS), ("openat", READS)],
    "write": [(name, None) for name in LOOKS + CHANGES] + [("open", WRITES), ("openat", WRITES)],
    "execute": [("execve", None)],
}


# --- Constants: (value, is_pattern), a value from -2^63 to 2^64-1

def in_range(value):
    if not -(1 << 63) <= value <= ALL_BITS:
        raise PolicyError("a value does not fit 64 bits")
    return value


def of_bits(bits, signed):
    """64 bits, read as two's complement if `signed`; negative ones are patterns."""
    negative = signed and bits >> 63
    return (bits - (1 << 64), True) if negative else (bits, False)


def named(name, architecture):
    if name == "NULL":
        return 0, False
    if name not in tables.constants(architecture):
        raise PolicyError(f"unknown constant {name}")
    return of_bits(tables.constants(architecture)[name], True)


def constant(expression, architecture):
    kind, *parts = expression
    if kind == "number":
        return parts[0], False
    if kind == "name":
        return named(parts[0], architecture)
    values = [constant(part, architecture) for part in parts]
    if kind == "neg":
        return in_range(-values[0][0]), False
    if kind == "~":
        return of_bits(~values[0][0] & ALL_BITS, True)
    (left, left_pattern), (right, right_pattern) = values
    if kind in "+-":
        value = in_range(left + right if kind == "+" else left - right)
        return value, value < 0 and (left_pattern or right_pattern)
    if kind == "<<":
        if left < 0 or not 0 <= right <= 63:
            raise PolicyError("no such shift")
        return in_range(left << right), False
    bits = (left | right if kind == "|" else left & right) & ALL_BITS
    return of_bits(bits, left < 0 or right < 0)


def fit(value, width, signed, as_bits):
    """The low `width` bits of a value that fits them."""
    value, is_pattern = value
    top = 1 << (width if not signed or as_bits else width - 1)
    bottom = -(1 << (width - 1)) if signed or is_pattern else 0
    if not bottom <= value < top:
        raise PolicyError(f"{value} does not fit {width} bits")
    return value & ((1 << width) - 1)


def as_number(bits, width, signed):
    return bits - (1 << width) if signed and bits >> (width - 1) else bits


# --- Conditions: ("compare", index, width, signed, mask, relation, value), ("all", [...]), ...

class Conditions:
    def __init__(self, architecture, call, full):
        self.architecture, self.call, self.full = architecture, call, full

    def resolve(self, expression):
        kind, *parts = expression
        if kind in ("all", "any"):
            return self.join(kind, [self.resolve(part) for part in parts[0]])
        if kind == "not":
            return ("not", self.resolve(parts[0]))
        if kind == "in":
            return self.member(*parts)
        operand, relation, right = parts
        return self.test(*self.operand(operand), relation, right)

    @staticmethod
    def join(kind, parts):
        return parts[0] if len(parts) == 1 else (kind, parts)

    def operand(self, operand):
        _, name, masks = operand
        index, argument = self.argument(name)
        width, signed = (64, False) if self.full else (argument.width, argument.signed)
        mask = (1 << width) - 1
        for each in masks:
            mask &= self.value(each, width, signed, True)
        return index, width, signed, mask, argument.pointer

    def argument(self, name):
        if name in PLAIN and self.full:
            return PLAIN[name], tables.Argument([name], 64, False, False)
        for index, argument in enumerate(self.call.arguments):
            if name in argument.names:
                return index, argument
        raise PolicyError(f"{self.call.name} has no argument {name}")

    def value(self, expression, width, signed, as_bits):
        value, is_pattern = constant(expression, self.architecture)
        if self.full and as_bits and value < 0:
            is_pattern = True
        return fit((value, is_pattern), width, signed, as_bits)

    def test(self, index, width, signed, mask, pointer, relation, right):
        equality = relation in ("==", "!=")
        if pointer:
            null = constant(right, self.architecture)[0] == 0
            if not (equality and null and mask == ALL_BITS):
                raise PolicyError("a pointer is compared with NULL alone")
        masked = mask != (1 << width) - 1
        value = self.value(right, width, signed, equality and (masked or self.full))
        return ("compare", index, width, signed, mask, relation, value)

    def member(self, operand, items):
        seen = self.operand(operand)
        if seen[4]:
            raise PolicyError("a pointer is compared with NULL alone")
        return self.join("any", [self.item(seen, *item) for item in items])

    def item(self, seen, first, last):
        if last is None:
            return self.test(*seen, "==", first)
        low, high = self.test(*seen, ">=", first), self.test(*seen, "<=", last)
        _, width, signed = low[1:4]
        if as_number(low[6], width, signed) > as_number(high[6], width, signed):
            raise PolicyError("the range is empty")
        return ("all", [low, high])


def holds(condition, arguments):
    kind, *parts = condition
    if kind == "all":
        return all(holds(part, arguments) for part in parts[0])
    if kind == "any":
        return any(holds(part, arguments) for part in parts[0])
    if kind == "not":
        return not holds(parts[0], arguments)
    index, width, signed, mask, relation, value = parts
    left = as_number(arguments[index] & mask & ((1 << width) - 1), width, signed)
    right = as_number(value, width, signed)
    return {"==": left == right, "!=": left != right, "<": left < right, "<=": left <= right,
            ">": left > right, ">=": left >= right}[relation]


ALWAYS = ("all", [])


# --- Texts

class Text:
    """A policy text and those that it uses; each is read once."""

    def __init__(self, text, folder, is_builtin, loader):
        self.policy = reader.read(text)
        self.is_builtin = is_builtin
        self.full = self.only("widths", ("kernel",)) == ("full",)
        self.version = self.only("version", (None,))[0]
        self.uses = [loader.follow(self, folder, *parts) for parts in self.all("use")]
        self.groups = {}
        for name, members in self.all("group"):
            if name in self.groups:
                raise PolicyError(f"the group {name} is declared twice")
            self.groups[name] = members

    def all(self, word):
        return [parts for kind, *parts in self.policy.statements if kind == word]

    def only(self, word, default):
        found = self.all(word)
        if len(found) > 1:
            raise PolicyError(f"{word} stands twice")
        return tuple(found[0]) if found else default


class Loader:
    def __init__(self, libraries):
        self.libraries, self.known, self.open = libraries, {}, []

    def follow(self, user, folder, name, version):
        is_file = name.startswith(("./", "../"))
        if is_file and user.is_builtin:
            raise PolicyError("a built-in library cannot use a file")
        path = (folder / name if is_file else self.libraries / f"{name}.policy").resolve()
        if path in self.open or not path.is_file():
            raise PolicyError(f"cannot use {name}")
        if path not in self.known:
            self.open.append(path)
            self.known[path] = Text(path.read_text(), path.parent, not is_file, self)
            self.open.pop()
        text = self.known[path]
        if version is not None and version != text.version:
            raise PolicyError(f"{name} has no version {version}")
        return text


# --- Policies

class Portion:
    def __init__(self, name):
        self.name, self.rules, self.files, self.constrained = name, [], [], False


class Policy:
    """For one target. Rules are (number, condition, action, index)."""

    def __init__(self, text, architecture, targets):
        self.architecture, self.targets = architecture, targets
        self.calls = tables.calls(architecture)
        self.index, self.included = 16, set()
        self.common = Portion(None)
        self.otherwise = self.action(text.only("otherwise", (("kill",),))[0])
        self.credentials = {name: place for name, source, place in text.all("credential")
                            if source == "file"}
        self.portions = {}
        self.check_groups(text, set())
        self.take(text, text.policy.statements, self.common)
        if not self.portions:
            self.portions["main"] = Portion("main")
        for portion in self.portions.values():
            portion.rules += self.common.rules
            portion.files += self.common.files
            self.imply(portion)
            self.check_errnos(portion)
            self.check_clone(portion)
        self.check_tests(text)

    # --- Rules
    def take(self, text, statements, scope):
        for kind, *parts in statements:
            take = getattr(self, f"take_{kind}", None)
            if take:
                take(text, scope, *parts)

    def next_index(self):
        self.index += 1
        return self.index - 1

    def take_use(self, text, scope, name, _version):
        used = text.uses[[parts[0] for parts in text.all("use")].index(name)]
        if used not in self.included:
            self.included.add(used)
            self.take(used, used.policy.statements, self.common)

    def take_portion(self, text, _scope, name, _trust, statements):
        self.portions[name] = Portion(name)
        self.take(text, statements, self.portions[name])

    def take_uses(self, _text, scope, names):
        for name in names:
            if name in self.credentials:
                scope.files.append(("read", self.next_index()))

    def take_allow(self, text, scope, *rule):
        if rule[0] == "file":
            scope.files.append((rule[1], self.next_index()))
            return
        if rule[2] not in (None, ("log",)):
            raise PolicyError("no action but log follows an allow")
        self.take_syscalls(text, scope, rule[1], self.action(rule[2] or ("allow",)))

    def take_deny(self, text, scope, *rule):
        if rule[0] == "file":
            raise PolicyError("deny file is not supported")
        action = self.action(rule[2]) if rule[2] else self.otherwise
        if action[0] in ("allow", "log"):
            raise PolicyError("a denial does not allow")
        self.take_syscalls(text, scope, rule[1], action)

    def take_syscalls(self, text, scope, patterns, action):
        index = self.next_index()
        for number, when in self.flat(text, patterns, []):
            scope.rules.append((number, when, action, index))

    def action(self, action):
        if action[0] != "errno":
            return ("kill_process", 0) if action[0] == "kill" else (action[0], 0)
        if action[1][0] == "name" and action[1][1] not in tables.errnos():
            raise PolicyError(f"unknown error {action[1][1]}")
        value = constant(action[1], "x86_64")[0]
        if not 1 <= value <= 4095:
            raise PolicyError("an error number is from 1 to 4095")
        return ("errno", value)

    # --- Patterns and groups
    def flat(self, text, patterns, inside):
        for pattern in patterns:
            if pattern.is_group:
                owner = self.group_owner(text, pattern.name)
                if (owner, pattern.name) in inside:
                    raise PolicyError(f"the group {pattern.name} contains itself")
                yield from self.flat(owner, owner.groups[pattern.name],
                                     inside + [(owner, pattern.name)])
            elif call := self.call(text, pattern.name):
                conditions = Conditions(self.architecture, call, text.full)
                yield call.number, conditions.resolve(pattern.when) if pattern.when else ALWAYS

    def call(self, text, name):
        if name in self.calls:
            return self.calls[name]
        others = tables.WORDS if text.is_builtin else self.targets
        if any(name in tables.calls(other) for other in others):
            return None
        raise PolicyError(f"unknown system call {name}")

    def group_owner(self, text, name):
        found = self.owners(text, name, set())
        if len(found) != 1:
            raise PolicyError(f"{len(found)} groups {name}")
        return found.pop()

    def owners(self, text, name, seen):
        if name in text.groups:
            return {text}
        seen.add(text)
        return set().union(*(self.owners(used, name, seen) for used in text.uses
                             if used not in seen))

    def check_groups(self, text, seen):
        seen.add(text)
        for name, members in text.groups.items():
            list(self.flat(text, members, [(text, name)]))
        for used in text.uses:
            if used not in seen:
                self.check_groups(used, seen)

    # --- Tests change nothing, and are looked at all the same
    def check_tests(self, text):
        for _, expectations in text.all("test"):
            for portion, name, arguments, outcome in expectations:
                self.check_expectation(text, portion, name, arguments, outcome)

    def check_expectation(self, text, portion, name, arguments, outcome):
        if portion is not None and portion not in self.portions:
            raise PolicyError(f"unknown portion {portion}")
        call = self.call(text, name)
        if call is None:
            return
        if len(arguments) > (len(call.arguments) if call.known else 6):
            raise PolicyError(f"{name} has fewer arguments")
        for argument in arguments:
            constant(argument, self.architecture)
        if isinstance(outcome, tuple):
            self.action(outcome)

    # --- Whole portions
    def imply(self, portion):
        for kind, wanted in IMPLIED.items():
            indexes = [index for access, index in portion.files if access == kind]
            for name, condition in wanted if indexes else ():
                if name in self.calls:
                    portion.rules.append((*self.implied(name, condition),
                                          ("allow", 0), min(indexes)))

    @functools.lru_cache(maxsize=None)
    def implied(self, name, condition):
        call = self.calls[name]
        if condition is None:
            return call.number, ALWAYS
        expression = reader.Reader(condition).any()
        return call.number, Conditions(self.architecture, call, False).resolve(expression)

    def check_errnos(self, portion):
        first = {}
        for number, when, action, _ in portion.rules:
            if action[0] != "errno":
                continue
            same = first.setdefault((number, repr(when)), action)
            stronger = any(n == number and w == ALWAYS and a[0] in STRENGTH[3:]
                           for n, w, a, _ in portion.rules)
            if same != action and not stronger:
                raise PolicyError("one call gets two errors")

    def check_clone(self, portion):
        of_clone = [(when, action[0] in ("allow", "log")) for number, when, action, _
                    in portion.rules if number == self.calls["clone"].number]
        denied_if = any(not allows and when != ALWAYS for when, allows in of_clone)
        allows = [when for when, allows in of_clone if allows]
        portion.constrained = denied_if or (
            self.otherwise[0] not in ("allow", "log") and bool(allows) and ALWAYS not in allows)
        clone3 = self.calls["clone3"].number
        if portion.constrained and any(number == clone3 and action[0] in ("allow", "log")
                                       for number, _, action, _ in portion.rules):
            raise PolicyError("clone3 is a way around")

    def add_runtime(self):
        """The rules of a split program's portions that the compiler adds."""
        futex, prctl = self.calls["futex"], self.calls["prctl"]
        channel = self.next_index(), self.next_index()
        for portion in self.portions.values():
            for call, text, index in ((futex, "futex_op in {0, 1}", channel[0]),
                                      (prctl, "option == 0x4241494c", channel[1])):
                when = Conditions(self.architecture, call, False).resolve(
                    reader.Reader(text).any())
                portion.rules.append((call.number, when, ("allow", 0), index))

    # --- The function
    def answer(self, portion, word, number, arguments):
        portion = self.portions[portion]
        if word != tables.WORDS[self.architecture]:
            return ("kill_process", 0), 1
        if self.architecture == "x86_64" and number in X32:
            return ("kill_process", 0), 2
        if number not in tables.numbers(self.architecture):
            return self.otherwise if self.otherwise[0] in KILLS else NO_SUCH_CALL, 3
        matching = [(action, index) for rule_number, when, action, index in portion.rules
                    if rule_number == number and holds(when, arguments)]
        if matching:
            strongest = max(STRENGTH.index(action[0]) for action, _ in matching)
            return min((rule for rule in matching if rule[0][0] == STRENGTH[strongest]),
                       key=lambda rule: rule[1])
        if portion.constrained and number == self.calls["clone3"].number:
            return NO_SUCH_CALL, 4
        return self.otherwise, 0


def load(text, folder, libraries, name=None):
    """The policy for each of its targets, by architecture."""
    loader = Loader(libraries)
    if name is not None:
        loader.open.append((folder / name).resolve())
    main = Text(text, folder, False, loader)
    targets = main.only("target", (["x86_64"],))[0]
    if len(set(targets)) != len(targets) or not set(targets) <= set(tables.WORDS):
        raise PolicyError("no such targets")
    return {target: Policy(main, target, targets) for target in targets}


def action_text(action):
    kind, value = action
    return f"errno {tables.errno_names().get(value, value)}" if kind == "errno" else kind
