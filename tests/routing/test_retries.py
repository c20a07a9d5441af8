"""Budgets, back-off, quotas, and what a list of failures comes to."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from earthshine.errors import (
    ContextLengthExceeded,
    EarthshineError,
    EngineFailed,
    InvalidRequest,
    NotFound,
    RateLimited,
    Unavailable,
    UnsupportedParameter,
    UpstreamFailed,
)
from earthshine.routing.quota import Quota
from earthshine.routing.selection.retries import PATIENCE, RETRIES, Failures, RetryBudget, backoff, may_go_elsewhere
from tests.routing.clock import Clock


def member(name: str) -> Any:
    return cast("Any", SimpleNamespace(deployment=SimpleNamespace(id=name)))


def failed(*errors: EarthshineError) -> Failures:
    failures = Failures("m")
    for index, error in enumerate(errors):
        failures.add(member(f"d{index}"), error)
    return failures


def test_retries_are_a_share_of_requests() -> None:
    budget = RetryBudget(ratio=0.2, burst=10)
    assert sum(budget.spend() for _ in range(100)) == 10, "what was saved up"
    granted = 0
    for _ in range(1000):
        budget.earn()
        granted += budget.spend()
    assert 190 <= granted <= 200


def test_backoff_grows_and_has_an_end() -> None:
    source = random.Random(1)
    for retry, most in enumerate([0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]):
        waits = [backoff(retry, source) for _ in range(500)]
        assert max(waits) <= most
        assert max(waits) > 0.9 * most
        assert min(waits) < 0.1 * most, "jitter spreads those who failed together"
    assert backoff(10_000, source) <= 2


def test_a_quota_fills_up_steadily_and_may_be_overdrawn() -> None:
    clock = Clock()
    quota = Quota(60, clock)
    quota.take(60)
    assert quota.seconds() == pytest.approx(1)
    quota.take(60)
    assert quota.seconds() == pytest.approx(61)
    clock.now += 61
    assert quota.seconds() == 0
    clock.now += 3600
    quota.take(60)
    assert quota.seconds() == pytest.approx(1), "no more than a minute's worth is saved up"


def test_a_broken_upstream_is_tried_again_soon() -> None:
    failures = failed(UpstreamFailed("no"), RateLimited("busy", retry_after=100))
    wait = failures.wait()
    assert wait is not None
    assert wait < 0.2, "the busy one does not hold up the other"
    failures.next_round()
    assert not failures.tried(member("d0"))
    for _ in range(RETRIES - 1):
        failures.next_round()
    assert failures.wait() is None


def test_retry_after_is_obeyed_or_handed_on() -> None:
    wait = failed(RateLimited("busy", retry_after=2)).wait()
    assert wait is not None
    assert wait >= 2
    assert failed(RateLimited("busy", retry_after=PATIENCE + 1)).wait() is None


@pytest.mark.parametrize(
    "error",
    [
        UpstreamFailed("key", code="upstream_key_refused"),
        EngineFailed("dead"),
        NotFound("no such model"),
        Unavailable("full"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(error: EarthshineError) -> None:
    assert failed(error).wait() is None
    assert may_go_elsewhere(error)
    with_another = failed(error, UpstreamFailed("no"))
    with_another.next_round()
    assert with_another.tried(member("d0"))
    assert not with_another.tried(member("d1"))


def test_the_requests_own_faults_go_nowhere_else() -> None:
    assert not may_go_elsewhere(InvalidRequest("temperature", param="temperature"))
    assert may_go_elsewhere(ContextLengthExceeded(limit=1, tokens=2))
    assert may_go_elsewhere(InvalidRequest("long", code="context_length_exceeded"))
    assert may_go_elsewhere(UnsupportedParameter("no images"))


def test_one_error_stays_itself_and_several_name_everybody() -> None:
    only = UpstreamFailed("a says no")
    assert failed(only).error() is only
    both = failed(UpstreamFailed("a says no", retry_after=7), EngineFailed("b died", retry_after=3)).error()
    assert isinstance(both, UpstreamFailed)
    assert "d0: a says no" in both.message
    assert "d1: b died" in both.message
    assert both.retry_after == 3
    limited = failed(RateLimited("a", retry_after=9), RateLimited("b", retry_after=4)).error()
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 4
    told = ContextLengthExceeded(limit=1, tokens=2)
    assert failed(UpstreamFailed("a"), told).error() is told
