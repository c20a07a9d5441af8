"""Thinking: which tags a model uses, when it thinks, how long, and how it is made to stop.

A model that was trained to think does so by itself. Any other can be made to think first: the reply is opened with
the tag for it, the model writes freely up to a budget, the tag is closed by force if need be, and the answer follows
under whatever grammar it has. Think free, then constrain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from earthshine.engines.requests import Message

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]

TRAINED_BUDGET: dict[Effort, int] = {
    "minimal": 128, "low": 1024, "medium": 4096, "high": 16384, "xhigh": 32768, "max": 131072,
}  # fmt: skip
"""Tokens of thinking for a model that was trained to think."""
BORROWED_BUDGET: dict[Effort, int] = {"low": 128, "medium": 256, "high": 512, "xhigh": 1024, "max": 2048}
"""Tokens for a model that was not: it gains from a short plan and loses itself in a long one."""

INSTRUCTION = "Think step by step inside <think> and </think> first, briefly. Then answer."
"""The one sentence that a model without training for it is given."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What opens and closes the thinking."""

    open: str = "<think>"
    close: str = "</think>"


_KNOWN_TAGS = (Tags(), Tags("◁think▷", "◁/think▷"), Tags("[THINK]", "[/THINK]"), Tags("<thought>", "</thought>"))


@dataclass(frozen=True, slots=True)
class Thinking:
    """How one reply thinks."""

    tags: Tags = Tags()
    opened: bool = False
    """The prompt itself ends with the opening tag."""
    seed: str = ""
    """What the reply is made to begin with; empty when it does not think, or the prompt has opened it."""
    suffix: str = ""
    """What is put behind the prompt to switch the thinking off."""
    budget: int | None = None
    """Most tokens of thinking; None leaves it to the model."""

    @property
    def planned(self) -> bool:
        """Whether this reply begins with thinking."""
        return self.opened or bool(self.seed)

    @property
    def closing(self) -> str:
        """What ends the thinking when the model does not do it in time."""
        return f"\n{self.tags.close}\n\n"


def trained_tags(template: str) -> Tags | None:
    """Return the tags of a model that was trained to think, told by its template; None for any other."""
    return next((tags for tags in _KNOWN_TAGS if tags.close in template), None)


def variables(effort: Effort | None) -> dict[str, Any]:
    """Return what templates ask for: the switches of the known families."""
    if effort is None:
        return {}
    on = effort != "none"
    return {"enable_thinking": on, "thinking": on, "reasoning_effort": effort}


def instructed(messages: list[Message]) -> list[Message]:
    """Add the one-sentence instruction to the system message, or as one."""
    if messages and messages[0]["role"] == "system":
        first = messages[0] | {"content": f"{messages[0]['content']}\n\n{INSTRUCTION}".lstrip()}
        return [first, *messages[1:]]
    return [{"role": "system", "content": INSTRUCTION}, *messages]


def borrowed(template: str, effort: Effort | None) -> bool:
    """Whether a model that was not trained to think is asked to."""
    return trained_tags(template) is None and effort in BORROWED_BUDGET


def plan(template: str, effort: Effort | None, rendered: str, most: int | None = None) -> Thinking:
    """Decide how the reply to the `rendered` prompt thinks; `most` is the budget that a client gives itself."""
    tags = trained_tags(template)
    if tags is None:
        if effort not in BORROWED_BUDGET:
            return Thinking()
        return Thinking(seed="<think>\n", budget=most or BORROWED_BUDGET[effort])
    tail = rendered.rstrip()
    opened, closed = tail.endswith(tags.open), tail.endswith(tags.close)
    if effort == "none" and not closed:
        empty = f"{tags.close}\n\n" if opened else f"{tags.open}\n\n{tags.close}\n\n"
        return Thinking(tags, suffix=empty)
    if closed:
        return Thinking(tags)
    budget = most or (None if effort is None else TRAINED_BUDGET[effort])
    return Thinking(tags, opened=opened, seed="" if opened else f"{tags.open}\n", budget=budget)
