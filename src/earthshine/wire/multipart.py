"""Forms with files in them (multipart/form-data, RFC 7578), read part by part as they arrive, never held as a whole."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from earthshine.errors import BodyTooLarge, InvalidRequest, RequestTimeout, UnsupportedMediaType
from earthshine.text.filenames import safe_filename
from earthshine.wire.codings import body_pieces

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 32
"""Parts of one form."""
MOST_HEADERS, MOST_HEADER_BYTES = 8, 4096
"""Headers of one part, and bytes of one of them."""
MOST_FIELD_BYTES = 65_536
"""Bytes of one part that is no file."""
AROUND_FILES = 2**20
"""Bytes that a form may have beside its files."""
_SLICE = 2**16
"""Bytes that are looked at without letting other requests run."""
_SLOWEST = 1024
"""Bytes a second that a client sends at least, beyond its patience: else it would hold its place for ever."""


@dataclass(slots=True)
class Part:
    """One part of a form, to be read before the next one."""

    name: str
    filename: str | None
    """Made safe; None for a part that is no file."""
    given: str | None
    """The same as the client wrote it, which may be a path, or anything."""
    content_type: str
    _pieces: AsyncGenerator[bytes]

    def pieces(self) -> AsyncIterator[bytes]:
        """Yield its content as it arrives."""
        return self._pieces

    async def text(self) -> str:
        """Return the content of a part that is no file. Raises `InvalidRequest` when it is too long, or no UTF-8."""
        content = bytearray()
        async for piece in self._pieces:
            content += piece
            if len(content) > MOST_FIELD_BYTES:
                raise InvalidRequest(
                    f"'{self.name[:100]}' is longer than {MOST_FIELD_BYTES} bytes. A file needs a file name.",
                    param=self.name[:100],
                )
        try:
            return content.decode()
        except UnicodeDecodeError:
            raise InvalidRequest(f"'{self.name[:100]}' is not valid UTF-8.", param=self.name[:100]) from None


async def form_parts(request: Request, *, limit: int, patience: float, most: int = MOST_PARTS) -> AsyncGenerator[Part]:
    """Yield the parts, `most` of them, of a form whose body has at most `limit` bytes.

    What is not read of a part is passed over.

    A client may take as long as it keeps sending: `patience` is the seconds between two pieces. Raises
    `UnsupportedMediaType` for another kind of body, `BodyTooLarge`, `RequestTimeout`, and `InvalidRequest` for a form
    that is malformed, cut off, or over one of the bounds above.
    """
    boundary = _boundary(request)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    async with aclosing(_events(request, boundary, limit, patience, most)) as events:
        async for event in events:
            assert isinstance(event, _Head)
            part = Part(*event.fields(), _content(events))
            yield part
            async for _ in part.pieces():
                pass


async def _content(events: AsyncGenerator[_Head | bytes | None]) -> AsyncGenerator[bytes]:
    async for event in events:
        if event is None:
            return
        assert isinstance(event, bytes)
        yield event


async def _events(
    request: Request, boundary: bytes, limit: int, patience: float, most: int
) -> AsyncGenerator[_Head | bytes | None]:
    """Yield each part's head, the pieces of its content, and None at its end."""
    from python_multipart.exceptions import FormParserError  # here: only who sends files needs it
    from python_multipart.multipart import MultipartParser

    reading = _Reading(most)
    size, clock = 0, asyncio.get_running_loop().time
    began = clock()
    stream = body_pieces(request)
    try:
        parser = MultipartParser(
            boundary, reading.callbacks(), max_header_count=MOST_HEADERS, max_header_size=MOST_HEADER_BYTES
        )
        while True:
            try:
                async with asyncio.timeout(min(patience, began + patience + size / _SLOWEST - clock())):
                    chunk = await anext(stream, None)
            except TimeoutError:
                raise RequestTimeout("The body comes too slowly, or stopped. Send it again.") from None
            if chunk is None:
                break
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            for start in range(0, len(chunk), _SLICE):
                parser.write(chunk[start : start + _SLICE])
                while reading.events:
                    yield reading.events.popleft()
                await asyncio.sleep(0)
    except FormParserError as error:
        raise InvalidRequest(f"The form is malformed: {error}. Let a library write it.", code="invalid_form") from None
    if not reading.ended:
        raise InvalidRequest("The form is cut off: its last boundary is missing. Send it whole.", code="invalid_form")


class _Head:
    """The headers of one part, as they are read."""

    def __init__(self) -> None:
        self.names: list[bytearray] = []
        self.values: list[bytearray] = []

    def fields(self) -> tuple[str, str | None, str | None, str]:
        """Return the part's name, its file's name if it is one, safe and as given, and its type.

        Raises `InvalidRequest`.
        """
        from python_multipart.multipart import parse_options_header

        headers = {
            bytes(name).strip().lower(): bytes(value) for name, value in zip(self.names, self.values, strict=True)
        }
        kind, options = parse_options_header(headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if kind != b"form-data" or name is None:
            raise InvalidRequest(
                "A part of the form has no Content-Disposition with form-data and a name.", code="invalid_form"
            )
        if headers.get(b"content-transfer-encoding", b"binary").lower() not in (b"binary", b"8bit", b"7bit"):
            raise InvalidRequest(
                "A part of the form is encoded again. Send its bytes as they are.", code="invalid_form"
            )
        filename = options[b"filename"].decode(errors="replace") if b"filename" in options else None
        media = headers.get(b"content-type", b"").decode("latin-1").strip()[:255]
        return (
            name.decode(errors="replace"),
            None if filename is None else safe_filename(filename),
            filename,
            media or "application/octet-stream",
        )


class _Reading:
    """Gathers what the parser calls out."""

    def __init__(self, most: int) -> None:
        self.events = deque[_Head | bytes | None]()
        self._most = most
        self.ended = False
        self._parts = 0
        self._head = _Head()

    def callbacks(self) -> MultipartCallbacks:
        """Return what the parser is to call."""
        return {
            "on_part_begin": self._begin,
            "on_header_begin": self._header,
            "on_header_field": lambda data, start, end: self._head.names[-1].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._head.values[-1].extend(data[start:end]),
            "on_headers_finished": lambda: self.events.append(self._head),
            "on_part_data": lambda data, start, end: self.events.append(bytes(data[start:end])),
            "on_part_end": lambda: self.events.append(None),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > self._most:
            raise InvalidRequest(f"The form has more than {self._most} parts. Send fewer.", code="invalid_form")
        self._head = _Head()

    def _header(self) -> None:
        self._head.names.append(bytearray())
        self._head.values.append(bytearray())

    def _end(self) -> None:
        self.ended = True


def _boundary(request: Request) -> bytes:
    from python_multipart.multipart import parse_options_header

    kind, options = parse_options_header(request.headers.get("content-type", "")[:1024].encode("latin-1"))
    if kind != b"multipart/form-data":
        raise UnsupportedMediaType(
            "This address takes multipart/form-data, as the SDK's file parameters send it.",
            code="unsupported_content_type",
        )
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= 70:
        raise InvalidRequest("The Content-Type names no boundary of 1 to 70 characters.", code="invalid_form")
    return boundary


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The form is larger than {limit} bytes. Send a smaller file, or an upload in parts.")
