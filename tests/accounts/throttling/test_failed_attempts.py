"""Counts of failed attempts against a model of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.throttling.failed_attempts import MOST_ADDRESSES, WINDOW, FailedAttempts
from earthshine.errors import RateLimited


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(counts: FailedAttempts, address: str) -> bool:
    """Return whether the address was still listened to."""
    try:
        counts.check(address)
    except RateLimited as error:
        assert error.retry_after is not None
        assert 0 < error.retry_after <= WINDOW
        return False
    counts.add(address)
    return True


@given(st.lists(st.tuples(st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"]), st.floats(0, 40)), max_size=60))
def test_no_minute_has_more_failures_than_are_allowed_twice_over(steps: list[tuple[str, float]]) -> None:
    """A window begins with a failure, so two of them can touch within one minute, and never three."""
    clock = Clock()
    counts = FailedAttempts(3, clock=clock)
    heard: list[tuple[str, float]] = []
    for address, pause in steps:
        clock.now += pause
        if fail(counts, address):
            heard.append((address, clock.now))
    for address, start in heard:
        assert sum(1 for other, at in heard if other == address and start <= at < start + WINDOW) <= 6


def test_after_a_minute_an_address_is_listened_to_again() -> None:
    clock = Clock()
    counts = FailedAttempts(2, clock=clock)
    assert [fail(counts, "192.0.2.1") for _ in range(4)] == [True, True, False, False]
    assert fail(counts, "192.0.2.2")
    clock.now += WINDOW
    assert fail(counts, "192.0.2.1")


def test_a_client_with_a_whole_ipv6_network_counts_once() -> None:
    counts = FailedAttempts(2, clock=Clock())
    assert [fail(counts, f"2001:db8:0:1::{n:x}") for n in range(3)] == [True, True, False]
    assert fail(counts, "2001:db8:0:2::1")
    assert [fail(counts, address) for address in ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1")] == [True, True, False]


def test_memory_is_bounded() -> None:
    counts = FailedAttempts(1, clock=Clock())
    for number in range(MOST_ADDRESSES + 100):
        counts.add(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(counts._counts) == MOST_ADDRESSES
    assert fail(counts, "10.0.0.1")


@pytest.mark.parametrize("address", ["", "testclient", "unix:/run/x.sock", "x" * 10_000])
def test_what_is_no_address_is_counted_too(address: str) -> None:
    counts = FailedAttempts(1, clock=Clock())
    assert [fail(counts, address) for _ in range(2)] == [True, False]
