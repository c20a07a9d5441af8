"""Embeddings by the official SDK in strict mode."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI

from tests.chat_completions.app import Served


async def test_vectors_in_order_with_usage(sdk: AsyncOpenAI) -> None:
    made = await sdk.embeddings.create(model="scripted", input=["a cat", "a dog"], encoding_format="float")
    assert [item.index for item in made.data] == [0, 1]
    assert all(math.isclose(math.hypot(*item.embedding), 1, rel_tol=1e-6) for item in made.data)
    assert made.usage.prompt_tokens == made.usage.total_tokens == 4
    assert made.model == "scripted"


async def test_base64_is_the_same_vector(app: Served, sdk: AsyncOpenAI) -> None:
    # Without a format the SDK asks for base64 and decodes it, but after its strict mode has looked at it.
    packed = await app.client(strict=False).embeddings.create(model="scripted", input="a cat")
    plain = await sdk.embeddings.create(model="scripted", input="a cat", encoding_format="float")
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)


async def test_token_ids_and_dimensions(app: Served, sdk: AsyncOpenAI) -> None:
    ids = await app.engine.tokenize("a cat")
    one = await sdk.embeddings.create(model="scripted", input=ids, dimensions=8, encoding_format="float")
    two = await sdk.embeddings.create(model="scripted", input=[ids, ids], dimensions=8, encoding_format="float")
    text = await sdk.embeddings.create(model="scripted", input="a cat", dimensions=8, encoding_format="float")
    assert len(one.data) == 1
    assert len(one.data[0].embedding) == 8
    assert {tuple(item.embedding) for item in [*one.data, *two.data]} == {tuple(text.data[0].embedding)}


async def test_as_many_inputs_as_the_api_allows(sdk: AsyncOpenAI) -> None:
    made = await sdk.embeddings.create(model="scripted", input=["x"] * 2048, dimensions=2, encoding_format="float")
    assert len(made.data) == 2048


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [[]]}, "input"),
        ({"input": ["a", 5]}, "input"),
        ({"input": {"text": "a"}}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": ["x"] * 2048, "dimensions": 4097}, "dimensions"),
        ({"dimensions": 0}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"model": "mute"}, "model"),
        ({"inputs": "x"}, "inputs"),
        ({"input_type": "title"}, "input_type"),
        ({"input_type": "query", "input": [5]}, "input_type"),
    ],
)
async def test_a_bad_field_is_named(app: Served, fields: dict[str, Any], param: str) -> None:
    body = {"model": "scripted", "input": "x", **fields}
    async with httpx2.AsyncClient(headers={"authorization": "Bearer default"}) as client:
        reply = await client.post(f"{app.url}/v1/embeddings", json={k: v for k, v in body.items() if v is not None})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


async def test_what_the_maker_puts_before_a_text_is_put_there(
    app: Served, sdk: AsyncOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    embed = app.engine.embed

    async def noting(inputs: Any, dimensions: int | None = None) -> Any:
        read.append(list(inputs))
        return await embed(inputs, dimensions)

    monkeypatch.setattr(app.engine, "embed", noting)
    prefixes = {"query": "query: ", "document": "passage: ", "either": "both: "}
    model = app.pool.models["scripted"]
    monkeypatch.setitem(app.pool.models, "scripted", replace(model, card=replace(model.card, prefixes=prefixes)))
    for asked in ({}, {"input_type": "query"}, {"input_type": "document"}):
        await sdk.embeddings.create(model="scripted", input=["a"], encoding_format="float", extra_body=asked)
    await sdk.embeddings.create(model="scripted", input=[[5]], encoding_format="float")
    assert read == [["both: a"], ["query: a"], ["passage: a"], [(5,)]]
