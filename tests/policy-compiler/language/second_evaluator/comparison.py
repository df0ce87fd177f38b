"""A policy's answers there, `bailey policy eval`, and here, meaning.py: in both phases.

    compared = comparison.compare(path, generator.Generator(seed))   # raises Disagreement

BAILEY_SECOND_EVALUATOR_POLICIES says how many random policies, BAILEY_SECOND_EVALUATOR_SEED which.
"""
import concurrent.futures
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import generator
import meaning
from reader import PolicyError

ROOT = pathlib.Path(__file__).resolve().parents[4]
BIN = pathlib.Path(os.environ.get("BAILEY_BIN", ROOT / "build" / "dev" / "bin"))
LIBRARIES = ROOT / "policies"
POLICIES = int(os.environ.get("BAILEY_SECOND_EVALUATOR_POLICIES", "1000"))
SEED = int(os.environ.get("BAILEY_SECOND_EVALUATOR_SEED", "1"))
TIMEOUT_S = 120
SHOWN = 4


class Disagreement(Exception):
    pass


def ask(path, lines, *options):
    """What `bailey policy eval --batch` says: its exit code, answers and errors."""
    calls = path.parent / f"{path.stem}.calls"
    calls.write_text("".join(f"{line}\n" for line in lines))
    done = subprocess.run([BIN / "bailey-policy", "eval", path, "--batch", calls, *options],
                          capture_output=True, timeout=TIMEOUT_S, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, answers, done.stderr.decode()


def load(text, folder, name=None):
    """The second evaluator's policy, or why it is none."""
    try:
        return meaning.load(text, folder, LIBRARIES, name), None
    except PolicyError as error:
        return None, str(error)


def questions(policies, made, most):
    """[(policy, what Policy.answer takes, the batch's line), ...]"""
    found = []
    for architecture, policy in policies.items():
        for portion, serves in itertools.product(policy.portions, (False, True)):
            inputs = made.inputs(policy, portion, serves, most)
            if serves and not policy.portions[portion].serving:
                inputs = inputs[:1]
            for word, number, arguments in inputs:
                line = (f"arch={architecture} portion={portion} "
                        f"phase={'serving' if serves else 'startup'} word={word:#x} "
                        f"{number:#x} " + " ".join(map(str, arguments)))
                found.append((policy, (portion, word, number, arguments, serves), line))
    return found


def answer_here(policy, question):
    """As the batch says it; none where there is no block to ask."""
    portion, *_, serves = question
    if serves and not policy.portions[portion].serving:
        return None
    action, index = policy.answer(*question)
    return {"action": meaning.action_text(action), "index": index}


def compare(path, made, *, most=40, runtime=False):
    """How many answers were compared; 0 for a text that both refuse."""
    text = path.read_text()
    policies, problem = load(text, path.parent, path.name)
    if policies is None:
        code, answers, errors = ask(path, ["getpid"], "--as-written")
        if code != 2 or answers:
            raise Disagreement(f"{path}: refused here ({problem}), accepted there\n{text}")
        return 0
    if runtime:
        for policy in policies.values():
            policy.add_runtime()
    asked = questions(policies, made, most)
    here = [answer_here(policy, question) for policy, question, _ in asked]
    code, there, errors = ask(path, [line for _, _, line in asked],
                              *([] if runtime else ["--as-written"]))
    if code != (2 if None in here else 0) or len(there) != len(asked):
        raise Disagreement(f"{path}: accepted here, exit code {code} there\n{errors}\n{text}")
    for (_, _, line), own, other in zip(asked, here, there):
        if own != (None if "error" in other else other):
            raise Disagreement(f"{path}: {line}\nhere {own}; there {other}\n{text}")
    return len(asked)


def compare_made(folder, number, blocks):
    """A random policy's; a disagreement's text. `blocks`: each has a `serving` block."""
    made = generator.Generator(SEED * 1000003 + number, blocks)
    folder = folder / str(number)
    folder.mkdir()
    text, files = made.policy()
    for name, content in files.items():
        (folder / name).write_text(content)
    path = folder / "made.policy"
    path.write_text(text)
    try:
        return compare(path, made)
    except Disagreement as disagreement:
        return str(disagreement)


class ComparisonTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bailey-second-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def compare_random(self, policies, blocks=False):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as workers:
            results = list(workers.map(lambda number: compare_made(self.folder, number, blocks),
                                       range(policies)))
        wrong = [result for result in results if isinstance(result, str)]
        self.assertFalse(wrong, f"{len(wrong)} disagreements\n" + "\n".join(wrong[:SHOWN]))
        refused = results.count(0)
        self.assertGreater(sum(results), policies * 10)
        self.assertGreater(policies, 3 * refused, "too many policies are wrong to mean much")
        self.assertGreater(refused, policies // 100)
