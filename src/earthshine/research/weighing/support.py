"""How much of a sentence stands in its evidence, by words and figures: cheap, and no proof of what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from earthshine.harness.citations.figures import figures, missing
from earthshine.research.weighing.words import content, names

_NO_FIGURE, _NO_NAME, _NOT = 0.1, 0.4, 0.4
"""The most for a sentence with a figure that its evidence has not, with a name, or that denies what the other says."""
_FIGURES_ALONE = 0.5
"""For one in another language, of which all figures are there."""
_MOST_QUOTES = 20
_DENIALS = re.compile(
    r"\b(?:not|no|never|none|without|cannot|n't|pas|jamais|aucune?|sans|ni)\b|n['’]t\b|\b(?:لا|لم|لن|ليس|ليست|غير|بدون)\b|不|没有|未|无",
    re.I,
)


def score(claim: str, quotes: Sequence[str]) -> float:
    """Return from 0 to 1 how much of a claim's words, figures and names its evidence has.

    Below 1 only says that a decision is needed: other words may say the same.
    """
    quotes = quotes[:_MOST_QUOTES]
    if not quotes or missing(claim, quotes):
        return _NO_FIGURE if quotes and content(claim) & _all(quotes) else 0.0
    mine, there = content(claim), _all(quotes)
    shared = len(mine & there) / len(mine) if mine else 0.0
    if not shared:
        told = any(figure.end - figure.start > 1 for figure in figures(claim))
        return _FIGURES_ALONE if told else 0.0
    most = 1.0
    written = frozenset[str]().union(*(names(quote) | content(quote) for quote in quotes))
    if names(claim) - written - there:
        most = min(most, _NO_NAME)
    if bool(_DENIALS.search(claim)) != any(map(_DENIALS.search, quotes)):
        most = min(most, _NOT)
    return min(most, shared)


def _all(quotes: Sequence[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(content, quotes))
