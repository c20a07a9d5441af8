"""Presentations (PPTX): a part for each slide, its title first, with tables, charts' words and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.archive import Archive
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.office.ooxml import main_part, related, relations, title
from earthshine.documents.readers.part_builder import PartBuilder
from earthshine.documents.readers.xml import Element, attribute, child, name_of, number, parsed

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr", "sldImg")
"""Placeholders that say the same on every slide."""


class PptxReader:
    """Reads a slide when it is asked for."""

    def open(self, source: Source) -> Heads:
        """Find the slides, in the order in which they are shown."""
        self._archive = Archive(source.path)
        main = main_part(self._archive, "ppt/presentation.xml")
        found = relations(self._archive, main)
        listed = child(parsed(self._archive.read(main)), "sldIdLst")
        # The id of the relation is the attribute of that name which has a namespace; the other is a number.
        attributes = (pair for each in (listed if listed is not None else ()) for pair in each.attrib.items())
        self._slides = [found[value].target for key, value in attributes if "}" in key and value in found]
        if not self._slides:
            raise UnreadableFile("empty", "It has no slides.")
        return Heads(source.kind, len(self._slides), title(self._archive) or self._first_title())

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the slides; one without words is a part without text."""
        for count, name in enumerate(self._slides[first:], first + 1):
            yield self._slide(name, str(count))

    def _first_title(self) -> str:
        part = self._slide(self._slides[0], "1")
        return part.text[part.headings[0].start : part.headings[0].end][:300] if part.headings else ""

    def _slide(self, name: str, label: str) -> Part:
        builder = PartBuilder("slide", label)
        tree = child(parsed(self._archive.read(name)), "cSld", "spTree")
        shapes = list(_shapes(tree)) if tree is not None else []
        shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
        for shape in shapes:
            self._shape(shape, builder)
        linked = relations(self._archive, name)
        for kind in ("diagramData", "chart"):
            for each in related(linked, kind):
                _words(parsed(self._archive.read(each)), builder)
        for each in related(linked, "notesSlide"):
            notes = child(parsed(self._archive.read(each)), "cSld", "spTree")
            for shape in _shapes(notes) if notes is not None else ():
                self._shape(shape, builder)
        return builder.part()

    def _shape(self, shape: Element, builder: PartBuilder) -> None:
        placeholder = _placeholder(shape)
        if placeholder in _FURNITURE:
            return
        if name_of(shape) == "tbl":
            rows = (each for each in shape if name_of(each) == "tr")
            builder.table([[" ".join(_paragraphs(cell)) for cell in row if name_of(cell) == "tc"] for row in rows])
        elif placeholder in _TITLES:
            builder.heading(" ".join(_paragraphs(shape)), 1)
        else:
            builder.paragraph("\n".join(_paragraphs(shape)))


def _shapes(element: Element) -> Iterator[Element]:
    """Yield shapes and tables, those within groups too."""
    for each in element:
        kind = name_of(each)
        if kind in ("sp", "cxnSp"):
            yield each
        elif kind == "graphicFrame":
            yield from each.iter("{*}tbl")
        elif kind in ("grpSp", "AlternateContent", "Choice"):
            yield from _shapes(each)


def _placeholder(shape: Element) -> str:
    """Return what a shape stands for, such as `title`; empty for one that is only itself."""
    found = next(shape.iter("{*}ph"), None)
    return attribute(found, "type", "body") if found is not None else ""


def _paragraphs(shape: Element) -> Iterator[str]:
    """Yield the paragraphs of a shape, those of lists with what stands before them."""
    counts: dict[int, int] = {}
    for paragraph in shape.iter("{*}p"):
        text = "".join(
            {"t": each.text or "", "br": "\n", "tab": "\t"}.get(name_of(each), "") for each in paragraph.iter("{*}*")
        ).strip()
        properties = child(paragraph, "pPr")
        level = number(attribute(properties, "lvl", "0"), 0, 8) if properties is not None else 0
        counted = child(properties, "buAutoNum") if properties is not None else None
        bullet = child(properties, "buChar") if properties is not None else None
        if counted is None:
            counts.pop(level, None)
        if not text:
            continue
        if counted is not None:
            start = number(attribute(counted, "startAt", "1"), 1, 32_767)
            counts[level] = counts.get(level, start - 1) + 1
            yield f"{counts[level]}. {text}"
        else:
            yield f"• {text}" if bullet is not None else text


def _words(root: Element, builder: PartBuilder) -> None:
    """Add the words of a diagram or chart: its labels, and the names and figures that it shows."""
    words = [" ".join(_paragraphs(each)) for each in root.iter("{*}t", "{*}rich") if len(each)]
    values = [each.text or "" for each in root.iter("{*}v")]
    builder.paragraph("\n".join(filter(None, words)))
    builder.paragraph(", ".join(filter(None, values))[:10_000])
