"""Content codings of request bodies (RFC 9110, 8.4): taken off piece by piece, so that a small body stays small."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.requests import Request

from earthshine.errors import InvalidRequest, UnsupportedMediaType

_PIECE = 2**17
"""Bytes that are decoded without letting other requests run."""
_MOST = 3
"""Codings around each other."""
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW = -15


def body_pieces(request: Request) -> AsyncIterator[bytes]:
    """Yield a body as it was before it was coded. Whoever reads it bounds how much that may be.

    Raises `UnsupportedMediaType` for a coding that is not known here, and while reading `InvalidRequest` for a body
    that is not coded so, or is cut off.
    """
    written = ",".join(request.headers.getlist("content-encoding"))
    codings = [name for name in (part.strip().lower() for part in written.split(",")) if name not in ("", "identity")]
    pieces: AsyncIterator[bytes] = request.stream()
    if len(codings) > _MOST or any(name not in _WINDOW for name in codings):
        raise UnsupportedMediaType(
            f"The Content-Encoding {written[:100]!r} is not supported for requests. Send the body as it is, or with "
            f"gzip or deflate, at most {_MOST} of them."
        )
    for name in reversed(codings):
        pieces = _decoded(pieces, name)
    return pieces


async def _decoded(pieces: AsyncIterator[bytes], name: str) -> AsyncGenerator[bytes]:
    decoder = None
    async for piece in pieces:
        while piece:
            if decoder is None:
                decoder = zlib.decompressobj(_window(name, piece))
            try:
                decoded = decoder.decompress(piece, _PIECE)
            except zlib.error as error:
                raise InvalidRequest(
                    f"The body is not coded as {name}, as its Content-Encoding says: {error}.", code="invalid_encoding"
                ) from None
            if decoded:
                yield decoded
                await asyncio.sleep(0)
            piece = decoder.unconsumed_tail
            if decoder.eof:
                # Another part may follow, as when files were joined.
                piece, decoder = decoder.unused_data, None
    if decoder is not None:
        raise InvalidRequest(f"The {name} body is cut off. Send it whole.", code="invalid_encoding")


def _window(name: str, begin: bytes) -> int:
    """Return zlib's word for a format; what some clients call deflate lacks zlib's two bytes around it."""
    if name == "deflate" and (begin[0] & 15 != 8 or (len(begin) > 1 and (begin[0] * 256 + begin[1]) % 31)):
        return _RAW
    return _WINDOW[name]
