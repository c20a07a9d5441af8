"""How much of the machine a model gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.catalog.card import Card
from earthshine.engines.llamacpp.plan import DEFAULT_CONTEXT, plan
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import write_gguf

LONG = {"llama.context_length": 32_768, "llama.block_count": 28, "llama.embedding_length": 2048}
TOKEN = 2 * 28 * 2 * (512 + 512)
"""Bytes of cache for a token of this model: 114,688."""


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card("long", path=write_gguf(tmp_path / "m.gguf", metadata=LONG), kv_bytes=TOKEN)


@pytest.mark.parametrize(
    ("gib", "context", "slots"),
    [
        (2, DEFAULT_CONTEXT, 1),  # less than one reply's cache: it is tried all the same
        (8, DEFAULT_CONTEXT, 4),
        (16, 18_432, 4),
        (64, 32_768, 4),  # all that the model has; more caches would make each load longer
    ],
)
def test_context_grows_with_memory_up_to_the_model(card: Card, gib: int, context: int, slots: int) -> None:
    shape = plan(card, Settings(memory_budget=gib * 1024))
    assert (shape.context, shape.slots) == (context, slots)
    assert gib == 2 or shape.memory <= gib * 2**30


def test_what_is_set_is_kept_to(card: Card) -> None:
    assert plan(card, Settings(memory_budget=64 * 1024, context=4096)).context == 4096
    assert plan(card, Settings(memory_budget=4 * 1024, context=30_000)).context == 30_000
    assert plan(card, Settings(memory_budget=64 * 1024, context=99_000)).context == 32_768
    assert plan(card, Settings(memory_budget=16 * 1024, slots=1)).context == 32_768
    many = plan(card, Settings(memory_budget=256 * 1024, context=32_768))
    assert (many.context, many.slots) == (32_768, 16)


def test_short_contexts_leave_all_slots(tmp_path: Path) -> None:
    short = Card("short", path=write_gguf(tmp_path / "m.gguf", metadata=LONG | {"llama.context_length": 4096}))
    assert plan(short, Settings(memory_budget=64 * 1024)).slots == 16
