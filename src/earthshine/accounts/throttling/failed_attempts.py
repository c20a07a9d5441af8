"""Failed authentication, counted per address: after too many in a minute the address is told to wait.

A right key passes all the same, so that one broken client does not shut out everybody behind the same proxy. Keys are
192 random bits, so what this bounds is the noise, not the odds of a guess.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from earthshine.errors import RateLimited

WINDOW = 60.0
"""Seconds that a count lasts from its first failure on."""

MOST_ADDRESSES = 10_000
"""Addresses that are remembered; beyond, the one that failed longest ago is forgotten."""


class FailedAttempts:
    """Counts failures in memory."""

    def __init__(
        self,
        allowed: int,
        *,
        what: str = "wrong API keys",
        right: str = "a key that is right",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`what`: what is wrong with those that are counted, and `right` what would not be, for who is refused."""
        self._allowed = allowed
        self._what, self._right = what, right
        self._clock = clock
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise `RateLimited` when this address has failed too often of late."""
        since, count = self._counts.get(address_holder(address), (0.0, 0))
        # In this order rounding cannot make it more than the window.
        left = WINDOW - (self._clock() - since)
        if count >= self._allowed and left > 0:
            raise RateLimited(
                f"Too many requests with {self._what} came from this address. Try again in {left:.0f} seconds, "
                f"with {self._right}.",
                code="too_many_wrong_keys",
                retry_after=left,
            )

    def add(self, address: str) -> None:
        """Count a failure."""
        who, now = address_holder(address), self._clock()
        since, count = self._counts.pop(who, (now, 0))
        if now >= since + WINDOW:
            since, count = now, 0
        self._counts[who] = since, count + 1
        if len(self._counts) > MOST_ADDRESSES:
            self._counts.popitem(last=False)


def address_holder(address: str) -> str:
    """Return what one client surely has of addresses: one of IPv4, a /64 of IPv6."""
    return _holder(address[:128])


@lru_cache(maxsize=4096)
def _holder(address: str) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or parsed.exploded[:19])
    return str(parsed)
