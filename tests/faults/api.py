"""The API as a plain HTTP client sees it, for tests that cut, kill and starve it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.server_process import ServerProcess

Json = dict[str, Any]

ENDED = {"completed", "incomplete", "failed", "cancelled"}


def script(**keys: Any) -> str:
    """What to say to the scripted model."""
    return f"!script {json.dumps(keys)}"


def text_of(response: Json) -> str:
    """All text of a Response."""
    return "".join(part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"])


def told(events: list[Json]) -> str:
    """All text that events told."""
    return "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")


def assert_whole(events: list[Json], final: Json) -> None:
    """Numbers without gap or double, and deltas that add up to the stored Response, which the last event repeats."""
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert told(events) == text_of(final)
    last = events[-1]["response"]
    different = {key: (last.get(key), final.get(key)) for key in last.keys() | final if last.get(key) != final.get(key)}
    assert not different, different


async def parsed(lines: AsyncIterator[bytes]) -> AsyncGenerator[Json]:
    """The events of a stream."""
    async for line in lines:
        if line.startswith(b"data: {"):
            yield json.loads(line[6:])


class Api:
    """One server's responses."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = f"{url}/v1/responses"

    async def create(self, said: str, **more: Any) -> Json:
        """Create a response and return the reply."""
        async with self.http.post(self.url, json={"model": "scripted", "input": said, **more}) as reply:
            made = await reply.json()
            assert reply.status == 200, made
            return made

    @asynccontextmanager
    async def stream(self, said: str, **more: Any) -> AsyncGenerator[AsyncGenerator[Json]]:
        """Create a response and follow it; leaving closes the connection."""
        body = {"model": "scripted", "input": said, "stream": True, **more}
        async with self.http.post(self.url, json=body) as reply:
            assert reply.status == 200, await reply.text()
            yield parsed(reply.content)
            reply.close()

    async def get(self, response_id: str) -> Json:
        """Return a response as it is now."""
        async with self.http.get(f"{self.url}/{response_id}") as reply:
            assert reply.status == 200, await reply.text()
            return await reply.json()

    async def events(self, response_id: str, after: int | None = None) -> list[Json]:
        """Return the events above `after`, to the end."""
        params = {"stream": "true", **({} if after is None else {"starting_after": str(after)})}
        async with self.http.get(f"{self.url}/{response_id}", params=params) as reply:
            assert reply.status == 200, await reply.text()
            return [event async for event in parsed(reply.content)]

    async def ended(self, response_id: str, patience: float = 60) -> Json:
        """Wait for the end of a response, and return it."""
        deadline = time.monotonic() + patience
        while True:
            response = await self.get(response_id)
            if response["status"] in ENDED:
                return response
            assert time.monotonic() < deadline, f"still {response['status']} after {patience} s"
            await asyncio.sleep(0.03)


@asynccontextmanager
async def api_of(server: ServerProcess) -> AsyncGenerator[Api]:
    """Talk to a server."""
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Bearer {server.key}"}
    async with aiohttp.ClientSession(headers=headers, connector=connector) as http:
        yield Api(http, server.url)
