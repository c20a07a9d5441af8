"""Days that are written in a text, with months in words or not: in Arabic, French, Chinese and English.

Days of other calendars are recognised and left out: their numbers are neither days nor years of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTHS = (
    "january jan janvier janv يناير جانفي|كانون الثاني",
    "february feb février fevrier févr فبراير فيفري شباط",
    "march mar mars مارس اذار",
    "april apr avril avr ابريل افريل نيسان",
    "may mai مايو ماي ايار",
    "june jun juin يونيو يونيه جوان حزيران",
    "july jul juillet juil يوليو يوليه جويلية تموز",
    "august aug août aout اغسطس اوت غشت اب",
    "september sept sep septembre سبتمبر شتنبر ايلول",
    "october oct octobre اكتوبر|تشرين الاول",
    "november nov novembre نوفمبر نونبر|تشرين الثاني",
    "december dec décembre decembre déc ديسمبر دجنبر|كانون الاول",
)
"""Of each month its names: those of the Maghreb, of Egypt and of the Levant in Arabic. `|` parts names of two words."""
_NUMBERS: dict[str, int] = {}
for _number, _names in enumerate(_MONTHS, 1):
    _single, *_double = _names.split("|")
    _NUMBERS.update(dict.fromkeys([*_single.split(), *_double], _number))

MONTHS = frozenset(_NUMBERS)
"""Their names, in small letters."""

_MONTH = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
_PATTERN = re.compile(
    rf"""
    (?<![\d.,/-])(?:
      (?P<year1>\d{{4}})\s?年\s?(?P<month1>\d{{1,2}})\s?月(?:\s?(?P<day1>\d{{1,2}})\s?[日号])?
    | (?P<year2>[12]\d{{3}})(?P<sign2>[-/.])(?P<month2>[01]?\d)(?P=sign2)(?P<day2>[0-3]?\d)(?![\d]|[-/.]\d)
    | (?P<one3>[0-3]?\d)(?P<sign3>[-/.])(?P<two3>[0-3]?\d)(?P=sign3)(?P<year3>[12]\d{{3}})(?![\d]|[-/.]\d)
    | (?P<month6>\d{{1,2}})\s?月\s?(?P<day6>\d{{1,2}})\s?[日号]
    | (?P<day4>[0-3]?\d)(?:er|st|nd|rd|th|º)?[\s\u00a0]*(?:of\s|de\s|من\s)?(?:شهر\s)?
      (?P<name4>{_MONTH})\b\.?(?:\s?/\s?(?:{_MONTH})\b)?(?:,?[\s\u00a0]*(?:عام\s|سنة\s|of\s|de\s)?(?P<year4>[12]\d{{3}})(?![\d]))?
    )
    | (?:(?<=[\W\d_])|(?<=\b[وفبل])|^)(?P<name5>{_MONTH})\b\.?(?:\s?/\s?(?:{_MONTH})\b)?
      (?:[\s\u00a0]*(?P<day5>[0-3]?\d)(?:st|nd|rd|th)?(?!\d))?
      (?:,?[\s\u00a0]*(?:عام\s|سنة\s|of\s|de\s)?(?P<year5>[12]\d{{3}})(?!\d))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OTHER_YEAR = re.compile(r"\s?(?:هـ|ه\b|هجري|AH\b|H\b)")
_OTHER_MONTH = "محرم|صفر|ربيع|جمادي|رجب|شعبان|رمضان|شوال|القعدة|الحجة|muharram|ramadan|rajab|shawwal|safar"
_OTHER_DAY = re.compile(rf"\d{{1,2}}\s+(?:ذو\s+|ذي\s+)?(?:{_OTHER_MONTH})\b[^\d\n]{{0,20}}\d{{4}}", re.I)
_FIRST_YEAR, _LAST_YEAR = 1600, 2199
"""Whatever stands beside a month and is no such year is another calendar's, or none."""
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_LETTERS = {ord(each): "ا" for each in "أإآٱ"} | {ord("ى"): "ي", ord("ی"): "ي", ord("．"): ".", ord("،"): ","}
_PLAIN = _LETTERS | {
    ord(each): str(value % 10) for value, each in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９")
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day, a month or both in a text; what is not said is 0."""

    start: int
    end: int
    year: int
    month: int
    day: int

    @property
    def iso(self) -> str:
        """As `2026-11-30`, or `2026-11`, or `2026`; empty without a year."""
        if not self.year:
            return ""
        parts = [f"{self.year:04}", *(f"{each:02}" for each in (self.month, self.day if self.month else 0) if each)]
        return "-".join(parts)


def plain_digits(text: str) -> str:
    """Return a text of the same length with the digits 0 to 9 and without the alef's hamza."""
    return text.translate(_PLAIN)


def days(text: str) -> Iterator[Day]:
    """Yield the days of a text in order: whole, or a month with its year or its day. A year alone is none."""
    text = plain_digits(text)
    others = [found.span() for found in _OTHER_DAY.finditer(text)]
    for found in _PATTERN.finditer(text):
        if _OTHER_YEAR.match(text, found.end()) or any(
            start < found.end() and found.start() < end for start, end in others
        ):
            continue
        if (day := _day(found)) is not None:
            yield day


def _day(found: re.Match[str]) -> Day | None:
    said = {name: value for name, value in found.groupdict().items() if value}
    kind = next(name[-1] for name in said if name[-1].isdigit())
    if kind == "3":
        year, month, day = int(said["year3"]), *_month_and_day(int(said["one3"]), int(said["two3"]))
    else:
        named = said.get(f"name{kind}", "").lower()
        month = _NUMBERS[named] if named else int(said[f"month{kind}"])
        year, day = int(said.get(f"year{kind}", 0)), int(said.get(f"day{kind}", 0))
    if not (year or day) or (year and not _FIRST_YEAR <= year <= _LAST_YEAR) or month > 12:
        return None
    if month and day > _LENGTHS[month - 1]:
        return None
    return Day(found.start(), found.end(), year, month, day)


def _month_and_day(one: int, two: int) -> tuple[int, int]:
    """Return the month and the day of two numbers that people write in either order; 0 where that is unsure."""
    if one > 12 >= two:
        return two, one
    if two > 12 >= one:
        return one, two
    return (one, two) if one == two else (0, 0)
