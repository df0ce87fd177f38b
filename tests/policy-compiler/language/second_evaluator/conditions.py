"""Constants and conditions, after the section `Conditions` of docs/policy-language.md.

    resolved = conditions.Conditions("x86_64", call, full=False).resolve(expression)
    conditions.holds(resolved, [0, 1, 2, 3, 4, 5])
"""
import tables
from reader import PolicyError

ALL_BITS = (1 << 64) - 1
PLAIN = {f"argument{i}": i for i in range(6)}


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
