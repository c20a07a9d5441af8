"""The objects of `/earthshine/v1/documents`."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Seconds

State = Literal["unread", "queued", "reading", "read", "failed"]


class DocumentError(TypedDict):
    """Why a file cannot be read, and what to do."""

    code: str
    message: str


class Document(TypedDict):
    """What is known of the text of a file."""

    object: Literal["document"]
    id: str
    """The file's."""
    filename: str
    status: State
    kind: str
    """Its format, told by its bytes, such as `pdf`; empty until its reading has begun."""
    title: str
    parts: int
    """Pages, slides, sheets, chapters; 0 until that is known."""
    parts_read: int
    characters: int
    """Of the text that was read so far."""
    doubts: dict[str, int]
    """What a person should know, with the number of parts of which it is true: `scanned`, `recognised`, `unsure`,
    `cut`."""
    error: DocumentError | None
    began_at: Seconds | None
    ended_at: Seconds | None


class PartLine(TypedDict):
    """Characters that stand together on a page."""

    start: int
    end: int
    box: tuple[float, float, float, float]
    """Left, top, right, bottom, in points from the upper left corner of the page."""


class PartHeading(TypedDict):
    """A heading."""

    start: int
    end: int
    level: int


class PartTable(TypedDict):
    """A table: a line for each row, its cells set apart by tabs."""

    start: int
    end: int


class DocumentPart(TypedDict):
    """One part of a document, with its layout; places in it count from the beginning of the part's own text."""

    object: Literal["document.part"]
    number: int
    """From 0."""
    kind: Literal["page", "slide", "sheet", "chapter", "whole"]
    label: str
    start: int
    """Where the part's text begins in the text of the whole document, in Unicode characters."""
    end: int
    text: str
    width: float
    height: float
    lines: list[PartLine]
    headings: list[PartHeading]
    tables: list[PartTable]
    doubts: list[str]


class DocumentParts(TypedDict):
    """Some parts of a document, in order."""

    object: Literal["list"]
    data: list[DocumentPart]
    has_more: bool
    """Whether there are parts after these, of those that were asked for."""


class DocumentMatch(TypedDict):
    """A place in a document where a query was found."""

    object: Literal["document.match"]
    part: int
    """The number of the part."""
    label: str
    start: int
    """In the text of the whole document, in Unicode characters."""
    end: int
    snippet: str
    highlights: list[tuple[int, int]]
    """Where what was asked for stands in the snippet."""


class DocumentMatches(TypedDict):
    """Places in a document where a query was found, in the order of the text."""

    object: Literal["list"]
    data: list[DocumentMatch]
    has_more: bool
    """Whether the search ended before the document did: for its limit, or for the time that it may take."""
