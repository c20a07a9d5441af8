"""WARC files, in which crawlers keep what sites answered: each answer with its address and time.

Source: ISO 28500, The WARC file format 1.1, https://iipc.github.io/warc-specifications/. A compressed file is one gzip
member for each record.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from email.parser import HeaderParser
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from earthshine.webpages.fetcher import MOST_BYTES, Fetched

_MOST_HEAD = 65_536
_PIECE = 65_536
_ROOM = MOST_BYTES + 2 * _MOST_HEAD
"""Bytes of a record that are looked at; of a longer one, nothing is."""


def pages_of(path: Path, start: int = 0) -> Iterator[tuple[int, Fetched]]:
    """Yield the pages of a file from a record's place on, each with the place of its record."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(start)
        for place, record in _members(file, start) if packed else _records(file, start):
            page = _page(record) if record is not None else None
            if page is not None:
                yield place, page


def _members(file: BinaryIO, place: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the unpacked gzip members; None for one that is too long."""
    data = b""
    while data := data or file.read(_PIECE):
        decoder, taken, record = zlib.decompressobj(31), 0, bytearray()
        while not decoder.eof:
            if not data and not (data := file.read(_PIECE)):
                return
            before = len(data)
            try:
                record += decoder.decompress(data, _PIECE)
            except zlib.error:
                return
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            taken += before - len(data)
            del record[_ROOM + 1 :]
        yield place, bytes(record) if len(record) <= _ROOM else None
        place += taken


def _records(file: BinaryIO, place: int) -> Iterator[tuple[int, bytes | None]]:
    while True:
        head = bytearray()
        while not head.endswith(b"\r\n\r\n"):
            line = file.readline(_MOST_HEAD)
            if not line or len(head) > _MOST_HEAD:
                return
            if head or line.strip():
                head += line
            else:
                place += len(line)
        length = _number(_fields(bytes(head)), "Content-Length")
        if length < 0:
            return
        if length > _ROOM:
            file.seek(length, 1)
            yield place, None
        else:
            yield place, bytes(head) + file.read(length)
        place += len(head) + length


def _page(record: bytes) -> Fetched | None:
    """Return the page in a record; None for one that is no answer of a site with a page in it."""
    head, _, block = record.partition(b"\r\n\r\n")
    told = _fields(head)
    url = (told.get("WARC-Target-URI") or "").strip("<> ")
    if told.get("WARC-Type") not in ("response", "resource") or not url.startswith(("http://", "https://")):
        return None
    block = block[: max(0, _number(told, "Content-Length"))]
    fields = told
    if told["WARC-Type"] == "response":
        answer, _, block = block.partition(b"\r\n\r\n")
        status, _, lines = answer.partition(b"\r\n")
        if status.split(b" ")[1:2] != [b"200"]:
            return None
        fields = _fields(b"WARC\r\n" + lines)
        block = _body(block, fields)
    kind = fields.get_content_type() if fields.get("Content-Type") else ""
    charset = fields.get_param("charset", "")
    try:
        at = int(datetime.fromisoformat(told.get("WARC-Date", "")).timestamp())
    except ValueError:
        at = 0
    return Fetched(url, kind, charset.lower()[:40] if isinstance(charset, str) else "", block[:MOST_BYTES], at)


def _fields(head: bytes) -> Message:
    """Return the fields below the first line of a head."""
    return HeaderParser().parsestr(head.partition(b"\r\n")[2].decode("utf-8", "replace").replace("\r\n", "\n"))


def _number(fields: Message, name: str) -> int:
    value = (fields.get(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else -1


def _body(body: bytes, fields: Message) -> bytes:
    """Return a body without the codings of its transfer; as it is, where they are not what it says."""
    if "chunked" in (fields.get("Transfer-Encoding") or "").lower():
        body = _joined(body)
    if "gzip" in (fields.get("Content-Encoding") or "").lower():
        try:
            return zlib.decompressobj(31).decompress(body, MOST_BYTES)
        except zlib.error:
            return body
    return body


def _joined(body: bytes) -> bytes:
    stream, joined = BytesIO(body), bytearray()
    while line := stream.readline():
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            return body
        if size == 0:
            break
        joined += stream.read(size)
        stream.readline()
    return bytes(joined)
