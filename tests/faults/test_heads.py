"""Heads of requests: too large, too slow, or none at all. The connection ends, and others notice nothing."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest

import earthshine
from earthshine.cli.http_protocol import LARGEST_HEAD
from tests.server_process import ServerProcess, start_server

SOURCES = Path(earthshine.__file__).parent


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    data: Path = tmp_path_factory.mktemp("heads")
    running = await start_server(
        data, "--scripted", "--no-embedded-model", "--body-timeout", "1", "--max-body", str(2**20)
    )
    yield running
    assert await running.stop() == 0


def exchange(server: ServerProcess, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces, and return all that comes back until the connection ends."""
    host, port = server.url.removeprefix("http://").split(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while got := connection.recv(65536):
                answer += got
        except ConnectionError:
            pass  # closed while we were still sending
    return answer


START = b"GET /health HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (START + b"a: " + b"x" * LARGEST_HEAD + b"\r\n\r\n",),
        (START + b"".join(b"h%d: %s\r\n" % (number, b"y" * 100) for number in range(1000)) + b"\r\n",),
        (b"GET /" + b"p" * (LARGEST_HEAD + 10) + b" HTTP/1.1\r\nhost: x\r\n\r\n",),
        (START + b"a: ", *[b"z" * 4096] * 40),
        (START, *[b"h: %s\r\n" % (b"y" * 1000)] * 200),
    ],
    ids=["one large header", "many headers", "a long address", "a header without end", "headers without end"],
)
async def test_a_head_that_is_too_large(pieces: tuple[bytes, ...], server: ServerProcess) -> None:
    answer = exchange(server, *pieces)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431"), answer[:100]
    assert exchange(server, START + b"connection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_a_large_head_within_bounds(server: ServerProcess) -> None:
    answer = exchange(server, START + b"connection: close\r\na: " + b"x" * (LARGEST_HEAD // 2) + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


def test_a_large_body_after_a_small_head_is_none_of_this(server: ServerProcess) -> None:
    body = b'{"model": "scripted", "input": "%s"}' % (b"x" * 4 * LARGEST_HEAD)
    head = b"POST /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer %s\r\n"
    answer = exchange(server, head % server.key.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
    # It was read to its end.
    assert b"context_length_exceeded" in answer, answer[:300]


@pytest.mark.parametrize("pieces", [(START,), (b"GET /he",), (), (START, *[b"a: b\r\n"] * 5)])
def test_a_head_that_does_not_end(pieces: tuple[bytes, ...], server: ServerProcess) -> None:
    begun = time.monotonic()
    answer = exchange(server, *pieces, pause=0.3 if len(pieces) > 1 else 0.0)
    assert time.monotonic() - begun < 5
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer[:100]


async def test_requests_on_a_kept_connection_each_have_their_time(server: ServerProcess) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as http:
        for _ in range(4):
            async with http.get(f"{server.url}/health") as reply:
                assert reply.status == 200
            time.sleep(0.4)


def test_what_is_no_http(server: ServerProcess) -> None:
    assert exchange(server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").startswith(b"HTTP/1.1 400")


async def test_a_message_that_is_too_large(server: ServerProcess) -> None:
    headers = {"authorization": f"Bearer {server.key}"}
    async with aiohttp.ClientSession(headers=headers) as http, http.ws_connect(f"{server.url}/v1/responses") as socket:
        await socket.send_str("x" * (2**20 + 1))
        closed = await socket.receive(timeout=10)
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1009)


def test_bodies_are_read_in_one_place() -> None:
    """Where their bounds are kept: no room reads a body by itself."""
    rooms = [file for file in SOURCES.rglob("*.py") if file != SOURCES / "wire" / "bodies.py"]
    assert len(rooms) > 100
    found = [file for file in rooms if re.search(r"request\.(json|body|form|stream)\(", file.read_text())]
    assert not found
