"""How much of the machine a program gets for a model: context, replies at the same time, cache, memory, devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earthshine.catalog.card import Card
from earthshine.devices.device import Device
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.llamacpp.plan import MOST_CACHED, served_context
from earthshine.engines.placing import Taken
from earthshine.processes.memory import memory_budget
from earthshine.settings import Settings
from earthshine.settings_tables import EngineOptions

PROCESSOR_BYTES = 3 * 2**30
"""What vLLM holds on a processor besides weights and cache: libraries, graphs and buffers of all its processes."""
HOST_BYTES = 4 * 2**30
"""The same where it computes on GPUs: of the machine's own memory."""
GPU_BYTES = 2 * 2**30
"""What it holds on each GPU besides weights and cache; by its makers' own reckoning, not measured here."""
GPU_SHARE = 0.9
"""Of each GPU's memory, where nobody said; what vLLM takes of itself."""
_PAGE = 256
"""Tokens of whose multiples the cache consists, at least."""
_LEAST = 1024


@dataclass(frozen=True, slots=True)
class ManagedPlan:
    """The shape of one program."""

    slots: int
    context: int
    """Tokens of prompt plus output for one reply."""
    cached_tokens: int
    """Of all replies together; on GPUs the program takes what it finds."""
    cache_bytes: int
    on_processor: bool
    memory: int
    """Bytes of the machine's own memory that all its processes are expected to hold."""
    devices: tuple[DeviceShare, ...] = ()
    """What it takes of GPUs."""
    memory_share: float = 0
    """Of each GPU's memory that it may take; 0 leaves that to the program."""
    crowded: bool = False
    """Whether it takes less than it would if no other model were there."""


def make_plan(
    card: Card, settings: Settings, options: EngineOptions, gpus: Sequence[Device], taken: Mapping[str, Taken]
) -> ManagedPlan:
    """Fit the model of `card` onto these GPUs, which are those that the program sees; none means the processor.

    `taken` tells what other models have of them.
    """
    return _on_gpus(card, settings, options, gpus, taken) if gpus else _on_processor(card, settings, options)


def visible(devices: Sequence[Device], options: EngineOptions) -> list[Device]:
    """Return the cards among devices, of which the program sees those that its environment names, or all."""
    cards = [each for each in devices if each.maker in ("nvidia", "amd", "intel") and not each.shared]
    named = next((options.environment[name] for name in _SELECTORS if name in options.environment), None)
    if named is None:
        return cards
    numbers = {number.strip() for number in named.split(",")}
    # Cards may also be named by long identifiers, which are not ours; then which ones they are is not known.
    known = all(number.isdigit() for number in numbers - {""})
    return [each for each in cards if not known or each.id.lstrip("CUDAROMSYL") in numbers]


_SELECTORS = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK")


def _on_processor(card: Card, settings: Settings, options: EngineOptions) -> ManagedPlan:
    wide = options.dtype == "float32"
    weights = max(card.size, 4 * card.parameters) if wide else card.size
    token_bytes = card.kv_bytes * (2 if wide else 1)
    context = _within(card, options.context or served_context(card.context_length, weights, token_bytes, settings))
    room = max(memory_budget(settings) - weights - PROCESSOR_BYTES, 0) // 2
    wanted = min(settings.slots * context, MOST_CACHED, room // token_bytes if token_bytes else MOST_CACHED)
    cached = (max(wanted, context) // _PAGE + 2) * _PAGE
    cache = cached * (token_bytes or _unknown(card))
    return ManagedPlan(settings.slots, context, cached, cache, True, weights + cache + PROCESSOR_BYTES)


def _on_gpus(
    card: Card, settings: Settings, options: EngineOptions, gpus: Sequence[Device], taken: Mapping[str, Taken]
) -> ManagedPlan:
    used = gpus[: options.tensor_parallel]
    free = min(_free(each, taken.get(each.id, Taken())) for each in used)
    share = options.memory_share or min(GPU_SHARE, free)
    sizes = [int(each.memory * share) for each in used]
    room = len(used) * min(sizes) - card.size - len(used) * GPU_BYTES
    tokens = room // (card.kv_bytes or _unknown(card))
    fitting = max(_LEAST, tokens // _LEAST * _LEAST) if min(sizes) else card.context_length or _LEAST
    return ManagedPlan(
        slots=settings.slots,
        context=_within(card, options.context or settings.context or fitting),
        cached_tokens=max(0, tokens),
        cache_bytes=0,
        on_processor=False,
        memory=HOST_BYTES,
        # Layers are not its own to place; a larger share of a GPU counts as more of them.
        devices=tuple(DeviceShare(each.id, int(100 * share), size) for each, size in zip(used, sizes, strict=True)),
        memory_share=share if options.memory_share or share < GPU_SHARE else 0,
        crowded=share < GPU_SHARE and not options.memory_share,
    )


def _free(device: Device, taken: Taken) -> float:
    """Return the share of a GPU that other models of ours leave, rounded down to hundredths."""
    if not device.memory:
        return GPU_SHARE
    return max(0, int(100 * (1 - (taken.reserved - taken.idle) / device.memory)) - 5) / 100


def _within(card: Card, context: int) -> int:
    return min(context, card.context_length or context)


def _unknown(card: Card) -> int:
    """Return bytes for each token that are enough for usual models of its size."""
    return max(2**14, card.size // 2**16)
