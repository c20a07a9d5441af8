"""A research that is followed to its end, with a person asked where it waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from earthshine.cli.chat.client import ChatError
from earthshine.cli.research import plan
from earthshine.cli.research.client import ResearchClient
from earthshine.cli.research.screen import ResearchScreen

Json = dict[str, Any]

_LOOK_SECONDS = 1.0
"""Between two looks at how far it is: what it reads and notes is no event of the Responses API."""


class Watch:
    """Follows one research; `person`: somebody sits at the terminal and can be asked."""

    def __init__(self, client: ResearchClient, screen: ResearchScreen, *, person: bool) -> None:
        self._client, self._screen, self._person = client, screen, person
        self._told_pause = False

    async def follow(self, events: AsyncGenerator[Json]) -> Json:
        """Show what happens until it is over; returns the research. Raises `ChatError`."""
        reading = asyncio.ensure_future(self._read(events))
        try:
            while True:
                await asyncio.wait({reading}, timeout=_LOOK_SECONDS)
                if reading.done():
                    reading.result()
                    break
                await self._look()
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, ChatError):
                await reading
        research = await self._client.now()
        self._screen.show(research)
        return research

    async def answer(self) -> str | None:
        """Have the person answer the question that the research asks back; None where nobody is there."""
        return await _ask("Your answer: ") if self._person else None

    async def _read(self, events: AsyncGenerator[Json]) -> None:
        async with aclosing(events):
            async for event in events:
                if event["type"] == "response.created":
                    self._screen.note(f"research {event['response']['id']}")
                elif event["type"] == "response.output_item.done":
                    self._screen.item(event["item"])

    async def _look(self) -> None:
        if not self._client.id:
            return
        try:
            research = await self._client.now()
        except ChatError as error:
            if error.status in (0, 503):
                return  # it starts again; how long that may take, the events know
            raise
        self._screen.show(research)
        if research["waiting"] == "plan":
            await self._approve(research)
        elif research["waiting"] == "paused" and not self._told_pause:
            self._told_pause = True
            self._screen.note(f"It is paused. Let it go on: earthshine research --resume {self._client.id}")

    async def _approve(self, research: Json) -> None:
        if not self._person:
            raise ChatError(
                "Its plan waits for a person, and nobody is here. Approve it at a terminal: "
                f"earthshine research --resume {self._client.id}"
            )
        questions: list[Json] = [{"id": each["id"], "text": each["text"]} for each in research["questions"]]
        while True:
            self._screen.note(f"{plan.shown(questions)}\n{plan.HELP}")
            line = await _ask("Plan: ")
            if not line.strip():
                break
            try:
                questions = plan.edited(questions, line)
            except ValueError as error:
                self._screen.note(str(error), bad=True)
        await self._client.approve(questions)


async def _ask(words: str) -> str:
    from prompt_toolkit import PromptSession

    session: PromptSession[str] = PromptSession()
    return await session.prompt_async(words)
