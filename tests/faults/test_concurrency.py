"""Half-sent requests, and one member's many, leave places for others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx2
import pytest

from earthshine.accounts.throttling.concurrency import ConcurrencyBounds, ConcurrencyLimiter
from earthshine.errors import RateLimited, Unavailable
from tests.server_process import ServerProcess, start_server

PLACES = 40


@pytest.fixture(scope="module")
async def small(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted", "--max-streams", str(PLACES))
    running = await start_server(tmp_path_factory.mktemp("small"), *flags)
    yield running
    assert await running.stop() == 0


async def half(server: ServerProcess, path: str, key: str = "") -> asyncio.StreamWriter:
    host, port = server.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n"
    writer.write((head + (f"authorization: Bearer {key}\r\n" if key else "") + "\r\n{").encode())
    await writer.drain()
    return writer


@pytest.mark.parametrize(("path", "keyed"), [("/earthshine/v1/sessions", False), ("/v1/responses", True)])
async def test_half_sent_requests_keep_nobody_out(path: str, keyed: bool, small: ServerProcess) -> None:
    waiting = await asyncio.gather(*(half(small, path, small.key if keyed else "") for _ in range(PLACES * 2)))
    try:
        async with httpx2.AsyncClient(base_url=small.url, headers={"authorization": f"Bearer {small.key}"}) as http:
            assert (await http.get("/v1/models")).status_code == 200
            if not keyed:
                said = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
                assert (await http.post("/v1/chat/completions", json=said)).status_code == 200
            assert (await http.get("/", headers={"accept": "text/html"})).status_code in (200, 503)
    finally:
        for each in waiting:
            each.close()


async def test_one_members_streams_leave_places_for_others(small: ServerProcess) -> None:
    headers = {"authorization": f"Bearer {small.key}"}
    said = {"model": "scripted", "stream": True}
    said |= {"messages": [{"role": "user", "content": '!script {"text": "a", "first_token_after": 60}'}]}
    async with httpx2.AsyncClient(base_url=small.url, headers=headers, timeout=20) as http:
        made = await http.post("/v1/organization/projects/default/api_keys", json={"name": "other"})
        asked = [asyncio.create_task(http.post("/v1/chat/completions", json=said)) for _ in range(PLACES)]
        done, pending = await asyncio.wait(asked, timeout=2)
        assert {task.result().status_code for task in done} == {429}
        assert {task.result().json()["error"]["code"] for task in done} == {"too_many_at_once"}
        assert len(pending) == PLACES * 3 // 4
        # While they are held.
        places = {"authorization": f"Bearer {made.json()['value']}"}
        async with httpx2.AsyncClient(base_url=small.url, headers=places) as other:
            assert (await other.get("/v1/models")).status_code == 200
        for task in pending:
            task.cancel()


def test_what_has_left_counts_no_longer() -> None:
    limiter = ConcurrencyLimiter(ConcurrencyBounds(all=4, of_key=3, of_address=4))
    slots = [limiter.slot("a", "10.0.0.1") for _ in range(4)]
    for each in slots[:3]:
        each.begin_body()
        each.acquire()
    with pytest.raises(RateLimited):
        slots[3].acquire()
    limiter.slot("b", "10.0.0.1").acquire()
    with pytest.raises(Unavailable):
        limiter.slot("c", "10.0.0.2").acquire()
    for each in slots:
        each.release()
        each.release()
    again = [limiter.slot("a", "10.0.0.1") for _ in range(3)]
    for each in again:
        each.acquire()


def test_without_a_key_there_are_few_places_and_fewer_of_one_address() -> None:
    limiter = ConcurrencyLimiter(ConcurrencyBounds(all=64, of_key=48, of_address=48))
    for number in range(4):
        for _ in range(4):
            limiter.slot("", f"10.0.0.{number}").acquire()
        with pytest.raises(RateLimited):
            limiter.slot("", f"10.0.0.{number}").acquire()
    with pytest.raises(Unavailable):
        limiter.slot("", "10.0.0.9").acquire()
    limiter.slot("key", "10.0.0.9").acquire()
