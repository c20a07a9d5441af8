"""Random members of a grammar."""

from __future__ import annotations

from random import Random

from earthshine.harness.grammar import Grammar
from earthshine.harness.grammar.sampler import Sampler


def sample(grammar: Grammar, rng: Random, *, length: int = 60) -> str:
    """Return a random member. Beyond about `length` characters the shortest way to an end is taken."""
    return Sampler(grammar.rules, rng, length).text(grammar.start)
