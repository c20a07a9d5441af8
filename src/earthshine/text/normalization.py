"""Text as search sees it: tokens without case, accents and spelling variants.

Scripts that put spaces between words give one token per word. Scripts that do not (Chinese, Japanese, Thai and their
neighbours), and pictures such as emoji, give one token per character.
Source of the folding: Unicode's NFKC_Casefold, https://www.unicode.org/reports/tr44/
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
class Run:
    """Characters that belong together, and their tokens: several for what is short for a phrase, as some ligatures."""

    tokens: tuple[str, ...]
    start: int
    end: int
    unspaced: bool
    """Whether it is one character of a script without spaces, or a picture."""


@dataclass(frozen=True, slots=True)
class Token:
    """A normalised word, and the characters of the text that it stands for."""

    text: str
    start: int
    end: int


def runs(text: str) -> Iterator[Run]:
    """Yield a text's runs in order."""
    kinds = text.translate(_KINDS)
    for found in _RUN.finditer(kinds):
        start, end = found.span()
        yield Run(_folded(text[start:end]), start, end, kinds[start] == _ALONE)


def tokenize(text: str) -> Iterator[Token]:
    """Yield a text's tokens in order."""
    for run in runs(text):
        for token in run.tokens:
            yield Token(token, run.start, run.end)


def normalise(text: str) -> str:
    """Return a text's tokens with spaces between them."""
    return " ".join([word for run in _runs(text) for word in _folded(run)])


def _runs(text: str) -> list[str]:
    return [text[run.start() : run.end()] for run in _RUN.finditer(text.translate(_KINDS))]


@lru_cache(maxsize=65536)
def _folded(run: str) -> tuple[str, ...]:
    """Return the tokens of a run of characters."""
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
