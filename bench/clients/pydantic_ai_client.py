# /// script
# requires-python = ">=3.11"
# dependencies = ["pydantic-ai-slim[openai]==2.38.0"]
# [tool.earthshine]
# client = "Pydantic AI"
# api = "chat, Responses"
# ///
"""Pydantic AI, over both APIs. The environment is enough: `openai:MODEL`."""

from __future__ import annotations

from _check import ASK_WEATHER, DEGREES, HELLO, MODEL, check, weather
from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput


class Person(BaseModel):
    name: str
    age: int


for kind in ("openai-chat", "openai-responses"):

    @check(f"{kind} plain")
    def plain() -> None:
        assert Agent(f"{kind}:{MODEL}").run_sync(HELLO).output

    @check(f"{kind} stream")
    async def stream() -> None:
        async with Agent(f"{kind}:{MODEL}").run_stream(HELLO) as said:
            assert [piece async for piece in said.stream_text()]

    @check(f"{kind} tools")
    def tools() -> None:
        assert DEGREES in Agent(f"{kind}:{MODEL}", tools=[weather]).run_sync(ASK_WEATHER).output

    @check(f"{kind} structured")
    def structured() -> None:
        for wanted in (Person, NativeOutput(Person)):
            assert isinstance(Agent(f"{kind}:{MODEL}", output_type=wanted).run_sync("Ann is 30.").output, Person)
