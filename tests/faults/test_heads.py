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
from earthshine.cli.server.http_protocol import LARGEST_HEAD
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
    answer = exchange(server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"\r\nx-content-type-options: nosniff\r\n" in answer


async def test_a_message_that_is_too_large(server: ServerProcess) -> None:
    headers = {"authorization": f"Bearer {server.key}"}
    async with aiohttp.ClientSession(headers=headers) as http, http.ws_connect(f"{server.url}/v1/responses") as socket:
        await socket.send_str("x" * (2**20 + 1))
        closed = await socket.receive(timeout=10)
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1009)


def test_bodies_are_read_in_one_place() -> None:
    """Where their bounds are kept: no room reads a body by itself."""
    rooms = [file for file in SOURCES.rglob("*.py") if file != SOURCES / "wire" / "codings.py"]
    assert len(rooms) > 100
    found = [file for file in rooms if re.search(r"request\.(json|body|form|stream)\(", file.read_text())]
    # What a replica is sent it hands on, to a server of ours that keeps the bounds.
    assert found == [SOURCES / "cluster" / "replica.py"]


CHAT = b'{"model":"scripted","messages":[{"role":"user","content":"hi"}]}'
CHUNKED = b"transfer-encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(CHAT), CHAT)
WHOLE = b"content-length: %d\r\n\r\n%s" % (len(CHAT), CHAT)
ASK = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-es-test-administrator\r\n"
LAST = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
WISHES = [
    b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
    b"connection: upgrade\r\nupgrade: TLS/1.0\r\n",
    b"Upgrade: foo\r\nConnection: keep-alive, Upgrade\r\n",
    b"connection: upgrade\r\nupgrade: foo, h2c\r\nupgrade: bar\r\n",
    b"upgrade: h2c\r\n",
    b"connection: upgrade\r\nupgrade: h2c\r\nexpect: 100-continue\r\n",
    b"expect: 100-continue\r\n",
]


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("body", [CHUNKED, WHOLE], ids=["chunked", "whole"])
def test_a_wish_for_another_protocol_is_ignored(wish: bytes, body: bytes, server: ServerProcess) -> None:
    request = ASK + wish + body
    in_pieces = [(request + LAST)[start : start + 7] for start in range(0, len(request + LAST), 7)]
    for pieces, count in (((request + request + LAST,), 2), (in_pieces, 1)):
        answer = exchange(server, *pieces)
        assert answer.count(b"HTTP/1.1 200 OK") == count + 1, answer[:400]
        assert answer.count(b'"object":"chat.completion"') == count
        assert b'"status":"ok"' in answer


def test_a_wish_with_no_body(server: ServerProcess) -> None:
    for wish in WISHES[:5]:
        answer = exchange(server, START + wish + b"\r\n" + LAST)
        assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_two_hosts_are_refused(server: ServerProcess) -> None:
    answer = exchange(server, b"GET /health HTTP/1.1\r\nhost: a\r\nHost: b\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"more than one Host header" in answer


@pytest.mark.parametrize("header", [b"", b"connection: keep-alive\r\n", b"host: x\r\n"])
def test_http_1_0(header: bytes, server: ServerProcess) -> None:
    answer = exchange(server, ASK.replace(b"HTTP/1.1\r\nhost: x", b"HTTP/1.0") + header + WHOLE)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"object":"chat.completion"' in answer
