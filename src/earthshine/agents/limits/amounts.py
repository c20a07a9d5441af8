"""What is left of each limit, and what may be done with it: arithmetic alone.

A call of the model takes something of each kind: for being made at all, for each token that it reads and writes, and
for each second. So much is kept back that the model can be asked once more, to answer with what it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_FEWEST = 16
"""Tokens of a reply that are worth a call."""
_ANSWER = 128
"""Tokens that are kept for an answer."""
_SHORTEST = 0.25
"""Seconds of work that are worth a call."""
_STOPPING = 1.0
"""Seconds that it may take to stop a tool, and that are kept besides."""
_SHARE = 4
"""One part in so many of the time that is left is kept for an answer, at least as long as a call has taken."""
_MARGIN, _MOMENT = 0.98, 0.15
"""Of the time that is left, what may be used: to stop takes a moment, too."""
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Left:
    """One kind of limit."""

    kind: str
    left: float
    call: float = 0
    """What a call takes, however short."""
    read: float = 0
    """What a token of the prompt takes."""
    write: float = 0
    """What a token of the reply takes."""
    second: float = 0

    def after(self, prompt: int) -> float:
        """Return what is left when a prompt is read."""
        return self.left - self.call - self.read * prompt


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next call may use."""

    tokens: int | None = None
    seconds: float | None = None
    short: tuple[str, ...] = ()
    """The kinds of which too little is left for another call after this one."""
    gone: tuple[str, ...] = ()
    """The kinds of which too little is left for this one."""


def plan(lefts: Sequence[Left], prompt: int, slowest: float, *, answering: bool = False) -> Plan:
    """Return what a call with a prompt of so many tokens may use; `slowest` is the longest call so far, in seconds.

    `answering`: the prompt asks for an answer, so nothing is kept for another call.
    """
    gone = tuple(each.kind for each in lefts if each.after(prompt) < each.write * _FEWEST + each.second * _SHORTEST)
    if gone:
        return Plan(gone=gone)
    short = tuple(each.kind for each in lefts if _is_short(each, prompt, slowest))
    last = answering or bool(short)
    spendable = [each.after(prompt) - (0 if last else _kept(each, prompt)) for each in lefts]
    tokens = [
        rest / (each.write + (0 if last else each.read))
        for each, rest in zip(lefts, spendable, strict=True)
        if each.write
    ]
    seconds = [
        each.after(prompt) / each.second * _MARGIN - _MOMENT if last else time_for_work(each, prompt, slowest)
        for each in lefts
        if each.second
    ]
    most = min(tokens, default=_MOST)
    return Plan(int(most) if most < _MOST else None, min(seconds, default=None), short)


def time_for_work(each: Left, prompt: int, slowest: float) -> float:
    """Return the seconds after which there is only as much time as an answer may need."""
    rest = each.after(prompt) / each.second
    return rest - max(slowest, rest / _SHARE, min(_STOPPING, rest / 2))


def room(lefts: Sequence[Left], prompt: int) -> int | None:
    """Return the tokens by which a prompt may grow, so that the model can still answer; None for any number."""
    found = [(each.after(prompt) - each.write * _ANSWER) / each.read for each in lefts if each.read]
    return max(0, int(min(found))) if found else None


def _kept(each: Left, prompt: int) -> float:
    """Return what is kept for an answer after a call whose prompt is read."""
    return each.call + each.read * prompt + each.write * _ANSWER


def _is_short(each: Left, prompt: int, slowest: float) -> bool:
    call = each.write * _FEWEST + each.second * slowest
    following = _kept(each, prompt) + each.read * _FEWEST + each.second * max(slowest, _STOPPING)
    return each.after(prompt) < call + following
