"""Address allow-lists: networks in CIDR notation, IPv4 and IPv6."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from earthshine.errors import InvalidRequest

Network = IPv4Network | IPv6Network

MOST_NETWORKS = 100
"""Networks in one list; each request of the key is compared with all of them."""
_LONGEST = 128
"""Characters that an address with its zone has at most; more is none."""


def networks(written: Iterable[str], *, param: str = "allowed_addresses") -> tuple[Network, ...]:
    """Read networks such as `10.0.0.0/8`, `2001:db8::/32` or one address. Raises `InvalidRequest` naming the entry."""
    found: list[Network] = []
    for index, text in enumerate(written):
        try:
            found.append(ip_network(text))
        except ValueError as error:
            raise InvalidRequest(
                f"{text[:100]!r} is neither an address nor a network in CIDR notation: {error}.",
                param=f"{param}[{index}]",
            ) from None
    return tuple(found)


def contains(allowed: Sequence[Network], address: str) -> bool:
    """Return whether a client's address is in one of the networks. What is no address is in none."""
    forms = _forms(address[:_LONGEST])
    return any(each in network for network in allowed for each in forms)


@lru_cache(maxsize=4096)
def _forms(address: str) -> frozenset[IPv4Address | IPv6Address]:
    """Return what an address can be looked for as; nothing for what is none."""
    try:
        # A zone (fe80::1%eth0) names an interface of this machine, not a network.
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return frozenset()
    # A socket for both families tells IPv4 clients as ::ffff:192.0.2.1.
    plain = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped else parsed
    return frozenset((parsed, plain))
