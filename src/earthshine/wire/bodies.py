"""Bodies of requests, read within limits of size, time and depth."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import IO, Any

from starlette.requests import Request

from earthshine.errors import BodyTooLarge, InvalidRequest, RequestTimeout, StorageFull
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire.checking import Model, check
from earthshine.wire.codings import body_pieces
from earthshine.wire.decoding import aside, load_json


async def parse(model: type[Model], request: Request) -> Model:
    """Read and check a JSON body. Raises a 400 that names the field at fault."""
    body = await _read(request)
    value = await aside(len(body), load_json, body)
    return await aside(len(body), check, model, value)


async def read_json(request: Request) -> tuple[dict[str, Any], int]:
    """Read a JSON body that is checked elsewhere. Returns its object, and how many bytes it had."""
    body = await _read(request)
    return await aside(len(body), load_json, body), len(body)


async def _read(request: Request) -> bytearray:
    settings = service(request, Settings)
    return await read_body(request, limit=settings.max_body, timeout=settings.body_timeout)


async def read_body(request: Request, *, limit: int, timeout: float) -> bytearray:
    """Read a whole body. Raises `BodyTooLarge` over `limit` bytes, `RequestTimeout` after `timeout` seconds."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    pieces = body_pieces(request)
    body = bytearray()
    try:
        async with asyncio.timeout(timeout):
            async for chunk in pieces:
                body += chunk
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        raise RequestTimeout(
            f"The request body did not arrive within {timeout:g} seconds. Send it again in one go.", retry_after=1
        ) from None
    return body


async def read_file(request: Request, *, folder: Path, limit: int, patience: float) -> IO[bytes]:
    """Write a body that is a whole file to a file without a name in `folder`, and return that; the caller closes it.

    It may take as long as it takes, as long as it keeps coming: `patience` is the seconds between two pieces. Raises
    `BodyTooLarge` over `limit` bytes, `RequestTimeout`, `StorageFull`, and `InvalidRequest` when it is empty.
    """
    file = await asyncio.to_thread(tempfile.TemporaryFile, dir=folder)
    try:
        size = 0
        async for chunk in _pieces(request, patience):
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(f"The file is larger than {limit} bytes. Split it, and send the parts.")
            file.write(chunk)
        if size == 0:
            raise InvalidRequest("The request body is empty; a file was expected.", code="invalid_json")
        await asyncio.to_thread(file.flush)
    except OSError as error:
        file.close()
        raise StorageFull(f"The file cannot be kept while it is read: {error.strerror}. Free some space.") from error
    except BaseException:
        file.close()
        raise
    return file


async def _pieces(request: Request, patience: float) -> AsyncGenerator[bytes]:
    stream = body_pieces(request)
    while True:
        try:
            async with asyncio.timeout(patience):
                chunk = await anext(stream, None)
        except TimeoutError:
            raise RequestTimeout(f"Nothing of the file came for {patience:g} seconds. Send it again.") from None
        if chunk is None:
            return
        yield chunk


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The request body is larger than {limit} bytes. Split the request, or raise `max_body`.")
