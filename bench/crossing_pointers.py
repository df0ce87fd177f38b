#!/usr/bin/env python3
"""Of what a program's functions are given, how much is known to cross between
portions.

  bailey analyze -p build --program gzip --flow flow.json >/dev/null
  bench/crossing_pointers.py flow.json…
  bench/crossing_pointers.py --plans portions/plan.json…

For each program: its functions' pointer parameters, by the first of these that
says how far the pointer reaches: the declaration (attributes, `[static N]`,
`const char*`, one flat structure); a bound that the analyzer inferred and that
all callers provide; one that some caller may not provide; nothing. Then why.
With --plans: of the pointers that cross in a split, what decided how.
"""

import argparse
import collections
import json
import pathlib
import sys

LENGTH_WORDS = ("size", "len", "count", "num")


def may_have_length(parameters, index):
    """As crossing_rules.cc: an integer follows, or one is named like a length."""
    def is_integer(at):
        return parameters[at]["type"]["kind"] == "integer"
    claimed = {each["length_parameter"] for each in parameters}
    if index + 1 < len(parameters) and is_integer(index + 1):
        return True
    return any(is_integer(at) and at not in claimed and
               (each["name"] == "n" or
                any(word in each["name"] for word in LENGTH_WORDS))
               for at, each in enumerate(parameters))


def is_declared(parameters, index):
    parameter = parameters[index]
    pointee = parameter["type"]["pointee"]
    if parameter["length_parameter"] >= 0 or pointee["fixed_count"] > 0:
        return True
    if parameter["access"] != "unknown":
        return True
    if may_have_length(parameters, index):
        return False
    if pointee["character"] and pointee["const"]:
        return True
    return (pointee["kind"] == "struct" and pointee["flat"] and
            pointee["size_bytes"] > 0)


def is_text(parameter, inferred):
    """As inferred_rules.cc: a `const char*` that is only used as a text."""
    pointee = parameter["type"]["pointee"]
    if not (pointee["character"] and pointee["const"]):
        return False
    seen = {each["use"] for each in inferred.get("seen", [])}
    return (inferred["kind"] == "string" or
            inferred["kind"] == "unknown" and "text" in seen and "counted" not in seen)


def rung(parameters, index):
    """(what says how far it reaches, why that is not enough)."""
    inferred = parameters[index].get("inferred", {"kind": "unknown"})
    if is_declared(parameters, index):
        return "declared", ""
    if is_text(parameters[index], inferred):
        return "inferred: string", ""
    if inferred["kind"] == "unknown":
        return "unknown", inferred.get("reason", "not looked at")
    if not inferred["provided"]:
        return f"{inferred['kind']}, not provided", inferred["reason"]
    return f"inferred: {inferred['kind']}", ""


def count(flow):
    rungs = collections.Counter()
    kinds = collections.Counter()
    reasons = collections.Counter()
    for function in flow["functions"]:
        parameters = function["parameters"]
        for index, parameter in enumerate(parameters):
            if parameter["type"]["kind"] != "pointer":
                continue
            said, reason = rung(parameters, index)
            rungs[said] += 1
            kinds[parameter.get("inferred", {"kind": "unknown"})["kind"]] += 1
            if reason:
                reasons[f"{said}: {reason}"] += 1
    return rungs, kinds, reasons


def decided(parameter):
    """What crossing_rules.cc went by, from the reason that the plan gives."""
    reason = parameter["reason"]
    if parameter["mode"] == "handle":
        return "a handle"
    if reason.startswith("its code"):
        return "inferred from the code"
    if "the policy" in reason:
        return "the policy's word"
    if "attribute" in reason:
        return "an access attribute"
    return "the declared type"


def count_plan(plan):
    """Of each pointer parameter that crosses."""
    pointers = [parameter for crossing in plan["crossings"]
                for parameter in crossing["parameters"]
                if parameter["mode"] != "scalar" and parameter["reason"] != "passed by value"]
    guarded = sum(each.get("guarded", False) for each in pointers)
    return collections.Counter(map(decided, pointers)), guarded


def show_plan(path):
    decisions, guarded = count_plan(json.loads(path.read_text()))
    print(f"{path}: {sum(decisions.values())} pointers cross, {guarded} guarded")
    show("what decided how", decisions)


def show(title, counter, most=None):
    print(f"  {title}")
    for name, number in counter.most_common(most):
        print(f"    {number:5}  {name}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("flows", nargs="+", type=pathlib.Path,
                        metavar="FILE.json")
    parser.add_argument("--reasons", type=int, default=15,
                        help="how many reasons are shown")
    parser.add_argument("--plans", action="store_true",
                        help="the files are plan.json of splits")
    arguments = parser.parse_args()
    if arguments.plans:
        for path in arguments.flows:
            show_plan(path)
        return 0
    for path in arguments.flows:
        rungs, kinds, reasons = count(json.loads(path.read_text()))
        print(f"{path.name}: {sum(rungs.values())} pointer parameters")
        show("what says how far they reach", rungs)
        show("what the code says of all of them", kinds)
        show("why not", reasons, arguments.reasons)
    return 0


if __name__ == "__main__":
    sys.exit(main())
