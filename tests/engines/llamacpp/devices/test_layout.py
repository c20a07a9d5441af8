"""How many slots, how much context and which layers a model gets on a machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.engines.llamacpp.devices.compute_buffers import Work
from earthshine.engines.llamacpp.devices.layout import SPLIT_SLOTS, placed
from earthshine.engines.llamacpp.devices.model_shape import ModelShape
from earthshine.engines.llamacpp.devices.placement import place
from earthshine.engines.llamacpp.plan import ProcessPlan, embedding_plan
from earthshine.settings import Settings
from tests.engines.llamacpp.devices.machines import MACHINES, MIB, MODELS, Machine

TRAINED = 131_072


def base(shape: ModelShape, **given: Any) -> ProcessPlan:
    """A plan for the processor."""
    made: dict[str, Any] = {
        "model": Path("m"), "slots": 3, "context": 8192, "threads": 4, "batch": 64, "chats": True, "pools": False,
        "ranks": False, "weights_bytes": sum(shape.layers) + shape.inputs, "token_bytes": sum(shape.cache),
        "prefix_bytes": 0, "trained": TRAINED,
    }  # fmt: skip
    return ProcessPlan(**made | given)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(MACHINES), st.sampled_from(sorted(MODELS)), st.integers(1, 16), st.sampled_from([0, 4096, 65_536])
)
def test_each_machine_gets_what_it_holds(machine: Machine, model: str, slots: int, context: int) -> None:
    shape, rooms = MODELS[model], machine.rooms()
    wanted = Settings(memory_budget=machine.memory, slots=slots, context=context)
    found = placed(base(shape), shape, rooms, wanted)
    placement = found.placement
    assert placement is not None
    assert 1 <= found.slots <= slots or not placement.parts
    assert all(part.memory <= part.room.free for part in placement.parts)
    assert found.memory == placement.machine + found.prefix_bytes + 160 * MIB
    if placement.parts and context:
        assert found.context == context
    elif placement.placed:
        assert found.context >= 8192
    if placement.placed and not placement.whole:
        assert found.slots <= SPLIT_SLOTS
        # One reply with the context that it must have does not fit whole either.
        one = place(shape, Work(1, context or 8192, 64), rooms, (machine.memory - 160) * MIB)
        assert not one.whole or one.lacking


@pytest.mark.parametrize("name", ["server, A100 80 GB", "desktop, RTX 3090"])
def test_half_of_the_room_is_for_caches(name: str) -> None:
    machine = next(machine for machine in MACHINES if machine.name == name)
    shape = MODELS["Llama 3.1 8B"]
    found = placed(base(shape), shape, machine.rooms(), Settings(memory_budget=machine.memory))
    assert found.placement is not None and found.placement.whole
    (part,) = found.placement.parts
    assert part.cache <= (part.room.free - part.weights) // 2
    assert found.slots * found.context >= 32_768


def test_vectors_keep_their_shape() -> None:
    shape = MODELS["Qwen2.5 0.5B"]
    machine = next(machine for machine in MACHINES if machine.name == "server, L4")
    one = embedding_plan(base(shape, chats=False))
    found = placed(one, shape, machine.rooms(), Settings(memory_budget=machine.memory))
    assert (found.slots, found.context) == (one.slots, one.context)
    assert found.placement is not None and found.placement.whole


def test_beside_a_chat_vectors_stay_with_the_processor() -> None:
    shape = MODELS["Qwen2.5 0.5B"]
    machine = next(machine for machine in MACHINES if machine.name == "server, L4")
    chat = placed(base(shape), shape, machine.rooms(), Settings(memory_budget=machine.memory))
    beside = embedding_plan(chat).placement
    assert beside is not None and beside.told == {"layers": {}, "sees_on": ""}
