"""Evidence that may not agree: two sources that give another figure, day or person for what looks like one thing.

These are candidates; whether they are about one thing is for a decision. What else may not agree (whether something is
so) is not found. Across languages it goes by the question, by what is measured and by names in Latin letters: names in
other scripts are not transliterated, so that persons are compared within a language alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from earthshine.research.report import Evidence
from earthshine.research.weighing.calendar import plain_digits
from earthshine.research.weighing.measures import measure_of, roles_of, without_measures, without_roles
from earthshine.research.weighing.quantities import Quantity, quantities, without_quantities
from earthshine.research.weighing.words import READ, content, names
from earthshine.text.normalization import normalise, runs

MOST = 120
"""Evidence that is compared, one with each."""
_MOST_FIGURES = 6
"""Figures of a piece of evidence; one with more is a table, whose rows are about many things."""
_ALIKE, _ALIKE_ELSEWHERE = 0.35, 0.6
"""Share of the shorter one's words that two have in common, within one question and across questions."""
_MOST_OF_NAME = 6
"""Words, or pairs of characters, of a person's name in a script without capitals."""
_SHORTEST_NEAR = 4
"""Letters of a word that another one may begin with by more than an ending."""
_LONGEST_ABOUT = 80


@dataclass(frozen=True, slots=True)
class _Measured:
    quantity: Quantity
    measure: str
    """What it is the figure of; empty where no word tells."""

    @property
    def is_day(self) -> bool:
        return self.kind == "date"

    @property
    def kind(self) -> str:
        """Its unit; what it counts where that is people, who need none."""
        counted = self.measure if self.measure in ("population", "staff") else ""
        return self.quantity.unit or counted

    def agrees(self, other: _Measured) -> bool:
        return self.kind == other.kind and self.quantity.agrees(other.quantity)


@dataclass(frozen=True, slots=True)
class _Read:
    evidence: Evidence
    words: frozenset[str]
    """Of what it is about: neither figures and units, nor what they measure."""
    names: frozenset[str]
    figures: Sequence[_Measured]

    @property
    def years(self) -> frozenset[int]:
        """Those in which something was so, and may be otherwise in others; not those of what happened."""
        return frozenset(int(each.quantity.low // 10_000) for each in self.figures if each.is_day and not each.measure)


def pairs(evidence: Sequence[Evidence]) -> list[tuple[int, int, str]]:
    """Return the places of two that may not agree, in order, and what they are about in the words of the first."""
    read = [_read(each) for each in evidence[:MOST]]
    return [
        (i, j, _about(one, other))
        for (i, one), (j, other) in combinations(enumerate(read), 2)
        if one.evidence["source"] != other.evidence["source"] and _compare(one, other)
    ]


def _read(evidence: Evidence) -> _Read:
    quote = evidence["quote"][:READ]
    told = quantities(quote)
    plain, words = plain_digits(quote), content(without_measures(without_quantities(quote)))
    figures = [_Measured(each, measure_of(plain, each.start, each.end, event=each.unit == "date")) for each in told]
    return _Read(evidence, words, names(quote), figures if len(told) <= _MOST_FIGURES else [])


def _compare(one: _Read, other: _Read) -> bool:
    """Tell whether two are about one thing and give it another figure or person."""
    if _other_person(one, other):
        return True
    if not one.figures or not other.figures or not _one_subject(one, other):
        return False
    return any(_differ(one, other, mine, theirs) for mine, theirs in _left(one, other))


def _one_subject(one: _Read, other: _Read) -> bool:
    shared = one.names & other.names
    apart = min(len(one.names - shared), len(other.names - shared))
    if apart and apart >= len(shared):
        return False  # each is about somebody of whom the other does not speak
    one_question = one.evidence["question"] == other.evidence["question"]
    if _are_foreign(one, other):
        return one_question
    common = len(one.words & other.words)
    least = _ALIKE if one_question else _ALIKE_ELSEWHERE
    if _are_near(one.words - other.words, other.words - one.words):
        return False
    return common > 0 and common >= least * min(len(one.words), len(other.words))


def _are_near(some: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether a word begins with another one and goes on, as names do that are nearly alike."""
    for one in some:
        for other in others:
            short, long = sorted((one, other), key=len)
            if len(short) >= _SHORTEST_NEAR and len(long) - len(short) >= 2 and long.startswith(short):
                return True
    return False


def _other_person(one: _Read, other: _Read) -> bool:
    """Tell whether both name who has one role in one thing, and name others."""
    if one.evidence["question"] != other.evidence["question"] or _are_foreign(one, other):
        return False
    if not roles_of(one.evidence["quote"]) & roles_of(other.evidence["quote"]):
        return False
    mine, theirs = (content(without_roles(each.evidence["quote"])) for each in (one, other))
    shared, most = mine & theirs, _MOST_OF_NAME
    if _are_near(mine - shared, theirs - shared):
        return False
    if one.names and other.names:
        written = [frozenset(normalise(each.evidence["quote"]).split()) for each in (one, other)]
        return all((one.names & other.names, one.names - written[1], other.names - written[0]))
    return bool(shared) and all(0 < len(each - shared) <= most for each in (mine, theirs))


def _are_foreign(one: _Read, other: _Read) -> bool:
    return one.evidence["language"] != other.evidence["language"]


def _left(one: _Read, other: _Read) -> Iterator[tuple[_Measured, _Measured]]:
    """Yield the figures of one kind on which two do not agree, without those that both have."""
    mine = [each for each in one.figures if not any(each.agrees(another) for another in other.figures)]
    theirs = [each for each in other.figures if not any(each.agrees(another) for another in one.figures)]
    yield from ((each, another) for each in mine for another in theirs if each.kind == another.kind)


def _differ(one: _Read, other: _Read, mine: _Measured, theirs: _Measured) -> bool:
    """Tell whether two figures of one kind are given for one property."""
    known = [each.measure for each in (mine, theirs) if each.measure]
    if len(set(known)) > 1 or (len(known) == 1 and mine.kind in ("", "date")):
        return False
    if not mine.is_day and one.years and other.years and not one.years & other.years:
        return False
    if len(known) == 2:
        return True
    # Where no word tells which figure is meant, there must be one alone; what a bare number counts, words alone say.
    alone = sum(each.kind == mine.kind for each in (*one.figures, *other.figures)) == 2
    if mine.is_day:
        alone = len(one.figures) == len(other.figures) == 1
    return alone and (mine.kind not in ("", "date") or not _are_foreign(one, other))


def _about(one: _Read, other: _Read) -> str:
    """Return the words that two have in common, as the first writes them; its figure where they have none."""
    quote, shared = one.evidence["quote"][:READ], one.words & other.words
    kept: list[str] = []
    for run in runs(quote):
        word = quote[run.start : run.end]
        # A character of Chinese counts as part of a pair.
        beside = (quote[max(0, run.start - 1) : run.end], quote[run.start : run.end + 1]) if run.unspaced else (word,)
        if any(content(each) & shared for each in beside):
            kept.append(word if run.unspaced else f" {word} ")
    told = " ".join("".join(kept).split()) or " / ".join(_figure(each) for each in (one, other) if each.figures)
    return told[:_LONGEST_ABOUT].strip()


def _figure(read: _Read) -> str:
    return next(read.evidence["quote"][each.quantity.start : each.quantity.end] for each in read.figures)
