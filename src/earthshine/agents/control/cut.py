"""Where a session's history is cut for another one to go on from: whole responses by reference, a part by its items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earthshine.agents.sessions.items import SHELL_CALL, SHELL_OUTPUT, shown
from earthshine.agents.sessions.reading.feed import given_items
from earthshine.agents.sessions.state import TurnState
from earthshine.errors import Conflict, NotFound

Json = dict[str, Any]

_ANSWERS = {"function_call_output": "call_id", SHELL_OUTPUT: "call_id"}
_CALLS = ("function_call", SHELL_CALL)
_WITHOUT = ("reasoning", "mcp_list_tools", "mcp_approval_request")
"""What only the response that has it can use."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The turns that are kept whole, and what is kept of the one after them."""

    whole: Sequence[TurnState]
    last: TurnState | None = None
    steps: Sequence[Json] = ()
    """Of `last`: its first steps as they are stored, then one that no response has, with the items that are kept."""


def cut(turns: Sequence[TurnState], turn_id: str | None, after_item: str | None) -> Cut:
    """Cut after a turn, after an item, or at the end. Raises `NotFound`; `Conflict` for what is still under way."""
    if after_item is not None:
        return _after_item(turns, after_item)
    kept: list[TurnState] = []
    for turn in turns:
        kept.append(turn)
        if turn.id == turn_id:
            break
    else:
        if turn_id is not None:
            raise NotFound(f"No turn with id {turn_id[:100]!r} was found in this session.", param="turn_id")
    for turn in kept:
        _check_over(turn)
    return Cut(kept)


def _after_item(turns: Sequence[TurnState], item_id: str) -> Cut:
    for number, turn in enumerate(turns):
        for place, step in enumerate(turn.steps):
            items = [*given_items(turn, place), *(step.response.get("output") or ())]
            at = next((at for at, item in enumerate(items) if item["id"] == item_id and shown(item, turn.id)), None)
            if at is None:
                continue
            given = given_items(turn, place + 1) if place + 1 < len(turn.steps) else []
            kept, left = _with_answers([*items, *(item for item in given if item["type"] in _ANSWERS)], at)
            if step.status and not any(shown(item, turn.id) for item in left) and not step.pending:
                # All of the response that anybody sees.
                return Cut(turns[:number], turn, turn.row.steps[: place + 1])
            part = {"id": "", "input": [item for item in kept if item["type"] not in _WITHOUT]}
            return Cut(turns[:number], turn, [*turn.row.steps[:place], part])
    raise NotFound(f"No item with id {item_id[:100]!r} has ended in this session.", param="after_item")


def _with_answers(items: Sequence[Json], at: int) -> tuple[list[Json], list[Json]]:
    """Return what is kept and what is not: a call keeps its answer, and one without gets one, for models want it."""
    kept, left = list(items[: at + 1]), list[Json]()
    open_calls = {item["call_id"]: item for item in kept if item["type"] in _CALLS}
    for item in kept:
        if item["type"] in _ANSWERS:
            open_calls.pop(item["call_id"], None)
    for item in items[at + 1 :]:
        if item["type"] in _ANSWERS and open_calls.pop(item["call_id"], None) is not None:
            kept.append(item)
        else:
            left.append(item)
    for call in open_calls.values():
        if call["type"] == SHELL_CALL:
            kept.remove(call)
        else:
            off = {"type": "function_call_output", "call_id": call["call_id"], "output": "This was not done."}
            kept.append({"id": f"{call['id']}-off", **off})
    return kept, left


def _check_over(turn: TurnState) -> None:
    if turn.active:
        raise Conflict(
            "The last turn of this session is under way. Name a `turn_id` before it or an `after_item`, wait for it, "
            "or cancel it first.",
        )
