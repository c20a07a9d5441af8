"""HTML: the main text with its headings, lists and tables; scripts, hidden parts and navigation are left out."""

from __future__ import annotations

from collections.abc import Iterator

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.web.html_blocks import read_blocks, root_of, title_of
from earthshine.documents.reading.limits import MIB

_SIZE = 64 * MIB


class HtmlReader:
    """Reads one page."""

    def open(self, source: Source) -> Heads:
        """Read all of it."""
        data = source.whole(_SIZE)
        root, encoding = root_of(data)
        text = LongText()
        if not encoding.sure:
            text.doubt("unsure")
        read_blocks(root, text)
        self._parts = text.parts()
        if not self._parts:
            raise UnreadableFile("empty", "Nothing in it is shown without its scripts.")
        return Heads(source.kind, len(self._parts), title_of(root) or text.title)

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]
