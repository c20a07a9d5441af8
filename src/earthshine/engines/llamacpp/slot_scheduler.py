"""Which request gets which slot, and what of its prompt need not be computed.

llama.cpp keeps computed prompts per slot, so sixteen requests with one system prompt would compute it sixteen times.
Here a request gets the free slot that holds most of its prompt. A long prompt is computed in segments; when it is
done, or as soon as another request waits for the part that both share, the slot is saved to a file. The waiting ones
fill their slots from that file, which takes milliseconds, and compute only what is their own.

What is written down here about slots only guides these choices: the engine compares the tokens again itself, so a
wrong note costs time and never changes a reply.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from earthshine.engines.llamacpp.prefix_cache import (
    TOKEN_BYTES,
    AdapterKey,
    PrefixCache,
    SavedPrefix,
    common_prefix,
    pack,
)
from earthshine.errors import EngineFailed, InvalidRequest

GAIN = 64
"""Tokens that another source must save before it is worth a restore, which costs about one step."""
LONG = 128
"""Tokens still to compute from which on a prompt counts as long: computed in segments, then saved."""
SEGMENT = 512
"""Tokens computed between two looks at who is waiting."""

log = logging.getLogger(__name__)


class SlotOperations(Protocol):
    """What the scheduler asks of the engine; slots are numbered from 0."""

    async def prefill(self, slot: int, tokens: bytes, adapters: AdapterKey) -> int:
        """Compute `tokens` in a slot and write nothing; return how many it had already."""
        ...

    async def save(self, slot: int, file: str) -> int:
        """Save a slot to a file; return its bytes."""
        ...

    async def restore(self, slot: int, file: str) -> None:
        """Fill a slot from a file."""
        ...


@dataclass(slots=True)
class Slot:
    """A request's hold on one slot."""

    id: int
    tokens: bytes = b""
    """What the slot holds, as far as is known."""
    adapters: AdapterKey = ()
    """Those that `tokens` were computed with."""
    applied: AdapterKey = ()
    """Those of the slot's last task. When the next has others, the engine drops what the slot holds."""
    busy: bool = False
    used: float = 0
    cached: int | None = None
    """Tokens of the prompt that this request did not compute; None when only the engine's own count tells."""

    def holds(self, tokens: bytes, adapters: AdapterKey) -> int:
        """Return how many of `tokens` are there already."""
        return common_prefix(self.tokens, tokens) if self.adapters == adapters else 0

    def wrote(self, tokens: Sequence[int]) -> None:
        """Note what the model has written."""
        self.tokens += pack(tokens)


@dataclass(slots=True)
class _Prefill:
    """A long prompt that is being computed, and those who wait for a part of it."""

    tokens: bytes
    adapters: AdapterKey
    saved: int = 0
    waiting: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list[tuple[int, "asyncio.Future[None]"]])

    async def reach(self, length: int) -> None:
        """Return when `length` tokens are saved, or when this computation has ended."""
        if self.saved >= length:
            return
        future = asyncio.get_running_loop().create_future()
        entry = (length, future)
        self.waiting.append(entry)
        try:
            await future
        finally:
            if entry in self.waiting:
                self.waiting.remove(entry)

    def stop_after(self, done: int, end: int) -> int:
        """Return where the next segment ends: at the nearest place that someone waits for, but within bounds."""
        wanted = [length for length, _ in self.waiting if length > done]
        return min([done + SEGMENT, end, *wanted])

    def wanted(self, done: int) -> bool:
        return any(length <= done for length, _ in self.waiting)

    def wake(self, length: int) -> None:
        self.saved = max(self.saved, length)
        for wanted, future in self.waiting:
            if wanted <= length and not future.done():
                future.set_result(None)


