"""Which requests speak Anthropic's dialect, where they are served, and what the headers of their replies say.

Its addresses are those below `/anthropic/v1`, and `/v1/messages`, which OpenAI's API has not. Whatever else is below
`/v1` speaks it when the request has the header `anthropic-version`, as every client of Anthropic's sends it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earthshine.anthropic.dialect import PREFIX

_MESSAGES = "/v1/messages"
_LIMIT = re.compile(rb"x-ratelimit-(limit|remaining|reset)-(requests|tokens)")
_DURATION = re.compile(rb"(?:(\d+)h)?(?:(\d+)m)?(\d+)s")


class AnthropicAddresses:
    """ASGI middleware that leads requests in the dialect to their routes, and names limits as it does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        path = _address(scope) if scope["type"] == "http" else None
        if path is None:
            await self._app(scope, receive, send)
            return
        # In place: layers outside read from it which route was found.
        scope["path"] = path
        request_id = (b"request-id", scope["state"]["request_id"].encode("latin-1"))

        async def mark(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_with_limits(message["headers"]), request_id]
            await send(message)

        await self._app(scope, receive, mark)


def _address(scope: Scope) -> str | None:
    """Return where a request in the dialect is served; None for any other request."""
    path: str = scope["path"]
    if path.startswith(f"{PREFIX}/"):
        return path
    if not path.startswith("/v1/"):
        return None
    if path == _MESSAGES or path.startswith(f"{_MESSAGES}/"):
        return PREFIX + path
    return PREFIX + path if any(name == b"anthropic-version" for name, _ in scope["headers"]) else None


def _with_limits(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return headers, with those about limits under the names of this API too."""
    now = datetime.now(UTC)
    more: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        if found := _LIMIT.fullmatch(name):
            value = _moment(value, now) if found[1] == b"reset" else value
            more.append((b"anthropic-ratelimit-%b-%b" % (found[2], found[1]), value))
    return [*headers, *more]


def _moment(duration: bytes, now: datetime) -> bytes:
    """Return the moment after `6m0s`, in the format of RFC 3339."""
    found = _DURATION.fullmatch(duration)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    after = now + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return after.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
