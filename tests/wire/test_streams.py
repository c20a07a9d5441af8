"""Streams and other work end when they are done, when they break, and when their client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from earthshine.errors import InvalidRequest
from earthshine.wire import EventStream, peek, while_connected
from tests.wire.requests import request


async def test_work_stops_when_its_client_leaves() -> None:
    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with pytest.raises(ClientDisconnect):
        await while_connected(request({"type": "http.disconnect"}, wait=0.01), work())
    assert stopped.is_set()
    assert await while_connected(request(), asyncio.sleep(0, "done")) == "done"


async def test_work_that_ends_in_time_or_is_cancelled_by_others_is_no_clients_departure() -> None:
    # The client leaves after the work is done: nothing is cancelled later.
    assert await while_connected(request({"type": "http.disconnect"}, wait=0.05), asyncio.sleep(0.03, "done")) == "done"
    await asyncio.sleep(0.05)

    async def broken() -> None:
        await asyncio.sleep(0.03)
        raise InvalidRequest("No.")

    with pytest.raises(InvalidRequest):
        await while_connected(request(), broken())
    cut = asyncio.create_task(while_connected(request(), asyncio.Event().wait()))
    await asyncio.sleep(0.05)
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut


async def test_an_error_before_the_first_item_is_raised_at_once() -> None:
    async def broken() -> AsyncIterator[bytes]:
        raise InvalidRequest("No.")
        yield b""

    with pytest.raises(InvalidRequest):
        await peek(broken())

    async def fine() -> AsyncIterator[int]:
        yield 1
        yield 2

    assert [item async for item in await peek(fine())] == [1, 2]

    async def empty() -> AsyncIterator[int]:
        return
        yield 0

    assert [item async for item in await peek(empty())] == []


async def test_a_stream_closes_its_source_however_it_ends() -> None:
    for leaves in (False, True):
        closed = asyncio.Event()
        sent: list[dict[str, Any]] = []

        async def source(closed: asyncio.Event = closed, leaves: bool = leaves) -> AsyncGenerator[bytes]:
            try:
                yield b"one"
                if leaves:
                    await asyncio.Event().wait()
            finally:
                closed.set()

        async def receive(leaves: bool = leaves) -> dict[str, Any]:
            if leaves:
                await asyncio.sleep(0.01)
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Any, sent: list[dict[str, Any]] = sent) -> None:
            sent.append(message)

        await EventStream(source())({"type": "http"}, receive, send)
        assert closed.is_set()
        assert [message.get("body") for message in sent] == [None, b"one"] + ([] if leaves else [b""])
        headers = dict(sent[0]["headers"])
        assert headers[b"cache-control"] == b"no-store"
        assert b"content-length" not in headers


async def test_a_stream_sends_at_once_what_comes_at_once_and_waits_for_a_slow_reader() -> None:
    made, bodies, slow = 0, list[bytes](), asyncio.Event()

    async def source() -> AsyncGenerator[bytes]:
        nonlocal made
        for _ in range(1000):
            made += 1
            yield b"x"
        await asyncio.sleep(0)
        yield b"y"
        raise ValueError("the source breaks")

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if body := message.get("body"):
            bodies.append(body)
            await slow.wait()

    stream = asyncio.create_task(EventStream(source())({"type": "http"}, receive, send))
    await asyncio.sleep(0.05)
    assert (len(bodies), made) == (1, 2 * len(bodies[0])), "one message is sent, and as much again is ready"
    assert 1 < len(bodies[0]) < 1000
    slow.set()
    with pytest.raises(ValueError, match="breaks"):
        await stream
    assert b"".join(bodies) == b"x" * 1000 + b"y", "all that came before the error is sent"
    assert len(bodies) < 100
