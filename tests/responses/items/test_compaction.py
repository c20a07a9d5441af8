from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import openresponses_types
import pytest
from openai.types.responses import CompactedResponse

from earthshine.catalog.card import Card
from earthshine.conversations.items import store_form
from earthshine.conversations.signing import TextSigner, read_signed
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import ChatEnd, Delta, Reasoning, Text, Usage
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest
from earthshine.errors import ContextLengthExceeded, EngineFailed, InvalidRequest
from earthshine.responses.items.compaction import compact
from earthshine.responses.items.messages import to_messages
from earthshine.responses.schemas import CompactRequest, ResponseCreate
from earthshine.wire import check

SIGNER = TextSigner(b"k" * 32)


class Scribe(Engine):
    """Counts words as tokens, and writes down which numbers it has read or been told of."""

    def __init__(self, context: int, reply: str | None = None) -> None:
        self.capabilities = Capabilities(chat=True, context_length=context)
        self.requests: list[ChatRequest] = []
        self._reply = reply

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        text = " ".join(message["content"] for message in request.messages)
        tokens = len(text.split())
        if tokens > self.capabilities.context_length:
            raise ContextLengthExceeded(limit=self.capabilities.context_length, tokens=tokens)
        self.requests.append(request)
        numbers = sorted({int(word) for word in text.split() if word.isdigit()})
        yield (Reasoning("thinking"),)
        yield (Text("" if self._reply is not None else "Numbers: "),)
        for number in numbers if self._reply is None else []:
            yield (Text(f"{number} "),)
        yield (Text(self._reply or ""), ChatEnd("stop", Usage(tokens, 1, 7, 2)))

    async def close(self) -> None:
        pass


class Charged:
    """Stands in for an admission, and remembers what is charged."""

    def __init__(self) -> None:
        self.charged: list[tuple[str, int]] = []

    def begin(self) -> None:
        return None

    def settle(self, work_id: str, usage: Usage, **_: Any) -> None:
        self.charged.append((work_id, usage.completion_tokens))


async def run(engine: Engine, items: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    request = check(CompactRequest, {"model": "scribe", "input": items, **fields})
    stored = await store_form(request.input or [], SIGNER, param="input")
    model: Any = SimpleNamespace(card=Card("scribe"), engine=engine)
    admission = Charged()
    made = await compact(model, request, stored, SIGNER, cast("Any", admission))
    assert admission.charged == [(made["id"], made["usage"]["output_tokens"])]
    return made


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


CONVERSATION = [
    {"role": "developer", "content": "Code 1 is secret."},
    user("I have 2 cats."),
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "not 99"}]},
    {"type": "function_call", "call_id": "c", "name": "count", "arguments": '{"n": 3 }'},
    {"type": "function_call_output", "call_id": "c", "output": "there are 4 of them"},
    {"role": "assistant", "content": "You have 5 in all."},
    user("And 6 dogs."),
]


def summary(made: dict[str, Any]) -> str:
    [item] = made["output"]
    assert item["type"] == "compaction"
    return read_signed(item["encrypted_content"]).split("\n")[0]


async def test_a_summary_and_the_users_last_words_remain() -> None:
    engine = Scribe(10_000)
    made = await run(engine, CONVERSATION, instructions="Answer in French.")
    CompactedResponse.model_validate(made)
    openresponses_types.CompactResource.model_validate(made)
    assert summary(made) == "Numbers: 1 2 3 4 5 6"
    signed = read_signed(made["output"][0]["encrypted_content"])
    assert signed.endswith("word for word:\n- I have 2 cats.\n- And 6 dogs.")
    assert made["usage"]["output_tokens"] == 7
    assert made["usage"]["input_tokens_details"]["cached_tokens"] == 1
    [request] = engine.requests
    assert "Answer in French." in request.messages[0]["content"]
    assert request.reasoning_effort == "none"
    assert request.sampling.max_tokens == 512


async def test_the_output_can_be_sent_back() -> None:
    made = await run(Scribe(10_000), CONVERSATION)
    create = check(ResponseCreate, {"model": "m", "input": [*made["output"], user("How many?")]})
    again = await store_form(create.input or [], SIGNER, param="input")
    assert again[:-1] == made["output"]
    messages = to_messages(again)
    assert "1 2 3 4 5 6" in messages[0]["content"]
    assert messages[1:] == [{"role": "user", "content": "How many?"}]
    twice = await run(Scribe(10_000), [*made["output"], user("7")])
    assert summary(twice) == "Numbers: 1 2 3 4 5 6 7"


@pytest.mark.parametrize("context", [130, 200, 400, 1000])
async def test_a_conversation_longer_than_the_context_is_read_whole(context: int) -> None:
    engine = Scribe(context)
    items = [user(f"{number} " + "filler " * 40) for number in range(30)]
    made = await run(engine, items)
    assert summary(made).split()[1:] == [str(number) for number in range(30)]
    assert len(engine.requests) > 1
    assert made["usage"]["output_tokens"] == 7 * len(engine.requests)


async def test_one_message_longer_than_the_context_is_read_whole() -> None:
    engine = Scribe(200)
    made = await run(engine, [user("filler " * 150 + " 8 " + "filler " * 150 + " 9 ")])
    assert read_signed(made["output"][0]["encrypted_content"]) == "Numbers: 8 9", "too long to be kept word for word"


async def test_a_context_without_room_for_a_line_is_an_error() -> None:
    with pytest.raises(ContextLengthExceeded):
        await run(Scribe(20), [user("filler " * 100)])


@pytest.mark.parametrize("items", [[], [{"type": "reasoning", "summary": []}], [user("")]])
async def test_nothing_to_compact_is_an_error(items: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await run(Scribe(1000), items)
    assert caught.value.param == "input"


async def test_a_model_that_writes_nothing_is_an_error() -> None:
    with pytest.raises(EngineFailed, match="no summary"):
        await run(Scribe(1000, reply=" \n"), CONVERSATION)


async def test_what_is_tried_does_not_grow_with_the_square_of_the_conversation() -> None:
    tried: list[int] = []

    class Tried(Scribe):
        async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
            tried.append(len(request.messages[-1]["content"]))
            async for delta in super().chat(request):
                yield delta

    text = "word " * 40_000
    await run(Tried(200, reply="Something."), [user(text)])
    assert sum(tried) < 20 * len(text)  # before: 200 times, and the more the longer it is
    assert max(tried) < 20_000
