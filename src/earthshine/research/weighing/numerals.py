"""Small numbers in words, as figures: `twelve` in one text is `12` in another."""

from __future__ import annotations

import re

from earthshine.harness.citations.figures import readings
from earthshine.text.normalization import normalise

_WORDS = (
    "0 zero zéro صفر",
    "2 two deux اثنان اثنين اثنتان اثنتين",
    "3 three trois ثلاثة ثلاث",
    "4 four quatre أربعة أربع",
    "5 five cinq خمسة خمس",
    "6 six ستة ست",
    "7 seven sept سبعة سبع",
    "8 eight huit ثمانية ثماني",
    "9 nine neuf تسعة تسع",
    "10 ten dix عشرة عشر",
    "11 eleven onze",
    "12 twelve douze",
    "13 thirteen treize",
    "14 fourteen quatorze",
    "15 fifteen quinze",
    "16 sixteen seize",
    "20 twenty vingt عشرون عشرين",
    "30 thirty trente ثلاثون ثلاثين",
    "40 forty quarante أربعون أربعين",
    "50 fifty cinquante خمسون خمسين",
    "100 hundred cent مئة مائة",
    "1000 thousand mille ألف",
)
"""One is left out: in most languages it is also an article."""
_VALUES = {normalise(word): line.split()[0] for line in _WORDS for word in line.split()[1:]}
_CHINESE = "一二三四五六七八九"
_COUNTED = re.compile(
    f"百分之(?P<share>[{_CHINESE}]?十[{_CHINESE}]?|[{_CHINESE}])"
    f"|(?P<count>[{_CHINESE}]?十[{_CHINESE}]?|[二两三四五六七八九])(?=[个座名年条所家人次位天月层米公元辆台])"
)
"""A numeral of Chinese is one before what it counts; elsewhere it is part of a word."""


def numerals(text: str) -> frozenset[str]:
    """Return the numbers that are written in words, and all that its figures may mean where there are such."""
    words = normalise(text).split()
    found = {_VALUES[word] for word in words if word in _VALUES}
    return frozenset(found.union(_chinese(each["share"] or each["count"]) for each in _COUNTED.finditer(text)))


def _chinese(numeral: str) -> str:
    tens, ten, ones = numeral.replace("两", "二").rpartition("十")
    value = (_CHINESE.index(tens) + 1 if tens else 1) * 10 if ten else 0
    return str(value + (_CHINESE.index(ones) + 1 if ones else 0))


def said(text: str) -> frozenset[str]:
    """Return all numbers that a text may say, in figures and in words."""
    return numerals(text) | readings(text)
