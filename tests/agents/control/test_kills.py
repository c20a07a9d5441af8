"""A server that is killed between any two steps of steering loses no words and gives none twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from openai import OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.control.test_steering import said
from tests.agents.talking import WEATHER, begin, message, script, until
from tests.responses.clients import sync_client
from tests.server_process import start_server

SEARCH: Any = {"type": "tool_search"}
SLOWEST = 8


def ask(speed: int) -> str:
    """A reply that calls a tool of the server, and another: at different speeds, a kill hits different places."""
    find = {"name": "tool_search", "arguments": {"query": "weather"}}
    return script({"pieces": 12, "tokens_per_second": speed, "tool_call": find}, {"text": "Not reached."})


async def test_a_killed_server_gives_the_words_once(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        with sync_client(server) as sdk:
            made = await asyncio.to_thread(_begin, sdk)
        for pause in (0.0, 0.4, 0.8):
            with sync_client(server) as sdk:
                await asyncio.to_thread(_tell, sdk, made)
            await asyncio.sleep(pause)
            await server.kill()
            server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            await asyncio.to_thread(_tell, sdk, made)
            for each in made:
                await asyncio.to_thread(until, sdk, each, "idle")
                told = await asyncio.to_thread(said, sdk, each)
                words = [one for one in told if one.startswith("user: ") and "word" in one]
                assert words == ["user: word 0", "user: word 1"], told
                assert told[-1].startswith("assistant: "), told
                for turn in sdk.beta.agents.sessions.turns.list(each.id):
                    assert turn.status == "completed", turn
    finally:
        await server.stop()


def _begin(sdk: OpenAI) -> list[AgentSession]:
    deferred = {**WEATHER, "defer_loading": True}
    return [begin(sdk, ask(speed), tools=[SEARCH, deferred]) for speed in range(SLOWEST, SLOWEST + 40, 4)]


def _tell(sdk: OpenAI, made: list[AgentSession]) -> None:
    for each in made:
        for number in range(2):
            key = f"word-{number}"
            sdk.beta.agents.sessions.events.create(
                each.id, events=[message(f"word {number}")], extra_headers={"idempotency-key": key}
            )
