"""Bad requests: each gets its status and the name of the field, and the server goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from openai import APIError, AsyncOpenAI, InternalServerError, RateLimitError

from tests.chat_completions.app import Served
from tests.chat_completions.conftest import asked, script

FUNCTION = {"type": "function", "function": {"name": "f"}}


async def post(app: Served, body: Any) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with httpx2.AsyncClient() as client:
        return await client.post(
            f"{app.url}/v1/chat/completions", content=content, headers={"authorization": "Bearer default"}
        )


def messages(*given: Any) -> Any:
    return {"messages": list(given)}


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"model": None}, "model", "missing_required_parameter"),
        ({"model": 5}, "model", "invalid_type"),
        ({"model": ""}, "model", "invalid_value"),
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": []}, "messages", "invalid_value"),
        ({"messages": "hello"}, "messages", "invalid_type"),
        (messages("hello"), "messages[0]", "invalid_type"),
        (messages({"content": "x"}), "messages[0].role", "missing_required_parameter"),
        (messages({"role": "robot", "content": "x"}), "messages[0].role", "invalid_value"),
        (messages({"role": "user"}), "messages[0].content", "missing_required_parameter"),
        (messages({"role": "user", "content": 5}), "messages[0].content", None),
        (messages({"role": "user", "content": []}), "messages[0].content", None),
        (messages({"role": "user", "content": [{"type": "text"}]}), "messages[0].content[0].text", None),
        (messages({"role": "user", "content": [{"type": "sound"}]}), "messages[0].content[0].type", None),
        (messages({"role": "user", "content": "x", "mood": 1}), "messages[0].mood", "unknown_parameter"),
        (
            messages({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,x"}}]}),
            "messages[0].content[0]",
            "unsupported_parameter",
        ),
        (
            messages({"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}),
            "messages[0].content[0].type",
            "invalid_value",
        ),
        (
            messages({"role": "user", "content": [{"type": "file", "file": {}}]}),
            "messages[0].content[0].type",
            "invalid_value",
        ),
        (messages({"role": "tool", "content": "x"}), "messages[0].tool_call_id", "missing_required_parameter"),
        (messages({"role": "tool", "content": "x", "tool_call_id": "c"}), "messages[0].tool_call_id", None),
        (messages({"role": "function", "name": "f", "content": "x"}), "messages[0]", None),
        (messages({"role": "assistant", "audio": {"id": "a"}}), "messages[0].audio", "unsupported_parameter"),
        (
            messages({"role": "assistant", "content": "x", "partial": True, "reasoning_content": "y"}),
            "messages[0].reasoning_content",
            "unsupported_parameter",
        ),
        ({"temperature": -0.1}, "temperature", "invalid_value"),
        ({"temperature": 2.1}, "temperature", "invalid_value"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"top_p": 1.5}, "top_p", "invalid_value"),
        ({"n": 0}, "n", "invalid_value"),
        ({"n": 129}, "n", "invalid_value"),
        ({"n": 100}, "n", "invalid_value"),
        ({"max_tokens": 0}, "max_tokens", "invalid_value"),
        ({"max_tokens": -5}, "max_tokens", "invalid_value"),
        ({"max_tokens": 10**30}, "max_tokens", None),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "invalid_type"),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens", "invalid_value"),
        ({"top_logprobs": 5}, "top_logprobs", "invalid_value"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "invalid_value"),
        ({"logprobs": 5}, "logprobs", "invalid_type"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop", None),
        ({"stop": ""}, "stop", None),
        ({"stop": [5]}, "stop", None),
        ({"logit_bias": {"x": 1}}, "logit_bias", None),
        ({"logit_bias": {"5": 101}}, "logit_bias", None),
        ({"seed": 2**63}, "seed", None),
        ({"presence_penalty": 3}, "presence_penalty", "invalid_value"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"stream_options": {"include_usage": True}}, "stream_options", "invalid_value"),
        ({"stream": True, "stream_options": {"include_all": 1}}, "stream_options.include_all", "unknown_parameter"),
        ({"stream": True, "stream_options": {"include_obfuscation": True}}, "stream_options.include_obfuscation", None),
        ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name", "invalid_value"),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type", "invalid_value"),
        ({"tools": [FUNCTION, FUNCTION]}, "tools[1]", "invalid_value"),
        ({"tool_choice": "required"}, "tool_choice", "invalid_value"),
        ({"tool_choice": "perhaps"}, "tool_choice", None),
        ({"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "tool_choice", None),
        ({"tools": [FUNCTION], "functions": [{"name": "f"}]}, "functions", "invalid_value"),
        ({"response_format": {"type": "yaml"}}, "response_format.type", "invalid_value"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
        ({"reasoning_effort": "huge"}, "reasoning_effort", "invalid_value"),
        ({"metadata": {"a": 5}}, "metadata", None),
        ({"metadata": {f"k{i}": "v" for i in range(17)}}, "metadata", None),
        ({"service_tier": "flex"}, "service_tier", "unsupported_parameter"),
        ({"modalities": ["text", "audio"]}, "modalities", "unsupported_parameter"),
        ({"audio": {"voice": "x", "format": "mp3"}}, "audio", "unsupported_parameter"),
        ({"prediction": {"type": "content", "content": "x"}}, "prediction", "unsupported_parameter"),
        ({"web_search_options": {}}, "web_search_options", "unsupported_parameter"),
        ({"moderation": {"model": "m"}}, "moderation", "unsupported_parameter"),
        ({"prompt_cache_options": {"mode": "explicit"}}, "prompt_cache_options.mode", "unsupported_parameter"),
        ({"adapters": {"nobody": 1.0}}, "adapters", "invalid_value"),
        ({"thinking_budget": 0}, "thinking_budget", "invalid_value"),
        ({"chat_template_kwargs": {"a": 1}}, "chat_template_kwargs", "unsupported_parameter"),
        ({"chat_template_kwargs": {"messages": []}}, "chat_template_kwargs", "invalid_value"),
        ({"guided_choice": ["a"], "guided_regex": "a"}, "guided_choice", "invalid_value"),
        ({"guided_regex": "a", "response_format": {"type": "json_object"}}, "guided_regex", "invalid_value"),
        ({"guided_json": "{"}, "guided_json", "invalid_value"),
        ({"guided_choice": []}, "guided_choice", "invalid_value"),
        ({"structured_outputs": {"structural_tag": {}}}, "structured_outputs.structural_tag", "unsupported_parameter"),
        ({"structured_outputs": {"regex": "a"}, "guided_regex": "b"}, "guided_regex", "invalid_value"),
        ({"structured_outputs": 5}, "structured_outputs", "invalid_value"),
        ({"continue_final_message": True}, "continue_final_message", "invalid_value"),
        ({"add_generation_prompt": False}, "add_generation_prompt", "unsupported_parameter"),
        ({"guided_whitespace_pattern": " "}, "guided_whitespace_pattern", "unknown_parameter"),
        ({"temprature": 1}, "temprature", "unknown_parameter"),
        ({"model": "mute", "logprobs": True}, "logprobs", "unsupported_parameter"),
        ({"model": "mute", "tools": [FUNCTION]}, "tools", "unsupported_parameter"),
        (
            {"model": "mute"} | messages({"role": "assistant", "content": "x", "partial": True}),
            "messages[0].partial",
            "unsupported_parameter",
        ),
    ],
)
async def test_a_bad_field_is_named(app: Served, fields: dict[str, Any], param: str, code: str | None) -> None:
    body = {"model": "scripted", "messages": asked("x"), **fields}
    reply = await post(app, {name: value for name, value in body.items() if value is not None})
    error = reply.json()["error"]
    assert reply.status_code == 400, error
    assert error["param"] == param
    assert code is None or error["code"] == code
    assert error["message"]


async def test_an_unknown_model_is_404_with_the_nearest_name(app: Served) -> None:
    reply = await post(app, {"model": "scriptd", "messages": asked("x")})
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "model_not_found"
    assert "'scripted'" in reply.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"model": NaN}', b"[" * 100_000])
async def test_what_is_no_json_object_is_400(app: Served, body: bytes) -> None:
    reply = await post(app, body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_json")


@pytest.mark.parametrize("where", ["content", "name", "model", "stop"])
async def test_a_lone_surrogate_is_400(app: Served, where: str) -> None:
    bad = '"half \\ud800 pair"'
    fields = {"content": '"x"', "name": '"x"', "model": '"scripted"', "stop": '"x"', where: bad}
    body = (
        f'{{"model": {fields["model"]}, "stop": {fields["stop"]}, '
        f'"messages": [{{"role": "user", "content": {fields["content"]}, "name": {fields["name"]}}}]}}'
    )
    reply = await post(app, body.encode())
    assert reply.status_code == 400
    assert "surrogate" in reply.json()["error"]["message"]


async def test_a_prompt_over_the_context_is_400_with_both_numbers(app: Served) -> None:
    reply = await post(app, {"model": "scripted", "messages": asked("word " * 200_000)})
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (400, "context_length_exceeded")
    assert "32768" in error["message"]
    assert "200001" in error["message"]


@pytest.mark.parametrize("stream", [False, True])
async def test_an_error_before_the_first_token_has_its_status(app: Served, stream: bool) -> None:
    body = {"model": "scripted", "messages": script(error_after=0, error="rate_limited"), "stream": stream}
    reply = await post(app, body)
    assert reply.status_code == 429
    assert reply.headers["retry-after"] == "7"
    assert reply.json()["error"]["type"] == "rate_limit_error"


@pytest.mark.parametrize("n", [1, 3])
async def test_an_error_in_the_middle_is_the_sdks_error(sdk: AsyncOpenAI, app: Served, n: int) -> None:
    messages = script(text="one two three", error_after=2, error="upstream_failed")
    stream = await sdk.chat.completions.create(model="scripted", messages=messages, stream=True, n=n)
    seen = ""
    with pytest.raises(APIError, match="asked for a failure") as caught:
        async for chunk in stream:
            seen += chunk.choices[0].delta.content or ""
    assert seen.startswith("o")
    assert caught.value.body["code"] == "upstream_failed"
    with pytest.raises(InternalServerError):
        await sdk.chat.completions.create(model="scripted", messages=messages, n=n)
    assert (app.engine.running, app.pool.leases) == (0, 0)


async def test_a_bug_tells_nothing(app: Served) -> None:
    for stream in (False, True):
        messages = script(text="a b c", error_after=1 if stream else 0, error="bug")
        reply = await post(app, {"model": "scripted", "messages": messages, "stream": stream})
        assert "The script" not in reply.text
        assert "internal_error" in reply.text


async def test_it_still_serves_after_all_this(app: Served, sdk: AsyncOpenAI) -> None:
    with pytest.raises(RateLimitError):
        await sdk.chat.completions.create(model="scripted", messages=script(error_after=0, error="rate_limited"))
    replies = await asyncio.gather(
        *(sdk.chat.completions.create(model="scripted", messages=asked(str(i))) for i in range(50))
    )
    assert [reply.choices[0].message.content for reply in replies] == [f"You said: {i}" for i in range(50)]
