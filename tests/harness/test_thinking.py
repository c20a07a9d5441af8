"""Thinking in whole replies against a scripted engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earthshine.engines.base import Capabilities
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling, ToolChoice
from earthshine.errors import (
    ContextLengthExceeded,
)
from tests.harness import chat_templates
from tests.harness.fake_engine import FakeEngine, ask, model, user
from tests.harness.questions import SCHEMA, WEATHER, question


async def test_a_thinking_model_is_split_and_its_tags_do_not_leak():
    engine = FakeEngine("Two and two.\n</think>\n\nignored", "Four.")
    answer = await ask(model(engine, chat_templates.THINKER), ChatRequest(user()))
    assert (answer.reasoning, answer.text) == ("Two and two.", "Four.")
    assert answer.raw == "<think>\nTwo and two.\n</think>\n\nFour."
    assert 0 < answer.end.usage.reasoning_tokens < answer.end.usage.completion_tokens


async def test_a_prompt_that_opens_the_thinking():
    engine = FakeEngine("Hm.", "Four.")
    answer = await ask(model(engine, chat_templates.OPENER), ChatRequest(user()))
    assert (answer.reasoning, answer.text, answer.raw) == ("Hm.", "Four.", "Hm.\n</think>\n\nFour.")


@pytest.mark.parametrize("source", [chat_templates.THINKER, chat_templates.OPENER])
async def test_effort_none_switches_the_thinking_off(source: str):
    engine = FakeEngine("Four.")
    answer = await ask(model(engine, source), ChatRequest(user(), reasoning_effort="none"))
    assert (answer.reasoning, answer.text, answer.end.usage.reasoning_tokens) == ("", "Four.", 0)
    assert str(engine.requests[0].prompt).endswith("</think>\n\n")


async def test_any_model_thinks_first_when_asked_to():
    engine = FakeEngine("Plan: add.", "{}")
    request = ChatRequest(user(), reasoning_effort="low", output=OutputFormat("json_schema", SCHEMA))
    answer = await ask(model(engine, chat_templates.PLAIN), request)
    assert answer.reasoning == "Plan: add." and list(json.loads(answer.text)) == ["ok"]
    assert engine.requests[0].grammar is None and engine.requests[1].grammar
    assert engine.requests[0].sampling.stop == ("</think>",)
    assert "step by step" in str(engine.requests[0].prompt)


@pytest.mark.parametrize("effort", [None, "none", "minimal"])
async def test_a_plain_model_does_not_think_unasked(effort: Any):
    engine = FakeEngine("Four.")
    answer = await ask(model(engine, chat_templates.PLAIN), ChatRequest(user(), reasoning_effort=effort))
    assert (answer.reasoning, answer.text, len(engine.requests)) == ("", "Four.", 1)


async def test_at_its_budget_the_thinking_is_closed_and_the_answer_follows():
    engine = FakeEngine("x" * 5000, "Four.")
    answer = await ask(model(engine, chat_templates.PLAIN), ChatRequest(user(), reasoning_effort="low"))
    assert 100 <= len(answer.reasoning) <= 128
    assert (answer.text, answer.end.reason) == ("Four.", "stop")


async def test_thinking_leaves_room_for_the_answer():
    engine = FakeEngine("x" * 5000, "Four.")
    request = ChatRequest(user(), reasoning_effort="max", sampling=Sampling(max_tokens=80))
    answer = await ask(model(engine, chat_templates.THINKER), request)
    assert len(answer.reasoning) <= 60 and answer.text == "Four."


@pytest.mark.parametrize("effort", [None, "low"])
async def test_a_prompt_over_the_context_is_refused(effort: Any):
    class Small(FakeEngine):
        async def complete(self, request: Any):
            raise ContextLengthExceeded(limit=10, tokens=len(request.prompt))
            yield

    able = Capabilities(complete=True, grammar=True, context_length=10)
    with pytest.raises(ContextLengthExceeded):
        await ask(model(Small(capabilities=able)), ChatRequest(user("x" * 50), reasoning_effort=effort))


async def test_a_context_that_the_thinking_filled_ends_the_reply():
    class Small(FakeEngine):
        async def complete(self, request: Any):
            if self.requests:
                raise ContextLengthExceeded(limit=10, tokens=11)
            async for item in super().complete(request):
                yield item

    answer = await ask(model(Small("Hm."), chat_templates.THINKER), ChatRequest(user()))
    assert (answer.reasoning, answer.text, answer.end.reason) == ("Hm.", "", "length")


async def test_thinking_comes_before_a_forced_call():
    engine = FakeEngine("I must call.", '{"city":"Paris"}}\n</tool_call>')
    request = question(WEATHER, tool_choice=ToolChoice("required"), reasoning_effort="low")
    answer = await ask(model(engine, chat_templates.HERMES), request)
    assert (answer.reasoning, answer.calls) == ("I must call.", [("get_weather", '{"city":"Paris"}')])
