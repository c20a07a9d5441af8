"""Facts as sentences and questions, in four languages, and the facts that stand in a text."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.research.world import names
from bench.research.world.names import Name

LANGUAGES = ("en", "fr", "ar", "zh")
WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text())
KINDS = ("town", "bridge", "company", "institute")
YEAR = 2024
"""Of what is told for a year, unless another is named."""
_PEOPLE = ("mayor", "architect", "chief", "director")
_ARABIC = str.maketrans("0123456789,", "٠١٢٣٤٥٦٧٨٩٬")

Value = int | str | Name
"""A number or a year; a day such as `1987-05-14`; a person."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence says."""

    kind: str
    attribute: str
    name: str
    """In Latin letters."""
    value: Value
    year: int

    @property
    def about(self) -> tuple[str, str, int]:
        """What it is an answer to."""
        return self.name, self.attribute, self.year


def attributes(kind: str) -> list[str]:
    """Return what is told of a kind of thing."""
    return [each for each in WORDS["en"][kind] if each != "lead"]


def say(told: Told, language: str, *, native_digits: bool = False) -> str:
    """Write a fact as a sentence."""
    name = names.read(told.name)
    assert name is not None
    written = show(told.value, told.attribute, language)
    year = str(told.year)
    if native_digits and language == "ar":
        written, year = written.translate(_ARABIC), year.translate(_ARABIC)
    pattern: str = WORDS[language][told.kind][told.attribute]
    return pattern.format(name=name.of(language), value=written, year=year)


def ask(kind: str, attribute: str, name: Name, language: str) -> str:
    """Write the question for a fact."""
    return WORDS[language]["ask"][kind][attribute].format(name=name.of(language), latin=name.latin)


def unmarked(question: str, name: Name) -> str:
    """Write a question as people type it: without a capital or Latin letters that show which of its words is a name."""
    return without_latin(question, name).lower().rstrip(" ?")


def without_latin(text: str, name: Name) -> str:
    """Return a text without the Latin form that stands beside a name."""
    return re.sub(rf"\s?[(（]{name.latin}[)）]", "", text)


def lead(kind: str, name: Name, language: str) -> str:
    """Write what a thing is."""
    return WORDS[language][kind]["lead"].format(name=name.of(language), latin=name.latin)


def show(value: Value, attribute: str, language: str) -> str:
    """Write a value as a language does."""
    if isinstance(value, Name):
        return value.of(language)
    if isinstance(value, str):
        year, month, day = (int(each) for each in value.split("-"))
        named = WORDS[language]["months"][month - 1]
        return f"{year}年{named}{day}日" if language == "zh" else f"{day} {named} {year}"
    if attribute == "founded":
        return str(value)
    return f"{value:,}".replace(",", "\u202f" if language == "fr" else ",")


def forms(value: Value, attribute: str) -> list[str]:
    """Return all the ways in which a value may be written, without regard to digits and separators."""
    return list(dict.fromkeys(show(value, attribute, language) for language in LANGUAGES))


def told_in(text: str) -> Iterator[Told]:
    """Yield the facts that stand in a text, whatever stands around them."""
    text = plain(text)
    for kind, attribute, pattern in _patterns():
        for found in pattern.finditer(text):
            name = names.read(found["name"])
            value = _value(found["value"], attribute)
            if name is not None and value is not None:
                year = int(found["year"]) if "year" in pattern.groupindex else YEAR
                yield Told(kind, attribute, name.latin, value, year)


def asked_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield kind, attribute and name of the questions that stand in a text."""
    text = plain(text)
    for kind, attribute, pattern in _questions():
        for found in pattern.finditer(text):
            name = names.read(found["name"])
            if name is not None:
                yield kind, attribute, name.latin


def plain(text: str) -> str:
    """Return a text with one kind of spaces and digits, and no marks."""
    text = re.sub(r"\[[\d, -]+\]", "", unicodedata.normalize("NFKC", text))
    text = "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in text)
    return re.sub(r"\s+", " ", text.replace("٬", ","))


_NAME, _VALUE = r"(?P<name>[\w·]+?)", r"(?P<value>[\w·][\w·, ]*?)"


@lru_cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    return [
        (kind, attribute, _pattern(WORDS[language][kind][attribute]))
        for language in LANGUAGES
        for kind in KINDS
        for attribute in attributes(kind)
    ]


@lru_cache
def _questions() -> list[tuple[str, str, re.Pattern[str]]]:
    return [
        (kind, attribute, _pattern(words))
        for language in LANGUAGES
        for kind in KINDS
        for attribute, words in WORDS[language]["ask"][kind].items()
    ]


def _pattern(words: str) -> re.Pattern[str]:
    whole = re.escape(plain(words)).replace(r"\{name\}", _NAME).replace(r"\{value\}", _VALUE)
    # A question may be said again without the name in Latin letters.
    whole = re.sub(r"(?:\\ )?(?:\\\(|（|\()\\\{latin\\\}(?:\\\)|）|\))", r"(?:\\s?\\([\\w ]+\\))?", whole)
    # Who types fast asks without a mark, and in small letters.
    whole = re.sub(r"(?:\\ )?\\\?$", r"(?:\\s?\\?|(?!\\w))", whole)
    return re.compile(whole.replace(r"\{year\}", r"(?P<year>\d{4})"), re.IGNORECASE)


def _value(text: str, attribute: str) -> Value | None:
    if attribute in _PEOPLE:
        return names.read(text)
    if attribute == "opened":
        return _day(text)
    digits = re.sub(r"[ ,]", "", text)
    return int(digits) if digits.isdigit() else None


def _day(text: str) -> str | None:
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    if len(numbers) == 3:
        return "{:04}-{:02}-{:02}".format(*numbers)
    for language in LANGUAGES:
        for number, month in enumerate(WORDS[language]["months"], 1):
            if len(numbers) == 2 and month in text:
                return f"{numbers[1]:04}-{number:02}-{numbers[0]:02}"
    return None
