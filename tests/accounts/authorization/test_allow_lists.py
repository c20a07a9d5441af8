"""Address allow-lists against Python's own idea of networks; counts of wrong keys against a model of them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.authorization.allow_lists import contains, networks
from earthshine.accounts.wrong_keys import MOST_ADDRESSES, WINDOW, WrongKeys
from earthshine.errors import InvalidRequest, RateLimited

ADDRESSES = st.ip_addresses()


def network_of(address: IPv4Address | IPv6Address, length: int) -> str:
    return str(ip_network((address, min(length, address.max_prefixlen)), strict=False))


NETWORKS = st.builds(network_of, ADDRESSES, st.integers(0, 128))


@given(st.lists(NETWORKS, max_size=5), ADDRESSES)
def test_an_address_is_in_a_list_exactly_when_it_is_in_one_of_its_networks(
    written: list[str], address: IPv4Address | IPv6Address
) -> None:
    plain = address.ipv4_mapped if isinstance(address, IPv6Address) and address.ipv4_mapped else address
    expected = any(each in ip_network(text) for text in written for each in (address, plain))
    assert contains(networks(written), str(address)) == expected


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_ipv4_clients_of_a_socket_for_both_families_are_known(address: IPv4Address, length: int) -> None:
    assert contains(networks([network_of(address, length)]), f"::ffff:{address}")


@given(st.text(max_size=40))
def test_any_text_is_a_network_or_a_named_error(text: str) -> None:
    try:
        assert len(networks(["10.0.0.0/8", text])) == 2
    except InvalidRequest as error:
        assert error.param == "allowed_addresses[1]"


@given(st.lists(NETWORKS, min_size=1, max_size=3), st.text(max_size=20))
def test_what_is_no_address_is_in_no_network(written: list[str], text: str) -> None:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        assert not contains(networks(written), text)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(counts: WrongKeys, address: str) -> bool:
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
    counts = WrongKeys(3, clock=clock)
    heard: list[tuple[str, float]] = []
    for address, pause in steps:
        clock.now += pause
        if fail(counts, address):
            heard.append((address, clock.now))
    for address, start in heard:
        assert sum(1 for other, at in heard if other == address and start <= at < start + WINDOW) <= 6


def test_after_a_minute_an_address_is_listened_to_again() -> None:
    clock = Clock()
    counts = WrongKeys(2, clock=clock)
    assert [fail(counts, "192.0.2.1") for _ in range(4)] == [True, True, False, False]
    assert fail(counts, "192.0.2.2")
    clock.now += WINDOW
    assert fail(counts, "192.0.2.1")


def test_a_client_with_a_whole_ipv6_network_counts_once() -> None:
    counts = WrongKeys(2, clock=Clock())
    assert [fail(counts, f"2001:db8:0:1::{n:x}") for n in range(3)] == [True, True, False]
    assert fail(counts, "2001:db8:0:2::1")
    assert [fail(counts, address) for address in ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1")] == [True, True, False]


def test_memory_is_bounded() -> None:
    counts = WrongKeys(1, clock=Clock())
    for number in range(MOST_ADDRESSES + 100):
        counts.add(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(counts._counts) == MOST_ADDRESSES
    assert fail(counts, "10.0.0.1")


@pytest.mark.parametrize("address", ["", "testclient", "unix:/run/x.sock", "x" * 10_000])
def test_what_is_no_address_is_counted_too(address: str) -> None:
    counts = WrongKeys(1, clock=Clock())
    assert [fail(counts, address) for _ in range(2)] == [True, False]
