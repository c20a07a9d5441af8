"""Thoughts: shown, signed, taken back, and refused where somebody made them up."""

from __future__ import annotations

from typing import Any

import pytest
from anthropic.types import Message

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, asked, script


def thought(client: Anthropic, **how: Any) -> Message:
    thinking = how.pop("thinking", {"type": "enabled", "budget_tokens": 1024})
    return client.messages.create(
        model=MODEL, max_tokens=2000, messages=script(reasoning="Six by seven.", text="42"), thinking=thinking, **how
    )


def test_thoughts_come_before_the_text(client: Anthropic) -> None:
    made = thought(client)
    assert [block.type for block in made.content] == ["thinking", "text"]
    block = made.content[0]
    assert block.type == "thinking"
    assert block.thinking == "Six by seven."
    assert block.signature
    assert made.usage.output_tokens_details
    assert made.usage.output_tokens_details.thinking_tokens > 0


@pytest.mark.parametrize(
    ("thinking", "effort", "types"),
    [
        ({"type": "disabled"}, None, ["text"]),
        ({"type": "disabled"}, "high", ["text"]),
        ({"type": "adaptive"}, None, ["thinking", "text"]),
        ({"type": "adaptive", "display": "summarized"}, "max", ["thinking", "text"]),
    ],
)
def test_whether_it_thinks(client: Anthropic, thinking: Any, effort: Any, types: list[str]) -> None:
    made = thought(client, thinking=thinking, **({"output_config": {"effort": effort}} if effort else {}))
    assert [block.type for block in made.content] == types


def test_thoughts_come_back(client: Anthropic) -> None:
    turns: Any = [*asked("Hello"), {"role": "assistant", "content": thought(client).content}, *asked("And now?")]
    made = client.messages.create(model=MODEL, max_tokens=100, messages=turns)
    assert made.content[0].to_dict()["text"] == "You said: And now?"


def test_omitted_thoughts_are_in_their_signature(client: Anthropic) -> None:
    omitted = thought(client, thinking={"type": "adaptive", "display": "omitted"}).content[0]
    assert omitted.type == "thinking"
    assert omitted.thinking == ""
    shown = thought(client).content[0]
    assert shown.type == "thinking"
    assert omitted.signature == shown.signature
    turns: Any = [*asked("Hello"), {"role": "assistant", "content": [omitted.to_dict()]}, *asked("And now?")]
    client.messages.create(model=MODEL, max_tokens=100, messages=turns)


@pytest.mark.parametrize("change", [{"thinking": "Seven by six."}, {"signature": "es1.reasoning.x.y"}])
def test_thoughts_that_are_not_the_models_are_refused(client: Anthropic, change: dict[str, str]) -> None:
    block = {**thought(client).content[0].to_dict(), **change}
    turns: Any = [*asked("Hello"), {"role": "assistant", "content": [block]}, *asked("And now?")]
    with pytest.raises(anthropic.BadRequestError, match=r"messages\[1\].content\[0\].signature"):
        client.messages.create(model=MODEL, max_tokens=100, messages=turns)
