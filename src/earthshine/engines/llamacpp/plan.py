"""How much of the machine one loaded model gets: slots, context, threads, batch sizes, memory."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.catalog.gguf.header import read_header
from earthshine.catalog.sources import split_files
from earthshine.engines.llamacpp.devices.placement import Placement
from earthshine.errors import ModelBroken
from earthshine.processes.memory import memory_budget
from earthshine.settings import Settings

DEFAULT_CONTEXT = 8192
"""Tokens of context that a reply gets where neither model nor memory says more."""
ROOMY_SLOTS = 4
"""Replies at the same time that are worth more than a context above the default: an agent's first prompt alone takes
some 15,000 tokens."""
MOST_CACHED = 16 * DEFAULT_CONTEXT
"""Tokens that all caches hold together where `context` is not set. The engine fills them with zeros when it loads,
which takes longer than all else: half a minute for this many of a model of 1.5 billion weights."""
_CONTEXT_STEP = 1024
BATCH = 64
"""Tokens that one step of the engine computes at most. A step cannot be interrupted, so this bounds how long a prompt
stalls the other replies and how soon a cancelled prompt stops; docs/engines.md has the measurements."""
PICTURE_BATCH = 512
"""The same for a model that sees: some families read the tokens of one picture in both directions, in one step."""
PICTURE_BYTES = 128 * 2**20
"""What a projector takes besides its weights while it computes."""
EMBEDDING_CONTEXT = 2048
EMBEDDING_SLOTS = 2
MOST_PREFIX_BYTES = 512 * 2**20
RUNTIME_BYTES = 160 * 2**20
"""What a child holds besides weights and cache: interpreter, library, compute buffers; measured."""


@dataclass(frozen=True, slots=True)
class ProcessPlan:
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
    ranks: bool
    """Whether they are judgements of a re-ranker."""
    weights_bytes: int
    token_bytes: int
    """Of the attention cache of one token."""
    prefix_bytes: int
    """Most that saved prefixes may take, in memory-backed files."""
    projector: Path | None = None
    """What turns pictures into tokens, for a model that sees."""
    trained: int = 0
    """Tokens of context that it was trained with; 0 when unknown."""
    placement: Placement | None = None
    """Where its layers go; None where it all stays with the processor, or the program decides."""

    @property
    def cache_bytes(self) -> int:
        """Bytes of the attention caches of all slots."""
        return self.slots * self.context * self.token_bytes

    @property
    def memory(self) -> int:
        """Bytes of the machine's memory that the process is expected to hold."""
        if self.placement is not None:
            return self.placement.machine + self.prefix_bytes + RUNTIME_BYTES
        return self.weights_bytes + self.cache_bytes + self.prefix_bytes + RUNTIME_BYTES


def plan(card: Card, settings: Settings) -> ProcessPlan:
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
    weights = sum(file.stat().st_size for file in split_files(card.path))
    weights += seeing_bytes(card)
    # Half of the room is for caches, so that a second model still finds some.
    room = max(memory_budget(settings) - weights - RUNTIME_BYTES, 0)
    trained = header.context_length or card.context_length
    slots, context = shared_out(trained, header.kv_bytes, room, settings)
    return ProcessPlan(
        model=card.path,
        slots=slots,
        context=context,
        threads=settings.threads or physical_cores(),
        batch=BATCH if card.projector is None else PICTURE_BATCH,
        chats=not header.embeds,
        pools=False,
        ranks=header.reranks,
        weights_bytes=weights,
        token_bytes=header.kv_bytes,
        prefix_bytes=min(MOST_PREFIX_BYTES, room // 8),
        projector=card.projector,
        trained=trained,
    )


def shared_out(trained: int, token_bytes: int, room: int, settings: Settings) -> tuple[int, int]:
    """Return the slots that half of `room` bytes has caches for, and the context of each."""
    context = _context(trained, token_bytes, room, settings)
    slot_bytes = token_bytes * context
    slots = settings.slots if settings.context else min(settings.slots, MOST_CACHED // context)
    return max(1, min(slots, room // 2 // slot_bytes if slot_bytes else slots)), context


def seeing_bytes(card: Card) -> int:
    """Return what a model's projector takes, weights and work; 0 for one that does not see."""
    return card.projector_size + PICTURE_BYTES if card.projector is not None else 0


def served_context(trained: int, weights: int, token_bytes: int, settings: Settings) -> int:
    """Return the tokens of context that a model gets: as set, or what memory allows a few replies at the same time.

    `trained` is what it was trained with, 0 when unknown; `token_bytes` its cache for each token.
    """
    return _context(trained, token_bytes, max(memory_budget(settings) - weights - RUNTIME_BYTES, 0), settings)


def _context(trained: int, token_bytes: int, room: int, settings: Settings) -> int:
    tokens = min(room // 2 // token_bytes, MOST_CACHED) // min(settings.slots, ROOMY_SLOTS) if token_bytes else 0
    roomy = max(DEFAULT_CONTEXT, tokens // _CONTEXT_STEP * _CONTEXT_STEP)
    return min(settings.context or roomy, trained or DEFAULT_CONTEXT)


def embedding_plan(chatting: ProcessPlan) -> ProcessPlan:
    """Return the shape of the process that makes vectors with the same model."""
    context = min(chatting.context, EMBEDDING_CONTEXT)
    # A vector is computed in one step, so that step must hold the whole text.
    # Devices are for the one that chats.
    kept = replace(chatting.placement, parts=(), sees_on="") if chatting.placement is not None else None
    return replace(
        chatting,
        slots=EMBEDDING_SLOTS,
        context=context,
        batch=context,
        pools=True,
        projector=None,
        placement=kept,
    )


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
