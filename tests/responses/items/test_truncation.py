from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.errors import ContextLengthExceeded
from earthshine.responses.items.messages import with_unique_call_ids
from earthshine.responses.items.truncation import since, truncate, turn_starts

Items = Sequence[dict[str, Any]]


def message(role: str, size: int = 1) -> dict[str, Any]:
    return {"type": "message", "role": role, "size": size}


def call(call_id: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "size": 1}


def output(call_id: str) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "size": 1}


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, items: Items) -> int:
        self.calls += 1
        return sum(item["size"] for item in items)


TURN = [message("user"), message("assistant")]


async def test_what_fits_is_left_alone() -> None:
    counter = Counter()
    items = [message("assistant"), *TURN, *TURN]
    assert await truncate(items, counter, 5) == items
    assert counter.calls == 1


async def test_whole_turns_go_first_to_last() -> None:
    items = [
        message("user", 10),
        message("assistant", 10),
        message("user", 5),
        message("assistant", 5),
        message("user", 1),
    ]
    assert await truncate(items, Counter(), 11) == items[2:]
    assert await truncate(items, Counter(), 10) == items[4:]


async def test_instructions_and_summaries_stay() -> None:
    kept = [message("system"), {"type": "compaction", "size": 1}, message("developer")]
    items = [kept[0], message("user", 10), kept[1], message("assistant", 10), kept[2], message("user", 1)]
    assert await truncate(items, Counter(), 4) == [*kept, message("user", 1)]


async def test_a_call_is_never_parted_from_its_output() -> None:
    items = [message("user", 5), call("c"), message("user", 1), output("c"), message("user", 1)]
    assert await truncate(items, Counter(), 8) == items[4:]
    with pytest.raises(ContextLengthExceeded):
        await truncate(items[:4], Counter(), 4)


async def test_the_last_turn_is_never_cut() -> None:
    with pytest.raises(ContextLengthExceeded) as caught:
        await truncate([*TURN, message("user", 100)], Counter(), 50)
    assert caught.value.param == "input"
    assert "100" in caught.value.message


async def test_few_counts_for_many_turns() -> None:
    counter = Counter()
    assert len(await truncate(TURN * 1000, counter, 100)) == 100
    assert counter.calls <= 13


@given(st.data())
async def test_the_most_that_fits_is_kept(data: st.DataObject) -> None:
    items: list[dict[str, Any]] = []
    waiting: list[str] = []
    for number in range(data.draw(st.integers(1, 14))):
        kind = data.draw(st.sampled_from(["user", "assistant", "system", "call", "output"]))
        size = data.draw(st.integers(1, 9))
        if kind == "call":
            waiting.append(f"c{number}")
            items.append(call(waiting[-1]))
        elif kind == "output":
            if waiting:
                items.append(output(waiting.pop()))
        else:
            items.append(message(kind, size))
    items.append(message("user"))
    limit = data.draw(st.integers(1, 60))
    counter = Counter()
    total = await counter(items)
    try:
        kept = await truncate(items, counter, limit)
    except ContextLengthExceeded:
        assert total > limit
        return
    assert await counter(kept) <= limit
    with_unique_call_ids([{"id": "x", **item} for item in kept])
    assert kept[-1] is items[-1]
    assert [item for item in items if item.get("role") == "system"] == [i for i in kept if i.get("role") == "system"]
    choices = [items, *(since(items, start) for start in turn_starts(items))]
    fitting = [choice for choice in choices if await counter(choice) <= limit]
    assert kept == fitting[0]
