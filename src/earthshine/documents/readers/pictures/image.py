"""Pictures: what is written in them, by OCR where there is any."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.pictures.ocr import recognise, recognizers

_MOST_BYTES = 64 * 2**20


class ImageReader:
    """Reads a picture as a page."""

    def open(self, source: Source) -> Heads:
        """Read it. Raises `UnreadableFile` where nothing reads pictures here, or where no text is found."""
        if source.path.stat().st_size > _MOST_BYTES:
            raise UnreadableFile("too_large", f"Of pictures at most {_MOST_BYTES // 2**20} MiB are read.")
        if not recognizers(source.models):
            raise UnreadableFile("needs_ocr", f"It is of the format {source.kind.upper()}.")
        self._page = recognise(source.path.read_bytes(), Part("page", "1", ""), source.models)
        if not self._page.text:
            raise UnreadableFile("needs_ocr", "OCR found no text in it.")
        return Heads(source.kind, 1)

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the page."""
        yield from [self._page][first:]
