"""OpenDocument texts (ODT) and presentations (ODP): headings, lists, tables, notes, comments; a part for each slide."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.xml import Element, attribute, child, children, name_of, number, parsed

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_LEFT_OUT = {"tracked-changes", "sequence-decls", "forms", "settings", "ruby-text", "event-listeners"}
_COLUMNS = 200
"""Times that a cell may be repeated."""
_SPACES = 1000


class OdfReader:
    """Reads the blocks of `content.xml`, one at a time."""

    def open(self, source: Source) -> Heads:
        """Read all of it: the file has no index of its parts."""
        self._archive = archive = Archive(source.path)
        if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise UnreadableFile("encrypted")
        self._parts: list[Part] = []
        self._text = LongText()
        first_title = ""
        slides = source.kind == "odp"
        self._notes = 0
        self._counted = self._counted_lists()
        with archive.open("content.xml") as stream:
            for block in children(stream, f"{_OFFICE}{'presentation' if slides else 'text'}"):
                if slides and name_of(block) == "page":
                    self._text = LongText("slide", str(len(self._parts) + 1))
                    self._slide(block)
                    first_title = first_title or self._text.title
                    # A slide without words is a part too, so that numbers agree with what people see.
                    self._parts += self._text.parts()[:1] or [Part("slide", str(len(self._parts) + 1), "")]
                elif not slides:
                    self._block(block)
        if not slides:
            self._parts, first_title = self._text.parts(), self._text.title
        if not self._parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, len(self._parts), self._title() or first_title)

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]

    def _slide(self, page: Element) -> None:
        titles = [each for each in page if attribute(each, "class") == "title"]
        for frame in titles:
            self._text.heading(" ".join(filter(None, map(self._plain, frame.iter("{*}p", "{*}h")))), 1)
        for frame in page:
            if frame not in titles:
                self._block(frame)

    def _block(self, block: Element, bullet: str = "", style: str = "", depth: int = 0) -> None:
        kind = name_of(block)
        if not kind or kind in _LEFT_OUT or attribute(block, "class") in ("page-number", "date-time", "page"):
            return
        if kind in ("p", "h"):
            below: list[str] = []
            boxes: list[Element] = []
            text = self._inline(block, below, boxes)
            if kind == "h":
                self._text.heading(text, number(attribute(block, "outline-level", "1"), 1, 6))
            elif text.strip():
                self._text.paragraph(bullet + text)
            for box in boxes:
                self._block(box)
            for note in below:
                self._text.paragraph(note)
        elif kind == "list":
            self._list(block, attribute(block, "style-name") or style, depth)
        elif kind == "table":
            self._text.table(list(self._rows(block)))
        else:
            for each in block:
                self._block(each)

    def _list(self, block: Element, style: str, depth: int) -> None:
        """Add a list; those within it count by its style where they have none."""
        counted = (style, depth) in self._counted
        count = 0
        for item in block:
            bullet = ""
            if name_of(item) == "list-item":
                count = number(attribute(item, "start-value"), count + 1, 10**6)
                bullet = f"{count}. " if counted else "• "
            for each in item:
                self._block(each, bullet, style, depth + 1)
                bullet = ""

    def _counted_lists(self) -> set[tuple[str, int]]:
        """Return which styles of lists have numbers, at which depth counted from 0."""
        found: set[tuple[str, int]] = set()
        for name, parent in (("styles.xml", "styles"), ("content.xml", "automatic-styles")):
            if name in self._archive:
                with self._archive.open(name) as stream:
                    for style in children(stream, f"{_OFFICE}{parent}"):
                        levels = (each for each in style if name_of(each) == "list-level-style-number")
                        for level in levels if name_of(style) == "list-style" else ():
                            if attribute(level, "num-format"):
                                depth = number(attribute(level, "level"), 1, 10) - 1
                                found.add((attribute(style, "name"), depth))
        return found

    def _rows(self, table: Element) -> Iterator[list[str]]:
        for each in table:
            kind = name_of(each)
            if kind == "table-row":
                cells: list[str] = []
                for cell in each:
                    if name_of(cell) in ("table-cell", "covered-table-cell"):
                        text = " ".join(filter(None, map(self._plain, cell.iter("{*}p", "{*}h"))))
                        repeated = number(attribute(cell, "number-columns-repeated", "1"), 1, _COLUMNS)
                        cells += [text] * repeated
                yield cells
            elif kind in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(each)

    def _plain(self, paragraph: Element) -> str:
        """Return a paragraph of a cell or note; notes in it follow in brackets."""
        below: list[str] = []
        text = self._inline(paragraph, below, [])
        return " ".join((text.strip(), *below)).strip()

    def _inline(self, element: Element, below: list[str], boxes: list[Element]) -> str:
        """Return the text of a paragraph; what stands below it goes to `below`, text boxes to `boxes`."""
        written = [_collapsed(element.text)]
        for each in element:
            kind = name_of(each)
            if kind == "s":
                written.append(" " * number(attribute(each, "c", "1"), 1, _SPACES))
            elif kind == "tab":
                written.append("\t")
            elif kind == "line-break":
                written.append("\n")
            elif kind == "note":
                self._notes += 1
                body = child(each, "note-body")
                texts = map(self._plain, body.iter("{*}p", "{*}h")) if body is not None else ()
                written.append(f"[{self._notes}]")
                below.append(f"[{self._notes}] {' '.join(texts)}")
            elif kind == "annotation":
                author = child(each, "creator")
                texts = " ".join(map(self._plain, each.iter("{*}p")))
                below.append(f"[{author.text}: {texts}]" if author is not None and author.text else f"[{texts}]")
            elif kind in ("frame", "custom-shape", "g", "rect"):
                boxes.append(each)
            elif kind and kind not in _LEFT_OUT:
                written.append(self._inline(each, below, boxes))
            written.append(_collapsed(each.tail))
        return "".join(written)

    def _title(self) -> str:
        if "meta.xml" not in self._archive:
            return ""
        try:
            root = parsed(self._archive.read("meta.xml"))
        except UnreadableFile:  # nobody misses it
            return ""
        return next((each.text or "" for each in root.iter("{*}title")), "").strip()[:300]


def _collapsed(text: str | None) -> str:
    """Return text with single spaces, which is what spaces mean in OpenDocument."""
    return " ".join(f".{text}.".split())[1:-1] if text else ""
