# /// script
# requires-python = ">=3.11"
# dependencies = ["openai-agents==0.24.0"]
# ///
"""OpenAI's Agents SDK, over Responses and over Chat. The environment is enough."""

from __future__ import annotations

import agents
from _check import ASK_WEATHER, DEGREES, HELLO, MODEL, check
from _check import weather as plain_weather
from pydantic import BaseModel

agents.set_tracing_disabled(True)
weather = agents.function_tool(plain_weather)


class Person(BaseModel):
    name: str
    age: int


async def run(**options: object) -> agents.RunResult:
    said = str(options.pop("said", HELLO))
    return await agents.Runner.run(agents.Agent(name="a", model=MODEL, **options), said)  # type: ignore


@check("plain")
async def plain() -> None:
    assert (await run()).final_output


@check("stream")
async def stream() -> None:
    result = agents.Runner.run_streamed(agents.Agent(name="a", model=MODEL), HELLO)
    assert [event async for event in result.stream_events()]
    assert result.final_output


@check("tools")
async def tools() -> None:
    assert DEGREES in str((await run(said=ASK_WEATHER, tools=[weather])).final_output)


@check("structured")
async def structured() -> None:
    assert isinstance((await run(said="Ann is 30.", output_type=Person)).final_output, Person)


@check("session")
async def session() -> None:
    kept = agents.OpenAIConversationsSession()
    agent = agents.Agent(name="a", model=MODEL)
    await agents.Runner.run(agent, HELLO, session=kept)
    await agents.Runner.run(agent, HELLO, session=kept)
    assert len(await kept.get_items()) == 4


@check("chat")
async def chat() -> None:
    agents.set_default_openai_api("chat_completions")
    assert DEGREES in str((await run(said=ASK_WEATHER, tools=[weather])).final_output)
