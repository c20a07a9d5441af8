"""One Earthshine as the upstream of another: what the adapter sends, the door understands, and the other way round."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import pytest

from earthshine.engines.deltas import ChatEnd, Delta, Reasoning, Text, TokenLogprob, ToolCallArguments, ToolCallStart
from earthshine.engines.interleave import flat
from earthshine.engines.openai_compatible.engine import OpenAICompatible
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling, ToolChoice
from earthshine.errors import ContextLengthExceeded, InvalidRequest, ModelNotFound, NotFound, RateLimited
from tests.chat_completions.app import Served
from tests.chat_completions.conftest import asked, script

TOOL = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}},
}


@pytest.fixture
async def engine(app: Served) -> AsyncGenerator[OpenAICompatible]:
    made = OpenAICompatible(base_url=f"{app.url}/v1", model="scripted", api_key="up", continues="partial")
    yield made
    await made.close()


def _shown(logprob: TokenLogprob) -> object:
    return logprob.token, logprob.logprob, logprob.bytes, [(top.token, top.logprob, top.bytes) for top in logprob.top]


async def shown(batches: AsyncIterator[Sequence[Delta]]) -> list[object]:
    """What a reader gets, without ids and raw text."""
    result: list[object] = []
    async for delta in flat(batches):
        match delta:
            case Text() | Reasoning():
                result.append((type(delta), delta.text, [_shown(each) for each in getattr(delta, "logprobs", ())]))
            case ToolCallStart():
                result.append((type(delta), delta.index, delta.name))
            case ToolCallArguments():
                result.append((type(delta), delta.index, delta.text))
            case ChatEnd():
                result.append((type(delta), delta.reason, delta.usage))
    return result


@pytest.mark.parametrize(
    "request_",
    [
        ChatRequest(asked("hello")),
        ChatRequest(script(text="4", reasoning="two and two", cached_tokens=3)),
        ChatRequest(script(text="a b", tool_calls=[{"name": "f", "arguments": {"a": 1}}] * 2), tools=[TOOL]),
        ChatRequest(asked("x"), tools=[TOOL], tool_choice=ToolChoice("required", ("f",))),
        ChatRequest(asked("x"), output=OutputFormat("json_schema", {"type": "array"})),
        ChatRequest(script(text="one two three"), sampling=Sampling(max_tokens=2, logprobs=1)),
        ChatRequest(script(text="Sure, why not"), prefill="Sure,"),
        ChatRequest(asked("x"), reasoning_effort="low"),
    ],
)
async def test_the_same_reply_as_from_the_engine_itself(
    app: Served, engine: OpenAICompatible, request_: ChatRequest
) -> None:
    direct, through = await shown(app.engine.chat(request_)), await shown(engine.chat(request_))
    assert through[:-1] == direct[:-1]
    # The door writes tools out in full, so an upstream reads a longer prompt.
    if not request_.tools:
        assert through[-1] == direct[-1]


async def test_a_cut_reply_is_gone_on_with(engine: OpenAICompatible) -> None:
    request = ChatRequest(script(text="one two three four"))
    whole = [delta async for delta in flat(engine.chat(request))]
    said = "".join(delta.text for delta in whole if isinstance(delta, Text))
    for cut in range(1, len(whole) - 1):
        written = "".join(delta.raw for delta in whole[:cut])
        go_on = ChatRequest(request.messages, written=written)
        rest = "".join([delta.text async for delta in flat(engine.chat(go_on)) if isinstance(delta, Text)])
        before = "".join(delta.text for delta in whole[:cut] if isinstance(delta, Text))
        assert before + rest == said


async def test_errors_keep_their_meaning(app: Served, engine: OpenAICompatible) -> None:
    async def fails(kind: type[Exception], request: ChatRequest, model: OpenAICompatible = engine) -> Exception:
        with pytest.raises(kind) as caught:
            await shown(model.chat(request))
        return caught.value

    limited = await fails(RateLimited, ChatRequest(script(error_after=0, error="rate_limited")))
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 7
    long = await fails(InvalidRequest, ChatRequest(asked("word " * 40_000)))
    assert isinstance(long, InvalidRequest)
    assert long.code == ContextLengthExceeded.default_code
    nobody = OpenAICompatible(base_url=f"{app.url}/v1", model="nobody", api_key="up")
    missing = await fails(NotFound, ChatRequest(asked("x")), nobody)
    assert isinstance(missing, NotFound)
    assert missing.code == ModelNotFound.default_code
    await nobody.close()
