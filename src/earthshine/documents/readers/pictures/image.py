"""Pictures: what is written in them takes OCR, or a model that sees."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source


class ImageReader:
    """Says what a picture needs."""

    def open(self, source: Source) -> Heads:
        """Raise `UnreadableFile`: nothing here reads pictures yet."""
        raise UnreadableFile("needs_ocr", f"It is of the format {source.kind.upper()}.")

    def parts(self, first: int) -> Iterator[Part]:
        """Yield nothing."""
        yield from ()
