"""How many requests are served at the same time: all together, of one key, of one address, and without a key.

A request acquires its slot when its body is there: one that only began to arrive costs little, and cannot keep others
out. Such ones are counted by themselves, for each key and each address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Self

from earthshine.accounts.throttling.failed_attempts import address_holder
from earthshine.errors import RateLimited, Unavailable
from earthshine.settings import Settings


@dataclass(frozen=True, slots=True)
class ConcurrencyBounds:
    """The most that is served at the same time."""

    all: int
    of_key: int
    of_address: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say, or leave to us: nobody takes all the places, a quarter is left to others."""
        most = -(-settings.max_streams * 3 // 4)
        # More for an address than for a key: colleagues behind one address are not shut out by one of them.
        of_address = settings.max_streams_per_address or max(1, settings.max_streams * 7 // 8)
        return cls(settings.max_streams, settings.max_streams_per_key or most, of_address)

    @property
    def without_key(self) -> int:
        """Of sign-ins, links and the website, which anybody can ask for."""
        return max(1, self.all // 4)

    @property
    def without_key_of_address(self) -> int:
        """Of those, from one address."""
        return max(1, self.without_key // 4)


class ConcurrencyLimiter:
    """Counts in memory; of this process alone."""

    def __init__(self, bounds: ConcurrencyBounds) -> None:
        self._bounds = bounds
        self._acquired = 0
        self._open = 0
        self._keys = Counter[str]()
        self._addresses = Counter[str]()
        self._open_addresses = Counter[str]()
        self._arriving = Counter[str]()

    def slot(self, key: str, address: str) -> RequestSlot:
        """Return one request, whose slot is not acquired yet; `key` is empty for one that needs none."""
        return RequestSlot(self, key, address_holder(address))

    def acquire(self, slot: RequestSlot) -> None:
        """Raise `Unavailable` or `RateLimited` when no slot is free; else it is acquired."""
        bounds = self._bounds
        if self._acquired >= bounds.all:
            raise _busy(
                f"The server is serving {self._acquired} requests already. Try again soon, or raise `max_streams`."
            )
        if slot.key:
            if self._keys[slot.key] >= bounds.of_key:
                raise _too_many("key", bounds.of_key, "max_streams_per_key")
        elif self._open_addresses[slot.address] >= bounds.without_key_of_address:
            raise _too_many("address without a key", bounds.without_key_of_address, "max_streams")
        elif self._open >= bounds.without_key:
            raise _busy("Too many requests without a key are being served. Try again soon.")
        if self._addresses[slot.address] >= bounds.of_address:
            raise _too_many("address", bounds.of_address, "max_streams_per_address")
        self._count(slot, 1)

    def release(self, slot: RequestSlot) -> None:
        """Free it."""
        self._count(slot, -1)

    def begin_body(self, slot: RequestSlot) -> None:
        """Note that a body begins to arrive. Raises `RateLimited` when too many from there do."""
        most = self._bounds.of_key if slot.key else self._bounds.without_key_of_address
        if self._arriving[slot.sender] >= most:
            raise _too_many("key" if slot.key else "address without a key", most, "max_streams")
        self._arriving[slot.sender] += 1

    def end_body(self, slot: RequestSlot) -> None:
        """Note that it does so no longer."""
        _add(self._arriving, slot.sender, -1)

    def _count(self, slot: RequestSlot, more: int) -> None:
        self._acquired += more
        _add(self._addresses, slot.address, more)
        if slot.key:
            _add(self._keys, slot.key, more)
        else:
            self._open += more
            _add(self._open_addresses, slot.address, more)


class RequestSlot:
    """One request, from its head to its end."""

    __slots__ = ("_acquired", "_arriving", "_limiter", "address", "key")

    def __init__(self, limiter: ConcurrencyLimiter, key: str, address: str) -> None:
        self._limiter = limiter
        self.key, self.address = key, address
        self._acquired = self._arriving = False

    @property
    def sender(self) -> str:
        """Who is sending its body."""
        return self.key or self.address

    def begin_body(self) -> None:
        """Its body begins to arrive."""
        self._limiter.begin_body(self)
        self._arriving = True

    def acquire(self) -> None:
        """All of it is there. Raises `Unavailable` or `RateLimited` when no slot is free."""
        self._end_body()
        if not self._acquired:
            self._limiter.acquire(self)
            self._acquired = True

    def release(self) -> None:
        """It has ended."""
        self._end_body()
        if self._acquired:
            self._acquired = False
            self._limiter.release(self)

    def _end_body(self) -> None:
        if self._arriving:
            self._arriving = False
            self._limiter.end_body(self)


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
