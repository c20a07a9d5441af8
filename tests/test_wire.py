"""The wire: bodies in, errors and streams out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect, Request

from earthshine.errors import (
    BodyTooLarge,
    InvalidRequest,
    RateLimited,
    RequestTimeout,
    Unauthenticated,
    UnknownParameter,
)
from earthshine.wire import (
    EventStream,
    check,
    error_reply,
    field_path,
    list_page,
    load_json,
    peek,
    read_body,
    while_connected,
)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    size: int = Field(default=1, ge=1)


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    parts: list[Inner] = []


def request(*messages: dict[str, Any], headers: tuple[tuple[bytes, bytes], ...] = (), wait: float = 0) -> Request:
    """A request whose body comes in these messages; after the last one the client stays, silent."""
    queue = list(messages)

    async def receive() -> dict[str, Any]:
        if queue:
            await asyncio.sleep(wait)
            return queue.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    return Request({"type": "http", "headers": list(headers)}, receive)


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


# --- in --------------------------------------------------------------------------------------------------------------


async def test_a_body_in_pieces() -> None:
    assert await read_body(request(part(b"a", True), part(b"b", True), part(b"c")), limit=3, timeout=1) == b"abc"


async def test_a_body_over_the_limit_declared_or_not() -> None:
    declared = request(part(b""), headers=((b"content-length", b"4"),))
    for big in (declared, request(part(b"aa", True), part(b"bb"))):
        with pytest.raises(BodyTooLarge, match="larger than 3 bytes"):
            await read_body(big, limit=3, timeout=1)


async def test_a_slow_body() -> None:
    slow = request(*[part(b"a", True)] * 10, wait=0.02)
    with pytest.raises(RequestTimeout, match=r"within 0\.05 seconds"):
        await read_body(slow, limit=100, timeout=0.05)


async def test_a_client_that_leaves_while_sending() -> None:
    with pytest.raises(ClientDisconnect):
        await read_body(request(part(b"a", True), {"type": "http.disconnect"}), limit=100, timeout=1)


@pytest.mark.parametrize("depth", [100, 128, 129, 250, 254, 255, 1023, 5000])
def test_nesting_is_bounded_below_what_can_be_written_out(depth: int) -> None:
    body = b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)
    if depth <= 128:
        assert orjson.dumps(load_json(body)) == body
        return
    with pytest.raises(InvalidRequest) as caught:
        load_json(body)
    assert caught.value.code == "invalid_json"


def test_width_is_not_depth() -> None:
    wide = {"a": [[{}] for _ in range(5000)]}
    assert load_json(orjson.dumps(wide)) == wide
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(InvalidRequest, match="flatter"):
        load_json(orjson.dumps({"a": [1, "[" * 500, deep]}))


def test_brackets_inside_text_are_no_nesting() -> None:
    assert load_json(orjson.dumps({"a": "[{" * 10_000}))["a"].startswith("[{[{")


@pytest.mark.parametrize(
    ("value", "kind", "param", "code"),
    [
        ({}, InvalidRequest, "name", "missing_required_parameter"),
        ({"name": 1}, InvalidRequest, "name", "invalid_type"),
        ({"name": "x", "nmae": 1}, UnknownParameter, "nmae", "unknown_parameter"),
        ({"name": "x", "parts": [{}, {"size": 0}]}, InvalidRequest, "parts[1].size", "invalid_value"),
        ({"name": "x", "parts": [{"size": 1, "colour": 2}]}, UnknownParameter, "parts[0].colour", "unknown_parameter"),
    ],
)
def test_the_field_at_fault_is_named(value: Any, kind: type[InvalidRequest], param: str, code: str) -> None:
    with pytest.raises(kind) as caught:
        check(Outer, value)
    assert (caught.value.param, caught.value.code) == (param, code)
    assert f"'{param}'" in caught.value.message


def test_paths_of_fields() -> None:
    assert field_path(("input", 2, "content", 0, "text")) == "input[2].content[0].text"
    assert field_path((0,)) == "[0]"


# --- out -------------------------------------------------------------------------------------------------------------


def test_headers_of_errors() -> None:
    assert error_reply(RateLimited("Wait.", retry_after=0.2), "req_1").headers["retry-after"] == "1"
    assert error_reply(Unauthenticated("No."), "req_1").headers["www-authenticate"] == "Bearer"
    assert error_reply(RequestTimeout("Late."), "req_1").headers["connection"] == "close"
    assert error_reply(InvalidRequest("No."), "req_1").headers["x-request-id"] == "req_1"


def test_an_empty_page() -> None:
    assert list_page([], has_more=False) == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


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
