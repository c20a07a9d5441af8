"""Calls in the way of each family: recognised however they are cut, and written again by its own template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness import chat_templates
from tests.harness.fake_engine import FakeEngine, ask, model
from tests.harness.questions import TIME, WEATHER, question

ARGUMENTS = '{"city": "Paris"}'
JSON_CALL = '{"name": "get_weather", "arguments": ' + ARGUMENTS + "}"
SWAPPED = '{"arguments": ' + ARGUMENTS + ', "name": "get_weather"}'
FAMILIES = {
    "llama": (chat_templates.LLAMA, '{"name": "get_weather", "parameters": ' + ARGUMENTS + "}"),
    "llama, typed": (chat_templates.LLAMA, '{"type": "function", "name": "get_weather", "parameters": '
                     + ARGUMENTS + "}"),
    "mistral": (chat_templates.MISTRAL, f"[TOOL_CALLS][{JSON_CALL}]"),
    "mistral, later": (chat_templates.MISTRAL_ARGS, "[TOOL_CALLS]get_weather[ARGS]" + ARGUMENTS),
    "granite 3": (chat_templates.GRANITE, f"<|tool_call|>[{JSON_CALL}]"),
    "granite 4": (chat_templates.HERMES, f"<tool_call>\n{JSON_CALL}\n</tool_call>"),
    "phi 4": (chat_templates.PHI, f"<|tool_call|>[{JSON_CALL}]<|/tool_call|>"),
    "deepseek": (
        chat_templates.DEEPSEEK,
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n" + ARGUMENTS
        + "\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    ),
    "deepseek, later": (
        chat_templates.DEEPSEEK_BARE,
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>" + ARGUMENTS
        + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    ),
    "glm": (
        chat_templates.GLM,
        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n</tool_call>",
    ),
    "kimi": (
        chat_templates.KIMI,
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>"
        + ARGUMENTS + "<|tool_call_end|><|tool_calls_section_end|>",
    ),
    "gemma": (chat_templates.GEMMA, '```tool_code\nget_weather(city="Paris")\n```'),
    "gemma, json": (chat_templates.GEMMA, f"```json\n{JSON_CALL}\n```"),
    "smollm": (chat_templates.PLAIN, f"<tool_call>[{JSON_CALL}]</tool_call>"),
    "arguments first": (chat_templates.HERMES, f"<tool_call>\n{SWAPPED}\n</tool_call>"),
    "arguments first, bare": (chat_templates.PLAIN, SWAPPED),
    "parameters first, in a list": (
        chat_templates.GRANITE, '[{"parameters": {"a": ["}", {}]}, "name": "get_weather"}]'),
}  # fmt: skip


@pytest.mark.parametrize("before", ["", "Let me look.\n"])
@pytest.mark.parametrize("size", [1, 7, 500])
@pytest.mark.parametrize("family", FAMILIES)
async def test_a_call_in_the_family_s_own_way(family: str, size: int, before: str) -> None:
    template, written = FAMILIES[family]
    engine = FakeEngine(script=lambda request: "" if request.grammar else before + written, size=size, seed=1)
    answer = await ask(model(engine, template), question(WEATHER, TIME))
    assert answer.text == before.strip()
    assert answer.calls
    assert all(name in ("get_weather", "get_time") and json.loads(text) for name, text in answer.calls)
    assert answer.end.reason == "tool_calls"


@pytest.mark.parametrize(
    "text",
    [
        '{"arguments": {"city": "Paris"}, "name": "Bob"}',
        '{"arguments": {"city": "Paris"}}',
        '{"parameters": "get_weather"}',
        '{"arguments": {"city": "' + "x" * 5_000,
        "<tool>get_weather is a function.",
        "[NOTE]get_weather is a function.",
    ],
)
@pytest.mark.parametrize("size", [1, 7])
async def test_text_that_only_looks_alike_stays_text(text: str, size: int) -> None:
    engine = FakeEngine(script=lambda request: "" if request.grammar else text, size=size)
    answer: Any = await ask(model(engine, chat_templates.HERMES), question(WEATHER, TIME))
    assert (answer.text, answer.calls) == (text, [])
