"""A document as headings, paragraphs, tables and notes: what all forms of a report are written from.

Texts in it are clean (`plain.clean`) and not yet escaped for any form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from earthshine.research.formats.plain import Direction


@dataclass(frozen=True, slots=True)
class Text:
    """Words that look alike."""

    text: str
    language: str = ""
    """Where it may be another than that of what stands around it."""
    direction: Direction | None = None
    """Its own, where what stands around it may have another."""
    bold: bool = False
    link: str = ""
    """An address of the web that `plain.link` has let through."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a note, which is about the text before it."""

    number: int
    evidence: str


Line = list[Text | Mark]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows; the document's own is level 1."""

    level: Literal[2, 3]
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, or one entry of a list."""

    line: Line
    kind: Literal["text", "item", "small"] = "text"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    title: str
    header: list[Line]
    rows: list[list[Line]]
    figures: frozenset[int] = frozenset()
    """Numbers of the columns that hold figures, from 0."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure of a chart."""

    label: str
    value: str
    """As it stands in the table."""
    share: float
    """Of the longest bar, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from one column of a table; they begin at zero."""

    title: str
    bars: list[Bar]


Block = Heading | Paragraph | Grid | Chart


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    language: str
    direction: Direction
    digits: str
    """The ten digits of its numbers of notes and pages."""
    blocks: list[Block] = field(default_factory=list[Block])
    notes: list[Line] = field(default_factory=list[Line])
    """That with number 1 first; each piece of evidence that is cited has one."""
