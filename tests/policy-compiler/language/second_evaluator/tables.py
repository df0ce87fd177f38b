"""The kernel's facts, read from the checked-in tables that are made from its source:
system calls with their arguments' names and types, and named constants.

    calls = tables.calls("x86_64")        # {"read": Call(number=0, ...)}
    value = tables.constants("aarch64")   # {"O_DIRECTORY": 0x4000}
"""
import functools
import pathlib
import re
from collections import namedtuple

FOLDER = pathlib.Path(__file__).resolve().parents[4] / "common" / "syscalls"
WORDS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
TYPES = {"Signed32": (32, True, False), "Signed64": (64, True, False),
         "Unsigned16": (16, False, False), "Unsigned32": (32, False, False),
         "Unsigned64": (64, False, False), "Pointer": (64, False, True)}

Argument = namedtuple("Argument", "names width signed pointer")
Call = namedtuple("Call", "number name arguments known")  # known: it has a signature


def _text(name):
    lines = (FOLDER / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("//"))


def _argument(type_name, names):
    return Argument(re.findall(r'"(\w+)"', names), *TYPES[type_name])


@functools.cache
def calls(architecture):
    found = {}
    record = re.compile(r'\{(\d+), "(\w+)",\s*(kNoSignature|\{.*?\})\},', re.DOTALL)
    for number, name, signature in record.findall(_text(f"{architecture}_table.inc")):
        arguments = [_argument(*each) for each in re.findall(r'(\w+)\(([^)]*)\)', signature)]
        found[name] = Call(int(number), name, arguments, signature != "kNoSignature")
    return found


@functools.cache
def numbers(architecture):
    return {call.number: call for call in calls(architecture).values()}


def _constants(name):
    return dict(re.findall(r'\{"(\w+)", (\w+)', _text(name)))


@functools.cache
def constants(architecture):
    """Values of 64 bits; error numbers are among them."""
    found = _constants("constants.inc")
    if architecture != "x86_64":
        found |= _constants(f"{architecture}_constants.inc")
    found |= _constants("errnos.inc")
    return {name: int(value.rstrip("ul"), 0) for name, value in found.items()
            if value != "kAbsent"}


@functools.cache
def errnos():
    return {name: int(value) for name, value in _constants("errnos.inc").items()}


@functools.cache
def errno_names():
    """A number's own name, without the second names for it."""
    own = re.findall(r'\{"(\w+)", (\d+), true\}', _text("errnos.inc"))
    return {int(value): name for name, value in own}
