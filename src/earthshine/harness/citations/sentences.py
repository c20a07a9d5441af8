"""Where the sentences of a text stand, in any script; a row of a table and an entry of a list are one each.

Each character that is no space belongs to one sentence. The time is linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
"""From and to, in Unicode characters."""

LONGEST = 600
"""Characters from which on what has no end is cut at a comma or a space."""
_LEAST = 200
"""Characters that a piece has at least, where it is cut so."""

_CLOSE = r"(?:[\"'”’»›)\]）］」』】〉》]|\[[0-9]{1,3}\])*"
"""What may follow the end of a sentence and belongs to it: quotation marks, brackets, the numbers of notes."""
_END = re.compile(
    rf"""
    (?P<wide>[。！？｡；]){_CLOSE}            # no space follows in scripts without spaces
    | (?P<strong>[!?…؟۔؛।॥։።‼⁇⁈⁉]+){_CLOSE}(?=\s|$)
    | (?P<dot>\.+){_CLOSE}(?=\s|$)
    | (?P<gap>\n[^\S\n]*\n\s*)                                # an empty line
    | (?P<line>\n)
    """,
    re.VERBOSE,
)
_ENTRY = re.compile(r"[^\S\n]*(?:[-*•‣◦–—·▪]|\(?[\w]{1,3}[.)、])[^\S\n]")
"""What an entry of a list begins with."""
_LAST_WORD = re.compile(r"[\w.\-]{1,16}$")
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sr jr st gen col capt lt sen rep hon rev vs etc e.g i.e cf al ca approx no nos vol vols
    ed eds pp fig figs eq eqs sec ch chap art arts inc ltd corp dept est jan feb mar apr jun jul aug sep sept
    oct nov dec u.s u.k m mm mme mmes mlle mgr me p.ex ex env av apr j.-c r.-v tél bd boul coll dir éd édit
    fasc ibid id op cit resp suiv sup inf n p ص ج د أ م هـ ط
    """.split()  # noqa: SIM905 - readable
)
"""Before a dot, these end no sentence: English, French and Arabic."""
_SOFT = re.compile(r"[,،、，;:](?=\s|[\u3000-\u9fff])|\s")


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text, in order."""
    spans: list[Span] = []
    for start, end in _pieces(text):
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            spans += _shortened(text, start, end)
    return spans


def _pieces(text: str) -> Iterator[Span]:
    """Yield pieces that together are the whole text."""
    start, line = 0, 0
    for found in _END.finditer(text):
        kind, end = found.lastgroup, found.end()
        if kind == "dot" and not _ends(text, line, found):
            continue
        if kind == "line":
            row = "\t" in text[line : found.start()]
            line = end
            following = text.find("\n", end)
            if not (row or "\t" in text[end : following if following >= 0 else len(text)] or _ENTRY.match(text, end)):
                continue
        elif kind == "gap":
            line = end
        elif _in_row(text, line, found.start()):
            continue
        if end > start:
            yield start, end
            start = end
    if start < len(text):
        yield start, len(text)


def _in_row(text: str, line: int, place: int) -> bool:
    """Tell whether a place stands in a row of a table, which is cut nowhere."""
    following = text.find("\n", place)
    return "\t" in text[line : following if following >= 0 else min(len(text), place + LONGEST)]


def _ends(text: str, line: int, found: re.Match[str]) -> bool:
    """Tell whether a dot ends a sentence: not after an abbreviation, an initial or an entry's number."""
    place = found.start()
    if len(found["dot"]) > 1:
        return _next_is_upper(text, found.end())
    word = _LAST_WORD.search(text, max(line, place - 16), place)
    if word is None:
        return True
    before = word[0].casefold()
    if before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha() and word[0].isupper()):
        return False
    if before.isdecimal() and not text[line : word.start()].strip():
        return False
    return _next_is_upper(text, found.end())


def _next_is_upper(text: str, place: int) -> bool:
    """Tell whether what follows may begin a sentence: anything but a small letter."""
    while place < len(text) and (text[place].isspace() or text[place] in "\"'“«(["):
        place += 1
    return place >= len(text) or not text[place].islower()


def _shortened(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut what is too long, at the last comma or space before the limit."""
    while end - start > LONGEST:
        cut, soft = 0, 0
        for found in _SOFT.finditer(text, start + _LEAST, start + LONGEST):
            if found[0].isspace():
                soft = found.end()
            else:
                cut = found.end()
        place = cut or soft or start + LONGEST
        last = place
        while last > start and text[last - 1].isspace():
            last -= 1
        yield start, last
        start = place
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
