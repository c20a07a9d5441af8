"""How much of the machine one loaded model gets: slots, context, threads, batch sizes, memory."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.catalog.gguf import read_header
from earthshine.engines.memory import memory_budget
from earthshine.errors import ModelBroken
from earthshine.settings import Settings

DEFAULT_CONTEXT = 8192
BATCH = 64
"""Tokens that one step of the engine computes at most. A step cannot be interrupted, so this bounds how long a prompt
stalls the other replies and how soon a cancelled prompt stops; docs/engines.md has the measurements."""
EMBEDDING_CONTEXT = 2048
EMBEDDING_SLOTS = 2
MOST_PREFIX_BYTES = 512 * 2**20
RUNTIME_BYTES = 160 * 2**20
"""What a child holds besides weights and cache: interpreter, library, compute buffers; measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The shape of one engine process."""

    model: Path
    slots: int
    context: int
    """Tokens of prompt plus output for each slot."""
    threads: int
    batch: int
    chats: bool
    """Whether the model writes text; one that only embeds has its own way of pooling."""
    pools: bool
    """Whether this process makes vectors instead of text."""
    weights_bytes: int
    token_bytes: int
    """Of the attention cache of one token."""
    prefix_bytes: int
    """Most that saved prefixes may take, in memory-backed files."""

    @property
    def cache_bytes(self) -> int:
        """Bytes of the attention caches of all slots."""
        return self.slots * self.context * self.token_bytes

    @property
    def memory(self) -> int:
        """Bytes that the process is expected to hold."""
        return self.weights_bytes + self.cache_bytes + self.prefix_bytes + RUNTIME_BYTES


def plan(card: Card, settings: Settings) -> Plan:
    """Fit the model of `card` into `settings`: when the caches would not fit, there are fewer slots.

    Raises:
        ModelBroken: the weights are missing, or are no GGUF file.
    """
    if card.path is None or not card.path.is_file():
        raise ModelBroken(
            f"The weights of {card.name!r} are not at {card.path or 'any known place'}. "
            f"Fetch them again with `earthshine pull {card.name}`."
        )
    header = read_header(card.path)
    context = served_context(header.context_length or card.context_length, settings)
    weights = card.path.stat().st_size
    room = max(memory_budget(settings) - weights - RUNTIME_BYTES, 0)
    slot_bytes = header.kv_bytes * context
    # Half of the room, so that a second model still finds some.
    slots = max(1, min(settings.slots, room // 2 // slot_bytes if slot_bytes else settings.slots))
    return Plan(
        model=card.path,
        slots=slots,
        context=context,
        threads=settings.threads or physical_cores(),
        batch=BATCH,
        chats=not header.embeds,
        pools=False,
        weights_bytes=weights,
        token_bytes=header.kv_bytes,
        prefix_bytes=min(MOST_PREFIX_BYTES, room // 8),
    )


def served_context(trained: int, settings: Settings) -> int:
    """Return the tokens of context that a model gets which was trained with `trained`; 0 means unknown."""
    return min(settings.context or DEFAULT_CONTEXT, trained or DEFAULT_CONTEXT)


def embedding_plan(chatting: Plan) -> Plan:
    """Return the shape of the process that makes vectors with the same model."""
    context = min(chatting.context, EMBEDDING_CONTEXT)
    # A vector is computed in one step, so that step must hold the whole text.
    return replace(chatting, slots=EMBEDDING_SLOTS, context=context, batch=context, pools=True)


def physical_cores() -> int:
    """Return the number of cores that this process may use, counting the threads of one core once."""
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores: set[str] = set()
    for cpu in usable:
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(siblings.read_text())
        except OSError:
            cores.add(str(cpu))
    return max(1, len(cores))
