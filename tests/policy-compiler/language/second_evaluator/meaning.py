"""What a policy means, after docs/policy-language.md: a function of each portion from a
system call to an action.

    loaded = meaning.load(text, folder, libraries)     # raises PolicyError
    action, index = loaded["x86_64"].answer("main", word, number, arguments)
"""
import functools

import reader
import serving
import tables
from conditions import ALWAYS, Conditions, constant, holds
from portions import KILLS, NO_SUCH_CALL, Portion, more_than_an_error, permits, strength
from reader import PolicyError
from texts import Loader, Text

X32 = range(0x40000000, 0x80000000)

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


class Policy:
    """For one target. Rules are (number, condition, action, index)."""

    def __init__(self, text, architecture, targets):
        self.architecture, self.targets = architecture, targets
        self.calls = tables.calls(architecture)
        self.index, self.main = 16, text
        self.otherwise = self.action(text.only("otherwise", (("kill",),))[0])
        self.common = Portion(None, self.otherwise)
        self.credentials = {name: place for name, source, place in text.all("credential")
                            if source == "file"}
        self.portions = {}
        self.check_groups(text, set())
        self.take(text, text.policy.statements, self.common)
        self.check_place_of_serving()
        for portion in self.portions.values() or [self.portion("main")]:
            self.finish(portion)
        self.check_tests(text)

    def portion(self, name):
        self.portions[name] = Portion(name, self.otherwise)
        return self.portions[name]

    def check_place_of_serving(self):
        if self.portions and self.common.serving:
            raise PolicyError("`serving` belongs to one of the portions")

    def finish(self, portion):
        portion.rules += self.common.rules
        portion.files += self.common.files
        portion.serving = portion.serving or self.common.serving
        self.imply(portion)
        self.check(portion)
        if portion.serving:
            portion.serving.inherit(portion)
            self.check(portion.serving)

    def check(self, portion):
        self.check_errnos(portion)
        self.check_clone(portion)

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
        used = text.used[name]
        if used not in scope.included:
            scope.included.add(used)
            self.take(used, used.policy.statements, scope)

    def take_portion(self, text, _scope, name, _trust, statements):
        self.take(text, statements, self.portion(name))

    def take_serving(self, text, scope, statements):
        if text is not self.main or scope.serving:
            raise PolicyError("there is one `serving` for each portion")
        own = serving.written_otherwise(statements)
        otherwise = self.action(own) if own else self.otherwise
        if own:
            serving.no_log(otherwise)
        scope.serving = serving.Block(scope.name, otherwise)
        self.take(text, statements, scope.serving)

    def take_uses(self, _text, scope, names):
        for name in names:
            if name in self.credentials:
                scope.add_file("read", self.next_index())

    def take_allow(self, text, scope, *rule):
        if rule[0] == "file":
            if scope.takes_files:
                scope.add_file(rule[1], self.next_index())
            return
        if rule[2] not in (None, ("log",)):
            raise PolicyError("no action but log follows an allow")
        self.take_syscalls(text, scope, rule[1], self.action(rule[2] or ("allow",)))

    def take_deny(self, text, scope, *rule):
        if rule[0] == "file":
            raise PolicyError("deny file is not supported")
        action = self.action(rule[2]) if rule[2] else scope.otherwise
        if permits(action):
            raise PolicyError("a denial does not allow")
        self.take_syscalls(text, scope, rule[1], action)

    def take_syscalls(self, text, scope, patterns, action):
        scope.add_calls(list(self.flat(text, patterns, [])), action, self.next_index())

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
            for phase, name, arguments, outcome in expectations:
                self.check_expectation(text, phase, name, arguments, outcome)

    def check_expectation(self, text, phase, name, arguments, outcome):
        portion, _ = phase or (None, False)
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
            stronger = any(n == number and w == ALWAYS and more_than_an_error(a)
                           for n, w, a, _ in portion.rules)
            if same != action and not stronger:
                raise PolicyError("one call gets two errors")

    def check_clone(self, portion):
        of_clone = [(when, permits(action)) for number, when, action, _
                    in portion.rules if number == self.calls["clone"].number]
        denied_if = any(not allows and when != ALWAYS for when, allows in of_clone)
        allows = [when for when, allows in of_clone if allows]
        portion.constrained = denied_if or (
            not permits(portion.otherwise) and bool(allows) and ALWAYS not in allows)
        clone3 = self.calls["clone3"].number
        if portion.constrained and any(number == clone3 and permits(action)
                                       for number, _, action, _ in portion.rules):
            raise PolicyError("clone3 is a way around")

    def add_runtime(self):
        """The rules of a split program's portions that the compiler adds."""
        for call, text in (("futex", "futex_op in {0, 1}"), ("prctl", "option == 0x4241494c")):
            self.add_rule(call, text, self.next_index(), self.portions.values())
        switching = [portion for portion in self.portions.values() if portion.serving]
        self.add_rule("seccomp", "operation == 1 and flags == 1", self.next_index(), switching,
                      ("log", 0))
        self.add_rule("getpid", None, self.next_index(), switching)

    def add_rule(self, call, text, index, portions, first=("allow", 0)):
        """Of both filters; `first` is what the first one answers."""
        rule = self.implied(call, text)
        for portion in portions:
            portion.add_calls([rule], first, index)
            if portion.serving:
                portion.serving.add_calls([rule], ("allow", 0), index)

    # --- The function
    def answer(self, portion, word, number, arguments, serves=False):
        """Before the portion serves, or once it does."""
        portion = self.portions[portion]
        first = self.decide(portion, word, number, arguments)
        if not serves:
            return first
        return serving.both(first, self.decide(portion.serving, word, number, arguments))

    def decide(self, portion, word, number, arguments):
        if word != tables.WORDS[self.architecture]:
            return ("kill_process", 0), 1
        if self.architecture == "x86_64" and number in X32:
            return ("kill_process", 0), 2
        otherwise = portion.otherwise
        if number not in tables.numbers(self.architecture):
            return otherwise if otherwise[0] in KILLS else NO_SUCH_CALL, 3
        matching = [(action, index) for rule_number, when, action, index in portion.rules
                    if rule_number == number and holds(when, arguments)]
        if matching:
            return max(matching, key=lambda rule: (strength(rule[0]), -rule[1]))
        if portion.constrained and number == self.calls["clone3"].number:
            return NO_SUCH_CALL, 4
        return otherwise, 0


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