class SlotScheduler:
    """The slots of one engine, its saved prefixes, and the queue before them (first come, first served)."""

    def __init__(self, count: int, operations: SlotOperations, prefix_cache: PrefixCache, token_size: int) -> None:
        """Give out `count` slots; a token's cache takes about `token_size` bytes."""
        self._slots = [Slot(number) for number in range(count)]
        self._operations = operations
        self._prefix_cache = prefix_cache
        self._token_size = token_size
        self._free = asyncio.Semaphore(count)
        self._prefills: list[_Prefill] = []
        self.waiting = 0
        """Requests that wait for a slot."""

    def forget(self) -> None:
        """The engine was restarted: no slot holds anything, no file counts."""
        for slot in self._slots:
            slot.tokens = b""
            slot.applied = ()
        self._prefix_cache.clear()

    @property
    def busy(self) -> int:
        """Slots that are in use."""
        return sum(slot.busy for slot in self._slots)

    @asynccontextmanager
    async def acquire(self, tokens: bytes, adapters: AdapterKey, *, whole: bool = False) -> AsyncGenerator[Slot]:
        """Wait for a slot, and bring as much of the prompt into it as is worth doing before the reply.

        A prompt that is `whole` cannot be computed in segments.
        """
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            slot = self._choose(tokens, adapters, whole)
            slot.busy = True
            slot.cached = None
            try:
                await self._prepare(slot, tokens, adapters, whole)
                slot.tokens, slot.adapters, slot.applied = tokens, adapters, adapters
                yield slot
            except EngineFailed:
                slot.tokens = b""
                raise
            finally:
                slot.busy = False
                slot.used = time.monotonic()
        finally:
            self._free.release()

    def _choose(self, tokens: bytes, adapters: AdapterKey, whole: bool) -> Slot:
        free = [slot for slot in self._slots if not slot.busy]
        oldest = min(free, key=lambda slot: slot.used)
        best = max(free, key=lambda slot: (slot.holds(tokens, adapters), -slot.used))
        held = best.holds(tokens, adapters)
        if held < (1 if whole else GAIN):  # of a picture, few tokens can be much work
            return oldest
        lost = len(best.tokens) // TOKEN_BYTES - held
        _, saved = self._prefix_cache.longest(tokens, adapters)
        # Another conversation lives in that slot and a file has the shared part: leave the conversation alone.
        return oldest if lost > GAIN and saved + GAIN > held else best

    async def _prepare(self, slot: Slot, tokens: bytes, adapters: AdapterKey, whole: bool) -> None:
        """Restore, or wait and restore, the longest known prefix; then compute the rest if it is long."""
        while True:
            held = slot.holds(tokens, adapters)
            entry, saved = self._prefix_cache.longest(tokens, adapters)
            leader, ahead = self._leader(tokens, adapters)
            if leader is not None and ahead >= max(held, saved) + GAIN:
                await leader.reach(ahead)
            elif entry is not None and saved >= held + GAIN:
                if await self._restore(slot, entry):
                    break
            else:
                break
        missing = len(tokens) // TOKEN_BYTES - slot.holds(tokens, adapters)
        if missing >= LONG and not whole:
            await self._compute(slot, tokens, adapters)

    def _leader(self, tokens: bytes, adapters: AdapterKey) -> tuple[_Prefill | None, int]:
        best: _Prefill | None = None
        length = 0
        for prefill in self._prefills:
            if prefill.adapters == adapters and (common := common_prefix(prefill.tokens, tokens)) > length:
                best, length = prefill, common
        return best, length

    async def _restore(self, slot: Slot, entry: SavedPrefix) -> bool:
        entry.used = time.monotonic()
        if slot.applied != entry.adapters:
            # Switch first: the engine would drop what is restored now, or, worse, take it for another adapter's.
            await self._operations.prefill(slot.id, entry.tokens[:TOKEN_BYTES], entry.adapters)
            slot.applied = entry.adapters
        try:
            await self._operations.restore(slot.id, entry.file)
        except InvalidRequest as error:
            log.warning("a saved prefix could not be restored and is dropped: %s", error.message)
            self._prefix_cache.remove(entry)
            slot.tokens = b""
            return False
        slot.tokens = entry.tokens
        slot.adapters = entry.adapters
        return True

    async def _compute(self, slot: Slot, tokens: bytes, adapters: AdapterKey) -> None:
        """Compute a long prompt but for its last token, which the reply itself starts from."""
        end = len(tokens) // TOKEN_BYTES - 1
        start = done = slot.holds(tokens, adapters)
        prefill = _Prefill(tokens[: end * TOKEN_BYTES], adapters)
        self._prefills.append(prefill)
        try:
            while done < end:
                stop = prefill.stop_after(done, end)
                part = tokens[: stop * TOKEN_BYTES]
                had = await self._operations.prefill(slot.id, part, adapters)
                if slot.cached is None:
                    slot.cached = had
                slot.tokens, slot.adapters, slot.applied, done = part, adapters, adapters, stop
                if prefill.wanted(done) or (done == end and done - start >= LONG):
                    await self._save(slot)
                    prefill.wake(done)
        finally:
            self._prefills.remove(prefill)
            prefill.wake(end)

    async def _save(self, slot: Slot) -> None:
        if not self._prefix_cache.has_room(len(slot.tokens) // TOKEN_BYTES * self._token_size):
            return
        file = self._prefix_cache.new_file()
        try:
            size = await self._operations.save(slot.id, file)
        except InvalidRequest as error:
            log.warning("a prefix could not be saved: %s", error.message)
            self._prefix_cache.unlink(file)
            return
        self._prefix_cache.add(SavedPrefix(file, slot.tokens, slot.adapters, size))
