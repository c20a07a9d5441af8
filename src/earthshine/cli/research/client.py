"""The command's side of the wire: one research, begun, followed and told things."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from earthshine.cli.chat.client import ChatClient, ChatError

Json = dict[str, Any]

_PATH = "/earthshine/v1/research"


class ResearchClient:
    """One research of a server."""

    def __init__(self, chat: ChatClient) -> None:
        self.chat = chat
        self.id = ""
        """That of its response; empty until it has begun."""

    @property
    def _path(self) -> str:
        return f"{_PATH}/{self.id}"

    async def find(self, named: str) -> Json:
        """Take up a research: `last` is the newest. Raises `ChatError`."""
        if named == "last":
            found = (await self.chat.json("GET", f"{_PATH}?limit=1"))["data"]
            if not found:
                raise ChatError("There is no research to take up. Begin one with a question.")
            named = found[0]["id"]
        self.id = named
        return await self.now()

    async def begin(self, body: Json) -> AsyncGenerator[Json]:
        """Begin a research; yields the events of its response. Raises `ChatError`."""
        async with aclosing(self.chat.reply(body)) as events:
            async for event in events:
                if event["type"] == "response.created":
                    self.id = event["response"]["id"]
                yield event

    def follow(self) -> AsyncGenerator[Json]:
        """Yield the events of the response, from the first. Raises `ChatError`."""
        return self.chat.follow(self.id)

    async def now(self) -> Json:
        """Return the research as far as it has come. Raises `ChatError`."""
        return await self.chat.json("GET", self._path)

    async def response(self) -> Json:
        """Return the response. Raises `ChatError`."""
        return await self.chat.json("GET", f"/v1/responses/{self.id}")

    async def approve(self, questions: Sequence[Json]) -> None:
        """Let it go on with these questions. Raises `ChatError`."""
        await self.chat.json("POST", f"{self._path}/plan", {"questions": list(questions)})

    async def resume(self) -> None:
        """Let it go on after a pause. Raises `ChatError`."""
        await self.chat.json("POST", f"{self._path}/resume")

    async def steer(self, text: str) -> None:
        """Say what it is to heed from now on. Raises `ChatError`."""
        await self.chat.json("POST", f"{self._path}/steer", {"text": text})

    def report_path(self, kind: str) -> str:
        """Return where the report is, in a format."""
        return f"{self._path}/report?format={kind}"

    async def report(self) -> str:
        """Return the report in Markdown. Raises `ChatError`."""
        into = io.BytesIO()
        await self.chat.download(self.report_path("md"), into)
        return into.getvalue().decode()
