"""Tool calls and their answers in a history, each pair under an id that no other has.

Servers and clients number calls anew in each turn, or leave their ids empty. An answer belongs to the first call of
that id in its turn that has none yet; a model must not have to guess that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from earthshine.engines.requests import Message


class CallIds:
    """Names the calls of a history, read in order, and finds the call of each answer."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._waiting: dict[str, tuple[int, deque[str]]] = {}
        self._answered: dict[str, str] = {}
        self._turn = 0
        self._number = 0

    def turn(self) -> None:
        """Note that other calls are to be answered from now on: an id that is used once more means the new one."""
        self._turn += 1

    def call(self, given: str) -> str:
        """Return the id of a call of its own: the given one, if that is free."""
        name = given
        while not name or name in self._taken:
            # Counted through, so that no choice of ids makes this a long search each time.
            self._number += 1
            name = f"{given or 'call'}_{self._number}"
        self._taken.add(name)
        turn, waiting = self._waiting.get(given, (-1, None))
        if waiting is None or turn != self._turn:
            self._waiting[given] = self._turn, deque([name])
        else:
            waiting.append(name)
        return name

    def answer(self, given: str) -> tuple[str, bool] | None:
        """Return the id of the call that an answer is for, and whether it is the first; None when there is no call."""
        _, waiting = self._waiting.get(given, (0, None))
        if waiting:
            self._answered[given] = waiting.popleft()
            return self._answered[given], True
        return (self._answered[given], False) if given in self._answered else None


def with_own_ids(messages: Sequence[Message]) -> list[Message]:
    """Return messages in which each call has an id of its own, and each answer that of its call."""
    pairs = CallIds()
    result: list[Message] = []
    for message in messages:
        if calls := message.get("tool_calls"):
            pairs.turn()
            message = {**message, "tool_calls": [{**call, "id": pairs.call(call["id"])} for call in calls]}
        elif message.get("role") == "tool" and (found := pairs.answer(message["tool_call_id"])):
            message = {**message, "tool_call_id": found[0]}
        result.append(message)
    return result
