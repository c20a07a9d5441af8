"""Bodies that were compressed on their way."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from starlette.requests import Request

from earthshine.errors import BodyTooLarge, InvalidRequest, UnsupportedMediaType
from earthshine.wire import read_body, read_file
from tests.wire.requests import part, request

TEXT = b'{"model": "scripted"}' * 1000


def raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def coded(body: bytes, *names: bytes, size: int = 7) -> Request:
    parts = [part(body[at : at + size], at + size < len(body)) for at in range(0, len(body), size)]
    return request(*parts, headers=tuple((b"content-encoding", name) for name in names))


@pytest.mark.parametrize("size", [1, 7, 10**6])
@pytest.mark.parametrize(
    ("body", "names"),
    [
        (gzip.compress(TEXT), [b"gzip"]),
        (gzip.compress(TEXT), [b"X-GZIP"]),
        (gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), [b"gzip"]),
        (zlib.compress(TEXT), [b"deflate"]),
        (raw(TEXT), [b"deflate"]),
        (gzip.compress(zlib.compress(TEXT)), [b"deflate, gzip"]),
        (gzip.compress(zlib.compress(TEXT)), [b"deflate", b" identity , gzip"]),
        (TEXT, [b"identity"]),
        (TEXT, []),
    ],
    # gzip writes the time into its head, and processes that test together must agree on the names.
    ids=("gzip", "x-gzip", "two members", "deflate", "raw deflate", "twice", "twice and identity", "identity", "none"),
)
async def test_a_coded_body_is_read_as_it_was(body: bytes, names: list[bytes], size: int, tmp_path: Path) -> None:
    assert await read_body(coded(body, *names, size=size), limit=10**6, timeout=9) == TEXT
    with await read_file(coded(body, *names, size=size), folder=tmp_path, limit=10**6, patience=9) as file:
        file.seek(0)
        assert file.read() == TEXT


@pytest.mark.parametrize("names", [[b"br"], [b"zstd"], [b"gzip", b"br"], [b"compress"], [b"gzip"] * 4])
async def test_an_unknown_coding_is_named(names: list[bytes]) -> None:
    with pytest.raises(UnsupportedMediaType, match="gzip or deflate"):
        await read_body(coded(b"x", *names), limit=100, timeout=1)


async def test_a_bomb_ends_at_the_limit() -> None:
    bomb = gzip.compress(gzip.compress(bytes(2**28), 9), 9)
    with pytest.raises(BodyTooLarge):
        await read_body(coded(bomb, b"gzip, gzip", size=2**16), limit=2**20, timeout=9)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(TEXT)[:-9], b"{}", gzip.compress(TEXT) + b"more", zlib.compress(TEXT)],
    ids=("cut", "text", "more", "deflate"),
)
async def test_what_is_not_coded_as_it_says(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await read_body(coded(body, b"gzip"), limit=10**6, timeout=1)
    assert caught.value.code == "invalid_encoding"
