"""A report as DOCX, with the footnotes, links and tables that Word makes itself.

Written here, as a file of a few parts: what makes such files for Python knows no footnotes.
Source of the parts: ECMA-376, https://ecma-international.org/publications-and-standards/standards/ecma-376/
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from earthshine.research.formats import docx_parts
from earthshine.research.formats.composition import compose
from earthshine.research.formats.document import Block, Chart, Document, Grid, Heading, Mark, Paragraph, Text
from earthshine.research.formats.plain import day
from earthshine.research.report import ResearchReport

_WIDTH = 9070
"""Of the text on the page, in twentieths of a point."""
_LONGEST_BAR = 22
"""Characters."""
_MARKS = {"ltr": "\u200e", "rtl": "\u200f"}
"""Unseen letters of a direction."""
_FIGURE = frozenset((2,))
_END = '<w:jc w:val="right"/>'
"""At the end of the line, which is left in a paragraph that begins at the right."""


def docx(report: ResearchReport) -> bytes:
    """Return a report as a DOCX file. The same report makes the same bytes."""
    document = compose(report)
    writer = _Writer(document)
    body = writer.body()
    notes, links = writer.notes(), writer.links
    parts = {
        "[Content_Types].xml": docx_parts.CONTENT_TYPES,
        "_rels/.rels": docx_parts.PACKAGE,
        "docProps/core.xml": docx_parts.core(document.title, document.language, day(report["created_at"])),
        "word/document.xml": body,
        "word/footnotes.xml": notes,
        "word/footer1.xml": docx_parts.footer(document.direction),
        "word/styles.xml": docx_parts.styles(document.language, document.direction),
        "word/numbering.xml": docx_parts.NUMBERING,
        "word/settings.xml": docx_parts.SETTINGS,
        "word/_rels/document.xml.rels": docx_parts.relationships(links["document"]),
        "word/_rels/footnotes.xml.rels": docx_parts.links(links["footnotes"]),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


class _Writer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._met: set[int] = set()
        self._part = "document"
        self.links: dict[str, list[str]] = {"document": [], "footnotes": []}
        """The addresses of each part, in the order of their ids."""

    def body(self) -> str:
        blocks = "".join(self._block(each) for each in self._document.blocks)
        title = self._paragraph([Text(self._document.title)], "Title")
        bidi = "<w:bidi/>" if self._document.direction == "rtl" else ""
        return docx_parts.part("document", f"<w:body>{title}{blocks}{docx_parts.section(bidi)}</w:body>")

    def notes(self) -> str:
        self._part = "footnotes"
        number = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
        told = (
            f'<w:footnote w:id="{place}">{self._paragraph([Text(" "), *note], "FootnoteText", number)}</w:footnote>'
            for place, note in enumerate(self._document.notes, 1)
        )
        return docx_parts.part("footnotes", docx_parts.SEPARATORS + "".join(told))

    def _block(self, block: Block) -> str:
        if isinstance(block, Heading):
            return self._paragraph(block.line, f"Heading{block.level - 1}")
        if isinstance(block, Paragraph):
            return self._paragraph(
                block.line, {"item": "ListBullet", "small": "Subtitle", "text": "Normal"}[block.kind]
            )
        return self._grid(block) if isinstance(block, Grid) else self._chart(block)

    def _paragraph(self, line: Sequence[Text | Mark], style: str, before: str = "", side: str = "") -> str:
        bidi = "<w:bidi/>" if self._document.direction == "rtl" else ""
        runs = "".join(
            self._mark(each, before) if isinstance(each, Mark) else self._text(each)
            for before, each in zip([None, *line], line, strict=False)
        )
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{bidi}{side}</w:pPr>{before}{runs}</w:p>'

    def _text(self, text: Text) -> str:
        own = self._document.direction
        direction = text.direction or own
        # Word knows no isolates: marks hold the signs at the ends inside, and those between two such texts outside.
        before, after = (
            (_MARKS[own] + _MARKS[direction], _MARKS[direction] + _MARKS[own]) if direction != own else ("", "")
        )
        style = '<w:rStyle w:val="Hyperlink"/>' if text.link else ""
        properties = style + ("<w:b/><w:bCs/>" if text.bold else "") + ("<w:rtl/>" if direction == "rtl" else "")
        language = quoteattr(text.language or self._document.language)
        attribute = "w:bidi" if direction == "rtl" else "w:eastAsia" if language[1:3] in ("zh", "ja", "ko") else "w:val"
        properties += f"<w:lang {attribute}={language}/>"
        run = f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text.text)}</w:t></w:r>'
        if text.link:
            links = self.links[self._part]
            links.append(text.link)
            run = f'<w:hyperlink r:id="link{len(links)}">{run}</w:hyperlink>'
        return f"<w:r><w:t>{before}</w:t></w:r>{run}<w:r><w:t>{after}</w:t></w:r>" if before else run

    def _mark(self, mark: Mark, before: Text | Mark | None) -> str:
        """Return the reference to a note; one that is there already is referred to by Word's field for that."""
        style = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
        number = mark.number
        parted = "," if isinstance(before, Mark) else _MARKS["rtl"] if self._document.direction == "rtl" else ""
        start = f"<w:r>{style}<w:t>{parted}</w:t></w:r>" if parted else ""
        if number in self._met:
            return start + (
                f'<w:fldSimple w:instr=" NOTEREF _note{number} \\f \\h ">'
                f"<w:r>{style}<w:t>{number}</w:t></w:r></w:fldSimple>"
            )
        self._met.add(number)
        return start + (
            f'<w:bookmarkStart w:id="{number}" w:name="_note{number}"/>'
            f'<w:r>{style}<w:footnoteReference w:id="{number}"/></w:r><w:bookmarkEnd w:id="{number}"/>'
        )

    def _grid(self, grid: Grid) -> str:
        title = self._paragraph([Text(grid.title, bold=True)], "Caption") if grid.title else ""
        header = [[replace(each, bold=True) for each in cell if isinstance(each, Text)] for cell in grid.header]
        rows = [self._row(header, grid.figures, "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>")]
        rows += (self._row(row, grid.figures) for row in grid.rows)
        return title + self._table([_WIDTH // len(grid.header)] * len(grid.header), rows, "TableGrid")

    def _row(self, cells: Iterable[Sequence[Text | Mark]], figures: frozenset[int], properties: str = "") -> str:
        told = (
            f"<w:tc>{self._paragraph(cell, 'TableText', side=_END if place in figures else '')}</w:tc>"
            for place, cell in enumerate(cells)
        )
        return f"<w:tr>{properties}{''.join(told)}</w:tr>"

    def _table(self, widths: Sequence[int], rows: Iterable[str], style: str) -> str:
        visual = "<w:bidiVisual/>" if self._document.direction == "rtl" else ""
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>{visual}<w:tblW w:w="5000" w:type="pct"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
            + self._paragraph([], "TableText")
        )

    def _chart(self, chart: Chart) -> str:
        """Return bars made of blocks, which need no picture."""
        title = self._paragraph([Text(chart.title, bold=True)], "Caption")
        rows = (
            self._row([[Text(bar.label)], [Text("█" * round(bar.share * _LONGEST_BAR))], [Text(bar.value)]], _FIGURE)
            for bar in chart.bars
        )
        return title + self._table((_WIDTH * 3 // 10, _WIDTH * 5 // 10, _WIDTH * 2 // 10), rows, "ChartTable")
