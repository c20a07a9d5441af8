"""Turns of this API as messages for engines."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.anthropic.messages.conversation import Conversation, read
from earthshine.anthropic.messages.schemas import CountTokens, CreateMessage
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.anthropic.messages.translate import to_chat_request, to_sampling
from earthshine.catalog import Card
from earthshine.conversations.signing import TextSigner
from earthshine.engines.pool import LoadedModel
from earthshine.engines.scripted.engine import Scripted

THOUGHTS = Thoughts(TextSigner(b"key"))
PICTURE = {"type": "image", "source": {"type": "url", "url": "https://a.example/a.png"}}


def reading(messages: list[dict[str, Any]], **more: Any) -> Conversation:
    return read(CountTokens.model_validate({"model": "m", "messages": messages, **more}), THOUGHTS)


def use(name: str = "f", **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": given}


def thinking(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": text, "signature": THOUGHTS.sign(text)}


def test_answers_of_tools_come_first_and_their_images_are_the_users() -> None:
    found = reading(
        [
            {"role": "user", "content": "Look."},
            {"role": "assistant", "content": [{"type": "text", "text": "I do."}, use(a=1)]},
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_f", "content": [PICTURE]},
                    {"type": "text", "text": "And?"},
                ],
            },
        ],
        system=[{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}],
    )
    system, user, assistant, tool, shown = found.messages
    assert system == {"role": "system", "content": "One\n\nTwo"}
    assert user == {"role": "user", "content": "Look."}
    assert assistant["content"] == "I do."
    assert assistant["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a":1}'}
    assert (tool["role"], tool["tool_call_id"]) == ("tool", "toolu_f")
    assert [part["type"] for part in shown["content"]] == ["image_url", "text"]
    assert found.first_image == "messages[2].content[0][0]"


def test_thoughts_of_older_turns_are_left_out_where_asked() -> None:
    turns: list[dict[str, Any]] = []
    for number in range(3):
        turns += [
            {"role": "user", "content": "Go on."},
            {"role": "assistant", "content": [thinking(f"thought {number}"), {"type": "text", "text": "Yes."}]},
        ]
    turns.append({"role": "user", "content": "Go on."})

    def left(**edit: Any) -> list[str]:
        management = {"edits": [{"type": "clear_thinking_20251015", **edit}]}
        found = reading(turns, **({"context_management": management} if edit else {}))
        return [each["reasoning_content"] for each in found.messages if "reasoning_content" in each]

    assert left() == ["thought 0", "thought 1", "thought 2"]
    assert left(keep="all") == ["thought 0", "thought 1", "thought 2"]
    assert left(keep={"type": "thinking_turns", "value": 2}) == ["thought 1", "thought 2"]


def test_no_reply_is_asked_for_that_is_longer_than_the_context() -> None:
    create = CreateMessage.model_validate(
        {"model": "m", "max_tokens": 32000, "messages": [{"role": "user", "content": "x"}], "stop_sequences": ["a"]}
    )
    assert to_sampling(create, 8192).max_tokens == 8192
    assert to_sampling(create, 0).max_tokens == 32000
    assert to_sampling(create, 0).stop == ("a",)


@pytest.mark.parametrize(
    ("more", "trained", "untrained"),
    [
        ({}, None, None),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}}, "none", "none"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "low", "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 20000}}, "high", "high"),
        ({"thinking": {"type": "enabled", "budget_tokens": 20000}, "output_config": {"effort": "low"}}, "low", "low"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}, "high", None),
        ({"output_config": {"effort": "max"}}, "max", None),
    ],
)
def test_how_much_a_model_thinks(more: dict[str, Any], trained: str | None, untrained: str | None) -> None:
    prompt = CountTokens.model_validate({"model": "m", "messages": [{"role": "user", "content": "x"}], **more})
    for template, wanted in (("{{ x }}</think>", trained), ("{{ x }}", untrained)):
        model = LoadedModel(Card("m", chat_template=template), Scripted())
        assert to_chat_request(prompt, read(prompt, THOUGHTS), model).reasoning_effort == wanted


def test_a_budget_is_kept_by_models_that_were_trained_to_think() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}
    prompt = CountTokens.model_validate(
        {"model": "m", "messages": [{"role": "user", "content": "x"}], "thinking": thinking}
    )
    for template, wanted in (("{{ x }}</think>", 2000), ("{{ x }}", None)):
        model = LoadedModel(Card("m", chat_template=template), Scripted())
        assert to_chat_request(prompt, read(prompt, THOUGHTS), model).thinking_budget == wanted
