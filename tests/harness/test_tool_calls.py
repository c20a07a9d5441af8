"""Tool calls in whole replies against a scripted engine."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from earthshine.catalog.card import Proof
from earthshine.engines.base import Capabilities
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling, ToolChoice
from earthshine.errors import (
    ContextLengthExceeded,
    InvalidRequest,
    InvalidSchema,
    UnsupportedParameter,
)
from tests.harness import chat_templates
from tests.harness.fake_engine import FakeEngine, ask, model, tool, user
from tests.harness.questions import CALL, TIME, WEATHER, question


def strict(of: dict[str, Any]) -> dict[str, Any]:
    return {**of, "function": {**of["function"], "strict": True}}


async def test_required_call_is_forced_from_the_first_character():
    engine = FakeEngine("I would rather talk.")
    answer = await ask(
        model(engine, chat_templates.HERMES), question(WEATHER, TIME, tool_choice=ToolChoice("required"))
    )
    [*calls] = answer.calls
    assert calls and all(name in ("get_weather", "get_time") for name, _ in calls)
    assert all(json.loads(arguments) for _, arguments in calls)
    assert (answer.text, answer.end.reason) == ("", "tool_calls")
    assert str(engine.requests[0].prompt).endswith('<tool_call>\n{"name": "')


async def test_a_single_tool_is_named_in_the_prompt():
    engine = FakeEngine('{"city":"Paris"}}\n</tool_call>')
    choice = ToolChoice("required", ("get_weather",))
    answer = await ask(model(engine, chat_templates.HERMES), question(WEATHER, TIME, tool_choice=choice))
    assert answer.calls == [("get_weather", '{"city":"Paris"}')]
    assert str(engine.requests[0].prompt).endswith('{"name": "get_weather", "arguments": ')
    assert "get_time" not in str(engine.requests[0].prompt)
    assert answer.raw == CALL


async def test_two_calls_in_one_reply_and_one_when_not_parallel():
    rest = CALL.removeprefix('<tool_call>\n{"name": "')
    both = rest + "\n" + CALL.replace("Paris", "Rome")
    choice = ToolChoice("required")
    answer = await ask(model(FakeEngine(both), chat_templates.HERMES), question(WEATHER, TIME, tool_choice=choice))
    assert [a for _, a in answer.calls] == ['{"city":"Paris"}', '{"city":"Rome"}']
    request = question(WEATHER, TIME, tool_choice=choice, parallel_tool_calls=False)
    answer = await ask(model(FakeEngine(both), chat_templates.HERMES), request)
    assert len(answer.calls) == 1


async def test_one_named_function_is_called_exactly_once():
    both = '{"city":"Paris"}}\n</tool_call>\n' + CALL.replace("Paris", "Rome")
    request = question(WEATHER, TIME, tool_choice=ToolChoice("required", ("get_weather",)))
    answer = await ask(model(FakeEngine(both), chat_templates.HERMES), request)
    assert len(answer.calls) == 1
    engine = FakeEngine(script=lambda r: both if r.grammar else "<tool_call>")
    request = question(WEATHER, TIME, tool_choice=ToolChoice("auto", ("get_weather",)))
    assert len((await ask(model(engine, chat_templates.HERMES), request)).calls) == 2


async def test_a_function_that_is_not_strict_is_served_whatever_its_schema():
    loose = tool("f", ids={"type": "array", "uniqueItems": True, "items": {"type": "string"}}, n={"$ref": "http://x"})
    engine = FakeEngine("", seed=3)
    answer = await ask(model(engine, chat_templates.HERMES), question(loose, tool_choice=ToolChoice("required")))
    assert set(json.loads(answer.calls[0][1])) <= {"ids", "n"}
    assert isinstance(json.loads(answer.calls[0][1]).get("ids", []), list)


@pytest.mark.parametrize(
    "written",
    [
        CALL,
        '{"name": "get_weather", "arguments": {"city": "Paris"}}',
        '```json\n{\n  "name": "get_weather",\n  "arguments": {}\n}\n```',
        '<tools>\n{"name":"get_weather"}',
        '[{"type": "function", "function": {"name": "get_weather"}}]',
        '{"tool_calls": [{"function": "get_weather"}]}',
        '{{"name": "get_weather", "arguments": {"city": "Paris"}}}',
        '{{\n  "name": "get_weather", "arguments": "{}"}}',
        "```json\n{{'name': 'get_weather', 'parameters': {'city': 'Paris',},}}\n```",
        '{"name": "functions.get_weather"}',
        '<|tool_call|>[{"name": "get_weather"',
        '[TOOL_CALLS] [{"name": "get_weather"}]',
        '[get_weather(city="Paris")]',
        '<function=get_weather>{"city": "Paris"}</function>',
    ],
)
@pytest.mark.parametrize("before", ["", "Let me look.\n"])
@pytest.mark.parametrize("size", [1, 7, 500])
async def test_auto_recognises_calls_as_small_models_write_them(written: str, before: str, size: int):
    def script(request: Any) -> str:
        return '{"city":"Paris"}}\n</tool_call>' if request.grammar else before + written

    engine = FakeEngine(script=script, size=size)
    answer = await ask(model(engine, chat_templates.HERMES), question(WEATHER, TIME))
    assert answer.text == before.strip()
    assert answer.calls[0][0] in ("get_weather", "get_time")
    assert all(set(json.loads(arguments)) in ({"city"}, {"zone"}) for _, arguments in answer.calls)
    assert answer.end.reason == "tool_calls"
    assert answer.raw.startswith(before + '<tool_call>\n{"name": "get_')


@pytest.mark.parametrize(
    "text",
    [
        "It is sunny.",
        '```json\n{"name": "Bob"}\n```\nDone.',
        '{"name": "get_weather_now"}',
        "```python\nprint(1)\n```",
        "<b>bold</b>",
        "[1, 2]",
        "{",
        "  \n",
    ],
)
@pytest.mark.parametrize("size", [1, 500])
async def test_auto_leaves_text_alone(text: str, size: int):
    engine = FakeEngine(text, size=size)
    answer = await ask(model(engine, chat_templates.HERMES), question(WEATHER))
    assert (answer.text, answer.calls, answer.end.reason) == (text, [], "stop")
    assert len(engine.requests) == 1


async def test_tool_choice_none_shows_no_tools():
    engine = FakeEngine(CALL)
    answer = await ask(model(engine, chat_templates.HERMES), question(WEATHER, tool_choice=ToolChoice("none")))
    assert answer.calls == [] and "get_weather" not in str(engine.requests[0].prompt)


async def test_a_stop_string_does_not_cut_arguments():
    engine = FakeEngine('{"city":"STOP"}}\n</tool_call>')
    choice = ToolChoice("required")
    request = question(WEATHER, tool_choice=choice, sampling=Sampling(stop=("STOP",)))
    answer = await ask(model(engine, chat_templates.HERMES), request)
    assert answer.calls == [("get_weather", '{"city":"STOP"}')]


@pytest.mark.parametrize(
    ("request_", "param"),
    [
        (question(WEATHER, tool_choice=ToolChoice("required", ("other",))), "tool_choice"),
        (question(tool_choice=ToolChoice("required")), "tool_choice"),
        (question(strict(tool("bad", x={"type": "string", "$dynamicRef": "#x"}))), "tools[0]"),
        (question(output=OutputFormat("json_schema", {"type": "nothing"})), "response_format"),
    ],
)
async def test_what_cannot_be_forced_is_refused_by_name(request_: ChatRequest, param: str):
    with pytest.raises(InvalidRequest) as caught:
        await ask(model(FakeEngine("x"), chat_templates.HERMES), request_)
    assert caught.value.param and caught.value.param.startswith(param)
    if param != "tool_choice":
        assert isinstance(caught.value, InvalidSchema)


async def test_a_model_that_failed_its_trial_refuses_tools():
    loaded = model(FakeEngine("x"), chat_templates.HERMES, proof=Proof(None, "nothing came back"))
    with pytest.raises(UnsupportedParameter, match="nothing came back") as caught:
        await ask(loaded, question(WEATHER))
    assert caught.value.param == "tools"
    assert (await ask(loaded, ChatRequest(user()))).text == "x"


@pytest.mark.parametrize(
    "asked",
    [
        {"sampling": Sampling(max_tokens=1)},
        {"sampling": Sampling(max_tokens=1000)},
        {"reasoning_effort": "low", "sampling": Sampling(max_tokens=1)},
        {"tools": [], "tool_choice": ToolChoice(), "output": OutputFormat("json_schema", {"const": 1})},
        {"tools": [], "tool_choice": ToolChoice(), "sampling": Sampling(max_tokens=1), "reasoning_effort": "high"},
    ],
)
async def test_a_prompt_over_the_context_is_refused_also_where_the_reply_is_certain(asked: dict[str, Any]):
    loose = tool("bounds", **{f"field_{number}": {} for number in range(30)})
    able = Capabilities(complete=True, grammar=True, context_length=200)
    request = replace(question(loose, tool_choice=ToolChoice("required")), messages=user("x" * 300))
    stream = model(FakeEngine(capabilities=able), chat_templates.HERMES).engine.chat(replace(request, **asked))
    with pytest.raises(ContextLengthExceeded):
        await anext(aiter(stream))
