"""Reads what a model writes about numbered sentences: takes the marks out, and yields citations and checked quotations.

    The tower is 330 metres high [4], and «haute de 330 mètres» [7].

What is given out does not depend on how the text is cut into pieces: only what may be the beginning of a mark or of a
quotation is held back. Marks are `[4]`, `[4-6]`, `[4, 7]`, in any digits and kinds of brackets. Code is left as it is.
A quotation that the model typed is judged by `typed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earthshine.harness.citations.marks import LONGEST, MARK, MAY_BE_MARK, OPEN, in_fence, inline_code_end, ranges
from earthshine.harness.citations.sources import Quotation, Sources
from earthshine.harness.citations.typed import judge

Json = dict[str, Any]

LONGEST_HELD = 2000
"""Characters of a quotation that are held back until its end; a longer one is judged by these."""
_CLOSERS = {
    "«": re.compile("»"),
    "“": re.compile("”"),
    "„": re.compile("[“”]"),
    "「": re.compile("」"),
    "『": re.compile("』"),
    '"': re.compile(r'(?<!\s)"'),
}
_SPECIAL = re.compile(rf"[{OPEN}`>{''.join(_CLOSERS)}]")
_SPACES = " \t\u00a0\u202f\u3000"
_SPACE_END = re.compile(rf"[{_SPACES}]+\Z")
_LINE_START = re.compile(r"\n[^\S\n]{0,3}\Z")


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the text that people read."""

    text: str
    size: int
    """Characters of what the model wrote that it was made of."""
    check: Json | None = None
    """What is to be known of it: a quotation that stands nowhere, or a mark of a sentence that nobody was shown."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation, at the place that the text has reached."""

    quotation: Quotation
    size: int
    typed: bool = False
    """Whether the model typed the words, and they were found; else it named their number."""


