"""Word documents (DOCX): headings, paragraphs, lists, tables, footnotes and comments in the order of reading.

What was deleted under track changes, what is hidden and the codes of fields are left out. A footnote stands below the
paragraph that has its number, a comment likewise; headers come first and footers last, each once.
"""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.office.docx_styles import Numbering, Styles
from earthshine.documents.readers.office.ooxml import main_part, related, relations, title
from earthshine.documents.readers.xml import Element, attribute, child, children, name_of, number, parsed

_LEFT_OUT = {"del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "rt", "pPr", "rPr", "sdtPr"}
_WRITTEN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": "\t"}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes", "commentReference": "comments"}
_COLUMNS = 200
"""Columns that a cell may span."""


class DocxReader:
    """Reads the blocks of the main part, one at a time."""

    def open(self, source: Source) -> Heads:
        """Read all of it: its parts are made of its blocks, and not numbered in the file."""
        self._archive = archive = Archive(source.path)
        main = main_part(archive, "word/document.xml")
        self._relations = relations(archive, main)
        self._styles = Styles(self._named("styles"))
        self._numbering = Numbering(self._named("numbering"))
        self._notes = {kind: self._read_notes(kind) for kind in set(_NOTES.values())}
        self._numbers: dict[tuple[str, str], int] = {}
        self._text = LongText()
        self._margins("header")
        with archive.open(main) as stream:
            for block in children(stream, "body"):
                self._block(block)
        self._margins("footer")
        self._parts = self._text.parts()
        if not self._parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, len(self._parts), title(archive) or self._text.title)

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _block(self, block: Element) -> None:
        kind = name_of(block)
        if kind == "p":
            self._paragraph(block)
        elif kind == "tbl":
            notes: list[str] = []
            self._text.table([self._row(row, notes) for row in _found(block, "tr")])
            self._below(notes)
        elif kind in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent", "Choice"):
            for each in block:
                self._block(each)

    def _paragraph(self, paragraph: Element) -> None:
        notes: list[str] = []
        boxes: list[Element] = []
        text = self._inline(paragraph, notes, boxes)
        style, level = self._styles.of(paragraph)
        if text.strip():
            text = self._numbering.label(paragraph, style) + text
            if level:
                self._text.heading(text, level)
            else:
                self._text.paragraph(text)
        for box in boxes:
            for each in box:
                self._block(each)
        self._below(notes)

    def _row(self, row: Element, notes: list[str]) -> list[str]:
        cells: list[str] = []
        for cell in _found(row, "tc"):
            properties = child(cell, "tcPr")
            span = child(properties, "gridSpan") if properties is not None else None
            merged = child(properties, "vMerge") if properties is not None else None
            below = merged is not None and attribute(merged, "val", "continue") == "continue"
            cells.append("" if below else " ".join(self._cell(cell, notes)))
            if span is not None:
                cells.extend([""] * (number(attribute(span, "val"), 1, _COLUMNS) - 1))
        return cells

    def _cell(self, cell: Element, notes: list[str]) -> Iterator[str]:
        """Yield the texts of a cell's paragraphs, those of a table within it too."""
        for paragraph in cell.iter("{*}p"):
            if text := self._inline(paragraph, notes, []).strip():
                yield text

    def _inline(self, element: Element, notes: list[str], boxes: list[Element]) -> str:
        """Return the text of a paragraph; what stands below it goes to `notes`, text boxes to `boxes`."""
        written: list[str] = []
        for each in element:
            kind = name_of(each)
            if kind == "t":
                written.append(each.text or "")
            elif kind in _WRITTEN:
                written.append(_WRITTEN[kind])
            elif kind in _NOTES:
                written.append(self._note(_NOTES[kind], attribute(each, "id"), notes))
            elif kind == "txbxContent":
                boxes.append(each)
            elif kind == "r" and self._styles.is_hidden(each):
                continue
            elif kind not in _LEFT_OUT:
                written.append(self._inline(each, notes, boxes))
        return "".join(written)

    # --- what stands elsewhere ---------------------------------------------------------------------------------------

    def _note(self, kind: str, name: str, notes: list[str]) -> str:
        """Return the mark of a note, and put its text on the list."""
        text = self._notes[kind].get(name, "")
        if not text:
            return ""
        if kind == "comments":
            notes.append(f"[{text}]")
            return ""
        mark = self._numbers.setdefault((kind, name), len(self._numbers) + 1)
        notes.append(f"[{mark}] {text}")
        return f"[{mark}]"

    def _below(self, notes: list[str]) -> None:
        for note in notes:
            self._text.paragraph(note)

    def _read_notes(self, kind: str) -> dict[str, str]:
        """Return the texts of all notes of a kind, by their ids."""
        found: dict[str, str] = {}
        for name in related(self._relations, kind):
            with self._archive.open(name) as stream:
                for note in children(stream, kind):
                    if attribute(note, "type") in ("", "normal"):
                        text = " ".join(filter(None, (self._plain(each) for each in note.iter("{*}p"))))
                        author = attribute(note, "author")
                        found[attribute(note, "id")] = f"{author}: {text}" if author and text else text
        return found

    def _plain(self, paragraph: Element) -> str:
        written = (each.text or "" for each in paragraph.iter("{*}t"))
        return "".join(written).strip()

    def _margins(self, kind: str) -> None:
        """Add headers or footers, each text once."""
        seen: set[str] = set()
        for name in related(self._relations, kind):
            if name in self._archive:
                root = parsed(self._archive.read(name))
                texts = filter(None, (self._plain(each) for each in root.iter("{*}p")))
                text = "\n".join(texts)
                if text not in seen:
                    self._text.paragraph(text)
                seen.add(text)

    def _named(self, kind: str) -> Element | None:
        for name in related(self._relations, kind):
            if name in self._archive:
                return parsed(self._archive.read(name))
        return None


def _found(element: Element, wanted: str) -> Iterator[Element]:
    """Yield children of that name, also inside of what only marks them."""
    for each in element:
        kind = name_of(each)
        if kind == wanted:
            yield each
        elif kind in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _found(each, wanted)
