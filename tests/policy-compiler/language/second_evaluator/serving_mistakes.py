"""Mistakes that one could make about `serving` blocks, as what to put in place of what is right.

    with mock.patch.object(*MISTAKES["nothing outside holds inside"]): ...
"""
import meaning
import portions
import serving

RIGHT_BOTH = serving.both
RIGHT_CHECK = meaning.Policy.check
RIGHT_TAKE = meaning.Policy.take_serving


def never(_):
    return False


def always(_):
    return True


# --- The answer of both filters

def by_strength(verdict):
    return portions.strength(verdict[0])


def first_of_equal_ones(first, second):
    equal = by_strength(first) == by_strength(second)
    return first if equal else RIGHT_BOTH(first, second)


BOTH = {
    "the first filter's": lambda first, second: first,
    "the second's": lambda first, second: second,
    "the weaker": lambda first, second: min(first, second, key=by_strength),
    "the stronger, whatever the agent is asked": lambda first, second: max(
        second, first, key=by_strength),
    "of equally strong ones the first": first_of_equal_ones,
    "the second's if it denies": lambda first, second: (
        first if portions.permits(second[0]) else second),
}


# --- What holds in the block

def inherit(rules, otherwise):
    """As serving.Block.inherit, of the rules and of an `otherwise` for which these hold."""
    def wrong(block, portion):
        block.rules += [rule for rule in portion.rules if rules(rule[2])]
        if otherwise(portion.otherwise):
            block.otherwise = max(block.otherwise, portion.otherwise, key=portions.strength)
    return wrong


def denies(action):
    return not portions.permits(action)


denies_more = portions.more_than_an_error
INHERITED = {
    "nothing of outside": inherit(never, never),
    "of outside rules alone": inherit(denies_more, never),
    "of outside `otherwise` alone": inherit(never, denies_more),
    "every rule of outside": inherit(always, denies_more),
    "errors of outside": inherit(denies, denies_more),
    "every `otherwise` of outside": inherit(denies_more, always),
}


def with_rules_of_outside(policy, text, scope, statements):
    RIGHT_TAKE(policy, text, scope, statements)
    scope.serving.rules += scope.rules


def without_its_otherwise(policy, text, scope, statements):
    RIGHT_TAKE(policy, text, scope, [each for each in statements if each[0] != "otherwise"])


# --- Which blocks are refused

def as_if_first(policy, text, scope, statements):
    scope.serving = None
    RIGHT_TAKE(policy, text, scope, statements)


def as_if_not_used(policy, _text, scope, statements):
    RIGHT_TAKE(policy, policy.main, scope, statements)


def unless_a_block(policy, portion):
    if not isinstance(portion, serving.Block):
        RIGHT_CHECK(policy, portion)


class Everything:
    def __contains__(self, _):
        return True


MISTAKES = {
    **{f"both answer {name}": (serving, "both", wrong) for name, wrong in BOTH.items()},
    **{f"what holds inside: {name}": (serving.Block, "inherit", wrong)
       for name, wrong in INHERITED.items()},
    "what is used outside counts inside": (meaning.Policy, "take_serving", with_rules_of_outside),
    "its `otherwise` is the policy's": (meaning.Policy, "take_serving", without_its_otherwise),
    "a library's file rules count": (serving.Block, "takes_files", True),
    "a portion has several": (meaning.Policy, "take_serving", as_if_first),
    "a library has one": (meaning.Policy, "take_serving", as_if_not_used),
    "the policy has one beside portions": (meaning.Policy, "check_place_of_serving", never),
    "two errors for a call, clone3 beside limits": (meaning.Policy, "check", unless_a_block),
    "`log` in it": (serving, "no_log", never),
    "any statement in it": (serving, "MEMBERS", Everything()),
}
