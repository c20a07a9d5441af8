"""`truncation: "auto"`: leave out the oldest turns until the rest fits the model's context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from earthshine.conversations.items import Item, kind_of
from earthshine.errors import ContextLengthExceeded
from earthshine.responses.items.messages import with_unique_call_ids

Count = Callable[[Sequence[Item]], Awaitable[int]]

CHARACTERS_PER_TOKEN = 10
"""More than any tokenizer puts into a token of real text on average; English has 4 to 5, code with tabs up to 8."""


async def truncate(items: Sequence[Item], count: Count, limit: int) -> list[Item]:
    """Return the most recent turns whose prompt has `limit` tokens at most, by `count`.

    A turn begins with a user's message; a function call and its output are never parted. System and developer
    messages and compactions always stay. Raises `ContextLengthExceeded` when the last turn alone is too long.
    `count` is called once when everything fits, else about log2(turns) times more.
    """
    if await count(items) <= limit:
        return list(items)
    starts = turn_starts(items)
    low, high = 0, len(starts) - 1  # the first turn that may stay lies in [low, high]
    while low < high:
        middle = (low + high) // 2
        if await count(since(items, starts[middle])) <= limit:
            high = middle
        else:
            low = middle + 1
    rest = since(items, starts[low]) if starts else list(items)
    tokens = await count(rest)
    if tokens > limit:
        raise ContextLengthExceeded(limit=limit, tokens=tokens, param="input")
    return rest


def turn_starts(items: Sequence[Item]) -> list[int]:
    """Return where turns begin after the first item, oldest first, leaving out places inside a call and its output."""
    items = with_unique_call_ids(items)
    last_use = {item["call_id"]: i for i, item in enumerate(items) if kind_of(item).pairs == "answer"}
    starts: list[int] = []
    open_until = -1
    for index, item in enumerate(items):
        if index > open_until and index > 0 and item.get("role") == "user":
            starts.append(index)
        if kind_of(item).pairs == "call":
            open_until = max(open_until, last_use.get(item["call_id"], -1))
    return starts


def since(items: Sequence[Item], start: int) -> list[Item]:
    """Return the items from `start` on, and those before it that always stay."""
    return [*filter(always_kept, items[:start]), *items[start:]]


def always_kept(item: Item) -> bool:
    """Tell whether an item is shown to the model however much is left out."""
    return kind_of(item).always_kept(item)
