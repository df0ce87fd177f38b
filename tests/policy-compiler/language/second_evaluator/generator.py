"""Random policies that have every construct of the language, and inputs at the boundaries of
what they compare. Most are right; some are wrong on purpose.

    made = generator.Generator(seed)
    text, files = made.policy()        # files: {"library.policy": text, ...} beside it
    inputs = made.inputs(meaning.load(text, ...))
"""
import random

import tables

CALLS = """socket openat open ioctl mmap mprotect clone clone3 kill tgkill prctl futex fcntl ptrace
    keyctl fchmod mkdirat read write writev close dup3 setsockopt personality execve getpid lseek
    clock_nanosleep epoll_wait stat rename fork umask unshare io_uring_setup uselib""".split()
NAMES = """AF_UNIX AF_INET AF_INET6 SOCK_STREAM SOCK_TYPE_MASK SOCK_CLOEXEC O_RDONLY O_RDWR
    O_ACCMODE O_CREAT O_DIRECTORY O_NOFOLLOW AT_FDCWD FUTEX_CMD_MASK PROT_EXEC PROT_READ MAP_PRIVATE S_ISUID
    CLONE_NEWUSER CLONE_VM SIGKILL TCGETS TIOCSTI PR_SET_NAME NULL""".split()
BUILTINS = ["runtime/c", "runtime/cxx", "network/groups", "cli-tool", "worker", "network-client"]
NETWORK_GROUPS = ["network_client", "internet_sockets", "waiting", "socket_queries"]
ERRNOS = ["EPERM", "EACCES", "ENOSYS", "13", "1 | 4", "EWOULDBLOCK"]
RELATIONS = ["==", "!=", "<", "<=", ">", ">="]
SPLIT_WORDS = ("separate", "pass", "declassify", "failure", "outline")
BLANKS = [" ", "\n  ", " # why; \n", " // ; }\n ", "\t"]


