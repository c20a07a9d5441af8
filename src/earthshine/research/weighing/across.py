"""Whether a translation says the figures and the names of its original, in whatever digits, months and words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from earthshine.harness.citations.figures import Figure, figures, readings
from earthshine.research.report import Language
from earthshine.research.weighing.calendar import Day, days, plain_digits
from earthshine.research.weighing.languages import language_of
from earthshine.research.weighing.quantities import quantities
from earthshine.research.weighing.words import names
from earthshine.text.normalization import normalise

_LONGEST = 4000
_LENGTHS = 8
"""Times that one is longer than the other, at most: Chinese is short, and what is longer says more."""
_NUMBER_WORDS = (
    "0 zero zéro صفر 零",
    "1 one un une first premier première واحد واحدة الأول الأولى 一",
    "2 two deux second deuxième اثنان اثنين اثنتان الثاني الثانية 二 两",
    "3 three trois third troisième ثلاثة ثلاث الثالث الثالثة 三",
    "4 four quatre fourth quatrième أربعة أربع الرابع الرابعة 四",
    "5 five cinq fifth cinquième خمسة خمس الخامس الخامسة 五",
    "6 six sixth sixième ستة ست السادس السادسة 六",
    "7 seven sept seventh septième سبعة سبع السابع السابعة 七",
    "8 eight huit eighth huitième ثمانية ثماني الثامن الثامنة 八",
    "9 nine neuf ninth neuvième تسعة تسع التاسع التاسعة 九",
    "10 ten dix tenth dixième عشرة عشر العاشر العاشرة 十",
    "11 eleven onze eleventh onzième 十一",
    "12 twelve douze twelfth douzième 十二",
    "20 twenty vingt عشرون عشرين 二十",
    "100 hundred cent مئة مائة 百",
    "1000 thousand mille ألف 千",
)
_IN_WORDS = {
    normalise(word).replace(" ", ""): words.split()[0] for words in _NUMBER_WORDS for word in words.split()[1:]
}


def matches(original: str, translation: str, language: Language) -> bool:
    """Tell whether a translation may be shown beside its original: each figure of one stands in the other.

    `language`: the one into which it was translated. Names in Latin letters stay, where both languages write in these.
    What else is said cannot be compared without a model.
    """
    original, translation = plain_digits(original[:_LONGEST].strip()), plain_digits(translation[:_LONGEST].strip())
    shorter, longer = sorted((len(original), len(translation)))
    if not shorter or longer > _LENGTHS * shorter + 20:
        return False
    told = language_of(translation)
    if told and language and told != language:
        return False
    if not (_has_figures(original, translation) and _has_figures(translation, original)):
        return False
    return _keeps_names(original, translation)


def _has_figures(text: str, other: str) -> bool:
    """Tell whether the figures, days and amounts of a text stand in another one."""
    there = list(days(other))
    for day in days(text):
        if not any((each.year, each.month, each.day) == (day.year, day.month, day.day) for each in there):
            return False
    written, amounts = readings(other) | _in_words(other), quantities(other)
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


def _in_words(text: str) -> frozenset[str]:
    words = normalise(text).split()
    pairs = (one + other for one, other in pairwise(words))
    return frozenset(_IN_WORDS[word] for word in (*words, *pairs) if word in _IN_WORDS)


def _keeps_names(original: str, translation: str) -> bool:
    """Tell whether at least half of the names are kept, where both texts are in Latin letters."""
    mine = names(original)
    if not mine or not re.search("[a-z]{3}", translation) or re.search("[\u0600-\u06ff\u4e00-\u9fff]", translation):
        return True
    words = normalise(translation).split()
    # Paris may be Parigi: what begins alike is plausible.
    kept = sum(any(word[:3] == name[:3] for word in words) for name in mine)
    return kept * 2 >= len(mine)
