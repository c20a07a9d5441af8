"""Functions that return the same again and again: a small model that is shown them calls them for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from earthshine.conversations.items import Item, kind_of
from earthshine.conversations.items.base import program_of

_TOO_OFTEN = 2
"""A function that returned the same to the same call so many times is not shown again."""


def repeated(output: Sequence[Item]) -> set[str]:
    """Return the names of what has often returned the same to the same call."""
    calls: dict[str, tuple[str, str]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for item, pairs in _pairs([each for each in output if program_of(each) is None]):
        kind = kind_of(item)
        if kind.holds_answer:
            answer = item.get("results"), item.get("output"), item.get("outputs"), item.get("error")
            seen[kind.called(item), kind.arguments(item), str(answer)] += 1
        elif pairs == "call":
            calls[item["call_id"]] = kind.called(item), kind.account(item)
        elif item["call_id"] in calls:
            seen[*calls[item["call_id"]], kind.account(item)] += 1
    return {name for (name, _, _), times in seen.items() if times >= _TOO_OFTEN}


def _pairs(output: Sequence[Item]) -> Iterator[tuple[Item, str]]:
    for item in output:
        if pairs := kind_of(item).pairs:
            yield item, pairs
