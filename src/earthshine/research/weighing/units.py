"""Units and words for thousands and millions, as reports write them in Arabic, French, Chinese and English.

Texts are given as `calendar.plain_digits` leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """What a figure is multiplied with, and the kind of what it measures."""

    kind: str
    """`m` for all lengths, `kg` for all weights, and so on; empty for a word such as million."""
    factor: float
    exact: bool = True
    """Whether values are converted without a rounding."""


_SCALES = (
    ("", 1e12, "trillions?|تريليون|万亿"),
    ("", 1e9, "billions?|bn|milliards?|مليار|مليارا|مليارات|十亿"),
    ("", 1e8, "亿|億"),
    ("", 1e6, "millions?|mn|مليون|مليونا|ملايين|百万"),
    ("", 1e4, "万|萬"),
    ("", 1e3, "thousand|mille|الف|الفا|الاف|千(?!米|克)"),
)
"""French `billion` is read as in English: where it stands, it is nearly always a translation."""
_UNITS = (
    (
        "m2",
        1e6,
        "km²|km2|square kilomet(?:re|er)s?|sq km|kilomètres? carrés?|كيلومترا?(?:ات)? مربعا?|كم²|كم2|平方公里|平方千米",
    ),
    ("m2", 1e4, "ha|hectares?|هكتارا?|هكتارات|公顷"),
    ("m2", 1, "m²|m2|square met(?:re|er)s?|mètres? carrés?|مترا? مربعا?|م²|平方米"),
    ("m3", 1, "m³|m3|cubic met(?:re|er)s?|mètres? cubes?|مترا? مكعبا?|立方米"),
    ("m", 1000, "km|kilomet(?:re|er)s?|kilomètres?|كيلومترا?|كيلومترات|كلم|كم|公里|千米"),
    ("m", 0.01, "cm|centimet(?:re|er)s?|centimètres?|سنتيمترا?|سم|厘米"),
    ("m", 0.001, "mm|millimet(?:re|er)s?|millimètres?|مليمترا?|毫米"),
    ("m", 1, "m|met(?:re|er)s?|mètres?|مترا?|امتار|米"),
    ("m", 0.3048, "ft|feet|foot|pieds?|قدما?|اقدام|英尺"),
    ("m", 1609.344, "mi|miles?|ميلا?|اميال|英里"),
    ("kg", 1000, "t|tonnes?|tons?|طنا?|اطنان|吨"),
    ("kg", 1, "kg|kilos?|kilograms?|kilogrammes?|كيلوغراما?|كغ|公斤|千克"),
    ("W", 1e9, "GW|gigawatts?|غيغاواط|吉瓦"),
    ("W", 1e6, "MW|megawatts?|mégawatts?|ميغاواط|ميجاوات|兆瓦"),
    ("°C", 1, "°C|degrees|degrés|درجة|درجات|摄氏度|度"),
    ("%", 1, "%|٪|％|percent|per cent|pour cent|بالمئة|بالمائة|في المئة|في المائة"),
    ("EUR", 1, "€|euros?|EUR|يورو|欧元"),
    ("USD", 1, r"\$|dollars?|USD|دولارا?|دولارات|美元"),
    ("GBP", 1, "£|pounds?|GBP|英镑"),
    ("CNY", 1, "¥|yuan|CNY|RMB|يوان|人民币|元"),
    ("MAD", 1, "dirhams?|MAD|درهما?|دراهم|迪拉姆"),
    ("population", 1, "inhabitants|people|residents|habitants?|personnes?|نسمة|ساكنا?|شخصا?|居民|人口|人"),
    ("staff", 1, "employees|workers|staff|employés?|salariés?|موظفا?|موظفين|عاملا?|名?员工"),
    ("s", 86400, "days?|jours?|يوما?|ايام|天"),
    ("s", 3600, "hours?|heures?|h|ساعة|ساعات|小时"),
    ("s", 60, "minutes?|min|دقيقة|دقائق|分钟"),
    ("years", 1, "years?|ans?|années?|سنوات|عاما|اعوام"),
)
"""The longer words stand before those that they begin with."""

_Table = Sequence[tuple[str, float, str]]


def _pattern(table: _Table) -> re.Pattern[str]:
    # A word in letters ends where they end; scripts without spaces go on.
    options = "|".join(f"(?P<u{place}>(?:{words})(?![a-zà-ÿء-ي²³]))" for place, (_, _, words) in enumerate(table))
    return re.compile(r"[\s\u00a0\u202f-]{0,2}(?:(?:of|de|من)\s|d['’])?(?:" + options + ")", re.I)


_SCALE, _UNIT = _pattern(_SCALES), _pattern(_UNITS)
_BEFORE = (
    (re.compile(r"(?:\$|\bUSD)[\s\u00a0]?$"), "USD"),
    (re.compile(r"(?:€|\bEUR)[\s\u00a0]?$"), "EUR"),
    (re.compile(r"(?:£|\bGBP)[\s\u00a0]?$"), "GBP"),
    (re.compile(r"(?:¥|\bCNY|\bRMB)[\s\u00a0]?$"), "CNY"),
    (re.compile("百分之$"), "%"),
    (re.compile(r"(?:人口|居民)[^\d,，。]{0,6}$"), "population"),
)


def scale_after(text: str, place: int) -> tuple[float, int]:
    """Return what the word behind a figure multiplies it with, and where that word ends."""
    found = _SCALE.match(text, place)
    return (_SCALES[_number(found)][1], found.end()) if found else (1.0, place)


def unit_around(text: str, start: int, end: int) -> tuple[Unit, int]:
    """Return the unit of the figure from `start` to `end`, and where its name ends."""
    before = text[max(0, start - 12) : start]
    for pattern, kind in _BEFORE:
        if pattern.search(before):
            return Unit(kind, 1), end
    if found := _UNIT.match(text, end):
        kind, factor, _ = _UNITS[_number(found)]
        return Unit(kind, factor, exact=factor not in (0.3048, 1609.344)), found.end()
    return Unit("", 1), end


def _number(found: re.Match[str]) -> int:
    return int((found.lastgroup or "u0")[1:])
