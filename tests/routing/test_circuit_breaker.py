"""The circuit breaker under a clock of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.routing.health.circuit_breaker import COOLDOWN, FAILURES, LONGEST, WINDOW, CircuitBreaker
from tests.routing.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(clock=clock)


def break_it(breaker: CircuitBreaker, times: int = FAILURES) -> None:
    for _ in range(times):
        breaker.failed(breaker.begin())


def test_failures_in_a_row_open_it(breaker: CircuitBreaker) -> None:
    break_it(breaker, FAILURES - 1)
    assert breaker.allows()
    break_it(breaker, 1)
    assert breaker.circuit == "open"
    assert not breaker.allows()
    assert breaker.seconds() == COOLDOWN


def test_a_success_starts_the_count_again(breaker: CircuitBreaker) -> None:
    break_it(breaker, FAILURES - 1)
    breaker.succeeded(breaker.begin())
    break_it(breaker, FAILURES - 1)
    assert breaker.circuit == "closed"


def test_failing_every_other_time_opens_it_too(breaker: CircuitBreaker) -> None:
    for _ in range(WINDOW // 2):
        breaker.succeeded(breaker.begin())
        breaker.failed(breaker.begin())
    assert breaker.circuit == "open"


def test_a_sure_failure_opens_it_at_once(breaker: CircuitBreaker) -> None:
    breaker.failed(breaker.begin(), surely=True)
    assert not breaker.allows()


def test_one_trial_decides(breaker: CircuitBreaker, clock: Clock) -> None:
    break_it(breaker)
    clock.now += COOLDOWN
    assert breaker.circuit == "half_open"
    assert breaker.allows()
    trial = breaker.begin()
    assert not breaker.allows(), "a second request would be a second guinea pig"
    breaker.failed(trial)
    assert breaker.circuit == "open"
    assert breaker.seconds() == 2 * COOLDOWN
    clock.now += 2 * COOLDOWN
    breaker.succeeded(breaker.begin())
    assert breaker.circuit == "closed"
    break_it(breaker)
    assert breaker.seconds() == COOLDOWN, "a recovery makes the cool-down short again"


def test_a_trial_that_is_given_up_leaves_room_for_another(breaker: CircuitBreaker, clock: Clock) -> None:
    break_it(breaker)
    clock.now += COOLDOWN
    breaker.abandoned(breaker.begin())
    assert breaker.allows()


def test_late_news_from_before_does_not_count(breaker: CircuitBreaker, clock: Clock) -> None:
    old = breaker.begin()
    break_it(breaker)
    breaker.succeeded(old)
    assert breaker.circuit == "open"
    clock.now += COOLDOWN
    breaker.begin()
    breaker.failed(old)
    breaker.abandoned(old)
    assert breaker.circuit == "half_open"
    assert not breaker.allows(), "the trial is still running"


def test_resting_is_not_being_broken(breaker: CircuitBreaker, clock: Clock) -> None:
    breaker.rest(30)
    assert breaker.circuit == "closed"
    assert not breaker.allows()
    assert breaker.seconds() == 30
    breaker.rest(10)
    assert breaker.seconds() == 30
    clock.now += 30
    assert breaker.allows()


def test_a_probed_one_waits_for_the_nurse(clock: Clock) -> None:
    breaker = CircuitBreaker(probed=True, clock=clock)
    break_it(breaker)
    clock.now += 10 * COOLDOWN
    assert not breaker.allows()
    breaker.extend()
    assert breaker.seconds() == 2 * COOLDOWN
    breaker.recover()
    assert breaker.allows()


@given(st.lists(st.sampled_from(["ok", "bad", "gone", "wait"]), max_size=200))
def test_it_never_locks_for_ever(story: list[str]) -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    for step in story:
        if step == "wait":
            clock.now += 1
        elif breaker.allows():
            generation = breaker.begin()
            {"ok": breaker.succeeded, "bad": breaker.failed, "gone": breaker.abandoned}[step](generation)
    assert breaker.seconds() <= LONGEST
    clock.now += LONGEST
    assert breaker.allows()
