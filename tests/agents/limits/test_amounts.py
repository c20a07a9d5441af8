"""What a call of the model may use of what is left."""

from __future__ import annotations

from earthshine.agents.limits.amounts import Left, plan, room

TOKENS = Left("tokens", 1000, read=1, write=1)


def test_so_much_is_kept_that_an_answer_has_room() -> None:
    found = plan([TOKENS], 100, 0)
    assert found.tokens == (1000 - 100 - 100 - 128) // 2 and not found.short
    again = plan([Left("tokens", 1000 - 100 - found.tokens, read=1, write=1)], 100 + found.tokens, 0)
    assert again.short == ("tokens",) and again.tokens is not None and again.tokens >= 128


def test_the_last_call_may_use_all_that_is_left() -> None:
    assert plan([TOKENS], 600, 0).tokens == 400
    assert plan([TOKENS], 990, 0).gone == ("tokens",)
    assert plan([TOKENS], 100, 0, answering=True).tokens == 900


def test_steps_are_counted_out() -> None:
    assert [bool(plan([Left("steps", left, call=1)], 50, 0).short) for left in (3, 2, 1)] == [False, False, True]
    assert plan([Left("steps", 0, call=1)], 50, 0).gone == ("steps",)


def test_time_is_kept_for_an_answer_as_long_as_the_slowest_call() -> None:
    assert plan([Left("seconds", 100, second=1)], 50, 40).seconds == 60
    assert plan([Left("seconds", 70, second=1)], 50, 40).short == ("seconds",)
    assert plan([Left("seconds", 0.1, second=1)], 50, 0).gone == ("seconds",)


def test_the_scarcest_kind_decides() -> None:
    found = plan([TOKENS, Left("cents", 1, read=0.001, write=0.005)], 100, 0)
    assert found.tokens == int((1 - 0.1 - 0.1 - 0.64) / 0.006)
    assert plan([TOKENS, Left("cents", 0.2, read=0.001, write=0.005)], 100, 0).short == ("cents",)
    assert plan([Left("cents", 0)], 100, 0).gone == ()


def test_what_a_tool_returns_leaves_room_for_an_answer() -> None:
    assert room([TOKENS, Left("steps", 3, call=1)], 300) == 1000 - 300 - 128
    assert room([Left("steps", 3, call=1)], 300) is None
