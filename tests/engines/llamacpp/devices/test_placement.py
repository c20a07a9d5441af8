"""Plans of layers over devices: never over what there is, never idle while more fits, and every byte counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.engines.llamacpp.devices.compute_buffers import Work, device_buffer
from earthshine.engines.llamacpp.devices.model_shape import ModelShape
from earthshine.engines.llamacpp.devices.placement import DeviceRoom, Placement, place, ranked
from tests.engines.llamacpp.devices.machines import MACHINES, MIB, MODELS, Machine

GIB = 2**30
machines = st.sampled_from(MACHINES)
models = st.sampled_from(sorted(MODELS))
works = st.builds(
    Work, st.integers(1, 16), st.sampled_from([512, 2048, 8192, 32_768]), st.sampled_from([64, 512, 2048])
)


def check(found: Placement, shape: ModelShape, work: Work, rooms: list[DeviceRoom], machine: int) -> None:
    """What holds of every plan."""
    total = len(shape.layers) + 1
    assert len({part.room.told for part in found.parts}) == len(found.parts)
    for part in found.parts:
        assert part.room in rooms
        assert part.memory <= part.room.free, "over what there is"
        assert part.layers or part.room.told == found.sees_on
    # Every layer is somewhere, once: what devices have and what is left are the model.
    cache = sum(shape.cache) * work.tokens
    placed = sum(part.weights + part.cache for part in found.parts) - (shape.projector if found.sees_on else 0)
    assert found.left + placed == sum(shape.layers) + shape.output + cache
    assert found.placed <= found.layers == total
    assert found.machine == found.kept + sum(part.memory for part in found.parts if part.room.shared)
    assert found.lacking == max(0, found.machine - machine)


def most_layers(shape: ModelShape, work: Work, rooms: list[DeviceRoom]) -> int:
    """The most layers that any order of these devices takes: tried layer by layer, from the last on."""
    total, best = len(shape.layers) + 1, 0
    weights, cache = [*shape.layers, shape.output], [*(each * work.tokens for each in shape.cache), 0]
    for order in permutations(rooms):
        for split in (False, True):
            at = total
            for room in order:  # the last device first
                used = room.overhead
                buffer = device_buffer(shape, work, ends=at == total, split=split)
                while at and used + weights[at - 1] + cache[at - 1] + buffer <= room.free:
                    used += weights[at - 1] + cache[at - 1]
                    at -= 1
            if (at == 0) != split:
                best = max(best, total - at)
    return best


@settings(max_examples=400, deadline=None)
@given(machines, models, works, st.floats(0.05, 1))
def test_no_plan_is_over_what_there_is(machine: Machine, model: str, work: Work, share: float) -> None:
    rooms, shape = machine.rooms(share), MODELS[model]
    check(place(shape, work, rooms, machine.memory * MIB), shape, work, rooms, machine.memory * MIB)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
@pytest.mark.parametrize("model", MODELS)
def test_no_device_is_idle_while_a_layer_fits(machine: Machine, model: str) -> None:
    shape, work, rooms = replace(MODELS[model], projector=0), Work(2, 8192, 64), machine.rooms()
    found = place(shape, work, rooms, 10**15)
    check(found, shape, work, rooms, 10**15)
    usable = ranked(rooms)
    # Of eight devices all orders are too many to try; equal ones make one order as good as another.
    if len(usable) <= 4:
        assert found.placed == most_layers(shape, work, usable)
    elif not found.whole:
        assert len(found.parts) == len(usable)


@settings(max_examples=300, deadline=None)
@given(machines, models, works)
def test_fewer_devices_where_fewer_do(machine: Machine, model: str, work: Work) -> None:
    rooms, shape = machine.rooms(), replace(MODELS[model], projector=0)
    found, usable = place(shape, work, rooms, 10**15), ranked(rooms)
    for count in range(1, len(found.parts)):
        assert place(shape, work, usable[:count], 10**15).placed < found.placed
    if len(found.parts) == 1 and found.whole:
        assert found.parts[0].room == usable[0], "the one with the most room"


@settings(max_examples=200, deadline=None)
@given(st.lists(models, min_size=2, max_size=6), machines)
def test_several_models_share_what_there_is(names: list[str], machine: Machine) -> None:
    left = {room.told: room for room in machine.rooms()}
    begun = dict(left)
    memory = machine.memory * MIB
    for name in names:
        shape, work = MODELS[name], Work(2, 4096, 64)
        found = place(shape, work, left.values(), memory)
        check(found, shape, work, list(left.values()), memory)
        if found.lacking:
            continue  # it is not loaded
        memory -= found.machine
        for part in found.parts:
            left[part.room.told] = replace(part.room, free=part.room.free - part.memory)
    assert memory >= 0
    assert all(0 <= left[told].free <= begun[told].free for told in left)


@settings(max_examples=300, deadline=None)
@given(machines, models, st.integers(0, 200_000))
def test_shared_memory_counts_once_as_the_machine(machine: Machine, model: str, memory: int) -> None:
    rooms, shape, work = machine.rooms(), MODELS[model], Work(1, 4096, 64)
    found = place(shape, work, rooms, memory * MIB)
    check(found, shape, work, rooms, memory * MIB)
    if found.parts and found.parts[0].room.shared:
        alone = place(shape, work, (), memory * MIB)
        assert found.lacking == 0 or found.lacking <= alone.lacking, "devices that share it never make it too small"


def test_what_does_not_fit_says_by_how_much() -> None:
    shape, work = MODELS["Llama 3.1 8B"], Work(1, 8192, 64)
    alone = place(shape, work, (), 2 * GIB)
    assert alone.lacking == alone.kept - 2 * GIB > 0
    card = [DeviceRoom("CUDA0", "CUDA0", 4 * GIB, 512 * MIB)]
    split = place(shape, work, card, 64 * GIB)
    assert 0 < split.placed < split.layers and split.left > 0
    more = [replace(card[0], free=card[0].free + split.left)]
    assert place(shape, work, more, 64 * GIB).whole


def test_a_chips_own_graphics_wait_for_a_machine_without_a_card() -> None:
    both = next(machine for machine in MACHINES if "beside UHD" in machine.name).rooms()
    assert [room.told for room in ranked(both)] == ["Vulkan0"]
    assert [room.told for room in ranked(both[1:])] == ["Vulkan1"]


def test_eyes_go_where_there_is_room() -> None:
    shape, work = MODELS["Qwen2.5-VL 3B"], Work(1, 8192, 512)
    one = place(shape, work, [DeviceRoom("CUDA0", "CUDA0", 12 * GIB)], 64 * GIB)
    assert one.sees_on == "CUDA0" and one.whole
    full = place(shape, work, [DeviceRoom("CUDA0", "CUDA0", one.parts[0].memory - 1)], 64 * GIB)
    assert full.sees_on == "" and full.whole, "layers go first"
    assert full.kept == one.kept + shape.projector


def test_a_copied_vocabulary_is_counted_where_it_is() -> None:
    shape, work = MODELS["SmolLM2 135M"], Work(1, 1024, 64)
    alone, placed = place(shape, work, (), GIB), place(shape, work, [DeviceRoom("CUDA0", "CUDA0", GIB)], GIB)
    assert alone.kept - sum(shape.layers) - sum(shape.cache) * work.tokens - shape.inputs < 64 * MIB
    assert placed.parts[0].weights == sum(shape.layers) + shape.output
    assert placed.kept >= shape.inputs
