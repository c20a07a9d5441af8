"""A form with a skill in it: one zip, or the files of a folder, which become one."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any

from starlette.requests import Request

from earthshine.blobs import Incoming
from earthshine.errors import InvalidRequest
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.skills.bundle import MOST_FILE, MOST_FILES, MOST_UPLOAD, Bundle, entry_name, read_bundle
from earthshine.wire.multipart import AROUND_FILES, Part, form_parts

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_FILES = ("files", "files[]")
_THEN = (1980, 1, 1, 0, 0, 0)
"""So that the same files make the same zip."""


async def receive_bundle(request: Request, incoming: Incoming) -> tuple[dict[str, Any], Bundle]:
    """Write a skill to `incoming` as one zip, and check it; return the form's other fields, and what the zip says.

    Raises what `form_parts` does, and `InvalidRequest` for a form without files and for what is no skill.
    """
    fields: dict[str, Any] = {}
    receiving = _Receiving(incoming)
    patience = service(request, Settings).body_timeout
    async for part in form_parts(
        request, limit=MOST_UPLOAD + AROUND_FILES, patience=patience, most=MOST_FILES + len(_FILES)
    ):
        if part.name in _FILES:
            await receiving.add(part)
        elif part.name in fields:
            raise InvalidRequest(f"'{part.name[:100]}' is in the form twice.", param=part.name[:100])
        else:
            fields[part.name] = await part.text()
    await receiving.end()
    await incoming.finish()
    return fields, await asyncio.to_thread(read_bundle, incoming.part)


class _Receiving:
    """Turns the files of a form into one zip while they arrive."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._written = _Drained()
        self._archive: zipfile.ZipFile | None = None
        self._whole = False
        """Whether a zip came, which is taken as it is."""

    async def add(self, part: Part) -> None:
        """Take one file. Raises `InvalidRequest`."""
        if part.given is None:
            raise InvalidRequest("'files' must be files: each part needs a file name.", param="files")
        if self._whole:
            raise InvalidRequest("Send one zip, or the files of one folder, not both.", param="files")
        pieces = part.pieces()
        first = await anext(pieces, b"")
        if self._archive is None and "/" not in part.given and first.startswith(_ZIP):
            self._whole = True
            await self._incoming.write(first)
            async for piece in pieces:
                await self._incoming.write(piece)
            return
        if self._archive is None:
            self._archive = zipfile.ZipFile(self._written, "w", zipfile.ZIP_DEFLATED)
        size = len(first)
        info = zipfile.ZipInfo(entry_name(part.given), _THEN)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
        with self._archive.open(info, "w") as entry:
            entry.write(first)
            async for piece in pieces:
                size += len(piece)
                if size > MOST_FILE:
                    raise InvalidRequest(f"'{part.given[:100]}' has more than {MOST_FILE} bytes.", param="files")
                entry.write(piece)
                await self._incoming.write(self._written.drain())
        await self._incoming.write(self._written.drain())

    async def end(self) -> None:
        """All files have come. Raises `InvalidRequest` when there was none."""
        if self._archive is not None:
            self._archive.close()
            await self._incoming.write(self._written.drain())
        elif not self._whole:
            raise InvalidRequest(
                "Missing required parameter: 'files', one zip or the files of one folder.",
                param="files",
                code="missing_required_parameter",
            )


class _Drained(io.RawIOBase):
    """What a zip is written to; it is taken away as it comes, so that little is in memory."""

    def __init__(self) -> None:
        self._gathered = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        self._gathered += data
        self._at += len(data)
        return len(data)

    def drain(self) -> bytes:
        gathered, self._gathered = bytes(self._gathered), bytearray()
        return gathered
