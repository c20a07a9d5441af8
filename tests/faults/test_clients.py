"""Clients that vanish, dawdle, crowd in or send rubbish: each harms only itself."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from earthshine.database import Database
from earthshine.engines.pool import Pool
from earthshine.responses.store import UNFINISHED
from earthshine.responses.tables import responses
from earthshine.runs import Runs
from earthshine.server import create_app
from earthshine.services import Services
from earthshine.settings import Settings
from tests.faults.api import Api, Json, api_of, assert_whole, script, text_of, told
from tests.patience import PATIENCE
from tests.server_process import ServerProcess, start_server

KEY = "sk-es-test-administrator"
TO_ONE = ("--max-streams-per-key", "230", "--max-streams-per-address", "230")
ENDLESS = script(text="and on ", pieces=100_000, tokens_per_second=100)


@pytest.fixture(scope="module")
async def strict_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    """A server with small limits."""
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted", "--body-timeout", "1")
    server = await start_server(tmp_path_factory.mktemp("strict"), *flags, "--max-streams", "230", *TO_ONE)
    yield server
    assert await server.stop() == 0


@pytest.fixture(scope="module")
async def api(strict_server: ServerProcess) -> AsyncGenerator[Api]:
    async with api_of(strict_server) as opened:
        yield opened


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[FastAPI, str]]:
    """The application inside this process, to look into its rooms, and its address."""
    settings = Settings(data=tmp_path_factory.mktemp("inside"), scripted=True, embedded_model=False, bootstrap_key=KEY)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield app, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await serving


# --- those that vanish -----------------------------------------------------------------------------------------------


async def test_a_closed_stream_cancels_its_run_within_a_second(api: Api) -> None:
    async with api.stream(ENDLESS) as events:
        seen = [await anext(events) for _ in range(20)]
    closed = time.monotonic()
    final = await api.ended(seen[0]["response"]["id"])
    assert time.monotonic() - closed < 1
    assert final["status"] == "cancelled"
    assert final["output"][0]["status"] == "incomplete"
    assert text_of(final).startswith(told(seen))
    stored = await api.events(final["id"])
    assert stored[:20] == seen
    assert_whole(stored, final)
    assert stored[-1]["type"] == "response.incomplete"


async def test_a_closed_request_without_a_stream_cancels_its_run(app: tuple[FastAPI, str]) -> None:
    services: Services = app[0].state.services
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
        asking = asyncio.create_task(Api(http, app[1]).create(ENDLESS))
        async with asyncio.timeout(PATIENCE):
            while not (live := list(services.get(Runs).live.by_id)):
                await asyncio.sleep(0.01)
            while len(services.get(Runs).live.by_id[live[0]].stream.events) < 20:
                await asyncio.sleep(0.01)
        asking.cancel()
        final = await Api(http, app[1]).ended(live[0], patience=1)
    assert final["status"] == "cancelled"
    assert text_of(final).startswith("and on and on ")


async def test_a_background_reply_goes_on_without_its_reader(api: Api) -> None:
    async with api.stream(script(text="Nobody listens. " * 20, tokens_per_second=150), background=True) as events:
        first = await anext(events)
    final = await api.ended(first["response"]["id"])
    assert final["status"] == "completed"
    assert text_of(final) == "Nobody listens. " * 20


async def test_fifty_clients_that_vanish_leave_nothing(app: tuple[FastAPI, str]) -> None:
    services: Services = app[0].state.services
    rng = random.Random(3)

    async def vanish(http: aiohttp.ClientSession) -> None:
        body = {"model": "scripted", "input": ENDLESS, "stream": rng.random() < 0.7, "store": rng.random() < 0.7}
        patience = rng.choice([0, 0.001, rng.uniform(0, 0.5)])
        try:
            async with asyncio.timeout(patience):
                path, key = rng.choice([("responses", "input"), ("chat/completions", "messages")])
                if key == "messages":
                    body["messages"] = [{"role": "user", "content": body.pop("input")}]
                async with http.post(f"{app[1]}/v1/{path}", json=body) as reply:
                    await reply.read()
        except TimeoutError:
            return
        raise AssertionError("an endless reply came to its end")

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}, connector=connector) as http:
        await asyncio.gather(*(vanish(http) for _ in range(50)))
    pool = services.get(Pool)
    async with asyncio.timeout(PATIENCE):
        while services.get(Runs).live.by_id or any(entry.leases for entry in pool._entries.values()):
            await asyncio.sleep(0.02)
    async with services.get(Database).read() as connection:
        left = select(responses.c.id).where(responses.c.status.in_(UNFINISHED))
        assert (await connection.scalars(left)).all() == []


# --- those that dawdle -----------------------------------------------------------------------------------------------


async def raw(server: ServerProcess, head: str, body: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection and send a request by hand."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\n".encode() + body)
    await writer.drain()
    return reader, writer


async def test_a_slow_reader_slows_neither_the_run_nor_other_readers(strict_server: ServerProcess, api: Api) -> None:
    text = "word " * 6000
    made = await api.create(script(text=text, tokens_per_second=6000), background=True)
    path = f"/v1/responses/{made['id']}?stream=true"
    slow, writer = await raw(strict_server, f"GET {path} HTTP/1.1", b"\r\n")
    dawdling = asyncio.create_task(_byte_by_byte(slow))
    begun = time.monotonic()
    events = await api.events(made["id"])
    took = time.monotonic() - begun
    assert told(events) == text
    assert took < 20
    assert not dawdling.done()
    dawdling.cancel()
    writer.close()


async def _byte_by_byte(reader: asyncio.StreamReader) -> None:
    while await reader.read(1):
        await asyncio.sleep(1)


async def test_a_slow_upload_is_ended(strict_server: ServerProcess) -> None:
    head = "POST /v1/responses HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1000"
    reader, writer = await raw(strict_server, head, b"\r\n{")
    begun = time.monotonic()
    status = (await reader.readline()).split()[1]
    assert status == b"408"
    assert 0.8 < time.monotonic() - begun < 4
    rest = await asyncio.wait_for(reader.read(), PATIENCE)
    assert b'"request_timeout"' in rest
    assert b"connection: close" in rest.lower()
    writer.close()


async def test_a_connection_that_says_nothing_harms_nobody(strict_server: ServerProcess, api: Api) -> None:
    silent = [await raw(strict_server, "POST /v1/responses HTTP/1.1") for _ in range(50)]
    assert text_of(await api.create("Hello.")) == "You said: Hello."
    for _, writer in silent:
        writer.close()


# --- those that are large --------------------------------------------------------------------------------------------


async def test_ten_megabytes_are_fine(api: Api, strict_server: ServerProcess) -> None:
    text = "قمر moon " * 900_000
    item = {"type": "message", "role": "user", "content": text}
    base = f"{strict_server.url}/v1/conversations"
    async with api.http.post(base, json={"items": [item]}) as reply:
        made = await reply.json()
        assert reply.status == 200, made
    async with api.http.get(f"{base}/{made['id']}/items") as reply:
        assert (await reply.json())["data"][0]["content"][0]["text"] == text


@pytest.mark.parametrize("chunked", [False, True])
async def test_more_than_the_limit_is_refused(chunked: bool, api: Api) -> None:
    size = 33 * 2**20

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(size // 2**20):
            yield b" " * 2**20

    async with api.http.post(api.url, data=pieces() if chunked else b" " * size) as reply:
        error = (await reply.json())["error"]
    assert reply.status == 413
    assert error["code"] == "body_too_large"
    assert str(32 * 2**20) in error["message"]


# --- those that are many ---------------------------------------------------------------------------------------------


async def test_two_hundred_streams_at_once_all_finish(api: Api) -> None:
    async def one(number: int) -> list[Json]:
        said = script(text=f"Number {number} says it again and again. " * 3, tokens_per_second=40)
        async with api.stream(said) as events:
            return [event async for event in events]

    for number, events in enumerate(await asyncio.gather(*map(one, range(200)))):
        assert events[-1]["type"] == "response.completed"
        assert_whole(events, events[-1]["response"])
        assert told(events) == f"Number {number} says it again and again. " * 3


async def test_one_too_many_is_told_to_wait(api: Api, strict_server: ServerProcess) -> None:
    waiting = script(text="x", first_token_after=30)
    crowd = [asyncio.create_task(api.create(waiting, store=False)) for _ in range(230)]
    async with asyncio.timeout(PATIENCE):
        while True:
            async with api.http.get(f"{strict_server.url}/v1/models") as reply:
                if reply.status == 503:
                    error = (await reply.json())["error"]
                    break
            await asyncio.sleep(0.05)
    assert error["code"] == "server_busy"
    assert reply.headers["retry-after"] == "1"
    async with api.http.get(f"{strict_server.url}/health") as reply:
        assert reply.status == 200
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    async with asyncio.timeout(PATIENCE):
        while (await api.http.get(f"{strict_server.url}/v1/models")).status == 503:
            await asyncio.sleep(0.05)


# --- those that send rubbish -----------------------------------------------------------------------------------------

RUBBISH = {
    "no HTTP": b"\x00\x01\x02 hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "no version": b"GET /v1/models\r\n\r\n",
    "bad version": b"GET /v1/models HTTP/9.9\r\n\r\n",
    "bad header": b"GET /v1/models HTTP/1.1\r\nHost x\r\n\r\n",
    "two lengths": b"POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "negative length": b"POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "bad chunk": b"POST /v1/responses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n",
    "endless header": b"GET /v1/models HTTP/1.1\r\nX: " + b"a" * 200_000,
    "bytes in the path": b"GET /v1/\xff\xfe\x80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes in a header": b"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
}


@pytest.mark.parametrize("kind", RUBBISH)
async def test_rubbish_is_refused(kind: str, strict_server: ServerProcess, api: Api) -> None:
    host, port = strict_server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    answer = b""
    # The server may hang up in the middle of what it refuses.
    with suppress(ConnectionError, OSError):
        writer.write(RUBBISH[kind])
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    assert answer[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 431"), answer[:200]
    assert text_of(await api.create("Hello.")) == "You said: Hello."


def test_the_log_has_no_surprise(strict_server: ServerProcess) -> None:
    """Runs last: nothing above made the server stumble. (Uvicorn may: on a chunk that is none.)"""
    assert "ERROR earthshine" not in Path(strict_server.log).read_text()