class Generator:
    def __init__(self, seed, blocks=False):
        """`blocks`: each policy has a `serving` block, where it may have one."""
        self.random, self.blocks = random.Random(seed), blocks
        self.sloppy, self.logs, self.files, self.misplaced = False, True, {}, None

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, *choices):
        return self.random.choice(choices)

    def some(self, make, most, separator):
        return separator.join(make() for _ in range(self.random.randint(1, most)))

    # --- Constants
    def bits(self, width):
        """Numbers at and around edges."""
        edge = self.pick(0, 1, 2, 7, 0x80, 0x1000, 1 << (width - 1), (1 << width) - 1,
                         1 << self.random.randrange(width), self.random.getrandbits(width))
        return (edge + self.pick(0, 0, 1, -1)) % (1 << width)

    def number(self, value):
        forms = [str(value), hex(value), f"0o{value:o}", "0" + f"{value:o}" if value else "0"]
        return self.random.choice(forms)

    def spelled(self, value, depth=2):
        """An expression that is worth `value`, from -2^63 to 2^64-1."""
        if value < 0:
            return self.pick(f"-{self.number(-value)}", f"~{self.number(~value)}",
                             f"0 - {self.number(-value)}")
        if depth == 0 or self.chance(60):
            return self.number(value)
        part = self.random.getrandbits(64) & value
        return self.pick(
            f"({self.spelled(part, depth - 1)} | {self.spelled(value & ~part, depth - 1)})",
            f"({self.spelled(part, depth - 1)} + {self.spelled(value - part, depth - 1)})",
            f"({value >> 1} << 1) + {value & 1}", f"~~{self.number(value)}",
            f"({self.number(value)} & ~0)", f"({self.number(value)} & {value | 8})")

    def constant(self, argument, full, as_bits=False):
        if self.chance(25):
            return self.random.choice(NAMES)
        if self.sloppy and self.chance(8):
            return self.pick("NO_SUCH_NAME", "1 << 64", "-1 << 2", "1 << -1",
                             "0xffffffffffffffff + 1", "-0x8000000000000000 - 1")
        width = 64 if full else argument.width
        if self.sloppy and self.chance(8):
            width = 64
        value = self.bits(width)
        signed = (argument.signed and not full) or (self.sloppy and self.chance(20))
        if full and (as_bits or self.sloppy) and self.chance(15):
            return self.pick("-1", "-100", "-0x7fffffff", self.spelled(value - (1 << 64)))
        if signed and value >> (width - 1) and not (as_bits and self.chance(50)):
            value -= 1 << width
        return self.spelled(value)

    # --- Conditions
    def operand(self, name, argument, full):
        text = name
        for _ in range(self.pick(0, 0, 0, 1, 1, 2)):
            mask = self.pick(self.random.choice(NAMES), f"~{self.number(self.bits(8))}",
                             self.number(self.bits(argument.width)), "(1 | 2 | 4)")
            text += f" & {mask}"
            if self.chance(30):
                text = f"({text})"
        return text

    def test(self, call, full):
        if not call.arguments or (full and self.chance(10)):
            argument, name = tables.Argument([], 64, False, False), "argument%d" % self.pick(
                *range(6))
        else:
            argument = self.random.choice(call.arguments)
            name = self.random.choice(argument.names)
        if self.sloppy and self.chance(3):
            name = "no_such_argument"
        if argument.pointer and not (self.sloppy and self.chance(5)):
            return f"{name} {self.pick('==', '!=')} {self.pick('NULL', '0')}"
        operand = self.operand(name, argument, full)
        if self.chance(70):
            relation = self.random.choice(RELATIONS)
            as_bits = relation in ("==", "!=") and (full or "&" in operand)
            return f"{operand} {relation} {self.constant(argument, full, as_bits)}"
        items = self.some(lambda: self.item(argument, full), 4, ", ")
        return f"{operand} {self.pick('in', 'in', 'not in')} {{{items}}}"

    def item(self, argument, full):
        if self.chance(60):
            return self.constant(argument, full, as_bits=full)
        low, high = sorted(self.bits(argument.width - 1) for _ in range(2))
        if self.sloppy and self.chance(10):
            low, high = high, low
        return f"{self.spelled(low)}..{self.spelled(high)}"

    def condition(self, call, full, depth):
        if depth == 0 or self.chance(40):
            return self.test(call, full)
        inner = [self.condition(call, full, depth - 1) for _ in range(self.pick(1, 2, 2, 3))]
        kind = self.pick("and", "or", "not", "group")
        if kind == "not":
            return f"{self.pick('not ', '!')}({inner[0]})"
        if kind == "group":
            return f"({inner[0]})"
        return self.pick(f" {kind} ", " && " if kind == "and" else " || ").join(inner)

    # --- Patterns, groups, rules
    def pattern(self, groups, full):
        if groups and self.chance(20):
            name = self.random.choice(groups)
            return self.pick(f"group {name}", f"@{name}", f"@{name.replace('_', '-')}")
        known = [name for name in self.pool if any(name in tables.calls(t) for t in self.targets)]
        name = self.random.choice(self.pool if self.sloppy else known)
        if self.chance(40):
            return name
        target = next((t for t in self.targets if name in tables.calls(t)), "x86_64")
        call = tables.calls(target).get(name)
        if call is None or not call.known or not (call.arguments or full):
            return name
        return f"{name}({self.some(lambda: self.condition(call, full, 2), 2, ', ')})"

    def group(self, name, groups, full):
        members = self.some(lambda: self.pattern(groups, full), 3, ", ")
        return f"group {name} {{ {members}{self.pick('', ',')} }}"

    def denial(self):
        errno = self.errno if self.chance(95) else self.random.choice(ERRNOS)
        return self.pick("kill", "kill_process", "kill_thread", "trap", f"errno {errno}",
                         f"errno {errno}", f"errno {errno}")

    def rule(self, groups, full):
        patterns = self.some(lambda: self.pattern(groups, full), 3, ", ")
        if self.chance(60):
            return f"allow syscall {patterns}{self.pick('', '', ' then log') if self.logs else ''};"
        then = f" then {self.denial()}"
        if self.chance(15) and self.denies:
            then = ""
        return f"deny syscall {patterns}{then};"

    def file_rule(self):
        paths = self.some(lambda: self.pick('"/usr/share/**"', '"/tmp/**"', '"/etc/hosts"'), 2,
                          ", ")
        return f"allow file {self.pick('read', 'write', 'execute')} {paths};"

    def portion(self, name, groups, full):
        trusted = self.chance(50) and not (self.programs and name == "p0")
        lines = [self.rule(groups, full) for _ in range(self.random.randrange(3))]
        if trusted and self.credential:
            lines.append("uses key;")
        if self.chance(20):
            lines.append(self.file_rule())
        if self.programs:
            lines.append(self.pick(f'program "{name}";', f'program "/opt/{name}", "-v", "";'))
            if name == "p0":
                lines.append('serves "/run/made/socket" to p1;')
        else:
            lines.append(f"function {name}_f(string p, array q by n), {name}::inner::g;")
        if not trusted and not self.programs:
            lines.append(f"input function {name}_h;")
        if self.blocks or self.chance(30):
            lines.append(self.serving(groups, full))
        self.random.shuffle(lines)
        return f"portion {name} {'trusted' if trusted else 'untrusted'} {{ {' '.join(lines)} }}"

    def serving(self, groups, full):
        """A block: other actions make sense in it than outside."""
        outside = self.denies, self.logs
        own = self.pick(None, self.denial(), self.denial(), "allow", "log" if self.sloppy else None)
        self.denies = self.sloppy or (self.denies if own is None else own not in ("allow", "log"))
        self.logs = self.sloppy
        lines = [self.rule(groups, full) for _ in range(self.random.randrange(4))]
        lines += [f"otherwise {own};"] if own else [";"]
        lines += [f'use "{name}";' for name in ("./library.policy", "./block.policy")
                  if name[2:] in self.files and self.chance(40)]
        if self.chance(15):
            lines.append(f'use "{self.random.choice(BUILTINS)}";')
        if self.misplaced == "member":
            lines.append(self.pick(self.file_rule(), "limit pids 3;", "serving { }", "version 1;",
                                   "group g { dup }", "uses key;", "assert never syscall dup;",
                                   "allow syscall getpid then log;", "otherwise log;"))
        self.denies, self.logs = outside
        self.random.shuffle(lines)
        again = "serving { }" if self.misplaced == "second" else ""
        return f"{again}serving {{ {' '.join(lines)} }}"

    def library(self, group):
        full = self.chance(30)
        lines = ["version 3;", self.group(group, [], full)]
        lines += [self.rule([group], full) for _ in range(self.random.randrange(3))]
        lines += [self.file_rule()] if self.chance(15) else []
        lines += ["serving { }"] if self.misplaced == "library" else []
        if full:
            lines.append("widths full;")
        if self.chance(30):
            lines.append('use "network/groups" version 1;')
        self.random.shuffle(lines)
        return f"policy library {{ {' '.join(lines)} }}"

    def policy(self):
        """The text, and the files that it uses."""
        self.sloppy = self.chance(8 if self.blocks else 15)
        if self.chance(8 if self.blocks else 2):  # what only `serving` can have wrong
            self.misplaced = self.pick("member", "second", "beside", "library")
        self.targets = self.pick(["x86_64"], ["x86_64"], ["aarch64"], ["x86_64", "aarch64"],
                                 ["aarch64", "x86_64"])
        names = list(tables.calls(self.targets[0]))
        self.pool = self.random.sample(CALLS, 5) + self.random.sample(names, 2)
        self.errno = self.random.choice(ERRNOS)
        otherwise = self.pick(self.denial(), self.denial(), self.denial(), "allow", "log")
        self.denies = otherwise not in ("allow", "log") or self.sloppy
        self.credential = self.chance(30)
        full, groups, lines = self.chance(25), [], []
        if self.targets != ["x86_64"] or self.chance(30):
            lines.append(f"target linux {', '.join(self.targets)};")
        if self.chance(90):
            lines.append(f"otherwise {otherwise};")
        else:
            self.denies = True  # kill_process
        if full or self.chance(10):
            lines.append(f"widths {'full' if full else 'kernel'};")
        if self.chance(20):
            self.files["library.policy"] = self.library("lib")
            lines.append('use "./library.policy"%s;' % self.pick("", " version 3"))
            groups.append("lib")
        if self.chance(20):  # for `serving` blocks
            self.logs = False
            self.files["block.policy"] = self.library("blk")
            self.logs = True
        if self.chance(20):
            used = self.random.choice(BUILTINS)
            version = self.pick("", "", " version 1", " version 2" if self.sloppy else "")
            lines.append(f'use "{used}"{version};')
            groups += NETWORK_GROUPS if used in ("network/groups", "worker") else []
        for i in range(self.pick(0, 0, 1, 2)):
            lines.append(self.group(f"own_{i}", list(groups), full))
            groups.append(f"own_{i}")
        lines += [self.rule(groups, full) for _ in range(self.random.randint(1, 5))]
        if self.chance(20):
            lines.append(self.file_rule())
        if self.chance(5):
            lines.append(self.pick("allow syscall clone3;", "deny syscall clone3 then trap;")
                         + " allow syscall clone(flags & CLONE_NEWUSER == 0);")
        if self.chance(5):
            call = self.random.choice(["dup", "bpf", "close(fd == 1)", "getpid"])
            lines.append(f"deny syscall {call} then errno EPERM; deny syscall {call} then errno 9;"
                         + self.pick("", " deny syscall dup, bpf, close, getpid then trap;"))
        self.programs = self.chance(15)
        lines += self.declarations()
        count = 2 if self.programs else self.pick(0, 0, 1, 2)
        portions = [self.portion(f"p{i}", groups, full) for i in range(count)]
        if self.misplaced == "beside" or not portions and (self.blocks or self.chance(30)):
            lines.append(self.serving(groups, full))
        lines += portions
        self.random.shuffle(lines)
        blank = self.random.choice(BLANKS)
        return f"policy made {{{blank}{blank.join(lines)}{blank}}}", self.files

    def declarations(self):
        every = ["limit memory 256 MiB, wall 30 s, cpu 50 %, pids 64, output 1 MiB;",
                 'plugins "/usr/lib/x/*.so";', "separate scratch, other;", "pass verbose, key_path;",
                 "declassify sign -> mac, at most 256 bits per call;",
                 "declassify vault::load -> handle;",
                 "failure sign -> -1 errno EIO;", "credential four from fd 4 by load, vault::open_key;", "credential five from fd 5 by load strict;", "credential six from env SIX strict;", "outline load, tag from main;", "version 7;", ";",
                 'test "t" { getpid() => %s; %s dup(%s) => denied; }' % (
                     self.denial(), "in nobody" if self.sloppy else "",
                     self.pick("", "1", "1", "1", "1, 2" if self.sloppy else "~0")),
                 "credential word from env WORD;", "credential three from fd 3;"]
        chosen = [each for each in every
                  if self.chance(10) and not (self.programs and each.startswith(SPLIT_WORDS))]
        if self.credential:
            chosen.append('credential key from file "/run/key";')
        return chosen

    # --- Inputs
    def values(self, condition):
        """(argument, value) around what a resolved condition compares with."""
        kind, *parts = condition
        if kind in ("all", "any"):
            for part in parts[0]:
                yield from self.values(part)
        elif kind == "not":
            yield from self.values(parts[0])
        else:
            index, width, _, mask, _, value = parts
            low = (1 << width) - 1
            for each in (value, value + 1, value - 1, value ^ (1 << (width - 1)),
                         value & mask, value | (~mask & low), mask):
                yield index, each % (1 << 64)
            yield index, value | (self.random.getrandbits(64) & ~low)

    def arguments(self):
        return [self.random.choice([0, 0, 1, self.bits(32), self.bits(64)]) for _ in range(6)]

    def inputs(self, policy, portion, serves, most):
        """[(architecture word, number, arguments), ...]"""
        portion = policy.portions[portion]
        rules = portion.rules + (portion.serving.rules if serves and portion.serving else [])
        word, known = tables.WORDS[policy.architecture], sorted(tables.numbers(policy.architecture))
        found = []
        for number, when, _, _ in rules:
            wanted = {}
            for index, value in self.values(when):
                wanted.setdefault(index, []).append(value)
            for _ in range(4 if wanted else 1):
                arguments = self.arguments()
                for index, values in wanted.items():
                    arguments[index] = self.random.choice(values)
                found.append((word, number, arguments))
        self.random.shuffle(found)
        edges = [known[-1] + 1, 0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff, 0x80000000,
                 0xffffffff, *self.random.sample(known, 8), self.random.randrange(600),
                 self.random.getrandbits(32), policy.calls["clone3"].number]
        found = found[:most] + [(word, number, self.arguments()) for number in edges]
        foreign = self.random.choice([0, 0x40000003, word ^ 1, *tables.WORDS.values()])
        return found + [(foreign, self.random.choice(known), self.arguments())]
