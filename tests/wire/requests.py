"""Requests whose bodies come in pieces."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request


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
