"""What a reader makes of a file: its text in parts, and where each line of it stands.

A part is a page, a slide, a sheet, a chapter, or the whole file where it has none of these. The canonical text of a
file is its parts' texts, in order, joined by `BETWEEN`; an offset counts Unicode characters (code points) of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BETWEEN = "\n\n"
"""What stands between two parts in the canonical text."""

PartKind = Literal["page", "slide", "sheet", "chapter", "whole"]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points (1/72 inch) from the upper left corner of the page as it is shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """Characters of a part that stand together on its page."""

    start: int
    end: int
    """Offsets into the part's text."""
    box: Box


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, which is a line of the text too."""

    start: int
    end: int
    level: int
    """1 is the highest, 6 the lowest."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a line of the text for each row, its cells set apart by tabs."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a document. All offsets are into its own text."""

    kind: PartKind
    label: str
    """As people name it: the page's number as it counts from 1, the sheet's name, the chapter's title."""
    text: str
    """In reading order and in logical order (what is read first stands first, also from right to left), in NFC, with
    `\\n` between lines that belong to one paragraph or table and an empty line between paragraphs."""
    width: float = 0
    height: float = 0
    """Of the page as it is shown, in points; 0 where there is no page."""
    lines: tuple[Line, ...] = ()
    headings: tuple[Heading, ...] = ()
    tables: tuple[Table, ...] = ()
    doubts: tuple[str, ...] = ()
    """What a person should know: `scanned` (a picture of text that nobody read), `recognised` (read by OCR),
    `unsure` (two readers disagree), `cut` (more than is read of one part)."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What is known of a document before its parts are read."""

    kind: str
    """Its real format, told by its bytes: `pdf`, `docx`, `html` ...; not by its name."""
    parts: int
    title: str = ""
