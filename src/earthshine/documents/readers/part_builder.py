"""How readers build parts, of blocks: a headline, a paragraph or a table each; and how long texts are divided."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from earthshine.documents.document import Heading, Part, PartKind, Table

LENGTH = 100_000
"""Characters after which a part of a document without pages ends, at the next block's beginning."""
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither JSON nor databases nor people can do anything with."""
_SPACES = re.compile(r"[ \t\xa0\u2000-\u200a\u202f\u3000]+")


def clean(text: str) -> str:
    """Return text in NFC, without controls, and with `\\n` as the only end of a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _UNSEEN.sub("", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return clean text in one line, its spaces single."""
    if text.isascii() and text.isprintable() and " " not in text:  # what most cells of large tables are
        return text
    return _SPACES.sub(" ", clean(text).replace("\n", " ")).strip()


class PartBuilder:
    """One part in the making. Blocks are set apart by an empty line."""

    def __init__(self, kind: PartKind, label: str) -> None:
        """`kind` and `label` are the part's."""
        self.kind: PartKind = kind
        self.label = one_line(label)[:200]
        self.length = 0
        """Characters so far."""
        self._texts: list[str] = []
        self._headings: list[Heading] = []
        self._tables: list[Table] = []
        self._doubts: list[str] = []

    def paragraph(self, text: str) -> None:
        """Add a paragraph; its lines stay lines. An empty one adds nothing."""
        self._add(clean(text).strip("\n"))

    def heading(self, text: str, level: int) -> None:
        """Add a headline, in one line."""
        start, end = self._add(one_line(text))
        if end > start:
            self._headings.append(Heading(start, end, min(max(level, 1), 6)))

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """Add a table; rows without any text are left out, and cells are one line each."""
        lines = ("\t".join(one_line(cell) for cell in row).rstrip("\t") for row in rows)
        start, end = self._add("\n".join(line for line in lines if line.strip()))
        if end > start:
            self._tables.append(Table(start, end))

    def doubt(self, doubt: str) -> None:
        """Say what a person should know of this part."""
        if doubt not in self._doubts:
            self._doubts.append(doubt)

    def part(self) -> Part:
        """Return what was built."""
        return Part(
            kind=self.kind,
            label=self.label,
            text="\n\n".join(self._texts),
            headings=tuple(self._headings),
            tables=tuple(self._tables),
            doubts=tuple(self._doubts),
        )

    def _add(self, text: str) -> tuple[int, int]:
        if not text.strip():
            return 0, 0
        start = self.length + (2 if self._texts else 0)
        self._texts.append(text)
        self.length = start + len(text)
        return start, self.length


def divided(text: str, most: int = LENGTH) -> Iterator[str]:
    """Yield a long text in pieces of at most `most` characters; they end at a paragraph, else a line, else a space."""
    start = 0
    while len(text) - start > most:
        end = start + most
        for mark in ("\n\n", "\n", ". ", " "):
            cut = text.rfind(mark, start + most // 2, end)
            if cut >= 0:
                end = cut + len(mark)
                break
        yield text[start:end]
        start = end
    yield text[start:]
