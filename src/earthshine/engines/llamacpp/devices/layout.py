"""How a process is laid out over the devices that its program reaches."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from earthshine.catalog.card import Card
from earthshine.devices.look import look
from earthshine.engines.llamacpp.builds.program import Program
from earthshine.engines.llamacpp.devices.compute_buffers import Work
from earthshine.engines.llamacpp.devices.inventory import ReachedDevice, reached
from earthshine.engines.llamacpp.devices.model_shape import ModelShape, Unplaceable, model_shape
from earthshine.engines.llamacpp.devices.placement import DeviceRoom, place, ranked
from earthshine.engines.llamacpp.plan import (
    DEFAULT_CONTEXT,
    RUNTIME_BYTES,
    ProcessPlan,
    embedding_plan,
    plan,
    seeing_bytes,
    shared_out,
)
from earthshine.engines.placing import Taken
from earthshine.processes.memory import memory_budget
from earthshine.settings import Settings

SPLIT_SLOTS = 2
"""Replies at the same time of a model that only partly fits on devices: a layer less there slows each of them."""
_OVERHEAD = {"cuda": 512 * 2**20, "rocm": 512 * 2**20, "sycl": 256 * 2**20, "vulkan": 128 * 2**20, "metal": 64 * 2**20}
"""What drivers take of a device for a process, beside what it asks for."""
_NEEDED = frozenset({"--device", "--n-gpu-layers", "--tensor-split", "--fit"})

log = logging.getLogger(__name__)


def laid_out(
    card: Card, settings: Settings, program: Program | None, taken: Mapping[str, Taken] | None = None
) -> ProcessPlan:
    """Plan the process of a model for a program, or for the wheel; `taken` is what our models have of each device.

    Raises `ModelBroken`. Where layers cannot be planned, the program fits them itself, and the log says why.
    """
    base = plan(card, settings)
    base = base if base.chats else embedding_plan(base)
    if program is None or not program.devices:
        return base
    try:
        if missing := _NEEDED - program.options:
            raise Unplaceable(f"the program does not know {', '.join(sorted(missing))}")
        shape = model_shape(card, seeing_bytes(card))
    except Unplaceable as error:
        log.warning("llama.cpp itself places %r, beside all budgets of devices: %s", card.name, error)
        return base
    had, found = taken or {}, reached(program.devices, look())
    rooms = [_room(each, settings, had.get(each.device.id, Taken())) for each in found]
    return placed(base, shape, rooms, settings)


def placed_anew(card: Card, was: ProcessPlan, rooms: Sequence[DeviceRoom], settings: Settings) -> ProcessPlan:
    """Plan the same slots and context for other devices. Raises `ModelBroken`."""
    work = Work(was.slots, was.context, was.batch)
    machine = max(0, memory_budget(settings) - RUNTIME_BYTES)
    return replace(was, placement=place(model_shape(card, seeing_bytes(card)), work, rooms, machine))


def _room(each: ReachedDevice, settings: Settings, taken: Taken) -> DeviceRoom:
    device = each.device
    # What is being loaded still looks free; what is to be unloaded does not yet.
    free = min(each.budget(settings) - taken.reserved + taken.idle, device.free - taken.loading + taken.idle)
    overhead = 0 if device.maker == "software" else _OVERHEAD.get(device.backend, 256 * 2**20)
    return DeviceRoom(device.id, each.told, max(0, free), overhead, device.shared)


def placed(base: ProcessPlan, shape: ModelShape, rooms: Sequence[DeviceRoom], settings: Settings) -> ProcessPlan:
    """Return the plan for as few devices as hold the model with caches for a reply; else for as many layers as fit."""
    machine = max(0, memory_budget(settings) - RUNTIME_BYTES)
    usable, trained = ranked(rooms), base.trained or DEFAULT_CONTEXT
    for count in range(1, len(usable) + 1):
        slots, context = base.slots, base.context
        if not base.pools:
            room = sum(each.free - each.overhead for each in usable[:count])
            room -= sum(shape.layers) + shape.output + shape.projector
            slots, context = shared_out(trained, base.token_bytes, max(0, room), settings)
        placement = place(shape, Work(slots, context, base.batch), usable[:count], machine)
        if placement.whole and not placement.lacking:
            return replace(base, slots=slots, context=context, placement=placement)
    slots, context = base.slots, base.context
    if not base.pools:
        context = min(settings.context or DEFAULT_CONTEXT, trained)
        slots = min(settings.slots, SPLIT_SLOTS)
    placement = place(shape, Work(slots, context, base.batch), usable, machine)
    if placement.lacking and slots > 1:
        slots = 1
        placement = place(shape, Work(slots, context, base.batch), usable, machine)
    if not placement.parts:  # no device takes anything: slots and context are those for the machine's memory
        slots, context = base.slots, base.context
        placement = place(shape, Work(slots, context, base.batch), (), machine)
    return replace(base, slots=slots, context=context, placement=placement)
