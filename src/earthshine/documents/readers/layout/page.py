"""One page of a PDF as a `Part`: its glyphs in reading order, by paragraphs, with headings, tables and places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earthshine.documents.document import Box, Heading, Line, Part, Table
from earthshine.documents.readers.layout.columns import bands_of
from earthshine.documents.readers.layout.glyph import Glyph
from earthshine.documents.readers.layout.lines import (
    TextLine,
    certain_direction,
    is_mostly_right_to_left,
    line_of,
    paragraph_direction,
)
from earthshine.documents.readers.layout.rows import Row, column_numbers, columns_of, rows_of, table_at, usual_leading
from earthshine.documents.readers.layout.segments import Segment, segments_of
from earthshine.text.bidi import kind_of

Placed = Callable[[float, float, float, float], Box]
"""From left, top, right, bottom in the frame of the text to the box on the shown page."""

_HEADING_SIZES = ((1.5, 1), (1.18, 2), (1.07, 3))
"""How much larger than the text a heading is at least, and its level."""
_LONGEST_HEADING = 200
_MOST_HEADINGS = 0.5
_BULLETS = "•◦▪‣●○■–—-*·"


@dataclass(slots=True)
class _Block:
    lines: list[TextLine]
    table: bool = False


class PageText:
    """Collects the text of one page; `part` gives it."""

    def __init__(self, words_alone: bool = False) -> None:
        """`words_alone`: how the file's writer set Arabic, see `bidi.reading_order`."""
        self._words_alone = words_alone
        self._text = ""
        self._lines: list[Line] = []
        self._tables: list[Table] = []
        self._blocks: list[tuple[int, int, _Block]] = []

    def read(self, glyphs: Sequence[Glyph], placed: Placed) -> None:
        """Add the glyphs of one frame (those whose text runs the same way)."""
        self.arrange(segments_of(glyphs), placed)

    def arrange(self, segments: Sequence[Segment], placed: Placed) -> None:
        """Add segments of one frame."""
        page_right_to_left = is_mostly_right_to_left("".join(segment.letters for segment in segments))
        for band in bands_of(segments, page_right_to_left):
            for block in _blocks(band, page_right_to_left, self._words_alone):
                self._add(block, placed)

    def _add(self, block: _Block, placed: Placed) -> None:
        if self._text:
            self._text += "\n\n"
        begun = len(self._text)
        for line in block.lines:
            if len(self._text) > begun:
                self._text += "\n"
            start = len(self._text)
            self._text += line.text
            box = placed(line.left, line.top, line.right, line.bottom)
            self._lines.append(Line(start, len(self._text), box))
        if block.table:
            self._tables.append(Table(begun, len(self._text)))
        self._blocks.append((begun, len(self._text), block))

    def part(self, label: str, width: float, height: float, doubts: tuple[str, ...]) -> Part:
        return Part(
            "page", label, self._text, width, height, tuple(self._lines), self._headings(), tuple(self._tables), doubts
        )

    def _headings(self) -> tuple[Heading, ...]:
        body = self._body_size()
        found: list[Heading] = []
        for start, end, block in self._blocks:
            level = 0 if block.table else _level(block, body)
            if level:
                found.append(Heading(start, end, level))
        said = sum(heading.end - heading.start for heading in found)
        return tuple(found) if said <= _MOST_HEADINGS * len(self._text) or len(self._blocks) < 4 else ()

    def _body_size(self) -> float:
        """The size in which most of the page is set."""
        said: dict[float, int] = {}
        for _, _, block in self._blocks:
            for line in block.lines:
                said[round(line.size, 1)] = said.get(round(line.size, 1), 0) + len(line.text)
        return max(said, key=lambda size: said[size], default=0.0)


def _level(block: _Block, body: float) -> int:
    text = " ".join(line.text for line in block.lines)
    if len(text) > _LONGEST_HEADING or len(block.lines) > 3 or not any(map(str.isalpha, text)):
        return 0
    size = min(line.size for line in block.lines)
    for larger, level in _HEADING_SIZES:
        if size >= larger * body:
            return level
    bold = all(line.bold for line in block.lines) and size > 0.97 * body
    return 4 if bold and len(block.lines) == 1 and text[-1] not in ".,;:،؛。；" else 0


def _blocks(band: list[Segment], page_right_to_left: bool, words_alone: bool) -> list[_Block]:
    rows = rows_of(band)
    leading = usual_leading(rows)
    edges = min(row.left for row in rows), max(row.right for row in rows)
    blocks: list[_Block] = []
    paragraph: list[Row] = []
    at = 0
    while at < len(rows):
        count = table_at(rows, at)
        if paragraph and (count or _begins_paragraph(paragraph, rows[at], leading, edges, page_right_to_left)):
            blocks.append(_paragraph(paragraph, page_right_to_left, words_alone))
            paragraph = []
        if count:
            blocks.append(_table(rows[at : at + count], page_right_to_left))
        else:
            paragraph.append(rows[at])
        at += count or 1
    if paragraph:
        blocks.append(_paragraph(paragraph, page_right_to_left, words_alone))
    return blocks


def _begins_paragraph(
    before: Sequence[Row], row: Row, leading: float, edges: tuple[float, float], right_to_left: bool
) -> bool:
    last, size = before[-1], row.size
    if abs(last.size - size) > 0.08 * size or last.segments[0].bold != row.segments[0].bold:
        return True
    if row.baseline - last.baseline > max(1.25 * leading, leading + 0.2) * size:
        return True
    if (row.letters[-1:] if right_to_left else row.letters[:1]) in _BULLETS:
        return True
    if {certain_direction(row.letters), certain_direction(last.letters)} == {True, False}:
        return True
    left, right = edges
    if right_to_left:
        indent, before_indent, short = right - row.right, right - last.right, last.left - left
    else:
        indent, before_indent, short = row.left - left, last.left - left, right - last.right
    indented = before_indent + 0.8 * size < indent < 6 * size
    return indented or (short > 0.5 * (right - left) and indent >= before_indent)


def _paragraph(rows: Sequence[Row], page_right_to_left: bool, words_alone: bool) -> _Block:
    right_to_left = paragraph_direction([row.letters for row in rows], page_right_to_left)
    lines: list[TextLine] = []
    after_arabic = False
    for row in rows:
        line = line_of(row.segments, right_to_left, after_arabic, words_alone)
        if not line.text:
            continue
        lines.append(line)
        strong = next((kind for kind in map(kind_of, reversed(line.text)) if kind in ("R", "A", "L")), None)
        after_arabic = strong == "A" if strong else after_arabic
    return _Block(lines)


def _table(rows: Sequence[Row], page_right_to_left: bool) -> _Block:
    columns = columns_of(rows)
    letters = "".join(row.letters for row in rows)
    right_to_left = is_mostly_right_to_left(letters) if any(map(str.isalpha, letters)) else page_right_to_left
    lines: list[TextLine] = []
    for row in rows:
        cells = [""] * len(columns)
        for cell, at in zip(row.cells, column_numbers(row, columns), strict=True):
            letters = "".join(segment.letters for segment in cell)
            said = line_of(cell, paragraph_direction([letters], right_to_left)).text
            cells[at] = f"{cells[at]} {said}".strip()
        whole = line_of(row.segments, right_to_left)
        whole.text = "\t".join(reversed(cells) if right_to_left else cells)
        lines.append(whole)
    return _Block(lines, table=True)
