"""Turns of this API as messages for engines."""

from __future__ import annotations

from typing import Any

from earthshine.anthropic.conversation import Conversation, read
from earthshine.anthropic.schemas import CountTokens, CreateMessage
from earthshine.anthropic.thoughts import Thoughts
from earthshine.anthropic.translate import to_sampling
from earthshine.conversations.signing import TextSigner

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
