"""The memory that models and other children share: who holds how much, and room for one more."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping

from earthshine.errors import Unavailable
from earthshine.settings import Settings

DEFAULT_SHARE = 0.7

Evict = Callable[[], Awaitable[bool]]
"""Frees something that nobody uses now, the least wanted first; returns whether there was anything."""


def memory_budget(settings: Settings) -> int:
    """Return the bytes that all children may hold together: as set, or a share of this machine's memory."""
    if settings.memory_budget:
        return settings.memory_budget * 2**20
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * DEFAULT_SHARE)


class Reservation:
    """What one holder has."""

    def __init__(
        self, holder: str, size: int, measured: Callable[[], int], devices: Callable[[], Mapping[str, int]] = dict
    ) -> None:
        """`size` is what it was expected to take; `measured` tells what it takes now, 0 while nobody knows.

        `devices` tells what it has of the memories of devices, by their names.
        """
        self.holder = holder
        self._size, self._measured = size, measured
        self.devices = devices

    @property
    def size(self) -> int:
        """Bytes that count: what was expected, or more when it takes more."""
        return max(self._size, self._measured())


class MemoryBudget:
    """One bound for all, by agreement: nothing is taken from a holder, but idle ones are asked to go."""

    def __init__(self, total: int) -> None:
        """`total` is in bytes."""
        self.total = total
        self._held: list[Reservation] = []
        self._evictors: list[Evict] = []
        self._turn = asyncio.Lock()
        self._changed = asyncio.Condition()

    @property
    def held(self) -> tuple[Reservation, ...]:
        """Who holds what, the oldest first."""
        return tuple(self._held)

    @property
    def used(self) -> int:
        """Bytes that are held."""
        return sum(each.size for each in self._held)

    def reserved(self, device: str) -> int:
        """Return the bytes of a device's memory that are held."""
        return sum(each.devices().get(device, 0) for each in self._held)

    def can_evict(self, evict: Evict) -> None:
        """Register how a kind of holders makes room."""
        self._evictors.append(evict)

    async def reserve(
        self,
        holder: str,
        size: int,
        *,
        patience: float,
        advice: str,
        measured: Callable[[], int] = lambda: 0,
        devices: Callable[[], Mapping[str, int]] = dict,
    ) -> Reservation:
        """Reserve bytes for `holder`, such as "model 'tiny'"; idle holders go, busy ones are waited for.

        What it has of devices is noted with it: who placed it there has seen to it that it fits.

        Raises `Unavailable` at once, with `advice`, for what does not fit even alone, and after `patience` seconds when
        those in use leave too little.
        """
        if size > self.total:
            raise Unavailable(
                f"The {holder} needs about {_mib(size)} MiB and all models together may take {_mib(self.total)} MiB. "
                f"{advice}"
            )
        async with self._turn:  # one after the other, so that nobody takes what another makes free
            deadline = time.monotonic() + patience
            while self.used + size > self.total:
                if await self._evict():
                    continue
                try:
                    async with asyncio.timeout(max(0.0, deadline - time.monotonic())), self._changed:
                        await self._changed.wait()
                except TimeoutError:
                    raise Unavailable(
                        f"No memory for the {holder}: what is in use leaves too little. Try again later.",
                        retry_after=10,
                    ) from None
            reservation = Reservation(holder, size, measured, devices)
            self._held.append(reservation)
            return reservation

    def release(self, reservation: Reservation) -> None:
        """Give back what a holder had; doing it twice is doing it once. Whoever waits is told by `changed`."""
        if reservation in self._held:
            self._held.remove(reservation)

    async def changed(self) -> None:
        """Let those who wait look again: something became idle, or was given back."""
        async with self._changed:
            self._changed.notify_all()

    async def _evict(self) -> bool:
        for evict in self._evictors:
            if await evict():
                return True
        return False


def _mib(size: int) -> int:
    return -(-size // 2**20)
