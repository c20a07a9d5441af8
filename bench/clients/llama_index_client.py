# /// script
# requires-python = ">=3.11"
# dependencies = ["llama-index-llms-openai-like==0.8.1", "llama-index-core"]
# [tool.earthshine]
# client = "LlamaIndex"
# api = "chat"
# ///
"""LlamaIndex: OpenAILike."""

from __future__ import annotations

from _check import ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

model = OpenAILike(model=MODEL, api_base=BASE, api_key=KEY, is_chat_model=True, is_function_calling_model=True)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@check("plain")
def plain() -> None:
    assert model.complete(HELLO).text


@check("stream")
def stream() -> None:
    assert [chunk.delta for chunk in model.stream_complete(HELLO)]


@check("tools")
async def tools() -> None:
    agent = FunctionAgent(tools=[FunctionTool.from_defaults(plain_weather)], llm=model)
    assert DEGREES in str(await agent.run(ASK_WEATHER))


@check("structured")
def structured() -> None:
    assert isinstance(model.as_structured_llm(Person).complete("Ann is 30.").raw, Person)
