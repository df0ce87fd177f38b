"""Argument names, from the prototypes in section 2 of the manual."""

import gzip
import re

from syscall_table import sources

# Types of the manual that are pointers without a star.
POINTER_TYPES = {"cap_user_header_t", "cap_user_data_t", "sighandler_t",
                 "caddr_t"}
QUALIFIERS = r"\b(_Nullable|_Nonnull|restrict|const|volatile)\b"


def read_page(folder, name):
    """The page's source; a page that only points to another is followed."""
    path = folder / f"{name}.gz"
    if not path.exists():
        return ""
    text = gzip.decompress(path.read_bytes()).decode(errors="replace")
    other = re.match(r"\.so\s+(\S+)\s*$", text)
    return read_page(folder, other.group(1)) if other else text


def unquote(arguments):
    """Macro arguments joined as .BI and its like join them."""
    pieces = re.findall(r'"((?:[^"]|"")*)"|(\S+)', arguments)
    return "".join(quoted or plain for quoted, plain in pieces)


def plain_synopsis(page):
    """A page's SYNOPSIS as C text."""
    found = re.search(r"^\.SH SYNOPSIS\n(.*?)(?=^\.SH )", page, re.M | re.S)
    if not found:
        return ""
    lines = []
    for line in found.group(1).replace("\\\n", "").splitlines():
        macro = re.match(r"\.(?:BI|IB|BR|RB|IR|RI)\s+(.*)", line)
        single = re.match(r"\.[BI]\s+(.*)", line)
        if macro:
            line = unquote(macro.group(1))
        elif single:
            line = single.group(1).replace('"', "")
        elif line.startswith("."):
            continue
        lines.append(re.sub(r"\\f.|\\&", "", line).replace("\\-", "-"))
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def split_arguments(inside):
    """Splits at commas that stand in no parenthesis."""
    parts, depth = [""], 0
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def parse_argument(text):
    """A declaration → (name, is a pointer); None if it has no name."""
    text = re.sub(QUALIFIERS, " ", text)
    function = re.match(r".*\(\s*\*\s*(\w+)\s*\)", text)
    if function:
        return function.group(1), True
    found = re.fullmatch(r"(.*?)(\w+)\s*(\[.*)?", text.strip(), re.S)
    if not found or not found.group(1).strip():
        return None
    kind = found.group(1)
    pointer = ("*" in kind or found.group(3) is not None
               or kind.strip() in POINTER_TYPES)
    return found.group(2), pointer


def read_prototypes_of(synopsis):
    """Yields (function, [(name, is a pointer)], ends in `...`). What the page
    shows as syscall(SYS_x, ...) counts as a prototype of x."""
    for name, inside in re.findall(
            r"(\w+)\s*\(((?:[^();]|\([^()]*\))*)\)\s*;", synopsis):
        parts = split_arguments(inside)
        if name == "syscall" and parts[0].startswith("SYS_"):
            name = parts.pop(0).removeprefix("SYS_")
        open_ended = bool(parts) and parts[-1] == "..."
        if open_ended:
            parts.pop()
        if parts == ["void"] or parts == [""]:
            parts = []
        arguments = [parse_argument(part) for part in parts]
        if None not in arguments:
            yield name, arguments, open_ended


def read_prototypes(folder):
    """{function: [(arguments, open-ended)]} of all pages in section 2; the
    prototypes of a function's own page come before those of other pages."""
    found = {}
    for path in sorted((folder / "man2").glob("*.2.gz")):
        page = read_page(folder, f"man2/{path.name.removesuffix('.gz')}")
        for name, arguments, open_ended in read_prototypes_of(
                plain_synopsis(page)):
            elsewhere = path.name != f"{name}.2.gz"
            found.setdefault(name, []).append(
                (elsewhere, arguments, open_ended))
    return {name: [prototype[1:] for prototype in
                   sorted(prototypes, key=lambda item: item[0])]
            for name, prototypes in found.items()}


def fits(documented, arguments):
    """Whether a prototype can be one of the kernel's call: where the kernel
    takes a pointer so must it, and a pointer needs 64 bits."""
    return all(is_pointer if argument.is_pointer else
               not is_pointer or argument.width_bits == 64
               for (_, is_pointer), argument in zip(documented, arguments))


def manual_names(prototypes, arguments):
    """The names that the first fitting prototype gives, "" where it gives
    none. One with another number of arguments is a wrapper's and says nothing,
    but for a trailing `...`, which stands for the rest."""
    for documented, open_ended in prototypes:
        missing = len(arguments) - len(documented)
        if (missing == 0 or (open_ended and missing > 0)) and fits(
                documented, arguments):
            return [name for name, _ in documented] + [""] * missing
    return [""] * len(arguments)


def name_arguments(calls, prototypes, supplement):
    """Sets the names of all arguments: the manual's comes first, else the
    supplement's, else the kernel's."""
    pages = supplement["manual_page_of"]
    for call in calls:
        if not call.arguments:
            continue
        page = pages.get(call.name, call.name)
        extra = supplement["argument_names"].get(call.name, {})
        names = manual_names(prototypes.get(page, []), call.arguments)
        for argument, name in zip(call.arguments, names):
            more = extra.get(argument.kernel_name, "")
            argument.name = name or more or argument.kernel_name
            if more not in (argument.name, argument.kernel_name):
                argument.other = more
        check_names(call, extra)


def check_names(call, extra):
    """Within a call every name must mean one argument, and what the supplement
    names must be there."""
    names = [name for argument in call.arguments for name in
             {argument.name, argument.kernel_name, argument.other} - {""}]
    if len(set(names)) != len(names):
        raise sources.GeneratorError(f"`{call.name}` repeats a name: {names}")
    unknown = set(extra.values()) - set(names)
    if unknown:
        raise sources.GeneratorError(
            f"supplement.json names no argument of `{call.name}`: {unknown}")
