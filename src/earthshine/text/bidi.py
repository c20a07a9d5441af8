"""From the order in which a line is seen to the order in which it is read: the bidirectional algorithm backwards.

A page shows its characters from left to right whatever their script. Given them in that order and the direction of the
paragraph, `reading_order` says in which order a reader takes them. Where several orders would look the same, the one
is taken that a writer most likely meant.
Source of the classes and of the rules for numbers: Unicode Standard Annex 9, https://www.unicode.org/reports/tr9/
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

Kind = str
"""R: Hebrew and its like, A: Arabic and its like, L: left to right, N: European digits, D: Arabic-Indic digits, and a
space for everything neutral."""

_KINDS = {"R": "R", "AL": "A", "L": "L", "EN": "N", "AN": "D"}
_OPENING, _CLOSING = "([{«‹⟨⌈⌊❨", ")]}»›⟩⌉⌋❩"
_MIRRORED = {**dict(zip(_OPENING, _CLOSING, strict=True)), **dict(zip(_CLOSING, _OPENING, strict=True))}
_COMMON_SEPARATORS = ".,:/\u00a0\u060c\u066b\u066c"
_EUROPEAN_SEPARATORS = "+-\u2212"
_OF_NUMBERS = "%٪‰$€£¥°#"


@lru_cache(maxsize=8192)
def kind_of(text: str) -> Kind:
    """Return the kind of a piece of text, told by its first character that is no mark."""
    for character in text:
        bidirectional = unicodedata.bidirectional(character)
        if bidirectional not in ("NSM", "BN"):
            return _KINDS.get(bidirectional, " ")
    return " "


def is_right_to_left(kind: Kind) -> bool:
    return kind in ("R", "A")


def reading_order(
    pieces: Sequence[str], right_to_left: bool, after_arabic: bool = False, words_alone: bool = False
) -> list[int]:
    """Numbers of the pieces in the order in which they are read.

    The pieces (letters with their marks) come as they stand on the line, from left to right. `after_arabic`: the line
    before it ended in Arabic, which changes how signs beside numbers were placed.
    """
    kinds = [kind_of(piece) for piece in pieces]
    if right_to_left:
        return _from_right(pieces, kinds, 0, len(pieces), after_arabic, words_alone)
    order: list[int] = []
    at = 0
    while at < len(pieces):
        if not is_right_to_left(kinds[at]):
            order.append(at)
            at += 1
            continue
        end = _last(kinds, at) + 1
        order += _from_right(pieces, kinds, at, end, False, words_alone)
        at = end
    return order


def _last(kinds: Sequence[Kind], start: int) -> int:
    """Where a run from right to left that starts here ends, inside a line from left to right."""
    last = start
    for at in range(start, len(kinds)):
        if is_right_to_left(kinds[at]):
            last = at
        elif kinds[at] == "L":
            break
    return last


def _from_right(
    pieces: Sequence[str], kinds: Sequence[Kind], start: int, end: int, after_arabic: bool, words_alone: bool
) -> list[int]:
    order: list[int] = []
    at, arabic = end - 1, after_arabic and not words_alone
    while at >= start:
        if is_right_to_left(kinds[at]):
            arabic = kinds[at] == "A" and not words_alone
        first = _island(pieces, kinds, start, at, arabic)
        order += range(first, at + 1)
        if any(kinds[number] == "L" for number in range(first, at + 1)):
            arabic = False
        at = first - 1
    return order


def _island(pieces: Sequence[str], kinds: Sequence[Kind], start: int, at: int, arabic: bool) -> int:
    """Where the pieces begin that end here and are read from left to right; `at` itself where it stands alone."""
    if kinds[at] == " " and not _sign_of_number(pieces, kinds, start, at, arabic):
        return at
    if is_right_to_left(kinds[at]):
        return at
    first = at
    while True:
        before = first - 1
        while before >= start and kinds[before] == " ":
            before -= 1
        if before < start or is_right_to_left(kinds[before]):
            break
        between = "".join(pieces[before + 1 : first])
        if kinds[first] == "L":
            joined = not between or kinds[before] == "L" or _latin_before(kinds, start, before)
        else:
            joined = _latin_before(kinds, start, before) or _one_number(between, arabic)
        if not joined:
            break
        first = before
    return first - _has_sign_before(pieces, kinds, start, first, arabic)


def _has_sign_before(pieces: Sequence[str], kinds: Sequence[Kind], start: int, first: int, arabic: bool) -> bool:
    """Whether a sign such as $ or - stands left of a number and is read before it."""
    if kinds[first] != "N" or arabic or first == start:
        return False
    sign = pieces[first - 1]
    return sign in _OF_NUMBERS or (sign in _EUROPEAN_SEPARATORS and (first - 1 == start or kinds[first - 2] == " "))


def _latin_before(kinds: Sequence[Kind], start: int, at: int) -> bool:
    """Whether this number belongs to letters left of it, without letters from right to left between."""
    for number in range(at, start - 1, -1):
        if kinds[number] == "L":
            return True
        if is_right_to_left(kinds[number]):
            return False
    return False


def _one_number(between: str, arabic: bool) -> bool:
    if not between:
        return True
    return len(between) == 1 and (between in _COMMON_SEPARATORS or (between in _EUROPEAN_SEPARATORS and not arabic))


def _sign_of_number(pieces: Sequence[str], kinds: Sequence[Kind], start: int, at: int, arabic: bool) -> bool:
    """Whether a sign such as % stands right of its number and is read after it."""
    if pieces[at] not in _OF_NUMBERS or at == start:
        return False
    if _latin_before(kinds, start, at - 1):
        return kinds[at - 1] in ("L", "N")
    return kinds[at - 1] == "N" and not arabic


def with_right_brackets(text: str) -> str:
    """The same text, brackets and guillemets turned so that they open before what they hold and close after it.

    Writers of files disagree on whether a bracket in Arabic is stored as it looks or as it is meant, so neither is
    believed: what stands around it decides, and pairs where that says nothing.
    """
    turned = list(text)
    open_now: list[str] = []
    for at, character in enumerate(text):
        if character not in _MIRRORED:
            continue
        opening = character if character in _OPENING else _MIRRORED[character]
        outside_before = at == 0 or not (text[at - 1].isalnum() or unicodedata.combining(text[at - 1]))
        outside_after = at + 1 == len(text) or not (text[at + 1].isalnum() or unicodedata.combining(text[at + 1]))
        opens = outside_before if outside_before != outside_after else opening not in open_now
        if opens:
            open_now.append(opening)
        elif opening in open_now:
            open_now.remove(opening)
        turned[at] = opening if opens else _MIRRORED[opening]
    return "".join(turned)
