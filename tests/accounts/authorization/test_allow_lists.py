"""Address allow-lists against Python's own idea of networks."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from earthshine.accounts.authorization.allow_lists import contains, networks
from earthshine.errors import InvalidRequest

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
