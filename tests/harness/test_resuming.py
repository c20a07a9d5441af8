"""Replies that go on after a cut, and engines that die."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from earthshine.engines.requests import ChatRequest, Sampling, ToolChoice
from earthshine.errors import (
    EngineFailed,
)
from tests.harness import chat_templates
from tests.harness.fake_engine import Answer, FakeEngine, ask, model, user
from tests.harness.questions import CALL, TIME, WEATHER, question

_THOUGHTS, _TEXT = "First I think.", "Let me look.\n"


def _reliable(request: Any) -> str:
    """A model that always means to write the same reply, from wherever it stands."""
    whole = f"<think>\n{_THOUGHTS}\n</think>\n\n{_TEXT}{CALL}\n{CALL.replace('Paris', 'Rome')}"
    written = str(request.prompt).rpartition("<|im_start|>assistant\n")[2]
    assert whole.startswith(written), written
    return whole[len(written) :]


async def _whole(size: int = 3) -> Answer:
    return await ask(model(FakeEngine(script=_reliable, size=size), chat_templates.THINKER), question(WEATHER, TIME))


async def test_a_reply_goes_on_from_each_of_its_deltas():
    whole = await _whole()
    assert (whole.reasoning, whole.text, len(whole.calls)) == (_THOUGHTS, "Let me look.", 2)
    for n in range(len(whole.deltas)):
        seen = Answer(whole.deltas[:n])
        loaded = model(FakeEngine(script=_reliable, size=2), chat_templates.THINKER)
        rest = await ask(loaded, replace(question(WEATHER, TIME), written=seen.raw))
        both = Answer([*seen.deltas, *rest.deltas])
        assert (both.text, both.reasoning, both.calls, both.raw) == (
            whole.text, whole.reasoning, whole.calls, whole.raw,
        )  # fmt: skip
        assert rest.end.reason == "tool_calls"
        assert abs(rest.end.usage.completion_tokens - whole.end.usage.completion_tokens) <= len("<tool_call>") + 2
        assert rest.end.usage.prompt_tokens == whole.end.usage.prompt_tokens


async def test_a_call_goes_on_from_each_of_its_characters():
    request = question(WEATHER, TIME, tool_choice=ToolChoice("required"))
    for at in range(len(CALL) + 1):
        engine = FakeEngine(script=lambda r: "no", seed=at)
        rest = await ask(model(engine, chat_templates.HERMES), replace(request, written=CALL[:at]))
        raw = CALL[:at] + rest.raw
        for line in raw.replace("</tool_call>", "").split("<tool_call>")[1:]:
            value = json.loads(line)
            assert value["name"] in ("get_weather", "get_time") and len(value["arguments"]) == 1
        assert rest.end.reason == "tool_calls"


async def test_a_finished_reply_ends_at_once():
    engine = FakeEngine(script=lambda r: "more")
    request = question(WEATHER, tool_choice=ToolChoice("required"), parallel_tool_calls=False, written=CALL)
    rest = await ask(model(engine, chat_templates.HERMES), request)
    assert (len(rest.deltas), rest.end.reason, engine.requests) == (1, "tool_calls", [])
    assert rest.end.usage.completion_tokens == len(CALL)


async def test_what_was_written_counts_towards_the_limit():
    request = ChatRequest(user(), sampling=Sampling(max_tokens=10), written="12345678")
    engine = FakeEngine("abcdef")
    rest = await ask(model(engine), request)
    assert (rest.text, rest.end.reason, rest.end.usage.completion_tokens) == ("ab", "length", 10)


async def test_the_death_of_the_engine_goes_unnoticed():
    whole = await _whole()
    engine = FakeEngine(script=_reliable, size=3, deaths={0: 6, 1: 0, 3: 9})
    answer = await ask(model(engine, chat_templates.THINKER), question(WEATHER, TIME))
    assert (answer.text, answer.reasoning, answer.calls, answer.raw) == (
        whole.text, whole.reasoning, whole.calls, whole.raw,
    )  # fmt: skip


async def test_an_engine_that_keeps_dying_is_reported():
    engine = FakeEngine(script=lambda r: "abc", deaths=dict.fromkeys(range(10), 1))
    with pytest.raises(EngineFailed):
        await ask(model(engine), ChatRequest(user()))
    assert len(engine.requests) == 4
