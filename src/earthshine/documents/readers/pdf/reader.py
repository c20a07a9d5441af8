"""The reader of PDF files. One page is held at a time, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from earthshine.documents.document import Box, Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.layout.page import PageText
from earthshine.documents.readers.pdf.binding import pdfium, raw
from earthshine.documents.readers.pdf.frames import framed_box
from earthshine.documents.readers.pdf.glyphs import PageGlyphs, read_glyphs
from earthshine.documents.readers.pictures.ocr import recognise, recognizers
from earthshine.documents.readers.pictures.seen import DPI

_UNSURE = 0.05
"""Share of a page's glyphs that the file does not explain, from which its text is doubted."""
_PICTURE = 0.2
"""Share of a page that its pictures cover at least, for a page without text to count as a scan."""
_DRAWN_LETTERS = 200
"""Paths on a page without text from which it counts as text drawn as curves."""
_MOST_OBJECTS = 20_000
_MOST_PIXELS = 6000
"""Of the longer side of a page's picture."""


class PdfReader:
    """Reads PDF page by page."""

    def __init__(self) -> None:
        self._document: Any = None
        self._models: Path | None = None

    def open(self, source: Source) -> Heads:
        """Return the number of pages and the title. Raises `UnreadableFile`: encrypted, damaged or empty."""
        self._models = source.models
        self._document = document = _open(source.path)
        pages = len(document)
        if not pages:
            raise UnreadableFile("damaged", "It has no pages.")
        title = " ".join((document.get_metadata_value("Title") or "").split())
        return Heads("pdf", pages, title[:500])

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the pages from number `first` on, counted from 0."""
        words_alone = "xdvipdfmx" in (self._document.get_metadata_value("Producer") or "")
        for number in range(first, len(self._document)):
            try:
                page = self._document[number]
            except pdfium.PdfiumError:
                # The others may be whole: what is lost is said, and no page changes its number.
                yield Part("page", str(number + 1), "", doubts=("unsure",))
                continue
            with closing(page):
                part = read_page(page, str(number + 1), words_alone)
                if "scanned" in part.doubts and recognizers(self._models):
                    part = recognise(_picture(page), part, self._models)
                yield part


def read_page(page: Any, label: str, words_alone: bool = False) -> Part:
    """Read one page. `words_alone`: how the file's writer set Arabic, see `bidi.reading_order`."""
    width, height = page.get_size()
    with closing(page.get_textpage()) as text_page:
        found = read_glyphs(text_page)
        text = PageText(words_alone)
        for turn, glyphs in found.by_turn:
            text.read(glyphs, lambda left, top, right, bottom, turn=turn: _shown(page, turn, left, top, right, bottom))
        return text.part(label, round(width, 2), round(height, 2), _doubts(page, found))


def _picture(page: Any) -> bytes:
    """The page in grey, as a PGM file, at the density that OCR wants; smaller where the page is huge."""
    scale = min(DPI / 72, _MOST_PIXELS / max(*page.get_size(), 1))
    bitmap = page.render(scale=scale, grayscale=True)
    rows = bytes(bitmap.buffer)
    grey = b"".join(rows[at : at + bitmap.width] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + grey


def _open(path: Path) -> Any:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableFile("encrypted") from None
        raise UnreadableFile("damaged") from None


def _shown(page: Any, turn: int, left: float, top: float, right: float, bottom: float) -> Box:
    """The box from the upper left of the page as it is shown, turned by its own rotation."""
    x0, y0, x1, y1 = framed_box(turn, left, top, right, bottom)
    page_left, page_bottom, page_right, page_top = page.get_bbox()
    turned = {
        0: (x0 - page_left, page_top - y1, x1 - page_left, page_top - y0),
        90: (y0 - page_bottom, x0 - page_left, y1 - page_bottom, x1 - page_left),
        180: (page_right - x1, y0 - page_bottom, page_right - x0, y1 - page_bottom),
        270: (page_top - y1, page_right - x1, page_top - y0, page_right - x0),
    }[page.get_rotation()]
    return (round(turned[0], 2), round(turned[1], 2), round(turned[2], 2), round(turned[3], 2))


def _doubts(page: Any, found: PageGlyphs) -> tuple[str, ...]:
    count = sum(len(glyphs) for _, glyphs in found.by_turn)
    doubts: list[str] = []
    if not count and _is_picture(page):
        doubts.append("scanned")
    if count and found.invisible > 0.5 * count:
        doubts.append("recognised")
    if count and found.unmapped > _UNSURE * count:
        doubts.append("unsure")
    if found.cut:
        doubts.append("cut")
    return tuple(doubts)


def _is_picture(page: Any) -> bool:
    """Whether a page without text shows a picture, or text drawn as curves."""
    width, height = page.get_size()
    covered, paths = 0.0, 0
    for number, drawn in enumerate(page.get_objects(max_depth=3)):
        if drawn.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = drawn.get_bounds()
            covered += (right - left) * (top - bottom)
        elif drawn.type == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
        if covered >= _PICTURE * width * height or paths >= _DRAWN_LETTERS:
            return True
        if number > _MOST_OBJECTS:
            break
    return False
