"""Raw completions by the official SDK in strict mode."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from openai import APIError, AsyncOpenAI, BadRequestError
from openai.types import Completion

from tests.chat_completions.app import Served


async def whole(sdk: AsyncOpenAI, prompt: Any, **fields: Any) -> Completion:
    return await sdk.completions.create(model="scripted", prompt=prompt, **{"max_tokens": 50, **fields})


async def test_a_text_goes_on(sdk: AsyncOpenAI) -> None:
    reply = await whole(sdk, "once upon")
    assert reply.id.startswith("cmpl-")
    choice = reply.choices[0]
    assert (choice.text, choice.finish_reason, choice.logprobs) == ("once upon", "stop", None)
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == reply.usage.completion_tokens == 2


async def test_sixteen_tokens_are_the_default(sdk: AsyncOpenAI) -> None:
    reply = await sdk.completions.create(model="scripted", prompt="word " * 30)
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage is not None
    assert reply.usage.completion_tokens == 16


async def test_several_prompts_and_choices(sdk: AsyncOpenAI) -> None:
    reply = await whole(sdk, ["aa", "bb"], n=2, seed=1)
    assert [(choice.index, choice.text) for choice in reply.choices] == [(0, "aa"), (1, "aa"), (2, "bb"), (3, "bb")]
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (2, 4)


async def test_token_ids_and_echo(app: Served, sdk: AsyncOpenAI) -> None:
    ids = await app.engine.tokenize("Hello there")
    assert (await whole(sdk, ids, echo=True)).choices[0].text == "Hello thereHello there"
    assert [choice.text for choice in (await whole(sdk, [ids, ids])).choices] == ["Hello there"] * 2


async def test_logprobs_in_parallel_lists(sdk: AsyncOpenAI) -> None:
    logprobs = (await whole(sdk, "one two", logprobs=1)).choices[0].logprobs
    assert logprobs is not None
    assert logprobs.tokens == ["one", " two"]
    assert logprobs.text_offset == [0, 3]
    assert logprobs.token_logprobs == [0, 0]
    assert logprobs.top_logprobs == [{"one": 0}, {" two": 0}]


async def test_a_stream(app: Served) -> None:
    # The SDK's type allows no null `finish_reason`, which OpenAI's own chunks have; so strict mode is off.
    sdk = app.client(strict=False)
    stream = await sdk.completions.create(
        model="scripted",
        prompt=["one two", "three four"],
        stream=True,
        echo=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 4 + 1
    assert chunks[-1].choices == []
    for index, text in enumerate(["one two", "three four"]):
        mine = [c for chunk in chunks for c in chunk.choices if c.index == index]
        assert "".join(choice.text for choice in mine) == text * 2


async def test_an_error_in_the_middle(app: Served) -> None:
    sdk = app.client(strict=False)
    prompt = "!script " + json.dumps({"text": "one two", "error_after": 1})
    stream = await sdk.completions.create(model="scripted", prompt=prompt, stream=True)
    with pytest.raises(APIError, match="asked for a failure"):
        async for _ in stream:
            pass


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": 5}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": ["a", 5]}, "prompt"),
        ({"prompt": [[]]}, "prompt"),
        ({"prompt": [-1]}, "prompt"),
        ({"prompt": ["a"] * 200}, "prompt"),
        ({"suffix": "x"}, "suffix"),
        ({"best_of": 3}, "best_of"),
        ({"n": 3, "best_of": 2}, "best_of"),
        ({"logprobs": 6}, "logprobs"),
        ({"logprobs": 1, "echo": True}, "logprobs"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"adapters": {"x": 1.0}}, "adapters"),
        ({"model": "mute"}, "prompt"),
        ({"promt": "x"}, "promt"),
    ],
)
async def test_a_bad_field_is_named(app: Served, fields: dict[str, Any], param: str) -> None:
    body = {"model": "scripted", "prompt": "x", **fields}
    async with httpx2.AsyncClient(headers={"authorization": "Bearer default"}) as client:
        reply = await client.post(f"{app.url}/v1/completions", json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


async def test_an_id_that_is_no_token(sdk: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="not a token"):
        await whole(sdk, [255])
