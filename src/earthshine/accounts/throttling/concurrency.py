"""How many requests are served at the same time: all together, of one key, of one address, and without a key.

A request takes its place when its body is there: one that only began to arrive costs little, and cannot keep others
out. Such ones are counted by themselves, for each key and each address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from earthshine.accounts.throttling.failed_attempts import address_holder
from earthshine.errors import RateLimited, Unavailable


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is served at the same time."""

    all: int
    of_key: int
    of_address: int

    @property
    def without_key(self) -> int:
        """Of sign-ins, links and the website, which anybody can ask for."""
        return max(1, self.all // 4)

    @property
    def without_key_of_address(self) -> int:
        """Of those, from one address."""
        return max(1, self.without_key // 4)


class Places:
    """Counts in memory; of this process alone."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._taken = 0
        self._open = 0
        self._keys = Counter[str]()
        self._addresses = Counter[str]()
        self._open_addresses = Counter[str]()
        self._arriving = Counter[str]()

    def visitor(self, key: str, address: str) -> Visitor:
        """Return one request, which has no place yet; `key` is empty for one that needs none."""
        return Visitor(self, key, address_holder(address))

    def take(self, visitor: Visitor) -> None:
        """Raise `Unavailable` or `RateLimited` when there is no place; else it is taken."""
        bounds = self._bounds
        if self._taken >= bounds.all:
            raise _busy(
                f"The server is serving {self._taken} requests already. Try again soon, or raise `max_streams`."
            )
        if visitor.key:
            if self._keys[visitor.key] >= bounds.of_key:
                raise _too_many("key", bounds.of_key, "max_streams_per_key")
        elif self._open_addresses[visitor.address] >= bounds.without_key_of_address:
            raise _too_many("address without a key", bounds.without_key_of_address, "max_streams")
        elif self._open >= bounds.without_key:
            raise _busy("Too many requests without a key are being served. Try again soon.")
        if self._addresses[visitor.address] >= bounds.of_address:
            raise _too_many("address", bounds.of_address, "max_streams_per_address")
        self._count(visitor, 1)

    def free(self, visitor: Visitor) -> None:
        """Give its place back."""
        self._count(visitor, -1)

    def expect(self, visitor: Visitor) -> None:
        """Note that a body begins to arrive. Raises `RateLimited` when too many from there do."""
        most = self._bounds.of_key if visitor.key else self._bounds.without_key_of_address
        if self._arriving[visitor.sender] >= most:
            raise _too_many("key" if visitor.key else "address without a key", most, "max_streams")
        self._arriving[visitor.sender] += 1

    def arrived(self, visitor: Visitor) -> None:
        """Note that it does so no longer."""
        _add(self._arriving, visitor.sender, -1)

    def _count(self, visitor: Visitor, more: int) -> None:
        self._taken += more
        _add(self._addresses, visitor.address, more)
        if visitor.key:
            _add(self._keys, visitor.key, more)
        else:
            self._open += more
            _add(self._open_addresses, visitor.address, more)


class Visitor:
    """One request, from its head to its end."""

    __slots__ = ("_arriving", "_places", "_seated", "address", "key")

    def __init__(self, places: Places, key: str, address: str) -> None:
        self._places = places
        self.key, self.address = key, address
        self._seated = self._arriving = False

    @property
    def sender(self) -> str:
        """Who is sending its body."""
        return self.key or self.address

    def wait(self) -> None:
        """Its body begins to arrive."""
        self._places.expect(self)
        self._arriving = True

    def sit(self) -> None:
        """All of it is there. Raises `Unavailable` or `RateLimited` when there is no place."""
        self._stand()
        if not self._seated:
            self._places.take(self)
            self._seated = True

    def leave(self) -> None:
        """It has ended."""
        self._stand()
        if self._seated:
            self._seated = False
            self._places.free(self)

    def _stand(self) -> None:
        if self._arriving:
            self._arriving = False
            self._places.arrived(self)


def _add(counts: Counter[str], name: str, more: int) -> None:
    counts[name] += more
    if not counts[name]:
        del counts[name]


def _busy(message: str) -> Unavailable:
    return Unavailable(message, code="server_busy", retry_after=1)


def _too_many(what: str, most: int, setting: str) -> RateLimited:
    return RateLimited(
        f"{most} requests of this {what} are being served already. Wait for one to end, or let the server's operator "
        f"raise `{setting}`.",
        code="too_many_at_once",
        retry_after=1,
    )
