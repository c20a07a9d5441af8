"""Bodies of replies, taken in with a bound on what they are when they are unpacked."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from earthshine.errors import InvalidRequest

if TYPE_CHECKING:
    from aiohttp import ClientResponse

_PIECE = 65_536


async def body_of(reply: ClientResponse, most: int, *, cut: bool = False) -> bytes:
    """Return a reply's body, unpacked. Raises `InvalidRequest` for more than `most` bytes, unless what follows is cut.

    Also for a coding that was not asked for, or one that is broken.
    """
    coding = reply.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise InvalidRequest(f"The page is packed as {coding[:40]!r}, which was not asked for.")
    decoder = zlib.decompressobj(31) if coding.endswith("gzip") else None
    data = bytearray()
    async for piece in reply.content.iter_chunked(_PIECE):
        try:
            data += piece if decoder is None else decoder.decompress(piece, most + 1 - len(data))
        except zlib.error as error:
            raise InvalidRequest(f"The page is packed, and cannot be unpacked: {error}.") from None
        if len(data) > most:
            if cut:
                break
            raise InvalidRequest(f"The page has more than {most // 2**20} MiB, which is more than is fetched.")
    return bytes(data[:most])
