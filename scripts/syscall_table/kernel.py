"""Numbers and signatures of the system calls, from the kernel's source."""

import dataclasses
import re

from syscall_table import machine as machines
from syscall_table import sources

# Kinds of line in a table that every 64-bit process uses. x86's third, x32, has
# numbers of its own, which every filter kills.
ABIS = ("common", "64")

# Files built only into kernels without a memory management unit.
FOREIGN = ("mm/nommu.c",)


@dataclasses.dataclass
class Argument:
    type: str
    kernel_name: str
    width_bits: int = 0
    is_signed: bool = False
    is_pointer: bool = False
    name: str = ""   # the manual page's
    other: str = ""  # one more that is accepted


@dataclasses.dataclass
class Syscall:
    number: int
    name: str
    arguments: list  # of Argument; None: the kernel has no such call (any more)


def table_of(tree, machine):
    """(The text of the machine's table, the kinds of line in it that count)."""
    if machine.folder == "x86":
        path = tree.kernel / "arch/x86/entry/syscalls/syscall_64.tbl"
        return path.read_text(), ABIS
    # The newer architectures share one table, each with further lines that its
    # makefile names. A table of its own would stand beside it.
    folder = tree.kernel / "arch" / machine.folder
    own = folder / "tools/syscall_64.tbl"
    shared = tree.kernel / "scripts/syscall.tbl"
    further = re.findall(r"^syscall_abis_64\s*\+=\s*(.*)$",
                         (folder / "kernel/Makefile.syscalls").read_text(),
                         re.M)
    text = (own if own.exists() else shared).read_text()
    return text, (*ABIS, *" ".join(further).split())


def read_table(text, abis=ABIS):
    """[(number, name, entry point or None)] of a table's lines."""
    rows = []
    for line in text.splitlines():
        fields = line.split("#")[0].split()
        if not fields or fields[1] not in abis:
            continue
        entry = fields[3] if len(fields) > 3 else None
        rows.append((int(fields[0]), fields[2],
                     None if entry == "sys_ni_syscall" else entry))
    return rows


def parse_definition(arity, inside):
    """SYSCALL_DEFINEn(name, type, argument, ...) → (name, [Argument])."""
    parts = [" ".join(part.split()) for part in inside.split(",")]
    if len(parts) != 1 + 2 * arity:
        raise sources.GeneratorError(f"SYSCALL_DEFINE{arity}({inside})")
    pairs = zip(parts[1::2], parts[2::2])
    return parts[0], [Argument(kind, name) for kind, name in pairs]


def strip_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)


def live_text(text, machine):
    """`text` without the branches that the machine's macros rule out."""
    # stack: of each open branch whether it is dead, and whether one is chosen,
    # so that all that follow it are.
    kept, stack = [], []
    for line in text.splitlines():
        words = re.match(r"\s*#\s*(ifdef|ifndef|if|elif|else|endif)\b(.*)",
                         line)
        if words:
            keyword, condition = words.groups()
            guard = re.fullmatch(r"\s*(?:defined\s*\(?)?\s*(\w+)\s*\)?\s*",
                                 condition)
            macro = guard.group(1) if guard else ""
            positive = keyword in ("if", "ifdef", "elif")
            dead = ((positive and macro in machine.is_unset)
                    or (keyword == "ifndef" and macro in machine.is_set))
            chosen = positive and macro in machine.is_set
            if keyword in ("elif", "else", "endif") and stack:
                _, was_chosen = stack.pop()
                dead, chosen = dead or was_chosen, chosen or was_chosen
            if keyword != "endif":
                stack.append((dead, chosen))
        elif not any(dead for dead, _ in stack):
            kept.append(line)
    return "\n".join(kept)


def is_foreign(name, machine):
    return name in FOREIGN or (
        name.startswith("arch/")
        and not name.startswith(f"arch/{machine.folder}/"))


def read_definitions(folder, machine):
    """{entry point without sys_: [[Argument], ...]}, the differing definitions
    in all C files under `folder`."""
    found = {}
    for path in sorted(folder.rglob("*.c")):
        text = path.read_text(errors="replace")
        name = path.relative_to(folder).as_posix()
        if "SYSCALL_DEFINE" not in text or is_foreign(name, machine):
            continue
        text = live_text(strip_comments(text), machine)
        for arity, inside in re.findall(
                r"^SYSCALL_DEFINE([0-6])\s*\(([^()]*)\)", text, re.M):
            call, arguments = parse_definition(int(arity), inside)
            alternatives = found.setdefault(call, [])
            if arguments not in alternatives:
                alternatives.append(arguments)
    return found


