"""The request of a stored response: kept without its input, for the response's own items are that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from earthshine.conversations.items import Item

Json = dict[str, Any]

_NOT_KEPT = ("input", "client_metadata")
_WITHOUT_WORDS = ("annotations", "logprobs")
"""Fields of a part of text that say nothing where they are empty."""


def without_input(body: Json) -> Json:
    """Return what is stored of a body beside its items.

    An input with references to items is kept as a list that has null for everything else: the items that came of it do
    not tell which of them were references.
    """
    kept = {name: value for name, value in body.items() if name not in _NOT_KEPT}
    sent: Any = body.get("input")
    if isinstance(sent, list):
        references = [each if _is_reference(each) else None for each in cast("list[Json]", sent)]
        if any(references):
            kept["input"] = references
    return kept


def with_input(request: Json, items: Sequence[Item]) -> Json:
    """Return a body that asks for the same again, from what is stored of it and the items that it added.

    Items are in their shortest form and without ids, so that they can be added to a conversation once more. A request
    of earlier versions has its input as it came.
    """
    if "input" not in request:
        return {**request, "input": _shortest(items)} if items else request
    sent: Any = request["input"]
    if not isinstance(sent, list) or None not in sent:
        return request
    pairs: Iterator[tuple[Json | None, Item]] = zip(cast("list[Json | None]", sent), items, strict=True)
    return {**request, "input": [_short(item) if each is None else each for each, item in pairs]}


def _is_reference(item: Json) -> bool:
    return "role" not in item and (item.get("type") or "item_reference") == "item_reference"


def _shortest(items: Sequence[Item]) -> str | list[Json]:
    short = [_short(item) for item in items]
    match short:
        case [{"role": "user", "content": str(text)}]:
            return text
        case _:
            return short


def _short(item: Item) -> Json:
    """Return an item as a client would send it; a message that is a text alone, as that text."""
    rest = {name: value for name, value in item.items() if name != "id"}
    if item["type"] != "message" or item.get("status", "completed") != "completed":
        return rest
    bare = {name: value for name, value in rest.items() if name not in ("type", "status")}
    match bare["content"]:
        case [{"type": "input_text" | "output_text", "text": str(text), **more}] if _says_nothing(more):
            return {**bare, "content": text}
        case _:
            return bare


def _says_nothing(more: Json) -> bool:
    return not any(more.values()) and more.keys() <= {*_WITHOUT_WORDS}
