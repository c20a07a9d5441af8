"""E-mail (EML): who wrote to whom, when and about what; the text, or the page where there is none; and forwarded mails.

Attachments are named and not read: each is a file of its own.
"""

from __future__ import annotations

import email
import email.header
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.message import Message
from typing import Any, TypeAlias

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.part_builder import one_line
from earthshine.documents.readers.text.encoding import encoding_of
from earthshine.documents.readers.web.html_blocks import read_blocks, root_of
from earthshine.documents.reading.limits import MIB

Mail: TypeAlias = "Message[Any, Any]"
_SIZE = 128 * MIB
_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_DEPTH = 50
"""Mails and parts within each other that are read."""
_HEADER = 10_000
"""Characters of a header that are read."""


class EmailReader:
    """Reads one message, with those that it forwards."""

    def open(self, source: Source) -> Heads:
        """Read all of it."""
        data = source.whole(_SIZE)
        self._text = LongText()
        try:
            # Older than the parser that knows every header: that one takes minutes for some that strangers write.
            message = email.message_from_bytes(data.lstrip(b"\r\n"))
            subject = _header(message, "Subject")
            self._message(message, 0)
        except RecursionError:
            raise UnreadableFile("too_large", "Its parts stand in each other, more deeply than is read.") from None
        self._parts = self._text.parts()
        if not self._parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, len(self._parts), subject[:300])

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]

    def _message(self, message: Mail, depth: int) -> None:
        shown = ((name, _header(message, name)) for name in _SHOWN)
        self._text.paragraph("\n".join(f"{name}: {value}" for name, value in shown if value))
        attached: list[str] = []
        self._body(message, attached, depth)
        if attached:
            self._text.paragraph("Attachments: " + ", ".join(attached))

    def _body(self, part: Mail, attached: list[str], depth: int) -> None:
        if depth > _DEPTH:
            raise UnreadableFile("too_large", f"More than {_DEPTH} of its parts stand in each other.")
        kind = part.get_content_type()
        name = _decoded(str(part.get_filename() or ""))
        inner: Any = part.get_payload() if part.is_multipart() else None
        if kind == "message/rfc822" and inner:
            self._message(inner[0], depth + 1)
        elif inner is not None:
            parts: list[Mail] = list(inner)
            if kind == "multipart/alternative":
                plain = [each for each in parts if each.get_content_type() == "text/plain" and _payload(each).strip()]
                parts = plain[:1] or parts[-1:]
            for each in parts:
                self._body(each, attached, depth + 1)
        elif name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            if name or kind not in ("multipart/mixed", "multipart/alternative"):
                attached.append(f"{name or 'without a name'} ({kind})")
        elif kind == "text/html":
            if (data := _payload(part)).strip():
                read_blocks(root_of(data, part.get_content_charset() or "")[0], self._text)
        else:
            data = _payload(part)
            encoding = encoding_of(data, part.get_content_charset() or "")
            if not encoding.sure:
                self._text.doubt("unsure")
            self._text.paragraph(data.decode(encoding.name, "replace").strip())


def _payload(part: Mail) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _header(message: Mail, name: str) -> str:
    return _decoded(str(message.get(name, ""))[:_HEADER])


def _decoded(text: str) -> str:
    """Return a header's text, its coded words decoded, and bytes that stand there plainly too."""
    try:
        pieces = email.header.decode_header(text)
    except (HeaderParseError, ValueError):
        return one_line(text)
    written: list[str] = []
    for piece, charset in pieces:
        # Without coded words it comes as text; bytes that were not ASCII stand in it as halves of surrogates.
        data = piece.encode("ascii", "surrogateescape") if isinstance(piece, str) and piece.isascii() else piece
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogateescape")
        written.append(data.decode(encoding_of(data, charset or "").name, "replace"))
    return one_line("".join(written))
