"""Tool-call formats are read off the template, or declared and reported."""

from __future__ import annotations

import pytest

from earthshine.harness.templates.template import Template
from earthshine.harness.templates.tool_format import HERMES, arranged, discover, unread_example
from tests.harness import chat_templates


def _found(source: str):
    return discover(Template(source, "<s>", "</s>"))


def test_hermes_is_discovered():
    form = _found(chat_templates.HERMES)
    assert (form.name, form.begin, form.middle) == ("hermes", '<tool_call>\n{"name": "', '", "arguments": ')
    assert form.between == '}\n</tool_call>\n<tool_call>\n{"name": "'
    assert (form.end, form.lead, form.tag) == ("}\n</tool_call>", "\n", "<tool_call>")
    assert form.in_template and not form.problem


@pytest.mark.parametrize("source", [chat_templates.THINKER, chat_templates.OPENER])
def test_thinking_does_not_hide_the_format(source: str):
    form = _found(source)
    assert (form.begin, form.end, form.in_template) == ('<tool_call>\n{"name": "', "}\n</tool_call>", True)


def test_llama_has_one_call_and_parameters():
    form = _found(chat_templates.LLAMA)
    assert (form.name, form.begin, form.middle) == ("llama", '{"name": "', '", "parameters": ')
    assert (form.between, form.end, form.tag) == (None, "}", "")


def test_mistral_has_a_list_and_constant_ids():
    form = _found(chat_templates.MISTRAL)
    assert (form.name, form.begin, form.tag) == ("mistral", '[TOOL_CALLS][{"name": "', "[TOOL_CALLS]")
    assert form.between == ', "id": "qzcall001"}, {"name": "'
    assert form.end == ', "id": "qzcall001"}]'


def test_deepseek_takes_arguments_as_text():
    form = _found(chat_templates.DEEPSEEK)
    assert (form.name, form.arguments_as) == ("deepseek", "string")
    assert form.begin == "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>"
    assert form.middle == "\n```json\n"
    assert form.end == "\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"


def test_arguments_that_are_no_json_are_reported_and_the_fallback_is_used():
    form = _found(chat_templates.CODER_XML)
    assert "not written as a JSON object" in form.problem
    assert (form.begin, form.in_template) == (HERMES.begin, False)


@pytest.mark.parametrize("source", ["", chat_templates.PLAIN])
def test_a_template_without_tools_gets_the_fallback(source: str):
    assert _found(source) == HERMES


def test_the_fallback_lists_tools_in_the_system_message_and_writes_calls_as_text():
    messages = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "w", "arguments": {"c": "Paris"}}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "c2", "content": "rain"},
    ]
    tools = [{"type": "function", "function": {"name": "w", "description": "Weather."}}]
    result, shown = arranged(messages, tools, HERMES)
    assert shown == []
    assert [m["role"] for m in result] == ["system", "user", "assistant", "user"]
    assert '{"name": "w", "description": "Weather."}' in result[0]["content"]
    assert result[2]["content"] == 'I look.\n<tool_call>\n{"name": "w", "arguments": {"c": "Paris"}}\n</tool_call>'
    assert result[3]["content"] == "<tool_response>\nsunny\n</tool_response>\n<tool_response>\nrain\n</tool_response>"


def test_text_arguments_are_given_to_templates_that_want_text():
    form = _found(chat_templates.DEEPSEEK)
    message = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "w", "arguments": {"a": 1}}}],
    }
    [result], _ = arranged([message], [], form)
    assert result["tool_calls"][0]["function"]["arguments"] == '{"a": 1}'


def test_a_call_shown_in_double_braces_is_shown_in_single_ones():
    shown = Template(chat_templates.DOUBLED).render(
        [{"role": "user", "content": "x {{"}], tools=[{"function": {"name": "w"}}]
    )
    assert '\n{"name": <function-name>, "arguments": <args-json-object>}\n' in shown
    assert "x {{" in shown


@pytest.mark.parametrize(
    "example",
    [
        '{{"name": <function-name>, "arguments": <args-json-object>}}',
        '{"name": "<function-name>", "arguments": {"key": "value"}}',
        '{"name": function name, "parameters": dictionary of argument name and its value}.',
        '[{"name": "example_function_name", "arguments": {"example_name": "example_value"}}]',
        '{"type": "function", "function": {"name": "f", "arguments": "{}"}}',
        "Answer in one sentence.",
    ],
)
def test_the_call_that_a_template_shows_is_recognised(example: str):
    assert unread_example(Template(chat_templates.teaching(example))) == ""


def test_a_template_that_teaches_another_form_is_told_from_the_others():
    example = '{"act": "call", "name": "<function-name>"}'
    assert unread_example(Template(chat_templates.teaching(example))) == example
