"""The part of a text that shows why it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.text.normalization import Token, tokenize
from earthshine.text.search_terms import Term

LENGTH = 160
"""Characters of a snippet, about."""
_BEFORE = 40
"""Characters that stand before the first place that was found."""

_REACH = 800
"""Characters after the first place in which the best one is looked for."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """Some of a text, as it was written."""

    text: str
    highlights: list[Span]
    """Where what was asked for stands in it: from and to, in Unicode characters."""


def snippet(text: str, terms: Sequence[Sequence[Term]]) -> Snippet:
    """Return a part of `text` in which many of the terms are near each other, not far from where the first one is.

    Each term is given in all its spellings.
    """
    places = _places(_first_words(text, terms), terms) or _places(list(tokenize(text)), terms)
    start = _best(places) if places else 0
    start = _after_gap(text, max(0, start - _BEFORE)) if start > _BEFORE else 0
    end = min(len(text), start + LENGTH)
    if end < len(text):
        gap = text.rfind(" ", start + LENGTH // 2, end)
        end = gap if gap > 0 else end
    inside = _merged([(first - start, last - start) for _, first, last in places if first >= start and last <= end])
    front, back = ("…" if start > 0 else ""), ("…" if end < len(text) else "")
    return Snippet(
        f"{front}{text[start:end]}{back}", [(first + len(front), last + len(front)) for first, last in inside]
    )


def _first_words(text: str, terms: Sequence[Sequence[Term]]) -> list[Token]:
    """Return the words up to a while after the first that may belong to a term: a long text is read no further."""
    known: list[Token] = []
    end = len(text)
    starts = tuple(term.words[0] for ways in terms for term in ways)
    for word in tokenize(text):
        if word.start > end:
            break
        known.append(word)
        if end == len(text) and word.text.startswith(starts):
            end = word.end + _REACH
    return known


def _places(known: Sequence[Token], terms: Sequence[Sequence[Term]]) -> list[tuple[int, int, int]]:
    """Return (term, start, end) wherever a term stands, in the order of the text."""
    found: list[tuple[int, int, int]] = []
    for number, ways in enumerate(terms):
        beginnings = tuple(term.words[0] for term in ways if term.begins)
        phrases = {term.words for term in ways if not term.begins}
        sizes = {len(phrase) for phrase in phrases}
        for place, word in enumerate(known):
            if word.text.startswith(beginnings):
                found.append((number, word.start, word.end))
                continue
            found += [
                (number, word.start, known[place + size - 1].end)
                for size in sizes
                if tuple(each.text for each in known[place : place + size]) in phrases
            ]
    return sorted(found, key=lambda each: each[1])


def _best(places: Sequence[tuple[int, int, int]]) -> int:
    """Return where the stretch begins that has the most different terms; the first one of several."""
    best, most = places[0][1], 0
    for number, (_, start, _) in enumerate(places):
        near = {term for term, first, _ in places[number : number + 50] if first < start + LENGTH - _BEFORE}
        if len(near) > most:
            best, most = start, len(near)
    return best


def _after_gap(text: str, start: int) -> int:
    gap = text.find(" ", start, start + _BEFORE)
    return start if gap < 0 else gap + 1


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
