"""The commands' side of the wire: which server, which key, and JSON out of its API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp

from earthshine.cli.console import Failure, read_settings, refuse

_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10)
_UNBOUNDED = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=300)
"""For what takes as long as it takes, while something moves."""
_PIECE = 1 << 18
"""Bytes of a file that are in memory at a time."""


class Refused(Failure):
    """The server answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """A running server, with one key."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def get(self, path: str, query: Mapping[str, str | int | Sequence[str]] | None = None) -> Any:
        """Return what the API answers; numbers with a point come as `Decimal`. Raises `Refused` or `Failure`."""
        pairs = [
            (name, str(each))
            for name, value in (query or {}).items()
            for each in ([value] if isinstance(value, str | int) else value)
        ]
        return await self._ask("GET", path, params=pairs)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send a body and return the answer. Raises as `get` does."""
        return await self._ask("POST", path, json=dict(body or {}))

    async def delete(self, path: str) -> Any:
        """Remove what is there. Raises as `get` does."""
        return await self._ask("DELETE", path)

    async def every(self, path: str, query: Mapping[str, str | int] | None = None) -> list[Any]:
        """Return all objects of a list, page by page. Raises as `get` does."""
        found: list[Any] = []
        while True:
            after = {"after": found[-1]["id"]} if found else {}
            page = await self.get(path, {"limit": 100, **(query or {}), **after})
            found += page["data"]
            if not page["has_more"]:
                return found

    async def upload(self, path: str, file: Path, fields: Mapping[str, str], told: Callable[[int, int], None]) -> Any:
        """Send a file as a form and return the answer; `told` is told of bytes sent and in all. Raises as `get` does.

        However large it is, little of it is in memory at a time.
        """
        total = file.stat().st_size  # noqa: ASYNC240 - the command does nothing else

        async def pieces() -> AsyncGenerator[bytes]:
            done = 0
            with file.open("rb") as opened:
                while piece := await asyncio.to_thread(opened.read, _PIECE):
                    yield piece
                    told(done := done + len(piece), total)

        form = aiohttp.FormData(fields, quote_fields=False)
        form.add_field("file", pieces(), filename=file.name, content_type="application/octet-stream")
        return await self._ask("POST", path, data=form, timeout=_UNBOUNDED)

    async def download(self, path: str, into: BinaryIO) -> None:
        """Write what is there to a file, while it arrives. Raises as `get` does, also when it arrives cut."""
        try:
            async with self._session.get(self._url + path, timeout=_UNBOUNDED) as reply:
                if reply.status >= 400:
                    self._value(reply.status, await reply.text())
                async for piece in reply.content.iter_chunked(_PIECE):
                    into.write(piece)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._silent(error) from None

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            async with self._session.request(method, self._url + path, **options) as reply:
                body = await reply.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._silent(error) from None
        return self._value(reply.status, body)

    def _value(self, status: int, body: str) -> Any:
        try:
            value = json.loads(body, parse_float=Decimal)
        except ValueError:
            raise Failure(f"{self._url} answered {status} without JSON; is it an Earthshine server?") from None
        if status >= 400:
            raise Refused(status, str(value.get("error", {}).get("message", f"the server answered {status}")))
        return value

    def _silent(self, error: Exception) -> Failure:
        return Failure(
            f"there is no answer from {self._url} ({error or type(error).__name__}). Start it with "
            "`earthshine serve`, or name another with --url."
        )


@asynccontextmanager
async def open_api(url: str, key: str) -> AsyncGenerator[Api]:
    """Open a connection to a server."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT) as session:
        yield Api(url.rstrip("/"), session)


def find_server(url: str | None, key: str | None, data: Path | None) -> tuple[str, str]:
    """Return the server's address and the key, from the local settings and data directory where they are not given."""
    if url is not None and key is not None:
        return url, key
    settings = read_settings(data=data)
    if url is None:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared only
        url = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    return url, key if key is not None else _local_key(settings.data / "administrator.key")


def _local_key(file: Path) -> str:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return ""  # the server will say that it wants one
    except OSError as error:
        refuse(f"{file} cannot be read ({error.strerror}). Give the key in EARTHSHINE_KEY.")
