"""The loaded models: loaded on demand, shared by requests, unloaded by least recent use inside a memory budget."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earthshine.catalog.card import Card
from earthshine.engines import registry
from earthshine.engines.base import Engine
from earthshine.engines.entries import EngineState, Entry, same_weights, state_of, taken
from earthshine.engines.placing import Claim
from earthshine.errors import EarthshineError, Unavailable
from earthshine.periodic import Periodic
from earthshine.processes.memory import MemoryBudget, memory_budget
from earthshine.settings import Settings
from earthshine.tasks import end_tasks

if TYPE_CHECKING:
    from earthshine.catalog import Catalog

ROOM_PATIENCE = 30.0
"""Seconds that a request waits for models in use to become free when memory is short."""
FAILURE_MEMORY = 5.0
"""Seconds for which a failed load answers those who ask again, so that a crowd does not load in turns."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is ready: what it is, and what serves it."""

    card: Card
    engine: Engine
    seeing: str = ""
    """The name of a model that sees, where this one does not and another does."""


BLIND = "This model does not see pictures; send text, or choose a model that sees."


def blindness(model: LoadedModel) -> str:
    """Return why a model cannot be shown pictures, and which one can; an empty text for one that sees."""
    if model.engine.capabilities.images:
        return ""
    able = f"choose a model that has vision: {model.seeing!r}" if model.seeing else "no model that has vision is here"
    return f"{model.card.name!r} does not see pictures; {able}."


