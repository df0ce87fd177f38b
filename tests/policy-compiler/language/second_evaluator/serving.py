"""What a portion may still do once it serves, after the section `Serving` of
docs/policy-language.md: a policy of its own, and the answer of both.

    block = serving.Block("worker serving", otherwise)
    block.inherit(portion)
    action, index = serving.both(first, second)
"""
from portions import Portion, more_than_an_error, permits, strength
from reader import PolicyError

MEMBERS = ("use", "allow", "deny", "otherwise")


def written_otherwise(statements):
    """What the block says; none if it says nothing."""
    for kind, *parts in statements:
        if kind not in MEMBERS or parts[0] == "file":
            raise PolicyError(f"{kind} cannot stand in `serving`")
    found = [action for kind, action, *_ in statements if kind == "otherwise"]
    if len(found) > 1:
        raise PolicyError("otherwise stands twice in `serving`")
    return found[0] if found else None


def no_log(action):
    if action[0] == "log":
        raise PolicyError("`log` in `serving` would record nothing")


class Block(Portion):
    """It holds rules for system calls alone: a library's file rules are left out."""

    takes_files = False

    def add_calls(self, calls, action, index):
        no_log(action)
        super().add_calls(calls, action, index)

    def inherit(self, portion):
        """What denies outside with more than an error holds in the block as well."""
        self.rules += [rule for rule in portion.rules if more_than_an_error(rule[2])]
        if more_than_an_error(portion.otherwise):
            self.otherwise = max(self.otherwise, portion.otherwise, key=strength)


def both(first, second):
    """The kernel asks both filters, the first one's agent not where the second denies."""
    if not permits(second[0]) and first[0][0] in ("errno", "kill_process"):
        return second
    return second if strength(second[0]) >= strength(first[0]) else first
