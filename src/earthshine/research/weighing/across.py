"""Whether a translation says the figures and the names of its original, in whatever digits, months and words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from earthshine.harness.citations.figures import Figure, figures
from earthshine.research.report import Language
from earthshine.research.weighing.calendar import Day, days, plain_digits
from earthshine.research.weighing.languages import language_of
from earthshine.research.weighing.numerals import numerals, said
from earthshine.research.weighing.quantities import quantities
from earthshine.research.weighing.words import names
from earthshine.text.normalization import normalise

_LONGEST = 4000
_LENGTHS, _SLACK = 2.5, 20
"""Times, and characters, that one is longer than the other at most: what is longer says more."""
_SHORTEST_NAME = 3
_LEAST_WORDS = 2
"""Words in Latin letters that may be a sentence, though none of them tells of which language."""
_HAN_LENGTH = 3
"""Letters that a character of Chinese is worth."""


def matches(original: str, translation: str, language: Language) -> bool:
    """Tell whether a translation may be shown beside its original: each figure of one stands in the other.

    `language`: the one into which it was translated. Names in Latin letters stay, where both languages write in these.
    What else is said cannot be compared without a model.
    """
    original, translation = plain_digits(original[:_LONGEST].strip()), plain_digits(translation[:_LONGEST].strip())
    shorter, longer = sorted((_length(original), _length(translation)))
    if not shorter or longer > _LENGTHS * shorter + _SLACK:
        return False
    # What has no word of the language is no translation of a sentence into it.
    told = language_of(translation)
    if language and told != language and (told or _is_bare(original, translation)):
        return False
    if numerals(translation) - said(original) or numerals(original) - said(translation):
        return False
    if not (_has_figures(original, translation) and _has_figures(translation, original)):
        return False
    return _keeps_names(original, translation)


def _is_bare(original: str, translation: str) -> bool:
    """Tell whether nothing shows the language of a translation, though its original is a sentence."""
    words = sum(each.isascii() and each.isalpha() for each in normalise(translation).split())
    return bool(language_of(original)) and words < _LEAST_WORDS


def _length(text: str) -> int:
    return len(text) + (_HAN_LENGTH - 1) * len(re.findall("[\u3040-\u9fff]", text))


def _has_figures(text: str, other: str) -> bool:
    """Tell whether the figures, days and amounts of a text stand in another one."""
    there = list(days(other))
    for day in days(text):
        if not any((each.year, each.month, each.day) == (day.year, day.month, day.day) for each in there):
            return False
    written, amounts = said(other), quantities(other)
    for figure in _beside(figures(text), days(text)):
        if figure.readings & written:
            continue
        # 250 million in one language is 2.5 of the next word in another.
        mine = next((each for each in quantities(text) if each.start <= figure.start < each.end), None)
        if mine is None or not any(_equal(mine.low, each.low) and _equal(mine.high, each.high) for each in amounts):
            return False
    return True


def _beside(found: Iterable[Figure], told: Iterable[Day]) -> list[Figure]:
    taken = [(each.start, each.end) for each in told]
    return [each for each in found if not any(start <= each.start < end for start, end in taken)]


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _keeps_names(original: str, translation: str) -> bool:
    """Tell whether at least half of the names are kept, where both are in Latin letters; else that none is new."""
    words, mine = normalise(translation).split(), names(original)
    if re.search("[\u0600-\u06ff\u4e00-\u9fff]", translation):
        latin = {word for word in words if word.isascii() and word.isalpha() and len(word) > _SHORTEST_NAME}
        return not latin - frozenset(normalise(original).split())
    # Paris may be Parigi: what begins alike is plausible.
    kept = sum(any(word[:_SHORTEST_NAME] == name[:_SHORTEST_NAME] for word in words) for name in mine)
    return not re.search("[A-Za-z]", original) or kept * 2 >= len(mine)