class CitationReader:
    """Reads one message. `text` is what was given out of it before, when it goes on after a crash."""

    def __init__(self, sources: Sources, text: str = "") -> None:
        self._sources = sources
        self._length = len(text)
        self._tail = ("\n" + text)[-8:]
        self._held = ""
        self._space = ""
        """Spaces that were not given out yet: none stays before a mark that is taken out."""
        self._dropped: str | None = None
        """The spaces before the mark that was just taken out."""
        self._fenced = in_fence(text, LONGEST_HELD)

    def feed(self, text: str) -> list[Said | Cited]:
        """Take the next piece, and return what is certain now."""
        self._held += text
        return list(self._read(last=False))

    def flush(self) -> list[Said | Cited]:
        """Return what is left when the message is over."""
        found = list(self._read(last=True))
        if self._space:
            found.append(self._give("", "", 0))
        return found

    def _read(self, *, last: bool) -> Iterator[Said | Cited]:
        while self._held:
            if self._fenced:
                size = self._in_fence(last=last)
                yield from self._plain(size)
                if size == 0:
                    return
                continue
            place = self._special()
            if place != 0:
                yield from self._plain(len(self._held) if place < 0 else place)
                continue
            held = len(self._held)
            yield from self._at_special(self._held[0], last=last)
            if len(self._held) == held:
                return

    def _special(self) -> int:
        """Return where something begins that is not plain text; -1 where nothing does."""
        for found in _SPECIAL.finditer(self._held):
            if found[0] != ">" or self._at_line_start(self._held[: found.start()]):
                return found.start()
        return -1

    def _at_special(self, sign: str, *, last: bool) -> Iterator[Said | Cited]:
        """Read what begins with a sign; takes nothing while that is not certain."""
        if sign == "`":
            return self._code(last=last)
        if sign == ">":
            return self._block(last=last)
        if sign in _CLOSERS:
            return self._quoted(sign, last=last)
        return self._mark(last=last)

    def _in_fence(self, *, last: bool) -> int:
        """Return how many characters belong to code; ends the fence where it ends."""
        end = self._held.find("```")
        if end >= 0:
            self._fenced = False
            return end + 3
        return len(self._held if last else self._held.rstrip("`"))

    def _code(self, *, last: bool) -> Iterator[Said | Cited]:
        ticks = len(self._held) - len(self._held.lstrip("`"))
        if ticks == len(self._held) and not last:
            return
        if ticks >= 3:
            self._fenced = True
            yield from self._plain(ticks)
            return
        end = inline_code_end(self._held, 0, ticks, LONGEST_HELD)
        if end >= 0:
            yield from self._plain(end)
        elif last or "\n" in self._held or len(self._held) >= LONGEST_HELD:
            yield from self._plain(ticks)

    def _mark(self, *, last: bool) -> Iterator[Said | Cited]:
        found = MARK.match(self._held, 0, LONGEST)
        if found is None:
            if last or len(self._held) >= LONGEST or not MAY_BE_MARK.match(self._held):
                yield from self._plain(1)
            return
        if found.end() == len(self._held) and not last:
            return  # what follows may make a link of it
        following = self._held[found.end() : found.end() + 1]
        cited, unknown = self._cited(found[1])
        index = not cited and not self._space and bool(re.search(r"[A-Za-z0-9_]\Z", self._tail))
        if following == "(" or (following == ":" and self._at_line_start("")) or index:
            yield from self._plain(found.end())
            return
        size = found.end() + len(self._space)
        self._held, self._space, self._dropped = self._held[found.end() :], "", self._space
        for number, quotation in enumerate(cited):
            yield Cited(quotation, 0 if number else size)
        if unknown:
            told = {"type": "citation", "start": self._length, "end": self._length, "verdict": "not_shown"}
            yield Said("", 0 if cited else size, {**told, "numbers": unknown})

    def _cited(self, numbers: str) -> tuple[list[Quotation], list[int]]:
        """Return what some numbers stand for, and those of them that nobody was shown."""
        cited: list[Quotation] = []
        unknown: list[int] = []
        for first, last in ranges(numbers):
            quotations = self._sources.cut(first, last)
            cited += [each for each in quotations if each not in cited]
            if not quotations:
                unknown.append(first)
        return cited, unknown

    def _quoted(self, sign: str, *, last: bool) -> Iterator[Said | Cited]:
        if len(self._held) == 1 and not last:
            return
        straight = sign == '"'
        if straight and ((self._tail[-1:].isalnum() and not self._space) or self._held[1:2].isspace()):
            yield from self._plain(1)  # inches, or the end of what did not begin
            return
        gap = self._first("\n\n", "```")
        closer = _CLOSERS[sign].search(self._held, 1, gap if gap >= 0 else LONGEST_HELD)
        if closer is not None:
            yield from self._judged(sign, self._held[1 : closer.start()], closer[0])
        elif last or gap >= 0 or len(self._held) >= LONGEST_HELD:
            if straight:
                yield from self._plain(1)
            else:
                yield from self._judged(sign, self._held[1 : gap if gap >= 0 else LONGEST_HELD], "")

    def _block(self, *, last: bool) -> Iterator[Said | Cited]:
        """Read a line that begins as Markdown's quotations do."""
        line = self._first("\n", "```")
        if line >= 0 or last or len(self._held) >= LONGEST_HELD:
            yield from self._judged(">", self._held[1 : line if line >= 0 else LONGEST_HELD], "")

    def _first(self, *ends: str) -> int:
        """Return where what is held ends first, code at the latest; -1 where it does not end yet."""
        return min((place for end in ends if (place := self._held.find(end, 1, LONGEST_HELD)) >= 0), default=-1)

    def _judged(self, opening: str, inner: str, closing: str) -> Iterator[Said | Cited]:
        """Give out what stands in quotation marks, as what it is."""
        size = len(opening) + len(inner) + len(closing)
        cited = [each for found in MARK.finditer(inner) for each in self._cited(found[1])[0]]
        bare = re.sub(rf"[^\S\n]*{MARK.pattern}", "", inner)
        judged = judge(self._sources, opening, bare, closing)
        self._held = self._held[size:]
        begin = self._length + len(self._lead(judged.text))
        said = self._give(judged.text, judged.text, size)
        if judged.stands:
            yield said
        else:
            told = {"type": "quotation", "start": begin, "end": self._length, "verdict": "not_found"}
            yield Said(said.text, said.size, told)
        if judged.quotation is not None:
            yield Cited(judged.quotation, 0, typed=True)
        for each in cited:
            yield Cited(each, 0)

    def _plain(self, size: int) -> Iterator[Said | Cited]:
        """Give out characters as they are, but for spaces at their end, which a mark may follow."""
        text, self._held = self._held[:size], self._held[size:]
        bare = text.lstrip(_SPACES)
        self._space, text = self._space + text[: len(text) - len(bare)], bare
        spaces = _SPACE_END.search(text)
        kept = spaces[0] if spaces else ""
        if text:
            text = text[: len(text) - len(kept)]
            yield self._give(text, text, len(text))
        self._space += kept

    def _give(self, text: str, begins: str, size: int) -> Said:
        """Make a piece of text, with the spaces before it."""
        given, size = self._lead(begins) + text, size + len(self._space)
        self._space, self._dropped = "", None
        self._length += len(given)
        self._tail = (self._tail + given)[-8:]
        return Said(given, size)

    def _lead(self, begins: str) -> str:
        """Return the spaces that stay before what comes: none at the place of a mark, but between two words."""
        if self._dropped is None:
            return self._space
        if not self._space:
            return self._dropped if begins[:1].isalnum() else ""
        return self._space if self._length and not self._tail.endswith("\n") and begins[:1] not in ".,;:!?،؛؟" else ""

    def _at_line_start(self, before: str) -> bool:
        return _LINE_START.search(self._tail + self._space + before) is not None
