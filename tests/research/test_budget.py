"""What a research may still take."""

from __future__ import annotations

import time
from typing import Any

from earthshine.engines.requests import ChatRequest, Sampling
from earthshine.research.budget import Budget, effort_of
from earthshine.research.state import State, state_of
from earthshine.runs import StepRecord

Json = dict[str, Any]


def step(number: int, name: str, result: Any = None, **usage: int) -> StepRecord:
    return StepRecord("run", number, name, "freely", "ended", result=result, usage=usage or None)


def spent(tokens: int, seconds: float) -> State:
    state = State()
    question = {"id": "q1", "text": "Why?", "state": "open", "evidence": [], "tries": 0, "rounds": 1}
    state.take(step(0, "research plan", {"stage": "plan", "seconds": seconds, "questions": [question]}))
    state.take(step(1, "model research note q1 s1", {"text": ""}, prompt_tokens=tokens - 10, completion_tokens=10))
    return state


def asked(tokens: int) -> ChatRequest:
    return ChatRequest([{"role": "user", "content": "x" * 400}], sampling=Sampling(max_tokens=tokens))


def test_no_call_passes_the_limit_of_tokens() -> None:
    budget = Budget.of(spent(9500, 0), {"tokens": 10_000}, "medium")
    assert budget.tokens_left(writing=True) == 500
    assert budget.tokens_left(writing=False) == 500 - 1800
    assert 300 < budget.room(asked(1000), writing=True) <= 400
    assert budget.room(asked(1000), writing=False) == 0 and budget.over() == "tokens"
    assert Budget.of(spent(9500, 0), {}, "medium").room(asked(1000), writing=False) == 1000


def test_seconds_count_over_restarts_and_keep_some_for_the_writing() -> None:
    budget = Budget.of(spent(100, 55), {"seconds": 100}, "medium")
    budget.since = time.monotonic()
    assert budget.over() is None and 44 < (budget.seconds_left or 0) <= 45
    assert 4 < (budget.cut_after(writing=False) or 0) <= 5 < 44 < (budget.cut_after(writing=True) or 0)
    budget.since -= 6
    assert budget.over() == "seconds"


def test_pages_are_bounded_by_the_effort_and_the_request() -> None:
    assert [Budget.of(State(), {}, effort_of(each)).pages for each in ("low", None, "high")] == [8, 16, 24]
    assert Budget.of(State(), {"pages": 3}, "high").pages == 3
    assert Budget.of(State(), {"pages": 300}, "high").pages == 24


def test_what_others_see_is_the_fold_of_the_steps() -> None:
    told = state_of(
        [*(step(number, "tool web_search") for number in (2, 3)), step(4, "research other", {"stage": "note"})]
    )
    assert told["stage"] == "note" and told["spent"] == {"tokens": 0, "seconds": 0.0, "pages": 0}
    begun = StepRecord("run", 5, "research plan", "freely", "begun")
    assert state_of([begun])["stage"] is None
