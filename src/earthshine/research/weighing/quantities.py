"""What the figures of a text measure: values in one unit for each kind of them, ranges, years and days.

Words for numbers (three, ثلاثة) are no figures here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from earthshine.harness.citations.figures import Figure, figures
from earthshine.research.weighing.calendar import Day, days, plain_digits
from earthshine.research.weighing.units import scale_after, unit_around

_LINKS = re.compile(r"\s*(?:[-–—~～]|\bto\b|\band\b|à|\bet\b|至|到|الى|حتى|و)\s*", re.I)
_OPENS = re.compile(r"(?:\bbetween|\bfrom|\bentre|\bde|بين|من|介于|从|在)\s*$", re.I)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|nearly|almost|some|roughly|approximately|environ|près de|presque|quelque)"
    r"|حوالي|نحو|قرابة|زهاء|ما يقارب|约|大约|近|将近)\s*$",
    re.I,
)
_MORE = re.compile(
    r"(?:\b(?:more than|over|above|at least|exceed(?:s|ed)?|plus de|au moins|dépass(?:e|ait))"
    r"|اكثر من|ما لا يقل عن|يزيد على|超过|至少|逾)\s*$",
    re.I,
)
_LESS = re.compile(
    r"(?:\b(?:less than|under|below|at most|up to|moins de|au plus)|اقل من|ما لا يزيد عن|不到|不足|至多)\s*$", re.I
)
_BEFORE = 24
"""Characters before a figure in which such words stand."""
_YEAR = re.compile("1[0-9]{3}|20[0-9]{2}|21[0-9]{2}")
_PLAIN = re.compile(r"\d{1,18}(?:\.\d{1,12})?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a figure measures. `low` and `high` differ in ranges, and in what is more or less than a figure."""

    start: int
    end: int
    """Of the figure with its unit."""
    low: float
    high: float
    unit: str
    """One for each kind (`m` for all lengths), `date`, or empty for a bare number."""
    rounding: float = 0.0
    """By how much the value may be another, because it is written in so few digits or said to be about so much."""
    factor: float = 1.0
    """What the figure was multiplied with."""

    def agrees(self, other: Quantity) -> bool:
        """Tell whether both can be true of one thing."""
        slack = max(self.rounding, other.rounding) + 1e-9 * abs(self.high)
        return self.low - slack <= other.high and other.low - slack <= self.high


def quantities(text: str) -> list[Quantity]:
    """Return what the figures of a text measure, in order. A day is a number such as 20261130, a year a range of days.

    Takes time in proportion to the text.
    """
    text = plain_digits(text)
    told = list(days(text))
    taken = {place for each in told for place in range(each.start, each.end)}
    found = [_of_day(each) for each in told if each.year]
    found += [one for each in figures(text) if each.start not in taken for one in _measured(text, each)]
    return _ranges(text, sorted(found, key=lambda each: each.start))


def without_quantities(text: str) -> str:
    """Return a text without its figures and their units."""
    rest, reached = "", 0
    for each in quantities(text):
        rest, reached = f"{rest} {text[reached : each.start]}", each.end
    return f"{rest} {text[reached:]}"


def _of_day(day: Day) -> Quantity:
    low = day.year * 10_000 + day.month * 100 + day.day
    high = day.year * 10_000 + (day.month or 99) * 100 + (day.day or 99)
    return Quantity(day.start, day.end, low, high, "date")


def _measured(text: str, figure: Figure) -> Iterator[Quantity]:
    values = sorted(float(each) for each in figure.readings if _PLAIN.fullmatch(each))
    if not values:
        return  # a score, a version, an hour
    written = text[figure.start : figure.end]
    scale, place = scale_after(text, figure.end)
    unit, end = unit_around(text, figure.start, place)
    if not unit.kind and scale == 1 and _YEAR.fullmatch(written):
        yield _of_day(Day(figure.start, figure.end, int(written), 0, 0))
        return
    factor = scale * unit.factor
    # 1,234 is above a thousand; of 1,234 million nobody knows.
    low, high = (values[0] if scale > 1 else values[-1]) * factor, values[-1] * factor
    # Digits that are noughts may be a rounding, but not of much.
    rounding = min(_step(written, values[-1]) * factor / 2, high * (0.1 if scale > 1 else 0.01))
    rounding = max(rounding, 0.0 if unit.exact else high * 0.005)
    before = text[max(0, figure.start - _BEFORE) : figure.start].rstrip("$€£¥ ") + " "
    if _ABOUT.search(before):
        rounding = max(rounding, high * 0.05)
    if _MORE.search(before):
        high *= 1.5
    elif _LESS.search(before):
        low /= 1.5
    yield Quantity(figure.start, end, low, high, unit.kind, rounding, factor)


def _step(written: str, value: float) -> float:
    """Return what one more in the last digit that counts is worth."""
    parts = re.split(r"[.,٫]", written)
    if value != int(value) or (len(parts) > 1 and len(parts[-1]) < 3):
        return 10.0 ** -len(parts[-1])
    digits = str(int(value))
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if value else 1.0


def _ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """Join two quantities between which `to` or a dash stands; or `and`, where `between` stands before the first."""
    joined: list[Quantity] = []
    for each in found:
        last = joined[-1] if joined else None
        link = _LINKS.fullmatch(text, last.end, each.start) if last else None
        if last and link and last.unit in ("", each.unit) and last.unit != "date":
            # In `300 to 350 km` the first is in kilometres as well.
            low = last.low if last.unit else last.low / last.factor * each.factor
            opens = _OPENS.search(text[max(0, last.start - 12) : last.start])
            if low <= each.high and (opens or link[0].strip().lower() not in ("and", "et", "و")):
                joined[-1] = replace(each, start=last.start, low=low)
                continue
        joined.append(each)
    return joined
