"""Creating chat completions by the official SDK in strict mode: whole and streamed, and both say the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI, pydantic_function_tool
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from tests.chat_completions.app import Served
from tests.chat_completions.conftest import asked, script

TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


async def whole(sdk: AsyncOpenAI, messages: Any, **fields: Any) -> ChatCompletion:
    return await sdk.chat.completions.create(model="scripted", messages=messages, **fields)


async def chunks(sdk: AsyncOpenAI, messages: Any, **fields: Any) -> list[ChatCompletionChunk]:
    stream = await sdk.chat.completions.create(model="scripted", messages=messages, stream=True, **fields)
    return [chunk async for chunk in stream]


def joined(stream: list[ChatCompletionChunk], index: int = 0) -> str:
    deltas = [choice.delta for chunk in stream for choice in chunk.choices if choice.index == index]
    return "".join(delta.content or "" for delta in deltas)


async def test_a_whole_reply(sdk: AsyncOpenAI) -> None:
    reply = await whole(sdk, asked("hello"))
    assert reply.id.startswith("chatcmpl-")
    assert reply.model == "scripted"
    assert reply.system_fingerprint is not None
    choice = reply.choices[0]
    assert (choice.message.content, choice.finish_reason, choice.logprobs) == ("You said: hello", "stop", None)
    assert choice.message.tool_calls is None
    usage = reply.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 2


async def test_a_stream_has_the_published_shape(sdk: AsyncOpenAI) -> None:
    stream = await chunks(sdk, asked("hello"), stream_options={"include_usage": True})
    assert len({chunk.id for chunk in stream}) == 1
    first, *middle, last, counted = stream
    assert first.choices[0].delta.role == "assistant"
    assert first.choices[0].delta.content == ""
    assert all(chunk.choices[0].finish_reason is None for chunk in [first, *middle])
    assert all(chunk.choices[0].delta.role is None for chunk in middle)
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.content is None
    assert joined(stream) == "You said: hello"
    assert counted.choices == []
    assert counted.usage == (await whole(sdk, asked("hello"))).usage
    assert all(chunk.usage is None for chunk in stream[:-1])


async def test_the_bytes_of_a_stream(app: Served, sdk: AsyncOpenAI) -> None:
    async with sdk.chat.completions.with_streaming_response.create(
        model="scripted", messages=asked("hi"), stream=True
    ) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        raw = (await reply.read()).decode()
    events = raw.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(event.startswith("data: {") for event in events[:-2])
    for event in events[:-2]:
        chunk = json.loads(event[6:])
        assert chunk["object"] == "chat.completion.chunk"
        assert "usage" not in chunk
        assert {"index", "delta", "logprobs", "finish_reason"} == chunk["choices"][0].keys()


async def test_reasoning_is_apart_and_counted(sdk: AsyncOpenAI) -> None:
    messages = script(text="4", reasoning="two and two")
    reply = await whole(sdk, messages)
    message: Any = reply.choices[0].message
    assert (message.content, message.reasoning_content) == ("4", "two and two")
    assert reply.usage is not None
    assert reply.usage.completion_tokens_details is not None
    assert reply.usage.completion_tokens_details.reasoning_tokens == 3
    deltas: list[Any] = [chunk.choices[0].delta for chunk in await chunks(sdk, messages)]
    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "two and two"


async def test_tool_calls_whole_and_streamed(sdk: AsyncOpenAI) -> None:
    calls = [{"name": "weather", "arguments": {"city": "Paris"}}, {"name": "weather", "arguments": {"city": "فاس"}}]
    messages = script(tool_calls=calls)
    reply = await whole(sdk, messages, tools=[TOOL])
    choice = reply.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    made: Any = choice.message.tool_calls
    assert [json.loads(call.function.arguments)["city"] for call in made] == ["Paris", "فاس"]
    assert len({call.id for call in made}) == 2

    stream = await chunks(sdk, messages, tools=[TOOL])
    parts = [call for chunk in stream for call in chunk.choices[0].delta.tool_calls or ()]
    starts = [part for part in parts if part.id]
    assert [(part.index, part.function.name, part.type) for part in starts if part.function] == [
        (0, "weather", "function"),
        (1, "weather", "function"),
    ]
    for index, call in enumerate(calls):
        text = "".join(p.function.arguments or "" for p in parts if p.index == index and p.function)
        assert json.loads(text) == call["arguments"]
    assert stream[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    "choice",
    [
        "required",
        {"type": "function", "function": {"name": "weather"}},
        {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "weather"}}]},
        },
    ],
)
async def test_a_forced_call(sdk: AsyncOpenAI, choice: Any) -> None:
    reply = await whole(sdk, asked("hi"), tools=[TOOL], tool_choice=choice)
    calls: Any = reply.choices[0].message.tool_calls
    assert calls[0].function.name == "weather"
    assert "city" in json.loads(calls[0].function.arguments)


async def test_a_conversation_with_tools_goes_round(sdk: AsyncOpenAI) -> None:
    messages: list[Any] = asked('!script [{"tool_call": {"name": "weather"}}, {"text": "It rains."}]')
    first = await whole(sdk, messages, tools=[TOOL])
    message = first.choices[0].message
    assert message.tool_calls
    messages += [message, {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "rain"}]
    assert (await whole(sdk, messages, tools=[TOOL])).choices[0].message.content == "It rains."


async def test_the_first_form_of_tools(sdk: AsyncOpenAI) -> None:
    functions = [TOOL["function"]]
    messages: list[Any] = script(tool_call={"name": "weather", "arguments": {"city": "Fez"}})
    reply = await whole(sdk, messages, functions=functions, function_call={"name": "weather"})
    choice = reply.choices[0]
    assert choice.finish_reason == "function_call"
    assert choice.message.tool_calls is None
    assert choice.message.function_call is not None
    assert json.loads(choice.message.function_call.arguments) == {"city": "Fez"}

    stream = await chunks(sdk, messages, functions=functions)
    parts = [chunk.choices[0].delta.function_call for chunk in stream if chunk.choices[0].delta.function_call]
    assert parts[0].name == "weather"
    assert json.loads("".join(part.arguments or "" for part in parts)) == {"city": "Fez"}
    assert stream[-1].choices[0].finish_reason == "function_call"

    messages += [choice.message, {"role": "function", "name": "weather", "content": "rain"}]
    again = await whole(sdk, messages, functions=functions)
    assert again.choices[0].message.content == "The tools say: rain"


async def test_structured_output_parses(sdk: AsyncOpenAI) -> None:
    class Step(BaseModel):
        title: str
        done: bool

    class Plan(BaseModel):
        steps: list[Step]
        count: int

    parsed = await sdk.chat.completions.parse(model="scripted", messages=asked("plan"), response_format=Plan)
    assert parsed.choices[0].message.parsed == Plan(steps=[], count=0)
    tool = pydantic_function_tool(Step, name="step")
    called = await sdk.chat.completions.parse(
        model="scripted", messages=asked("x"), tools=[tool], tool_choice="required"
    )
    calls = called.choices[0].message.tool_calls
    assert calls
    assert calls[0].function.parsed_arguments == Step(title="", done=False)


async def test_the_sdks_stream_helper_joins_everything(sdk: AsyncOpenAI) -> None:
    async with sdk.chat.completions.stream(
        model="scripted", messages=script(text="done", tool_call={"name": "weather"}), tools=[TOOL]
    ) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.content == "done"
    assert final.choices[0].message.tool_calls


async def test_several_choices_at_once(app: Served, sdk: AsyncOpenAI) -> None:
    reply = await whole(sdk, asked("hello"), n=3, seed=5)
    assert [choice.index for choice in reply.choices] == [0, 1, 2]
    assert {choice.message.content for choice in reply.choices} == {"You said: hello"}
    assert [request.sampling.seed for request in app.engine.requests[-3:]] == [5, 6, 7]
    one = (await whole(sdk, asked("hello"))).usage
    assert reply.usage is not None
    assert one is not None
    assert reply.usage.prompt_tokens == one.prompt_tokens
    assert reply.usage.completion_tokens == 3 * one.completion_tokens

    messages = script(text="a b c d e f", tokens_per_second=200)
    stream = await chunks(sdk, messages, n=2, stream_options={"include_usage": True})
    order = [choice.index for chunk in stream for choice in chunk.choices]
    assert order[:2] == [0, 1]
    assert order != sorted(order)
    assert joined(stream, 0) == joined(stream, 1) == "a b c d e f"
    assert sum(bool(choice.finish_reason) for chunk in stream for choice in chunk.choices) == 2


async def test_logprobs_have_bytes(sdk: AsyncOpenAI) -> None:
    messages = script(text="né é")
    reply = await whole(sdk, messages, logprobs=True, top_logprobs=1)
    logprobs = reply.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content
    assert "".join(entry.token for entry in logprobs.content) == "né é"
    assert bytes(b for entry in logprobs.content for b in entry.bytes or ()) == "né é".encode()
    assert len(logprobs.content[0].top_logprobs) == 1
    stream = await chunks(sdk, messages, logprobs=True)
    entries = [e for c in stream if c.choices[0].logprobs for e in c.choices[0].logprobs.content or ()]
    assert [entry.token for entry in entries] == [entry.token for entry in logprobs.content]
    assert entries[0].top_logprobs == []


async def test_limits_and_stops(sdk: AsyncOpenAI) -> None:
    for field in ("max_tokens", "max_completion_tokens"):
        reply = await whole(sdk, script(text="one two three four"), **{field: 2})
        assert reply.choices[0].finish_reason == "length"
        assert reply.usage is not None
        assert reply.usage.completion_tokens == 2
    assert (await whole(sdk, script(text="a-b-c"), stop="-b")).choices[0].message.content == "a"


async def test_a_partial_message_is_gone_on_with(app: Served, sdk: AsyncOpenAI) -> None:
    for field in ("partial", "prefix"):
        messages: list[Any] = [*script(text="Sure, why not"), {"role": "assistant", "content": "Sure,", field: True}]
        assert (await whole(sdk, messages)).choices[0].message.content == " why not"
        assert app.engine.requests[-1].prefill == "Sure,"
        assert [message["role"] for message in app.engine.requests[-1].messages] == ["user"]


async def test_what_the_engine_is_told(app: Served, sdk: AsyncOpenAI) -> None:
    messages: list[Any] = [
        {"role": "developer", "content": "be kind"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "name": "Zoe"},
        {"role": "assistant", "content": "hm", "reasoning_content": "thought"},
        {"role": "user", "content": "go"},
    ]
    await whole(
        sdk,
        messages,
        temperature=0.5,
        top_p=0.25,
        presence_penalty=1,
        frequency_penalty=-1,
        logit_bias={"5": -100},
        stop=["x", "y"],
        verbosity="low",
        user="someone",
        safety_identifier="s",
        prompt_cache_key="k",
        service_tier="auto",
        metadata={"a": "b"},
        extra_body={"top_k": 5, "min_p": 0.1, "reasoning": {"effort": "high", "summary": "auto"}},
    )
    request = app.engine.requests[-1]
    sampling = request.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k, sampling.min_p) == (0.5, 0.25, 5, 0.1)
    assert (sampling.presence_penalty, sampling.frequency_penalty, sampling.logit_bias) == (1, -1, {5: -100})
    assert sampling.stop == ("x", "y")
    assert request.reasoning_effort == "high"
    assert request.messages[0] == {"role": "developer", "content": "be kind\n\nKeep the answer short."}
    assert request.messages[1]["name"] == "Zoe"
    assert request.messages[2] == {"role": "assistant", "content": "hm", "reasoning_content": "thought"}


@pytest.mark.parametrize(
    ("fields", "effort"),
    [
        ({"enable_thinking": False}, "none"),
        ({"thinking": {"type": "disabled"}}, "none"),
        ({"thinking": {"type": "enabled"}}, "medium"),
        ({"thinking": {"type": "auto"}}, None),
        ({"enable_thinking": True, "reasoning_effort": "low"}, "low"),
    ],
)
async def test_vendors_switches_for_thinking(app: Served, sdk: AsyncOpenAI, fields: Any, effort: str | None) -> None:
    await whole(sdk, asked("x"), extra_body=fields)
    assert app.engine.requests[-1].reasoning_effort == effort
    assert app.engine.requests[-1].extra == {}
    await sdk.chat.completions.create(model="far", messages=asked("x"), extra_body=fields)
    assert app.engine.requests[-1].extra == {k: v for k, v in fields.items() if k != "reasoning_effort"}


async def test_unicode_comes_through_whole(sdk: AsyncOpenAI) -> None:
    said = 'مرحبا 你好 🏳️‍🌈 "quoted" \\ \u2028 \x00 \r\n\t end'
    assert (await whole(sdk, script(text=said))).choices[0].message.content == said
    assert joined(await chunks(sdk, script(text=said))) == said


async def test_the_synchronous_client(app: Served) -> None:
    def talk() -> tuple[str | None, str]:
        with OpenAI(
            base_url=f"{app.url}/v1", api_key="default", max_retries=0, _strict_response_validation=True
        ) as client:
            reply = client.chat.completions.create(model="default", messages=asked("hi"))
            stream = client.chat.completions.create(model="default", messages=asked("hi"), stream=True)
            return reply.choices[0].message.content, "".join(c.choices[0].delta.content or "" for c in stream)

    assert await asyncio.to_thread(talk) == ("You said: hi", "You said: hi")


async def test_a_token_crosses_few_frames(app: Served, sdk: AsyncOpenAI) -> None:
    await chunks(sdk, asked("hello"))
    assert app.engine.crossed == ["_served", "stream", "_pump"]
