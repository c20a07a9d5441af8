"""What came of a call, as the items that tell it."""

from __future__ import annotations

from typing import Any, cast

from earthshine.conversations.items import Item, kind_of

Json = dict[str, Any]

_DONE = "It was done; what it returned is not known."


def _result(result: Any) -> Json:
    if not isinstance(result, dict):
        return {"output": result if isinstance(result, str) else _DONE}
    return cast("Json", result)


def failed(message: str) -> Json:
    """Return the result of a step whose tool could not do what it was called for."""
    return {"output": message, "failed": True}


def answered(item: Item, result: Any) -> Item:
    """Return a call that holds its answer with what came of it."""
    told, kind = _result(result), kind_of(item)
    output = str(told.get("output"))
    return kind.with_failure(item, output) if told.get("failed") else kind.with_answer(item, output, told.get("item"))


def answer(call: Item, result: Any, begun: Item | None = None) -> Item:
    """Return the item that answers a call; `result` is a step's, or what somebody answered in its place.

    `begun`: the answer, as far as readers were told of it.
    """
    given = _result(result)
    caller = {"caller": call["caller"]} if "caller" in call else {}
    if given.get("item") is not None:
        return {**given["item"], "call_id": call["call_id"], **caller}
    return {**kind_of(call).answer(call, str(given.get("output", _DONE)), begun), **caller}
