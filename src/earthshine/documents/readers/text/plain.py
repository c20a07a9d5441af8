"""Plain text, Markdown, JSON and source code: what is written is what is said."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from earthshine.documents.document import Heading, Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.part_builder import LENGTH, clean, divided
from earthshine.documents.readers.text.encoding import Encoding, encoding_of

_CHUNK = 2**20
_HEADING = re.compile(
    r"^ {0,3}(?P<fence>```+|~~~+).*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)|^(?P<level>#{1,6})[ \t]+[^\s][^\n]*$",
    re.M | re.S,
)


class TextReader:
    """Reads a text in pieces, so that one of any length takes bounded memory."""

    def open(self, source: Source) -> Heads:
        """Tell the encoding, and count the parts."""
        self._path, self._markdown = source.path, source.kind == "markdown"
        with source.path.open("rb") as file:
            self._encoding = encoding_of(file.read(_CHUNK))
        parts, title = 0, ""
        for part in self.parts(0):
            parts += 1
            if parts == 1 and part.headings:
                first = part.headings[0]
                title = part.text[first.start : first.end].strip("# ")
        if not parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, parts, title[:300])

    def parts(self, first: int) -> Iterator[Part]:
        """Yield pieces of about `LENGTH` characters, cut between paragraphs where there are any."""
        doubts = () if self._encoding.sure else ("unsure",)
        for number, text in enumerate(pieces(self._path, self._encoding)):
            if number >= first:
                headings = _headings(text) if self._markdown else ()
                yield Part("whole", str(number + 1), text, headings=headings, doubts=doubts)


def pieces(path: Path, encoding: Encoding) -> Iterator[str]:
    """Yield the text of a file in pieces, clean and without empty lines around them."""
    kept = ""
    for text in decoded(path, encoding):
        kept += text
        if len(kept) > 2 * LENGTH:
            *whole, kept = divided(kept)
            yield from filter(None, map(_trimmed, whole))
    yield from filter(None, map(_trimmed, divided(kept)))


def decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    """Yield the text of a file in pieces, clean."""
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    with path.open("rb") as file:
        held = ""
        while chunk := file.read(_CHUNK):
            # The last character may go on in the next chunk: the other half of an end of line, a mark over a letter.
            text = held + decoder.decode(chunk)
            held = text[-1:]
            yield clean(text[:-1])
        yield clean(held + decoder.decode(b"", final=True))


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n") if text.strip() else ""


def _headings(text: str) -> tuple[Heading, ...]:
    """Return the headlines of Markdown, outside of fenced code."""
    return tuple(
        Heading(match.start(), match.end(), len(match["level"])) for match in _HEADING.finditer(text) if match["level"]
    )
