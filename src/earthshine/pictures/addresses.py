"""The bytes behind a picture's address: written out in a `data:` URL, or fetched from the public internet."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from earthshine.errors import InvalidRequest
from earthshine.outbound import check_url, connector_options
from earthshine.pictures.decoder import too_large
from earthshine.pictures.picture import MOST_BYTES

if TYPE_CHECKING:
    from aiohttp import StreamReader

_SECONDS = 20.0
"""For one fetch, redirects included."""
_REDIRECTS = 3
_PIECE = 2**16
_AGENT = "Earthshine (fetches a picture that its user asked a model about)"


_DATA = re.compile(r'("(?:image_)?url":"data:image/[a-z+.-]*;base64,)[A-Za-z0-9+/=]*"')


def without_data(text: str) -> str:
    """Return JSON without the bytes of the pictures in it, for whoever counts what is read of it as text."""
    return _DATA.sub(r'\1"', text)


async def bytes_of(url: str, param: str, *, private: bool = False) -> bytes:
    """Return what is behind an address. `private` lets it be one of this machine or its network.

    Raises `InvalidRequest` at `param` for an address that a picture may not have, or that does not give one.
    """
    if url[:5].lower() == "data:":
        return await asyncio.to_thread(_written_out, url, param)
    return await _fetched(url, param, private=private)


def _written_out(url: str, param: str) -> bytes:
    head, _, body = url.partition(",")
    if not head.lower().endswith(";base64"):
        raise InvalidRequest("A picture's `data:` URL must be in base64: data:image/png;base64,...", param=param)
    if len(body) > MOST_BYTES * 4 // 3 + 4:
        raise too_large(param)
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f"The picture's base64 cannot be read: {error}.", param=param) from None


async def _fetched(url: str, param: str, *, private: bool) -> bytes:
    import aiohttp  # here: who sends no addresses starts without it

    connector = aiohttp.TCPConnector(**connector_options(private=private))
    wait = aiohttp.ClientTimeout(total=_SECONDS)
    headers = {"User-Agent": _AGENT, "Accept": "image/*"}
    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=wait, headers=headers, auto_decompress=False
        ) as session:
            for _ in range(_REDIRECTS + 1):
                _check(url, param, private=private)
                async with session.get(url, allow_redirects=False) as reply:
                    if reply.status in (301, 302, 303, 307, 308) and reply.headers.get("location"):
                        url = urljoin(url, reply.headers["location"])
                        continue
                    if reply.status != 200:
                        raise InvalidRequest(f"The picture's address answered {reply.status}.", param=param)
                    return await _body(reply.content, param)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why = str(error)[:200] or "it took too long"
        raise InvalidRequest(f"The picture cannot be fetched from {url[:200]!r}: {why}.", param=param) from None
    raise InvalidRequest(f"The picture's address leads on more than {_REDIRECTS} times.", param=param)


async def _body(content: StreamReader, param: str) -> bytes:
    data = bytearray()
    async for piece in content.iter_chunked(_PIECE):
        data += piece
        if len(data) > MOST_BYTES:
            raise too_large(param)
    return bytes(data)


def _check(url: str, param: str, *, private: bool) -> None:
    try:
        check_url(url, private=private, param=param, query=True)
    except InvalidRequest as error:
        if error.code != "upstream_address":
            raise
        raise InvalidRequest(
            "The picture's address belongs to this server's machine or network, from which nothing is fetched; send "
            "the picture as a `data:` URL, or upload it and send its file_id.",
            param=param,
        ) from None
