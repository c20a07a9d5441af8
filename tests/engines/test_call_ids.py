"""Histories in which ids of calls are used again, or are empty."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from earthshine.engines.call_ids import with_own_ids
from earthshine.engines.requests import Message

USER: Message = {"role": "user", "content": "go"}


def calls(*ids: str) -> Message:
    made = [{"id": one, "type": "function", "function": {"name": "f", "arguments": "{}"}} for one in ids]
    return {"role": "assistant", "content": "", "tool_calls": made}


def answer(given_: str, text: str = "") -> Message:
    return {"role": "tool", "tool_call_id": given_, "content": text}


def ids_of(messages: list[Message]) -> list[Any]:
    return [
        [call["id"] for call in each["tool_calls"]] if "tool_calls" in each else each["tool_call_id"]
        for each in messages
    ]


def test_ids_that_are_unique_stay() -> None:
    history = [USER, calls("a", "b"), answer("b"), answer("a"), USER, calls("c"), answer("c")]
    assert with_own_ids(history) == history


def test_an_id_of_each_turn_anew() -> None:
    first, one, second, two = with_own_ids([calls("a"), answer("a", "1"), calls("a"), answer("a", "2")])
    assert ids_of([first, one]) == [["a"], "a"]
    (renamed,) = ids_of([second])[0]
    assert renamed != "a"
    assert two == answer(renamed, "2")


def test_calls_of_one_turn_with_one_id_are_answered_in_order() -> None:
    made, *answers = with_own_ids([calls("", ""), answer("", "1"), answer("", "2")])
    assert [each["tool_call_id"] for each in answers] == ids_of([made])[0]
    assert len({*ids_of([made])[0]}) == 2
    assert all(ids_of([made])[0])


def test_a_call_without_an_answer_does_not_take_the_answer_of_a_later_one() -> None:
    *_, late, answered = with_own_ids([calls("a"), USER, calls("a"), answer("a")])
    assert ids_of([late])[0] == [answered["tool_call_id"]]


@given(st.lists(st.lists(st.sampled_from(["", "a", "a_1", "call_1", "b"]), min_size=1, max_size=4), max_size=6))
def test_each_pair_is_unique_and_answered_in_order(turns: list[list[str]]) -> None:
    history = [each for ids in turns for each in (calls(*ids), *(answer(one) for one in ids))]
    named = with_own_ids(history)
    ids = [one for each in named if "tool_calls" in each for one in ids_of([each])[0]]
    assert [each["tool_call_id"] for each in named if "tool_call_id" in each] == ids
    assert len(set(ids)) == len(ids)
    assert all(ids)
    assert with_own_ids(named) == named


def test_no_choice_of_ids_makes_it_slow() -> None:
    history = [calls("a", *(f"a_{n}" for n in range(start, end))) for start, end in pairwise(range(0, 40_000, 100))]
    started = time.process_time()
    with_own_ids(history)
    assert time.process_time() - started < 2