def typedef_prelude(tree, compiler, types):
    """C declarations under which every type in `types` compiles. Names that
    only the kernel's internal headers know are looked up there."""
    prelude = ("#include <linux/types.h>\n#include <linux/aio_abi.h>\n"
               "#include <linux/capability.h>\n#include <linux/landlock.h>\n"
               "#include <linux/signal.h>\n#include <linux/fs.h>\n")
    known = set(re.findall(r"\b\w+\b", compiler.preprocess(prelude)))
    wanted = {word for kind in types for word in words_of(kind)}
    added = []
    while wanted - known:
        name = min(wanted - known)
        known.add(name)
        meaning = find_typedef(tree.kernel / "include/linux", name)
        added.append(f"typedef {meaning} {name};")
        wanted |= words_of(meaning)
    return prelude + "\n".join(reversed(added)) + "\n"


def words_of(kind):
    """Names of typedefs in a type: what is neither C's nor a tag."""
    kind = re.sub(r"\b(struct|union|enum)\s+\w+", " ", kind)
    return set(re.findall(r"\w+", kind)) - {
        "char", "short", "int", "long", "unsigned", "signed", "void", "const",
        "volatile", "__user", "__bitwise", "__force"}


def find_typedef(folder, name):
    """What `name` stands for; the headers that state it must agree."""
    pattern = re.compile(rf"^typedef\s+([^;{{}}()]+?)\s*\b{name};", re.M)
    exact = {"u8": "__u8", "u16": "__u16", "u32": "__u32", "u64": "__u64",
             "s8": "__s8", "s16": "__s16", "s32": "__s32", "s64": "__s64"}
    if name in exact:
        return exact[name]
    found = {" ".join(meaning.split()) for path in folder.glob("*.h")
             for meaning in pattern.findall(path.read_text(errors="replace"))}
    if len(found) != 1:
        raise sources.GeneratorError(f"type `{name}`: {sorted(found)}")
    return found.pop()


def resolve_types(tree, compiler, calls):
    """Fills in what the kernel's wrappers read: they cast each 64-bit register
    to the argument's type, so its size and sign are the answer."""
    arguments = [a for call in calls for a in call.arguments or ()]
    types = {argument.type for argument in arguments}
    prelude = typedef_prelude(tree, compiler, types)
    pointer = "__builtin_classify_type((void *)0)"
    questions = {}
    for kind in types:
        questions[kind] = (f"sizeof({kind}) * 8",
                           f"__builtin_classify_type(({kind})0) == {pointer}",
                           f"({kind})-1 < ({kind})1")
    answers = compiler.values(prelude, {q for three in questions.values()
                                        for q in three})
    for argument in arguments:
        width, is_pointer, is_signed = questions[argument.type]
        if width not in answers:
            raise sources.GeneratorError(
                f"the compiler refuses `{argument.type}`")
        argument.width_bits = answers[width]
        argument.is_pointer = bool(answers[is_pointer])
        argument.is_signed = not argument.is_pointer and bool(
            answers[is_signed])
        if argument.width_bits not in (16, 32, 64):
            raise sources.GeneratorError(f"width of `{argument.type}`")


def narrow(calls, read_bits):
    """Takes from the widths what the calls' own code does not use of them."""
    by_name = {call.name: call for call in calls}
    for name, widths in read_bits.items():
        arguments = {argument.kernel_name: argument
                     for argument in by_name[name].arguments}
        for kernel_name, (bits, reason) in widths.items():
            argument = arguments[kernel_name]
            if argument.is_pointer or bits >= argument.width_bits or not reason:
                raise sources.GeneratorError(f"read_bits of `{name}`")
            argument.width_bits = bits


def supplementary_calls(supplement, numbers, machine):
    """Calls newer than the kernel's source, unless that has caught up."""
    for call in supplement["syscalls"]:
        if call["number"] in numbers or call.get("only") not in (
                None, machine.name):
            continue
        definition = call["definition"]
        name, arguments = parse_definition(len(definition) - 1,
                                           ", ".join(definition))
        yield Syscall(call["number"], name, arguments)


def read_syscalls(tree, machine, compiler, supplement):
    """[Syscall], ascending by number; arguments bear the kernel's names."""
    definitions = read_definitions(tree.kernel, machine)
    # A number of the shared table whose call only others have in this kernel:
    # one that has it later takes the same arguments.
    elsewhere = {}
    for other in machines.ALL:
        elsewhere |= read_definitions(tree.kernel, other)
    calls = []
    for number, name, entry in read_table(*table_of(tree, machine)):
        arguments = None
        if entry is not None:
            name_of_entry = entry.removeprefix("sys_")
            defined = definitions.get(name_of_entry,
                                      elsewhere.get(name_of_entry, []))
            if len(defined) != 1:
                raise sources.GeneratorError(
                    f"{len(defined)} definitions of `{entry}`")
            arguments = [dataclasses.replace(a) for a in defined[0]]
        calls.append(Syscall(number, name, arguments))
    calls += supplementary_calls(supplement, {call.number for call in calls},
                                 machine)
    calls.sort(key=lambda call: call.number)
    resolve_types(tree, compiler, calls)
    narrow(calls, supplement["read_bits"])
    return calls
