"""Each API's addresses have its own shape of errors and streams; all others have OpenAI's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.services import Services
from earthshine.wire import OPENAI, Dialect, Dialects, EventStream, dialect_of, error_reply


def _event(error: EarthshineError) -> bytes:
    return b"!" + error.message.encode()


OTHER = Dialect(
    lambda error, request_id: {"why": error.message, "id": request_id},
    _event,
    prefixes=("/api",),
    media_type="application/x-ndjson",
    heartbeat=b" ",
    done=b"",
)


def test_an_address_has_the_dialect_of_its_first_steps() -> None:
    dialects = Dialects()
    dialects.add(OTHER)
    assert dialects.of("/api") is OTHER
    assert dialects.of("/api/chat") is OTHER
    assert dialects.of("/apiary") is OPENAI
    assert dialects.of("/v1/api/chat") is OPENAI
    app = SimpleNamespace(state=SimpleNamespace(services=Services(dialects)))
    assert dialect_of({"app": app, "path": "/api/nothing"}) is OTHER
    assert dialect_of({"path": "/api/nothing"}) is OPENAI


def test_an_error_is_told_in_the_shape_of_its_dialect() -> None:
    reply = error_reply(InvalidRequest("No."), "req_1", OTHER)
    assert (reply.status_code, bytes(reply.body)) == (400, b'{"why":"No.","id":"req_1"}')
    assert b'"type":"invalid_request_error"' in bytes(error_reply(InvalidRequest("No.")).body)


async def test_a_stream_has_its_dialects_type_and_error() -> None:
    async def source() -> AsyncGenerator[bytes]:
        yield b"one"
        raise InvalidRequest("No.")

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await EventStream(source(), dialect=OTHER)({"type": "http"}, receive, send)
    assert dict(sent[0]["headers"])[b"content-type"] == b"application/x-ndjson"
    assert [message["body"] for message in sent[1:]] == [b"one", b"!No.", b""]
