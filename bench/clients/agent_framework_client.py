# /// script
# requires-python = ">=3.11"
# dependencies = ["agent-framework-openai==1.17.0"]
# [tool.earthshine]
# client = "Microsoft Agent Framework"
# api = "Responses, chat"
# ///
"""Microsoft's Agent Framework: its clients for Responses and for chat completions."""

from __future__ import annotations

from _check import ANN, ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from agent_framework import Agent, tool
from agent_framework.openai import OpenAIChatClient, OpenAIChatCompletionClient
from pydantic import BaseModel

weather = tool(approval_mode="never_require")(plain_weather)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


for label, kind in (("responses ", OpenAIChatClient), ("", OpenAIChatCompletionClient)):
    client = kind(model=MODEL, base_url=BASE, api_key=KEY)

    @check(f"{label}plain")
    async def plain() -> None:
        assert (await Agent(client=client).run(HELLO)).text

    @check(f"{label}stream")
    async def stream() -> None:
        assert "".join([piece.text async for piece in Agent(client=client).run(HELLO, stream=True)])

    @check(f"{label}tools")
    async def tools() -> None:
        assert DEGREES in (await Agent(client=client, tools=[weather]).run(ASK_WEATHER)).text

    @check(f"{label}structured")
    async def structured() -> None:
        said = await Agent(client=client).run(ANN, options={"response_format": Person})
        assert isinstance(said.value, Person)
