"""What a response may still use, where more than its own request bounds it: asked before each call of the model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from earthshine.database import Connection
from earthshine.engines.deltas import ChatEnd
from earthshine.engines.requests import ChatRequest, ToolChoice
from earthshine.metering.usage import Usage
from earthshine.tools.base import ToolFailed

_ANSWER_NOW = (
    "[Little is left of what this task may use. No tool can be called any more. Answer now, briefly, with what you "
    "have. If the task cannot be finished, say so and say what is missing.]"
)

_MOMENT = 0.05
"""Seconds by which a clock may be early."""
_LEAST_ROOM = 64
"""Tokens that the result of a tool may always have."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the next call of the model may use."""

    tokens: int | None = None
    """The most that it may write."""
    ends: float | None = None
    """When it is cut, on the monotonic clock."""
    last: bool = False
    """Whether it must answer now, since nothing would be left for another call after this one."""
    refusal: str = ""
    """Why the model cannot be asked any more: told to readers in place of its answer."""

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self != Allowance()

    @property
    def over(self) -> bool:
        """Whether the response ends with this call."""
        return self.last or bool(self.refusal)

    def cuts(self, end: ChatEnd) -> bool:
        """Tell whether this ended a reply before its time, rather than the context or the request's own limit."""
        if end.reason != "length" or self.over:
            return False
        late = self.ends is not None and time.monotonic() >= self.ends - _MOMENT
        return late or (self.tokens is not None and end.usage.completion_tokens >= self.tokens)

    def applied(self, request: ChatRequest) -> ChatRequest:
        """Return a request that keeps to it."""
        if self.tokens is not None:
            asked = request.sampling.max_tokens
            tokens = self.tokens if asked is None else min(asked, self.tokens)
            request = replace(request, sampling=replace(request.sampling, max_tokens=tokens))
        return request


class Budget(Protocol):
    """Bounds one response."""

    @property
    def must_answer(self) -> bool:
        """Whether the next call of the model would be the last one, as far as is known."""
        ...

    @property
    def room(self) -> int | None:
        """Tokens that the result of a tool may have, so that the model can still answer."""
        ...

    @property
    def tools_end(self) -> float | None:
        """When a tool is stopped, on the monotonic clock."""
        ...

    async def allow(self, prompt_tokens: int, *, since: float, answering: bool = False) -> Allowance:
        """Return what a call of the model with such a prompt may use. It is held for it until `note`.

        `since`: when its time began to count, on the monotonic clock; `answering`: the prompt is one of
        `asked_to_answer`.
        """
        ...

    def note(self, usage: Usage) -> None:
        """The call has ended, and used so much."""
        ...

    def cut(self) -> str:
        """Return what a reader is told where the last answer was cut, or is none."""
        ...

    async def store(self, connection: Connection) -> None:
        """Store what is used, in the transaction that ends the response."""
        ...


@asynccontextmanager
async def in_time(budget: Budget | None) -> AsyncGenerator[None]:
    """Let a tool work as long as a budget has time for it. Raises `ToolFailed`."""
    ends = budget.tools_end if budget is not None else None
    clock = asyncio.timeout(None if ends is None else max(0.0, ends - time.monotonic()))
    try:
        async with clock:
            yield
    except TimeoutError:
        if not clock.expired():
            raise
        raise ToolFailed("It was stopped: the time of this task is nearly used up. Part of it may be done.") from None


def room_left(budget: Budget | None, room: int) -> int:
    """Return how many tokens the result of a tool may have, at most `room`."""
    left = budget.room if budget is not None else None
    return room if left is None else min(room, max(_LEAST_ROOM, left))


def asked_to_answer(request: ChatRequest) -> ChatRequest:
    """Return a request without tools that says so.

    It is said in the last message that is not the model's own: templates refuse two of a kind in a row, and some a
    system message that is not the first.
    """
    *before, end = request.messages
    if end["role"] in ("user", "tool") and isinstance(end["content"], str):
        messages = [*before, {**end, "content": f"{end['content']}\n\n{_ANSWER_NOW}"}]
    else:
        messages = [*before, end, {"role": "user", "content": _ANSWER_NOW}]
    return replace(request, messages=messages, tools=(), tool_choice=ToolChoice("none"))
