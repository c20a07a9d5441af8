"""A report as Markdown of GitHub's kind, with footnotes; and as the text of the message that ends a research."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from earthshine.research.formats.composition import compose
from earthshine.research.formats.document import Block, Chart, Document, Grid, Heading, Line, Mark, Paragraph, Text
from earthshine.research.formats.plain import isolated, tag
from earthshine.research.report import ResearchReport

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$@#]|:(?=[\w+-]+:)")
_ADDRESS = re.compile(r"(?i)\b(www|https?|ftp)(?=\.|://)")
"""What is made a link by itself."""
_START = re.compile(r"^(\d{1,9})([.)])|^([-+=:])")
"""What, at the beginning of a line, would make it an entry of a list or a rule."""
_FROM, _CITES, _TO = "\ue000", "\ue001", "\ue002"
"""Round cited words and what they cite, until their places are known; `plain.clean` lets none through."""
_CITED = re.compile(f"{_FROM}(.*?){_CITES}(.*?){_TO}")


@dataclass(frozen=True, slots=True)
class Cited:
    """Words of a message that stand on evidence."""

    start: int
    """In Unicode characters."""
    end: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Message:
    """A text and its citations, in order; what they cite is shown by who shows the message, and not written in it."""

    text: str
    cited: list[Cited]


def markdown(report: ResearchReport) -> str:
    """Return a report as a file."""
    document = compose(report)
    parts = _blocks(document, _footnotes)
    for place, note in enumerate(document.notes, 1):
        parts.append(f"[^{place}]: {_line(note, document, _footnotes)}")
    if document.direction == "rtl":
        parts = [f'<div dir="rtl" lang="{tag(document.language)}">', *parts, "</div>"]
    return "\n\n".join(parts) + "\n"


def message(report: ResearchReport) -> Message:
    """Return what a report says as the text of a message: without its sources and its method, which stand beside it."""
    written = "\n\n".join(_blocks(compose(report, whole=False), _citations))
    text, cited, place = "", list[Cited](), 0
    for found in _CITED.finditer(written):
        text += written[place : found.start()] + found[1]
        place = found.end()
        cited += (Cited(len(text) - len(found[1]), len(text), each) for each in found[2].split())
    return Message(text + written[place:], cited)


def escaped(text: str) -> str:
    """Return a text that shows what it is, inside a line."""
    return _ADDRESS.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", text))


_Marked = Callable[[str, list[Mark]], str]
"""Writes a text with its marks."""


def _footnotes(text: str, marks: list[Mark]) -> str:
    return text + "".join(f"[^{mark.number}]" for mark in marks)


def _citations(text: str, marks: list[Mark]) -> str:
    return f"{_FROM}{text}{_CITES}{' '.join(mark.evidence for mark in marks)}{_TO}"


def _blocks(document: Document, marked: _Marked) -> list[str]:
    parts = [f"# {escaped(document.title)}"]
    for items, blocks in groupby(document.blocks, lambda each: isinstance(each, Paragraph) and each.kind == "item"):
        told = [_block(each, document, marked) for each in blocks]
        parts += ["\n".join(told)] if items else filter(None, told)
    return parts


def _block(block: Block, document: Document, marked: _Marked) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_line(block.line, document, marked)}"
    if isinstance(block, Paragraph):
        told = _START.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], _line(block.line, document, marked))
        return f"- {told}" if block.kind == "item" else told
    if isinstance(block, Grid):
        return _grid(block, document, marked)
    assert isinstance(block, Chart)
    return ""  # its table stands before it


def _grid(grid: Grid, document: Document, marked: _Marked) -> str:
    rules = ["---:" if place in grid.figures else "---" for place in range(len(grid.header))]
    header, *rows = ([_line(cell, document, marked) for cell in row] for row in (grid.header, *grid.rows))
    table = "\n".join(_row(cells) for cells in (header, rules, *rows))
    return f"**{escaped(grid.title)}**\n\n{table}" if grid.title else table


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line, document: Document, marked: _Marked) -> str:
    told, place = "", 0
    while place < len(line):
        each, marks = line[place], list[Mark]()
        place += 1
        while place < len(line) and isinstance(mark := line[place], Mark):
            marks.append(mark)
            place += 1
        text = _text(each, document) if isinstance(each, Text) else ""
        told += marked(text, marks) if marks else text
    return told


def _text(text: Text, document: Document) -> str:
    told = escaped(text.text)
    if text.bold and told.strip():
        told = f"**{told.rstrip()}**{told[len(told.rstrip()) :]}"
    if text.link:
        told = f"[{told}](<{text.link}>)"
    if text.direction is not None and text.direction != document.direction:
        told = isolated(told, text.direction)
    return told
