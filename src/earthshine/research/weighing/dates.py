"""When a page says that it was published: by what its head says, or by what stands among its first lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from earthshine.research.weighing.calendar import Day, days, plain_digits

_HEAD = 262_144
"""Characters of a page in which its head is looked for."""
_NAMES = (  # noqa: SIM905 - readable
    "article:published_time datepublished citation_publication_date citation_date dc.date.issued dcterms.issued "
    "og:published_time parsely-pub-date sailthru.date pubdate publishdate publish_date publication_date dc.date "
    "dcterms.created datecreated date time"
).split()
"""What pages call the day, the surest first; `time` is an element of the text."""
_META = re.compile(r"<meta\s([^<>]{1,600})>", re.I)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,40})\s*=\s*(?:\"([^\"]{0,300})\"|'([^']{0,300})'|([^\s\"'>]{1,300}))")
_DATA = re.compile(r"\"(datePublished|dateCreated)\"\s*:\s*\"([^\"]{4,40})\"")
_TIME = re.compile(r"<time\s([^<>]{1,300})>", re.I)

_FIRST_LINES, _FIRST = 40, 3000
"""Lines and characters of a text among which its day stands."""
_ALONE = 90
"""Characters of a line that is about the day, or where and when something is told."""
_SAYS = re.compile(
    r"\b(?:published|posted|released?|issued|date|publi[ée]e?|mis en ligne|parue?|communiqu[ée])\b"
    r"|نشر|تاريخ|صدر|发布|發布|发表|刊登|时间|日期",
    re.I,
)
_CHANGED = re.compile(
    r"\b(?:updated|modified|reviewed|accessed|mise? à jour|modifi[ée]e?|consult[ée]e?)\b|تحديث|تعديل|更新|修订", re.I
)


def meta_of(html: str) -> dict[str, str]:
    """Return what a page in HTML says of its days, by the names in which pages do, in small letters."""
    html, found = html[:_HEAD], dict[str, str]()
    for meta in _META.finditer(html):
        said = _attributes(meta[1])
        name = (said.get("property") or said.get("name") or said.get("itemprop") or "").lower()
        if name in _NAMES and said.get("content"):
            found.setdefault(name, unescape(said["content"]))
    for name, value in _DATA.findall(html):
        found.setdefault(name.lower(), value)
    for time in _TIME.finditer(html):
        said = _attributes(time[1])
        if value := said.get("datetime"):
            found.setdefault("datepublished" if said.get("itemprop") == "datePublished" else "time", value)
    return found


def published(text: str, meta: Mapping[str, str] | None = None) -> str | None:
    """Return the day on which a page says that it was published, or the month or the year alone; None where none.

    `meta`: what `meta_of` found in it.
    """
    for name in _NAMES:
        if iso := _iso((meta or {}).get(name, "")):
            return iso
    lines = text[:_FIRST].split("\n")[:_FIRST_LINES]
    told = [(_rank(line, day), place, day.iso) for place, line in enumerate(lines) for day in days(line) if day.iso]
    return min((each for each in told if each[0]), default=(0, 0, None))[2]


def _rank(line: str, day: Day) -> int:
    """Return how sure it is that a line's day is that of its text, 1 being the surest; 0 where it is not likely."""
    before = line[max(0, day.start - 40) : day.start]
    if _CHANGED.search(before):
        return 4
    if _SAYS.search(before):
        return 1
    if len(line.strip()) <= _ALONE and day.day:
        return 2
    # A dateline: "CASABLANCA, 3 March 2024 — ..."
    return 3 if day.day and day.end <= _ALONE and re.match(r"\)?\s?[-–—:(]", line[day.end :]) else 0


def _iso(value: str) -> str:
    value = plain_digits(value.strip()[:60])
    if found := re.match(r"([12]\d{3})(?:[-/]?(\d{2})(?:[-/]?(\d{2}))?)?(?=\D|$)", value):
        year, month, day = (int(each or 0) for each in found.groups())
        if 1600 <= year <= 2199 and month <= 12 and day <= 31:
            return Day(0, 0, year, month, day).iso
    return next((day.iso for day in days(value) if day.iso), "")


def _attributes(inside: str) -> dict[str, str]:
    return {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(inside)}
