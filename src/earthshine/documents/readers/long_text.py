"""Blocks of any number and length, made into parts of a bounded length that have one label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from earthshine.documents.document import Part, PartKind
from earthshine.documents.readers.part_builder import LENGTH, PartBuilder, divided, one_line


class LongText:
    """A whole document, a chapter or a sheet: one part, or several where it is long."""

    def __init__(self, kind: PartKind = "whole", label: str = "") -> None:
        """`label` is that of each part; without one, they are numbered from 1."""
        self._kind: PartKind = kind
        self._label = label
        self._done: list[Part] = []
        self._doubts: list[str] = []
        self._open = self._new()
        self.title = ""
        """The first headline."""

    def paragraph(self, text: str) -> None:
        """Add a paragraph."""
        for piece in divided(text):
            self._room(len(piece))
            self._open.paragraph(piece)

    def heading(self, text: str, level: int) -> None:
        """Add a headline; one that is as long as a text is a paragraph."""
        text = one_line(text)
        if len(text) > 1000:
            self.paragraph(text)
            return
        # A part that is nearly full ends before a headline, so that the headline stays with its text.
        self._room(len(text) + LENGTH // 10)
        self._open.heading(text, level)
        self.title = self.title or text[:300]

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """Add a table; a long one goes on in the next part."""
        held: list[list[str]] = []
        length = 0
        for row in rows:
            cells = [one_line(cell) for cell in row]
            size = sum(map(len, cells)) + len(cells)
            if held and length + size > LENGTH:
                self._table(held, length)
                held, length = [], 0
            if size > LENGTH:
                self.paragraph("\t".join(cells))
            else:
                held.append(cells)
                length += size
        self._table(held, length)

    def doubt(self, doubt: str) -> None:
        """Say what a person should know of all of it."""
        self._doubts.append(doubt)

    def parts(self) -> list[Part]:
        """Return the parts; none where there is no text."""
        self._finish()
        return self._done

    def _table(self, rows: list[list[str]], length: int) -> None:
        self._room(length)
        self._open.table(rows)

    def _room(self, length: int) -> None:
        if self._open.length and self._open.length + length > LENGTH:
            self._finish()

    def _finish(self) -> None:
        for doubt in self._doubts:
            self._open.doubt(doubt)
        if self._open.length:
            self._done.append(self._open.part())
        self._open = self._new()

    def _new(self) -> PartBuilder:
        return PartBuilder(self._kind, self._label or str(len(self._done) + 1))
