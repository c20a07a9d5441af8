"""The parser's result depends on the text alone, never on how it is cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.engines.deltas import Delta, Reasoning, Text, ToolCallArguments, ToolCallStart
from earthshine.harness.parsing.parser import Parser
from earthshine.harness.templates.template import Template
from earthshine.harness.templates.tool_format import HERMES, ToolFormat, discover
from earthshine.harness.thinking import Tags
from tests.harness import chat_templates

NAMES = ("get", "get_weather")
FORMS = {
    "hermes": HERMES,
    "mistral": discover(Template(chat_templates.MISTRAL, "<s>", "</s>")),
    "llama": discover(Template(chat_templates.LLAMA, "<s>", "</s>")),
    "deepseek": discover(Template(chat_templates.DEEPSEEK, "<s>", "</s>")),
}


def _parser(form: ToolFormat = HERMES, **options: Any) -> Parser:
    return Parser(Tags(), tool_format=form, names=NAMES, **options)


def _joined(parser: Parser, pieces: list[str], calls: list[list[str]] | None = None) -> dict[str, Any]:
    deltas = [delta for piece in pieces for delta in parser.feed(piece)]
    last, rest = parser.finish()
    deltas += last
    return {
        "text": _shown(deltas, Text),
        "reasoning": _shown(deltas, Reasoning),
        "calls": _calls(deltas, calls),
        "raw": "".join(delta.raw for delta in deltas) + rest,
        "stopped": parser.stopped,
    }


def _shown(deltas: list[Delta], kind: type[Text | Reasoning]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, kind))


def _calls(deltas: list[Delta], calls: list[list[str]] | None = None) -> list[list[str]]:
    calls = [list(call) for call in calls or []]
    for delta in deltas:
        if isinstance(delta, ToolCallStart):
            assert delta.index == len(calls)
            calls.append([delta.name, ""])
        elif isinstance(delta, ToolCallArguments):
            calls[delta.index][1] += delta.text
    return calls


def _cut(text: str, cuts: list[int]) -> list[str]:
    edges = [0, *sorted({c % (len(text) + 1) for c in cuts}), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


_BITS = [
    "<think>", "</think>", "\n", " ", "Hi", "<", "</", "<tool", "ab", "abc", "STOP", "ST", "}", '{"a": "}"}', "\\",
    HERMES.written([("get", {"x": 1})]), HERMES.written([("get_weather", {"c": '"}'}), ("get", {}), ("get", {})]),
    FORMS["llama"].written([("get", {"x": [1]})]), FORMS["mistral"].written([("get", {}), ("get", {"k": "]"})]),
    FORMS["deepseek"].written([("get", {"x": 1}), ("get_weather", {})]), "[TOOL_CALLS]", '{"name": "get', "◁think▷",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    bits=st.lists(st.sampled_from(_BITS), max_size=8),
    cuts=st.lists(st.integers(0, 400), max_size=12),
    form=st.sampled_from(sorted(FORMS)),
    opened=st.booleans(),
    first_only=st.booleans(),
)
def test_any_cut_gives_the_same_deltas(bits: list[str], cuts: list[int], form: str, opened: bool, first_only: bool):
    text = "".join(bits)
    options = {"opened": opened, "stop": ("STOP", "abc", "bc}"), "calls_first_only": first_only}
    whole = _joined(_parser(FORMS[form], **options), [text])
    assert _joined(_parser(FORMS[form], **options), _cut(text, cuts)) == whole
    assert _joined(_parser(FORMS[form], **options), list(text)) == whole


@settings(max_examples=150, deadline=None)
@given(bits=st.lists(st.sampled_from(_BITS), max_size=8), at=st.integers(0, 300), form=st.sampled_from(sorted(FORMS)))
def test_raw_of_the_deltas_rebuilds_the_parser(bits: list[str], at: int, form: str):
    text = "".join(bits)
    whole = _joined(_parser(FORMS[form]), [text])
    first = _parser(FORMS[form])
    seen = first.feed(text[:at])
    written = "".join(delta.raw for delta in seen)
    assert text.startswith(written)
    second = _parser(FORMS[form])
    second.rebuild(written)
    rest = _joined(second, [text[len(written) :]], calls=_calls(seen))
    assert _shown(seen, Text) + rest["text"] == whole["text"]
    assert _shown(seen, Reasoning) + rest["reasoning"] == whole["reasoning"]
    assert rest["calls"] == whole["calls"]
    assert written + rest["raw"] == whole["raw"]


def test_tags_never_leak_and_space_around_them_is_dropped():
    result = _joined(_parser(), list("<think>\n So. \n</think>\n\nYes. "))
    assert (result["reasoning"], result["text"]) == ("So.", "Yes. ")


def test_an_opened_prompt_begins_with_reasoning():
    result = _joined(_parser(opened=True), ["I see</thi", "nk>Yes"])
    assert (result["reasoning"], result["text"]) == ("I see", "Yes")


def test_text_before_calls_and_two_calls():
    text = "I look.\n" + HERMES.written([("get_weather", {"c": "Paris"}), ("get", {"x": "}"})])
    result = _joined(_parser(), list(text))
    assert result["text"] == "I look."
    assert result["calls"] == [["get_weather", '{"c": "Paris"}'], ["get", '{"x": "}"}']]


def test_a_call_repeated_word_for_word_ends_the_reply():
    calls = [("get", {"x": 1}), ("get", {"x": 12}), ("get", {"x": 1})]
    parser = _parser()
    result = _joined(parser, list(HERMES.written([*calls, ("get_weather", {})])))
    assert result["calls"] == [["get", '{"x": 1}'], ["get", '{"x": 12}']]
    assert parser.stopped


def test_arguments_stream_as_they_are_written():
    parser = _parser()
    parser.feed('<tool_call>\n{"name": "get", "arguments": ')
    assert [d.text for d in parser.feed('{"a"')] == ['{"a"']


@pytest.mark.parametrize("text", ["<tool_box> is a tag", "a < b", "<tool_call", "``` <tool_call"])
def test_what_only_resembles_a_tag_is_text(text: str):
    assert _joined(_parser(), list(text))["text"] == text


def test_an_unknown_name_is_no_call():
    text = HERMES.written([("rm_rf", {})])
    assert _joined(_parser(), [text])["calls"] == []


def test_stop_strings_never_leak():
    parser = _parser(stop=("END",))
    assert _joined(parser, ["one E", "N", "D two"]) == {
        "text": "one ", "reasoning": "", "calls": [], "raw": "one END", "stopped": True,
    }  # fmt: skip


def test_a_call_that_was_cut_in_its_marker_leaks_nothing():
    assert _joined(_parser(), ['Hm.\n<tool_call>\n{"name": "ge'])["text"] == "Hm."
