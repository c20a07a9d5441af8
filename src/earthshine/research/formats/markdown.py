"""A report as Markdown of GitHub's kind, with footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def markdown(report: ResearchReport) -> str:
    """Return a report as a file."""
    document = compose(report)
    parts = _blocks(document)
    for place, note in enumerate(document.notes, 1):
        parts.append(f"[^{place}]: {_line(note, document)}")
    if document.direction == "rtl":
        parts = [f'<div dir="rtl" lang="{tag(document.language)}">', *parts, "</div>"]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return a text that shows what it is, inside a line."""
    return _ADDRESS.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", text))


def _blocks(document: Document) -> list[str]:
    parts = [f"# {escaped(document.title)}"]
    for items, blocks in groupby(document.blocks, lambda each: isinstance(each, Paragraph) and each.kind == "item"):
        told = [_block(each, document) for each in blocks]
        parts += ["\n".join(told)] if items else filter(None, told)
    return parts


def _block(block: Block, document: Document) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_line(block.line, document)}"
    if isinstance(block, Paragraph):
        told = _START.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], _line(block.line, document))
        return f"- {told}" if block.kind == "item" else told
    if isinstance(block, Grid):
        return _grid(block, document)
    assert isinstance(block, Chart)
    return ""  # its table stands before it


def _grid(grid: Grid, document: Document) -> str:
    rules = ["---:" if place in grid.figures else "---" for place in range(len(grid.header))]
    header, *rows = ([_line(cell, document) for cell in row] for row in (grid.header, *grid.rows))
    table = "\n".join(_row(cells) for cells in (header, rules, *rows))
    return f"**{escaped(grid.title)}**\n\n{table}" if grid.title else table


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line, document: Document) -> str:
    return "".join(f"[^{each.number}]" if isinstance(each, Mark) else _text(each, document) for each in line)


def _text(text: Text, document: Document) -> str:
    told = escaped(text.text)
    if text.bold and told.strip():
        told = f"**{told.rstrip()}**{told[len(told.rstrip()) :]}"
    if text.link:
        told = f"[{told}](<{text.link}>)"
    if text.direction is not None and text.direction != document.direction:
        told = isolated(told, text.direction)
    return told
