"""Text as search sees it: words without case, accents and spelling variants, and what a person asks for with them.

Scripts that put spaces between words give whole words, of which a query may give the beginning. Scripts that do not
(Chinese, Japanese, Thai and their neighbours), and pictures such as emoji, give one word per character, which a query
wants side by side. Source of the folding: Unicode's NFKC_Casefold, https://www.unicode.org/reports/tr44/
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 64
"""Characters of a word that count; what follows in a longer one (a hash, a picture as text) is not told apart."""

_LETTER, _ALONE, _MARK, _GAP = "wim "

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals of Han
    (0x3005, 0x3007),
    (0x3021, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),  # narrow Katakana
    (0x16FE0, 0x18DFF),
    (0x1AFF0, 0x1B2FF),
    (0x20000, 0x3FFFF),  # Han
)
_SPELT_ALIKE = str.maketrans(
    {
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ۃ": "ه",
        "ے": "ي",
        "ې": "ي",
        "ں": "ن",
        "ە": "ه",
        "ک": "ك",
        "ڪ": "ك",
        "ء": "",
        "ـ": "",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
    }
)
"""What neither case nor accents account for, and people write for one another."""

_STROKES = 9
"""Marks up to this combining class are strokes of a letter (kana's voicing, viramas), those above it accents."""


class _Kinds(dict[int, str]):
    """One letter for what each character is, found out when it is first met; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(code)
        return kind


def _kind(code: int) -> str:
    category = unicodedata.category(chr(code))
    if category in ("Mn", "Me", "Mc", "Cf") or code in (0xFF9E, 0xFF9F):
        return _MARK
    if category[0] in "LN":
        return _ALONE if any(first <= code <= last for first, last in _UNSPACED) else _LETTER
    # Emoji are "other symbols", but for the newest, which this Python may not know yet.
    return _ALONE if category == "So" or (category == "Cn" and 0x1F000 <= code < 0x20000) else _GAP


_KINDS = _Kinds()
_RUN = re.compile(f"{_LETTER}[{_LETTER}{_MARK}]*|{_ALONE}{_MARK}*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and the characters of the text that it stands for."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield a text's words in order. One run of characters may give several, as a ligature of a phrase does."""
    for run in _RUN.finditer(text.translate(_KINDS)):
        start, end = run.span()
        for word in _folded(text[start:end]):
            yield Word(word, start, end)


def normalise(text: str) -> str:
    """Return a text's words with spaces between them."""
    return " ".join([word for run in _runs(text) for word in _folded(run)])


def _runs(text: str) -> list[str]:
    return [text[run.start() : run.end()] for run in _RUN.finditer(text.translate(_KINDS))]


@lru_cache(maxsize=65536)
def _folded(run: str) -> tuple[str, ...]:
    """Return what a run of characters is called in the index."""
    # To sort the marks on a letter takes a time that grows with the square of their number.
    run = run[: 16 * LONGEST]
    if run.isascii():
        return (run.lower()[:LONGEST],)
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", run).casefold())
    decomposed = unicodedata.normalize("NFD", plain)
    kept = "".join([letter for letter in decomposed if _counts(letter)])
    folded = unicodedata.normalize("NFC", kept).translate(_SPELT_ALIKE)
    folded = "".join([_digit(letter) for letter in folded])
    # A letter that is all of its word stays, also one that is left out elsewhere (the hamza).
    return tuple(word[:LONGEST] for word in _runs(folded or plain))


def _counts(letter: str) -> bool:
    if unicodedata.combining(letter) > _STROKES or "\ufe00" <= letter <= "\ufe0f":
        return False
    return unicodedata.category(letter) not in ("Cf", "Me")


def _digit(letter: str) -> str:
    value = None if letter.isascii() else unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; `begins`: one word, of which only the beginning is given."""

    words: tuple[str, ...]
    begins: bool = False


_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")


def parse(query: str) -> list[Term]:
    """Return what a query asks for, all of it.

    A word is the beginning of one, characters of a script without spaces are a phrase, and so is what stands between
    quotation marks. A quotation mark that has no other is nothing.
    """
    terms: list[Term] = []
    end = 0
    for quoted in _QUOTED.finditer(query):
        terms += _unquoted(query[end : quoted.start()])
        phrase = tuple(word.text for word in words(quoted[1]))
        terms += [Term(phrase)] if phrase else []
        end = quoted.end()
    terms += _unquoted(query[end:])
    return list(dict.fromkeys(terms))


def _unquoted(query: str) -> Iterator[Term]:
    kinds = query.translate(_KINDS)
    phrase: list[str] = []
    reached = -1
    for run in _RUN.finditer(kinds):
        found = _folded(query[run.start() : run.end()])
        alone = kinds[run.start()] == _ALONE
        if phrase and not (alone and run.start() == reached):
            yield Term(tuple(phrase))
            phrase = []
        reached = run.end()
        if alone:
            phrase += found
        elif len(found) == 1:
            yield Term(found, begins=True)
        elif found:
            yield Term(found)
    if phrase:
        yield Term(tuple(phrase))
