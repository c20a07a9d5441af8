"""The few calls of the Docker Engine API that sandboxes need, over the engine's socket.

Source: https://docs.docker.com/reference/api/engine/. Paths have no version, so that each engine speaks the one it has:
all of what is used here is in 1.41 and later.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import orjson

from earthshine.sandboxes.base import SandboxRefused

Json = dict[str, Any]

_SECONDS = 30.0
_LONGEST = 4 * 2**20


class Engine:
    """An engine at an address, `unix:///run/docker.sock` or `tcp://127.0.0.1:2375`."""

    def __init__(self, address: str) -> None:
        """Raises `SandboxRefused` for an address of another kind."""
        parts = urlsplit(address)
        if (parts.scheme, parts.netloc) == ("unix", "") and parts.path.startswith("/"):
            self._socket, self._base = parts.path, "http://docker"
        elif parts.scheme == "tcp" and parts.netloc:
            self._socket, self._base = "", f"http://{parts.netloc}"
        else:
            raise SandboxRefused(f"`docker_host` is {address!r}; write unix:///PATH or tcp://HOST:PORT.")
        self.address = address

    async def about(self) -> Json:
        """Return the engine's name and versions."""
        return await self._ask("GET", "/version")

    async def has_image(self, image: str) -> bool:
        """Tell whether an image is there; none is ever fetched."""
        return await self._ask("GET", f"/images/{quote(image, safe='/:@')}/json", missing=True) is not None

    async def create(self, body: Json) -> str:
        """Make a container; returns its id."""
        return str((await self._ask("POST", "/containers/create", body))["Id"])

    async def start(self, container: str) -> None:
        """Start a container."""
        await self._ask("POST", f"/containers/{container}/start")

    async def pid(self, container: str) -> int:
        """Return the process of the host that is the container's first; 0 when it has ended."""
        return int((await self._ask("GET", f"/containers/{container}/json"))["State"]["Pid"])

    async def last_words(self, container: str) -> str:
        """Return the last lines that a container printed."""
        raw = await self._call("GET", f"/containers/{container}/logs?stdout=1&stderr=1&tail=5")
        text = b""
        while len(raw) >= 8:  # each piece stands behind its channel and its length
            size = int.from_bytes(raw[4:8], "big")
            text, raw = text + raw[8 : 8 + size], raw[8 + size :]
        return text.decode(errors="replace").strip()

    async def wait(self, container: str) -> None:
        """Return when a container has ended, or is not there."""
        await self._ask("POST", f"/containers/{container}/wait", missing=True, seconds=None)

    async def remove(self, container: str) -> None:
        """End and remove a container, if it is there."""
        await self._ask("DELETE", f"/containers/{container}?force=1&v=1", missing=True)

    async def labelled(self, label: str) -> list[Json]:
        """Return the containers that have a label, ended ones too."""
        filters = quote(orjson.dumps({"label": [label]}).decode())
        found: list[Json] = await self._ask("GET", f"/containers/json?all=1&filters={filters}")
        return found

    async def _ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        missing: bool = False,
        seconds: float | None = _SECONDS,
    ) -> Any:
        raw = await self._call(method, path, body, missing=missing, seconds=seconds)
        try:
            return orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError:
            raise SandboxRefused(f"What answers at {self.address} speaks no Docker Engine API.") from None

    async def _call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        missing: bool = False,
        seconds: float | None = _SECONDS,
    ) -> bytes:
        """Return the body of an answer; empty for what is not there, where it may be `missing`."""
        connector = aiohttp.UnixConnector(self._socket) if self._socket else aiohttp.TCPConnector()
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.request(method, self._base + path, json=body, allow_redirects=False) as reply,
            ):
                raw = b""
                while len(raw) < _LONGEST and (more := await reply.content.readany()):
                    raw += more
        except (aiohttp.ClientError, OSError) as error:
            raise SandboxRefused(
                f"The container engine at {self.address} does not answer ({error}). Start it, and let the server's "
                "user reach its socket, or change the setting `docker_host`."
            ) from None
        if missing and reply.status == 404:
            return b""
        if reply.status >= 300:
            raise SandboxRefused(f"The container engine refused: {_message(raw)} (status {reply.status})")
        return raw


def _message(raw: bytes) -> str:
    try:
        return str(orjson.loads(raw)["message"])[:500]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return raw[:200].decode(errors="replace")
