"""Which layers of a model go to which device: a plan out of numbers alone.

llama.cpp hands out layers in their order: the first stay with the processor, the last go to devices, each of which
gets some that follow each other. What comes after the last layer counts as one more. The vocabulary's inputs always
stay with the processor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, permutations

from earthshine.engines.device_share import DeviceShare
from earthshine.engines.llamacpp.devices.compute_buffers import Work, device_buffer, processor_buffer
from earthshine.engines.llamacpp.devices.model_shape import ModelShape

_TRIED_IN_ANY_ORDER = 4
"""Devices of which every order is tried: 24 for four."""


@dataclass(frozen=True, slots=True)
class DeviceRoom:
    """What one device has for a model. Sizes are bytes."""

    id: str
    told: str
    """As the program names it."""
    free: int
    """What a model may take of it now."""
    overhead: int = 0
    """What a driver takes of it for each process."""
    shared: bool = False
    """Its memory is the machine's own, and counts there too."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one device gets. Sizes are bytes."""

    room: DeviceRoom
    layers: int
    weights: int
    cache: int
    compute: int

    @property
    def memory(self) -> int:
        """All that it takes of the device."""
        return self.weights + self.cache + self.compute + self.room.overhead


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model goes. Sizes are bytes."""

    parts: tuple[Part, ...]
    """In the order of the layers."""
    layers: int
    """Of the model, that behind the last counted as one."""
    kept: int
    """What the processor has of weights, caches and buffers."""
    left: int = 0
    """Of that, what devices would have of it if they had room."""
    sees_on: str = ""
    """The device that turns pictures into tokens, as the program names it; empty for the processor."""
    lacking: int = 0
    """What the machine's memory is too small by."""

    @property
    def placed(self) -> int:
        """Layers that are on devices."""
        return sum(part.layers for part in self.parts)

    @property
    def whole(self) -> bool:
        """Whether devices have all of it that they can have."""
        return self.placed == self.layers

    @property
    def told(self) -> dict[str, object]:
        """What a program is told of it."""
        layers = {part.room.told: part.layers for part in self.parts if part.layers}
        return {"layers": layers, "sees_on": self.sees_on}

    @property
    def shares(self) -> tuple[DeviceShare, ...]:
        """What each device has, as others see it."""
        return tuple(DeviceShare(part.room.id, part.layers, part.memory) for part in self.parts)

    @property
    def machine(self) -> int:
        """What it takes of the machine's memory, by devices that share it as well."""
        return self.kept + sum(part.memory for part in self.parts if part.room.shared)


def ranked(rooms: Iterable[DeviceRoom]) -> list[DeviceRoom]:
    """Return the devices that are to be used, the best first: those with the most room.

    A chip's own graphics read the same memory as the processor and gain little: they are used where there is no card.
    """
    there = [room for room in rooms if room.free > room.overhead]
    cards = [room for room in there if not room.shared]
    return sorted(cards or there, key=lambda room: -room.free)


def place(shape: ModelShape, work: Work, rooms: Iterable[DeviceRoom], machine: int) -> Placement:
    """Put as many layers on devices as fit: on one where that is enough, on more only where they bring more there.

    `machine` is what the machine's memory has for a model.
    """
    usable, planner = ranked(rooms), _Planner(shape, work, machine)
    best = planner.with_parts(())
    for count in range(1, len(usable) + 1):
        for order in _orders(usable[:count]):
            found = planner.most(order)
            if found.placed > best.placed:
                best = found
        if best.whole:
            break
    return planner.with_eyes(best, usable)


def _orders(rooms: Sequence[DeviceRoom]) -> Iterable[Sequence[DeviceRoom]]:
    if len(rooms) <= _TRIED_IN_ANY_ORDER:
        return permutations(rooms)
    return (rooms, rooms[::-1])


class _Planner:
    """One model's layers, summed up."""

    def __init__(self, shape: ModelShape, work: Work, machine: int) -> None:
        self._shape, self._work, self._machine = shape, work, machine
        self._all = len(shape.layers) + 1
        self._weights = [0, *accumulate((*shape.layers, shape.output))]
        self._cache = [0, *accumulate((*(each * work.tokens for each in shape.cache), 0))]

    def most(self, rooms: Sequence[DeviceRoom]) -> Placement:
        """Return the plan with the most layers on these devices, in this order."""
        low, high = 0, self._all - 1
        if self._filled(self._all, rooms) is not None:
            low = self._all
        while low < high:  # what fits with some layers fits with fewer
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._filled(middle, rooms) is not None else (low, middle - 1)
        placed = self.with_parts(self._filled(low, rooms) or ())
        while placed.lacking and placed.parts and placed.parts[0].room.shared:
            # Buffers of such a device count as the machine's, so that fewer layers there may take less.
            low -= 1
            placed = self.with_parts(self._filled(low, rooms) or ())
        return placed

    def with_parts(self, parts: tuple[Part, ...]) -> Placement:
        """Return the plan in which devices have these parts, and the processor all else."""
        shape, here = self._shape, self._all - sum(part.layers for part in parts)
        left = self._weights[here] + self._cache[here]
        copy = shape.output if shape.copied and not parts else 0
        kept = shape.inputs + left - copy + processor_buffer(shape, self._work) + shape.projector
        return self._weighed(Placement(parts, self._all, kept, left))

    def with_eyes(self, found: Placement, rooms: Sequence[DeviceRoom]) -> Placement:
        """Let a device with room left turn pictures into tokens: one that has layers, else the best."""
        if not (size := self._shape.projector):
            return found
        has = {part.room.told: part for part in found.parts}
        for room in sorted(rooms, key=lambda each: each.told not in has):
            part = has.get(room.told) or Part(room, 0, 0, 0, 0)
            seeing = replace(part, weights=part.weights + size)
            parts = tuple(seeing if each.room == room else each for each in found.parts)
            parts = parts if room.told in has else (*parts, seeing)
            seen = self._weighed(replace(found, parts=parts, kept=found.kept - size, sees_on=room.told))
            if seeing.memory <= room.free and seen.lacking <= found.lacking:
                return seen
        return found

    def _weighed(self, found: Placement) -> Placement:
        return replace(found, lacking=max(0, found.machine - self._machine))

    def _filled(self, count: int, rooms: Sequence[DeviceRoom]) -> tuple[Part, ...] | None:
        """Return what each device gets of the last `count` layers, one after the other; None where they don't fit."""
        at, parts = self._all - count, list[Part]()
        split = at > 0
        for room in rooms:
            end = self._all
            while end > at and self._part(room, at, end, split=split).memory > room.free:
                end -= 1
            if end > at:
                parts.append(self._part(room, at, end, split=split))
                at = end
        return tuple(parts) if at == self._all else None

    def _part(self, room: DeviceRoom, begin: int, end: int, *, split: bool) -> Part:
        compute = device_buffer(self._shape, self._work, ends=end == self._all, split=split)
        weights, cache = (sums[end] - sums[begin] for sums in (self._weights, self._cache))
        return Part(room, end - begin, weights, cache, compute)
