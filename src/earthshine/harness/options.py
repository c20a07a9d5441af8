"""Options before a model: listed in several orders, and read back from the probabilities of the next token.

A model prefers some places in a list and some letters, whatever stands there. So a list is shown in several orders, and
an option's score is the mean of its log probabilities over them: a preference for a place adds the same to each option
that stands there once, and falls out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.engines.deltas import TopLogprob

LETTERS = "ABCDEFGHIJKLMNOP"
"""Labels of options; each is one token in every vocabulary."""
DIGITS = "0123456789"
"""Labels of the levels of a scale, which a model knows to be ordered."""
ALL_PLACES = 8
"""Longest list of which each option stands at each place."""
FEW_PLACES = 4
"""Orders of a longer list."""
LEAST_MASS = 0.5
"""Probability that the labels together must have; less is no answer."""
_LEAST = 1e-9
"""Probability of a label for which nothing is left; not 0, which would decide alone over all orders."""
_AROUND = " \t\n.:)('\"*`▁Ġ"
"""What a token may have around its label."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One order of some options: at each place, a label and the number of an option."""

    places: tuple[tuple[str, int], ...]

    def show(self, options: Sequence[str]) -> str:
        """Return the list as the model reads it."""
        return "\n".join(f"{label}. {options[number]}" for label, number in self.places)

    def read(self, likeliest: Sequence[TopLogprob]) -> Reading:
        """Return what the likeliest next tokens say of each option.

        A label that is not among them is at most as likely as the last of them, and as all that they leave.
        """
        found = dict.fromkeys((label for label, _ in self.places), 0.0)
        for candidate in likeliest:
            label = candidate.token.strip(_AROUND)
            if label in found:
                found[label] += max(math.exp(candidate.logprob), _LEAST)
        shown = [math.exp(candidate.logprob) for candidate in likeliest]
        least = max(min((*shown, 1 - sum(shown))), _LEAST)
        logs = {number: math.log(found[label] or least) for label, number in self.places}
        return Reading(sum(found.values()), tuple(logs[number] for number in range(len(logs))))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one next token said of some options."""

    mass: float
    """Probability of all labels together."""
    logs: tuple[float, ...]
    """Log probability of each option, by number."""


def listings(count: int, *, scale: bool = False) -> list[Listing]:
    """Return the orders in which `count` options are shown.

    A scale keeps its digits, and is shown up and down. Other options are rotated: through all places if there are
    `ALL_PLACES` at most, else to `FEW_PLACES` places far from each other.
    """
    if scale:
        levels = tuple(zip(DIGITS[:count], range(count), strict=True))
        return [Listing(levels), Listing(levels[::-1])]
    turns = range(count) if count <= ALL_PLACES else (count * turn // FEW_PLACES for turn in range(FEW_PLACES))
    letters = LETTERS[:count]
    return [Listing(tuple((letter, (place + turn) % count) for place, letter in enumerate(letters))) for turn in turns]


def combine(readings: Sequence[Reading]) -> tuple[float, ...] | None:
    """Return the probability of each option over all orders; None where the model answered with something else."""
    if sum(reading.mass for reading in readings) < LEAST_MASS * len(readings):
        return None
    scores = [sum(logs) / len(readings) for logs in zip(*(reading.logs for reading in readings), strict=True)]
    return normalised(scores)


def normalised(logs: Sequence[float]) -> tuple[float, ...]:
    """Return probabilities in the proportion of some log probabilities, with a sum of 1."""
    most = max(logs)
    weights = [math.exp(log - most) for log in logs]
    total = sum(weights)
    return tuple(weight / total for weight in weights)
