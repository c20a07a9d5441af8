"""Where a quotation stands in a text: exactly, or but for what typing changes.

The second comparison leaves out case, accents and vowel marks, forms of letters and digits (NFKC), kinds of quotation
marks and dashes, the number of spaces, and the hyphens that part a word at the end of a line. What is found are the
places in the text as it is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:…|\.{3})\s*\]|\(\s*(?:…|\.{3})\s*\)|…|\.{3})\s*")
"""What says that words were left out."""
_AROUND = " \t\n.,;:!?…،؛؟。，；：！？"
_ALIKE = str.maketrans({**dict.fromkeys("“”„‟«»″＂‹›「」『』", '"'), **dict.fromkeys("‘’‚‛′＇`´", "'")})
_DASHES = "‐‑‒–—―−"


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without what typing changes, and of each of its characters the place in the text as it was."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


class _Letters(dict[str, str]):
    """What is left of each character."""

    def __missing__(self, letter: str) -> str:
        plain = unicodedata.normalize("NFKD", letter).translate(_ALIKE).casefold()
        kept: list[str] = []
        for each in unicodedata.normalize("NFKD", plain):
            category = unicodedata.category(each)
            if category in ("Mn", "Me", "Cf") or each == "ـ":
                continue
            if each in _DASHES:
                each = "-"
            elif category == "Nd":
                each = str(unicodedata.decimal(each))
            elif each.isspace():
                each = " "
            kept.append(each)
        self[letter] = "".join(kept)
        return self[letter]


_letters = _Letters()


def fold(text: str) -> Folded:
    """Return a text without what typing changes. Takes time in proportion to its length."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place, size = 0, len(text)
    while place < size:
        letter = text[place]
        if letter in "-‐\u00ad" and letters and letters[-1].isalpha() and (after := _broken(text, place)):
            place = after
            continue
        plain = _letters[letter]
        if plain == "" and ends:
            ends[-1] = place + 1  # a vowel mark belongs to its letter
        for each in plain:
            if each == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(each)
            starts.append(place)
            ends.append(place + 1)
        place += 1
    return Folded("".join(letters), starts, ends)


def _broken(text: str, place: int) -> int:
    """Return where a word goes on that a hyphen parts at the end of a line; 0 where it does not."""
    after = place + 1
    while after < len(text) and text[after] in " \t\r":
        after += 1
    if after >= len(text) or text[after] != "\n":
        return 0
    after += 1
    while after < len(text) and text[after] in " \t":
        after += 1
    return after if after < len(text) and text[after].islower() else 0


def locate(quotation: str, text: str, folded: Folded | None = None) -> Span | None:
    """Return where a quotation stands in a text; None where it does not. `folded`: the text, folded before.

    Where it says that words were left out, its pieces must follow each other; all from the first to the last is meant.
    """
    quotation = quotation.strip()
    if quotation and (at := text.find(quotation)) >= 0:
        return at, at + len(quotation)
    haystack = fold(text) if folded is None else folded
    first, last, begin = -1, -1, 0
    for piece in _ELLIPSIS.split(quotation):
        needle = fold(piece.strip(_AROUND)).text.strip()
        if not needle:
            continue
        at = haystack.text.find(needle, begin)
        if at < 0:
            return None
        begin = at + len(needle)
        first, last = (at if first < 0 else first), begin
    if first < 0:
        return None
    return haystack.starts[first], haystack.ends[last - 1]
