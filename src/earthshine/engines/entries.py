"""One model of the pool, from the moment when its load begins, and what others see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from earthshine.catalog.card import Card
from earthshine.engines import registry
from earthshine.engines.base import Engine
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.placing import Claim, Taken
from earthshine.errors import EarthshineError
from earthshine.processes.memory import Reservation


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the pool knows of one model that is loaded, is being loaded or could not be."""

    card: Card
    engine: Engine | None
    """None until it is ready."""
    memory: int
    """Bytes that it takes, or is about to take; 0 when it runs elsewhere."""
    requests: int
    """In progress, or waiting for it to be ready."""
    since: float | None
    """Unix seconds at which it was ready."""
    failed: EarthshineError | None
    """Why it could not be loaded."""
    leaving: bool
    """It is unloaded as soon as its last request has ended."""
    devices: tuple[DeviceShare, ...] = ()
    """What devices hold of it, or are about to."""
    filling: tuple[int, int] | None = None
    """While it is being loaded, where its engine tells: bytes of memory that are filled, and that will be."""


@dataclass(slots=True, eq=False)
class Entry:
    """One model."""

    card: Card
    claim: Claim = field(default_factory=lambda: Claim(0))
    """What it was expected to take; nothing when it runs elsewhere."""
    loading: asyncio.Task[Engine] | None = None
    reserved: Reservation | None = None
    factory: registry.Factory | None = None
    filled: int = 0
    """Most bytes that were seen of its load, so that the count never goes back."""
    engine: Engine | None = None
    leases: int = 0
    used: float = 0
    since: float | None = None
    """Unix seconds at which it was ready."""
    failed: EarthshineError | None = None
    unwanted: bool = False
    """Removed or replaced: to be unloaded when its last request has ended."""

    @property
    def memory(self) -> int:
        """Bytes that it takes, or is about to take."""
        return max(self.claim.memory, self.measured) if self.failed is None else 0

    @property
    def measured(self) -> int:
        """Bytes that its engine has; 0 while there is none."""
        return self.engine.memory if self.engine is not None else 0

    @property
    def devices(self) -> tuple[DeviceShare, ...]:
        """What devices have of it, or are about to."""
        return self.engine.devices if self.engine is not None else self.claim.devices

    @property
    def idle(self) -> bool:
        """Whether it could be unloaded now."""
        return self.engine is not None and not self.leases


def taken(entries: Iterable[Entry], *, without_idle: bool) -> Mapping[str, Taken]:
    """Return what models have of each device; `without_idle`: as if those that nobody uses were to go."""
    found: dict[str, Taken] = {}
    for entry in entries:
        for share in entry.devices if entry.reserved is not None else ():
            had, size = found.get(share.id, Taken()), share.memory
            found[share.id] = Taken(
                had.reserved + size,
                had.loading + (size if entry.engine is None else 0),
                had.idle + (size if without_idle and entry.idle else 0),
            )
    return found


def state_of(entry: Entry) -> EngineState:
    return EngineState(
        entry.card,
        entry.engine,
        entry.memory,
        entry.leases,
        entry.since,
        entry.failed,
        leaving=entry.unwanted,
        devices=entry.devices if entry.failed is None else (),
        filling=_filling(entry),
    )


def _filling(entry: Entry) -> tuple[int, int] | None:
    if entry.loading is None or entry.factory is None:
        return None
    filled, total = registry.filling(entry.factory, entry.card)
    entry.filled = max(entry.filled, min(filled, total))
    return (entry.filled, total) if total else None


def same_weights(left: Card, right: Card) -> bool:
    """Whether two cards mean the same loaded model; what was proved of it in between does not matter."""
    return left is right or replace(left, proof=None, trial=False) == replace(right, proof=None, trial=False)