class Pool:
    """All models that this process has loaded."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        prepare: Callable[[Card, Engine], Awaitable[Engine]] | None = None,
        memory: MemoryBudget | None = None,
    ) -> None:
        """Load the models of `catalog`; `prepare` sees each one before its first request, and says what serves it.

        `memory` is what they share with other children; without it, they have the whole budget of the settings.
        """
        self._settings = settings
        self._catalog = catalog
        self.prepare = prepare
        """Sees each model before its first request, and says what serves it."""
        self._memory = memory or MemoryBudget(memory_budget(settings))
        self._memory.can_evict(self._unload_idlest)
        self._entries: dict[str, Entry] = {}
        self._placing = asyncio.Lock()
        self._sweeper = Periodic("unloading of idle models", self._unload_idle, min(settings.idle_unload / 2, 30))
        self._closed = False

    @asynccontextmanager
    async def use(self, name: str) -> AsyncGenerator[LoadedModel]:
        """Hold a model, loaded for the purpose if need be; it stays loaded until the context is left.

        Raises:
            ModelNotFound: there is no model of that name.
            ModelBroken: it cannot be loaded.
            Unavailable: there is no memory for it now, or its engine's package is missing.
        """
        card = self._catalog.resolve(name)
        entry = self._entry(card)
        entry.leases += 1
        try:
            engine = await self._ready(entry)
            # The card is read anew: loading may have added what the model was proved to do.
            yield LoadedModel(self._catalog.resolve(name), engine)
        finally:
            entry.leases -= 1
            entry.used = time.monotonic()
            if entry.unwanted and not entry.leases:
                await self._unload(entry)
            await self._memory.changed()

    async def discard(self, name: str) -> None:
        """Unload a model as soon as no request uses it; a load in progress is stopped, and who waits for it is told."""
        entry = self._entries.get(name)
        if entry is None:
            return
        self._retire(entry)
        await self._stop_loading(entry)
        if not entry.leases:
            await self._unload(entry)

    def loaded(self) -> list[LoadedModel]:
        """Return the models that are loaded now."""
        return [LoadedModel(entry.card, entry.engine) for entry in self._entries.values() if entry.engine is not None]

    def leases(self) -> list[tuple[LoadedModel, int]]:
        """Return the models that are loaded now, each with the number of requests that hold it."""
        entries = [entry for entry in self._entries.values() if not entry.unwanted]
        return [(LoadedModel(entry.card, entry.engine), entry.leases) for entry in entries if entry.engine is not None]

    @property
    def budget(self) -> int:
        """Bytes that all loaded models may take together."""
        return self._memory.total

    def load(self, name: str) -> EngineState:
        """Begin to load a model, and return at once; where loading fails, its state says why.

        Raises `ModelNotFound`, and `ModelBroken` when its weights have gone.
        """
        entry = self._entry(self._catalog.resolve(name))
        if entry.engine is None and entry.loading is None and entry.failed is None:
            entry.loading = asyncio.create_task(self._load(entry), name=f"load {entry.card.name}")
            # Nobody waits for it: the state tells how it ended.
            entry.loading.add_done_callback(lambda task: task.cancelled() or task.exception())
        return state_of(entry)

    def states(self) -> list[EngineState]:
        """Return what is loaded, is being loaded or could not be a moment ago, the oldest first."""
        return [state_of(entry) for entry in self._entries.values()]

    async def close(self) -> None:
        """Unload everything; requests that still run fail."""
        self._closed = True
        await self._sweeper.close()
        for entry in list(self._entries.values()):
            await self._stop_loading(entry)
            await self._unload(entry)

    # --- loading -----------------------------------------------------------------------------------------------------

    def _entry(self, card: Card) -> Entry:
        """Return the entry of a card, new when there is none or when its weights were replaced."""
        if self._closed:
            raise Unavailable("The server is shutting down.", retry_after=5)
        entry = self._entries.get(card.name)
        if entry is not None and same_weights(entry.card, card):
            if entry.failed is None or time.monotonic() - entry.used < FAILURE_MEMORY:
                return entry
        elif entry is not None:
            self._retire(entry)
        entry = self._entries[card.name] = Entry(card, used=time.monotonic())
        return entry

    def _retire(self, entry: Entry) -> None:
        """Give up the name of an entry whose weights are gone; its memory still counts until it is unloaded."""
        entry.unwanted = True
        del self._entries[entry.card.name]
        self._entries[f"{entry.card.name} (retired {time.monotonic_ns()})"] = entry

    async def _ready(self, entry: Entry) -> Engine:
        if entry.failed is not None:
            raise entry.failed.bare()
        if entry.engine is not None:
            return entry.engine
        if entry.loading is None:
            entry.loading = asyncio.create_task(self._load(entry), name=f"load {entry.card.name}")
        loading = entry.loading
        try:
            # Shielded: the one who asked first may leave, and the others still want the model.
            return await asyncio.shield(loading)
        except asyncio.CancelledError:
            if loading.cancelled() and entry.unwanted:
                raise Unavailable(f"The model {entry.card.name!r} was unloaded while it was being loaded.") from None
            raise

    async def _stop_loading(self, entry: Entry) -> None:
        # Cancelled, an engine's factory ends the process that it had begun.
        await end_tasks(entry.loading)

    async def _load(self, entry: Entry) -> Engine:
        started = time.monotonic()
        try:
            factory = entry.factory = registry.factory(entry.card.engine)
            async with self._placing:  # one after the other, so that no two are promised the same room
                entry.claim = await self._claim(entry, factory)
                await self._reserve(entry)
            engine = await self._prepared(
                entry.card, await registry.load(factory, entry.card, self._settings, entry.claim)
            )
        except BaseException as error:
            self._give_back(entry)
            if isinstance(error, EarthshineError):
                entry.failed = error.bare()
            raise
        finally:
            entry.used = time.monotonic()
            entry.loading = None
        entry.engine, entry.since = engine, time.time()
        log.info("loaded %s in %.1f s", entry.card.name, time.monotonic() - started)
        self._sweep()
        return engine

    async def _prepared(self, card: Card, engine: Engine) -> Engine:
        if self.prepare is None:
            return engine
        try:
            return await self.prepare(card, engine)
        except BaseException:
            await engine.close()
            raise

    # --- room --------------------------------------------------------------------------------------------------------

    async def _claim(self, entry: Entry, factory: registry.Factory) -> Claim:
        """Return where a model goes; idle ones leave devices while that brings more of it there."""

        async def asked(*, without_idle: bool = False) -> Claim:
            had = taken(self._entries.values(), without_idle=without_idle)
            return await asyncio.to_thread(registry.claim, factory, entry.card, self._settings, had)

        claim = await asked()
        if claim.whole or not self._idle_on_devices():
            return claim
        most = (await asked(without_idle=True)).layers
        while claim.layers < most and (idle := self._idle_on_devices()):
            await self._unload(idle[0])
            claim = await asked()
        return claim

    def _idle_on_devices(self) -> list[Entry]:
        """Return the models on devices that nobody uses, that which was used the longest ago first."""
        return sorted((each for each in self._entries.values() if each.idle and each.devices), key=lambda it: it.used)

    async def _reserve(self, entry: Entry) -> None:
        """Reserve what a model needs; idle ones are unloaded until it fits, and busy ones waited for."""
        entry.reserved = await self._memory.reserve(
            f"model {entry.card.name!r}",
            entry.claim.memory,
            patience=ROOM_PATIENCE,
            advice="Raise `memory_budget`, lower `slots` or `context`, or take a smaller model.",
            measured=lambda: entry.measured,
            devices=lambda: {share.id: share.memory for share in entry.devices},
        )

    def _give_back(self, entry: Entry) -> None:
        reserved, entry.reserved = entry.reserved, None
        if reserved is not None:
            self._memory.release(reserved)

    async def _unload_idlest(self) -> bool:
        """Unload the model that nobody uses for the longest time; False when all are in use."""
        idle = [entry for entry in self._entries.values() if entry.idle]
        if idle:
            await self._unload(min(idle, key=lambda entry: entry.used))
        return bool(idle)

    async def _unload(self, entry: Entry) -> None:
        for key, other in list(self._entries.items()):
            if other is entry:
                del self._entries[key]
        engine, entry.engine = entry.engine, None
        if engine is not None:
            log.info("unloading %s", entry.card.name)
            try:
                await engine.close()
            finally:
                self._give_back(entry)
                await self._memory.changed()

    def _sweep(self) -> None:
        if self._settings.idle_unload:
            self._sweeper.start()

    async def _unload_idle(self) -> None:
        for entry in list(self._entries.values()):
            idle = time.monotonic() - entry.used
            if entry.engine is not None and not entry.leases and idle > self._settings.idle_unload:
                await self._unload(entry)
