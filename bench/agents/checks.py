"""Checkers, put together from small ones. Each returns why an outcome is wrong, and nothing when it is right."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from bench.agents.task import Check, Outcome

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
_MOST_NUMBERS = 6
"""Different numbers in an answer: who names more has not said which is meant."""


def all_of(*checks: Check) -> Check:
    """Return a checker that wants all of them."""
    return lambda outcome: next((why for check in checks if (why := check(outcome))), "")


def plain(text: str) -> str:
    """Return a text for comparisons: one form of each character, single spaces, small letters, ASCII digits."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in text)
    return " ".join(text.replace("٫", ".").replace("٬", ",").split())


def numbers(text: str) -> set[float]:
    """Return the numbers of a text; a point or a comma before exactly three digits counts both ways."""
    found = set[float]()
    for each in _NUMBER.findall(plain(text)):
        if re.fullmatch(r"-?\d{1,3}(?:[,.]\d{3})+", each):
            found.add(float(re.sub("[,.]", "", each)))
        ways = each.replace(",", ".") if each.count(",") + each.count(".") == 1 else each.replace(",", "")
        if ways.count(".") <= 1:
            found.add(float(ways))
    return found


def says(*wanted: str | float) -> Check:
    """The answer has these words and numbers, and not so many numbers that each would be among them."""

    def check(outcome: Outcome) -> str:
        text, found = plain(outcome.answer), numbers(outcome.answer)
        for each in wanted:
            if isinstance(each, str) and plain(each) not in text:
                return f"the answer does not say {each!r}"
            if not isinstance(each, str) and not any(abs(number - each) < 0.006 for number in found):
                return f"the answer does not say {each}"
        if any(not isinstance(each, str) for each in wanted) and len(found) > _MOST_NUMBERS + len(wanted):
            return "the answer has so many numbers that it does not say which is meant"
        return ""

    return check


def says_none(*unwanted: str) -> Check:
    """The answer has none of these words; together with `says`, for a choice."""
    return lambda outcome: next((f"it says {each!r}" for each in unwanted if plain(each) in plain(outcome.answer)), "")


def lines_are(name: str, lines: Sequence[str]) -> Check:
    """A file has these lines, blank ones and space around them apart."""

    def check(outcome: Outcome) -> str:
        if (text := outcome.text(name)) is None:
            return f"no text file {name}"
        found = [plain(each) for each in text.splitlines() if each.strip()]
        return "" if found == [plain(each) for each in lines] else f"{name} has other lines"

    return check


def number_is(name: str, wanted: float) -> Check:
    """A file has this number, and no other."""

    def check(outcome: Outcome) -> str:
        if (text := outcome.text(name)) is None:
            return f"no text file {name}"
        alone = len(_NUMBER.findall(plain(text))) == 1
        right = alone and any(abs(each - wanted) < 0.006 for each in numbers(text))
        return "" if right else f"{name} does not say {wanted} alone"

    return check


def files_are(wanted: Mapping[str, str | bytes | None], *, under: str = "", exactly: bool = False) -> Check:
    """These files are there with this content; None: is not there. `exactly`: nothing else is below `under`."""

    def check(outcome: Outcome) -> str:
        for name, content in wanted.items():
            data = outcome.files.get(name)
            if content is None and data is not None:
                return f"{name} is still there"
            asked = content.encode() if isinstance(content, str) else content
            if asked is not None and (data is None or data.strip() != asked.strip()):
                return f"{name} is not there, or has another content"
        there = {name for name in outcome.files if name.startswith(under)}
        more = there - {name for name, content in wanted.items() if content is not None} if exactly else set[str]()
        return f"{min(more)} should not be there" if more else ""

    return check


def table_is(name: str, rows: Sequence[Sequence[Any]], *, ordered: bool = True, heading: bool = True) -> Check:
    """A CSV file has these rows; numbers are compared as numbers. `heading`: there is a first row, whatever it says."""

    def cell(value: Any) -> str:
        text = plain(str(value))
        try:
            return f"{float(text.replace(',', '.')):.2f}"
        except ValueError:
            return text

    def check(outcome: Outcome) -> str:
        if (text := outcome.text(name)) is None:
            return f"no text file {name}"
        separator = ";" if ";" in text.split("\n")[0] and "," not in text.split("\n")[0] else ","
        try:
            given = [[cell(each) for each in row] for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
        except csv.Error as error:
            return f"{name} is no CSV: {error}"
        found, asked = given[1:] if heading else given, [[cell(each) for each in row] for row in rows]
        right = found == asked if ordered else sorted(found) == sorted(asked)
        return "" if right else f"{name} has other rows"

    return check


def json_is(name: str, wanted: Any) -> Check:
    """A file is this JSON."""

    def check(outcome: Outcome) -> str:
        try:
            found = json.loads(outcome.text(name) or "")
        except (ValueError, RecursionError):
            return f"{name} is no JSON"
        return "" if found == wanted else f"{name} has another value"

    return check


def zip_has(name: str, wanted: Mapping[str, str]) -> Check:
    """An archive has these files, by their last names, and no other."""

    def check(outcome: Outcome) -> str:
        try:
            with zipfile.ZipFile(io.BytesIO(outcome.files.get(name, b""))) as archive:
                members = [each for each in archive.infolist() if not each.is_dir()]
                if sum(each.file_size for each in members) > 2**20:
                    return f"{name} is too large"
                found = {each.filename.rsplit("/", 1)[-1]: archive.read(each).decode().strip() for each in members}
        except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, NotImplementedError, EOFError) as error:
            return f"{name} is no archive: {error}"
        right = found == {key: text.strip() for key, text in wanted.items()} and len(members) == len(wanted)
        return "" if right else f"{name} has other files"

    return check


def bars_are(name: str, values: Sequence[float]) -> Check:
    """An SVG picture has a rectangle for each value, in this order, whose lengths are in proportion."""

    def check(outcome: Outcome) -> str:
        text = outcome.text(name)
        if text is None or "<!ENTITY" in text:
            return f"no SVG file {name}"
        try:
            drawn = [each.attrib for each in ElementTree.fromstring(text).iter() if each.tag.endswith("rect")]
            sizes = [(float(each["width"]), float(each["height"])) for each in drawn if "%" not in str(each)]
        except (ElementTree.ParseError, KeyError, ValueError) as error:
            return f"{name} is no chart: {error}"
        for side in (0, 1):
            # A rectangle behind all may stand before the bars.
            lengths = [each[side] for each in sizes][-len(values) :]
            scale = max(lengths, default=0) / max(values)
            close = [abs(a - b * scale) <= 0.02 * max(lengths) for a, b in zip(lengths, values, strict=False)]
            if len(lengths) == len(values) and scale > 0 and all(close):
                return ""
        return f"{name} has no bars in proportion"

    return check
