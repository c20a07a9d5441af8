"""Tasks of reasoning-gym (Apache-2.0), with its own scorers: one puzzle each of thirty kinds that code can work out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from bench.agents.packages.wheels import module
from bench.agents.task import Outcome, Task

KINDS = (
    *("base_conversion", "basic_arithmetic", "bitwise_arithmetic", "caesar_cipher", "calendar_arithmetic"),
    *("chain_sum", "complex_arithmetic", "count_bits", "count_primes", "countdown", "decimal_arithmetic"),
    *("decimal_chain_sum", "dice", "fraction_simplification", "gcd", "group_anagrams", "lcm", "leg_counting"),
    *("letter_counting", "manipulate_matrix", "number_filtering", "number_sorting", "palindrome_generation"),
    *("prime_factorization", "products", "puzzle24", "rotate_matrix", "spell_backward", "time_intervals"),
    "word_sorting",
)
SEED = 20261130
_LABEL = re.compile(r"(?is).*(?:final answer|answer|result)\b[^:\n]{0,20}:\s*")
_FENCE = re.compile(r"(?s)```\w*\n(.*?)```")
_ALONE = "\n\nYour last message must be the answer alone, without any other word."


def puzzle(kind: str, size: int = 1, seed: int = SEED) -> tuple[Any, list[Any]]:
    """Return the scorer of a kind, and puzzles. Raises `Missing`."""
    made = module("reasoning_gym").create_dataset(kind, size=size, seed=seed)
    return made, [made[at] for at in range(size)]


def score(scorer: Any, entry: Any, answer: str) -> float:
    """Return the package's score of the best reading of an answer, 0 to 1."""
    return max((_scored(scorer, entry, each) for each in _readings(answer)), default=0.0)


def _readings(answer: str) -> Iterator[str]:
    """Give the whole text, its last line, what stands behind a label, and the last code: people mark answers so."""
    text = answer.strip().replace("**", "")
    if not text:
        return
    yield text
    yield text.splitlines()[-1].strip(" `.")
    if (label := _LABEL.match(text)) is not None:
        yield text[label.end() :].strip(" `.\n")
    if fences := _FENCE.findall(text):
        yield fences[-1].strip()


def _scored(scorer: Any, entry: Any, text: str) -> float:
    try:
        return float(scorer.score_answer(answer=text, entry=entry))
    except Exception:  # a scorer that cannot read an answer
        return 0.0


def _problem(scorer: Any, entry: Any, outcome: Outcome) -> str:
    return "" if score(scorer, entry, outcome.answer) >= 1 else f"not {entry['answer']!r}"


def tasks(kinds: Sequence[str] = KINDS) -> list[Task]:
    """Return one task of each kind. Raises `Missing`."""
    found: list[Task] = []
    for kind in kinds:
        scorer, (entry,) = puzzle(kind)
        check = partial(_problem, scorer, entry)
        right = Outcome(str(entry["answer"]))
        found.append(Task(f"reasoning/{kind}", entry["question"] + _ALONE, check, right=right))
    return found
