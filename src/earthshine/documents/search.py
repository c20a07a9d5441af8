"""Finding words in one document, with the analysis that every search here has."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from earthshine.text.normalization import Token, tokenize
from earthshine.text.proclitics import spellings
from earthshine.text.search_terms import Term, parse_terms

MOST_SECONDS = 2.0
"""After which a search returns what it has found."""

Terms = Sequence[Sequence[Term]]
"""What is looked for: each term in all its spellings."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found, in Unicode characters of a text."""

    start: int
    end: int


def terms_of(query: str) -> Terms:
    """Return what a query asks for."""
    return [spellings(term) if term.begins else (term,) for term in parse_terms(query)]


def places(text: str, terms: Terms, *, most: int, deadline: float) -> tuple[list[Place], bool]:
    """Return where any of the terms stands, in order, at most `most`; and whether the text was looked through whole.

    `deadline`: of `time.monotonic`, after which no more of the text is looked at.
    """
    beginnings = tuple(each.words[0] for ways in terms for each in ways if each.begins)
    phrases = {each.words for ways in terms for each in ways if not each.begins}
    longest = max((len(phrase) for phrase in phrases), default=1)
    found: list[Place] = []
    for number, window in enumerate(_windows(text, longest)):
        if len(found) == most or (number % 4096 == 4095 and time.monotonic() > deadline):
            return found, False
        first = window[0]
        if beginnings and first.text.startswith(beginnings):
            found.append(Place(first.start, first.end))
            continue
        words = tuple(each.text for each in window)
        for size in range(longest, 0, -1):
            if words[:size] in phrases and len(words) >= size:
                found.append(Place(first.start, window[size - 1].end))
                break
    return found, True


def _windows(text: str, size: int) -> Iterator[Sequence[Token]]:
    """Yield each token of a text with up to `size - 1` that follow it."""
    ahead: list[Token] = []
    for token in tokenize(text):
        ahead.append(token)
        if len(ahead) == size:
            yield tuple(ahead)
            del ahead[0]
    while ahead:
        yield tuple(ahead)
        del ahead[0]
