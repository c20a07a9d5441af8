"""What a passage is found by, and what a query looks for.

Each word counts twice: as it is written (folded: without case, accents and spelling variants), and as its stem, so that
a word in the same form weighs more than one in another. Arabic and Hebrew words also count without the particles that
are written as their first letters. Scripts without spaces give pairs of neighbouring characters, which stand where
others have stems, and single ones, which stand where others have words. Both sides go the same way, so that a word is
always found by itself, whatever language it was taken for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from earthshine.search.languages import UNKNOWN, is_latin, language_of, stem
from earthshine.text.normalization import normalise, runs
from earthshine.text.proclitics import without_particles

QUERY_CHARACTERS = 4096
"""Characters of a query that are read; a longer one is a text, and its first pages say what it is about."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is found by: words as they are written, stems, and the language by which Latin letters were cut."""

    words: list[str]
    stems: list[str]
    language: str


def passage_terms(text: str) -> Terms:
    """Return what a passage is found by, each as often as it occurs. It takes a time in proportion to the text."""
    found = _Found(text)
    latin = [word for word in found.words if is_latin(word)]
    language = language_of(latin)
    stems = [form for word in found.words for form in _stems(word, (language,))]
    return Terms(found.words + found.alone + found.whole, stems + found.pairs, language if latin else "")


def query_terms(query: str, languages: tuple[str, ...]) -> Terms:
    """Return what a query looks for, each once; `languages`: those that passages were cut by, which it is cut by too.

    A single character of a script without spaces is looked for only where it stands alone: beside others, the pairs say
    more.
    """
    found = _Found(query[:QUERY_CHARACTERS])
    paired = {character for pair in found.pairs for character in pair}
    words = found.words + [each for each in found.alone if each not in paired] + found.whole
    stems = [form for word in found.words for form in _stems(word, languages or (UNKNOWN,))]
    return Terms(list(dict.fromkeys(words)), list(dict.fromkeys(stems + found.pairs)), "")


class _Found:
    """A text's words, its characters that stand alone and their pairs, and what was also joined to a whole."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.alone: list[str] = []
        self.pairs: list[str] = []
        self.whole: list[str] = [*_numbers(text), *_identifiers(text)]
        before, reached = "", -1
        for run in runs(text):
            for token in run.tokens:
                if run.unspaced:
                    self.alone.append(token)
                    if before and run.start == reached:
                        self.pairs.append(before + token)
                    before = token
                else:
                    self.words.append(token)
                    self.words += _parts(text[run.start : run.end])
                    self.pairs += _syllables(token)
                    before = ""
            reached = run.end


@lru_cache(maxsize=65536)
def _stems(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    found = [form for each in (word, *without_particles(word)) for form in stem(each, languages)]
    # The stemmer cuts و ف ب ك ل off words of which they are letters, such as those of minister and Beirut.
    if word[0] in "وفبكل" and not without_particles(word):
        found = [form if form.startswith(word[0]) else word[0] + form for form in found]
    return tuple(dict.fromkeys(found))


_HANGUL = re.compile("[가-힣]{2,}")


def _syllables(word: str) -> Iterator[str]:
    """Yield the pairs of a Korean word's syllables: its endings are many, and no stemmer knows them."""
    if _HANGUL.fullmatch(word):
        for place in range(len(word) - 1):
            yield word[place : place + 2]


_HUMP = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST_IDENTIFIER = 40


def _parts(written: str) -> list[str]:
    """Return the parts of a word such as maxTokens or utf8."""
    if len(written) > _LONGEST_IDENTIFIER or not written.isascii() or written.isdigit() or written[1:].islower():
        return []
    parts = [part.lower() for part in _HUMP.findall(written) if len(part) > 1 or part.isdigit()]
    return parts if len(parts) > 1 else []


_SNAKE = re.compile("(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{0,39}(?:_[A-Za-z0-9]{1,39}){1,9}")


def _identifiers(text: str) -> Iterator[str]:
    """Yield identifiers with underscores as one word, which is also what maxTokens is: max_tokens finds it."""
    for found in _SNAKE.finditer(text):
        joined = found[0].replace("_", "").lower()
        if len(joined) <= _LONGEST_IDENTIFIER:
            yield joined


_GROUPED = re.compile("(\\d{1,3}(?:[,.٬،’'\u00a0\u202f]\\d{3})+)(?!\\d)(?:[.,٫](\\d{1,20}))?")
_POINTED = re.compile("\\d{1,20}(?:[.,٫]\\d{1,20}){1,8}")


def _numbers(text: str) -> Iterator[str]:
    """Yield numbers with separators as one word: without those of thousands, and with a point for the others."""
    for found in _GROUPED.finditer(text):
        whole = normalise(found[1]).replace(" ", "")
        yield whole
        if found[2]:
            yield f"{whole}.{normalise(found[2])}"
    for found in _POINTED.finditer(text):
        yield normalise(found[0]).replace(" ", ".")
