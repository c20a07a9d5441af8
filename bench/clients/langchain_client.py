# /// script
# requires-python = ">=3.11"
# dependencies = ["langchain-openai==1.7.4", "langchain"]
# [tool.earthshine]
# client = "LangChain"
# api = "chat, Responses"
# ///
"""LangChain: ChatOpenAI over chat completions and over Responses, and its embeddings."""

from __future__ import annotations

from _check import ASK_WEATHER, BASE, DEGREES, HELLO, KEY, MODEL, check
from _check import weather as plain_weather
from langchain.agents import create_agent
from langchain_core.exceptions import ContextOverflowError
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

weather = tool(plain_weather)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


for way in (False, True):
    model = ChatOpenAI(model=MODEL, base_url=BASE, api_key=KEY, use_responses_api=way)  # type: ignore
    label = "responses " if way else ""

    @check(f"{label}plain")
    def plain() -> None:
        assert model.invoke(HELLO).text

    @check(f"{label}stream")
    def stream() -> None:
        assert "".join(chunk.text for chunk in model.stream(HELLO))

    @check(f"{label}tools")
    def tools() -> None:
        said = create_agent(model, [weather]).invoke({"messages": [{"role": "user", "content": ASK_WEATHER}]})
        assert any(DEGREES in str(message.content) for message in said["messages"])

    @check(f"{label}structured")
    def structured() -> None:
        for method in ("json_schema", "function_calling"):
            assert isinstance(model.with_structured_output(Person, method=method).invoke("Ann is 30."), Person)


@check("embeddings")
def embeddings() -> None:
    # Without the switch it sends another model's token numbers.
    model = OpenAIEmbeddings(
        model="default-embedding",
        base_url=BASE,
        api_key=KEY,
        check_embedding_ctx_length=False,  # type: ignore
    )
    assert len(model.embed_query("hello")) > 100


@check("overflow")
def overflow() -> None:
    try:
        ChatOpenAI(model=MODEL, base_url=BASE, api_key=KEY).invoke("word " * 40000)  # type: ignore
    except ContextOverflowError:
        return
    raise AssertionError("not recognised")
