"""A request of our own API that another request of its client needs: same key, same rights, limits and charges."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import Request
from starlette.types import Message, Scope

from earthshine.errors import Internal
from earthshine.services import service
from earthshine.settings import Settings

Json = dict[str, Any]

_KEPT = frozenset({b"authorization", b"openai-project"})
"""Headers that say who asks. Cookies do not: a page of another site cannot ask in somebody's name."""


class Refused(Exception):
    """The API refused; the words are its own."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


async def ask_api(request: Request, method: str, path: str, body: Json | None = None) -> Json:
    """Have the application answer a request of the same client, which ends when that client goes away.

    Raises `Refused` with the API's own words.
    """
    sent = orjson.dumps(body) if body is not None else b""
    given, status, raw = False, 500, bytearray()

    async def receive() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": sent, "more_body": False}
        return await request.receive()

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            raw.extend(message.get("body", b""))

    # A task has a context of its own: what is noted there of a request is not the outer one's.
    await asyncio.create_task(request.app(_scope(request, method, path, sent), receive, send))
    try:
        answer: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Internal("The API answered with no JSON.") from None
    if status >= 400:
        raise Refused(answer["error"]["message"])
    return answer


def _scope(request: Request, method: str, path: str, sent: bytes) -> Scope:
    outer, whole = request.scope, service(request, Settings).base_path + path
    headers = [pair for pair in outer["headers"] if pair[0] in _KEPT]
    headers += [(b"host", b"localhost"), (b"x-request-id", outer["state"]["request_id"].encode())]
    if sent:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(sent)).encode())]
    same = {name: outer[name] for name in ("type", "asgi", "http_version", "scheme", "client", "server")}
    return {
        **same,
        "method": method,
        "path": whole,
        "raw_path": quote(whole).encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }
