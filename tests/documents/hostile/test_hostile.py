"""Files that strangers may send to harm a reader: each ends with a clear status, in bounded time and memory."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.child import DocumentReaders
from earthshine.documents.reading.limits import Limits
from earthshine.processes.memory import MemoryBudget
from tests.documents.hostile import KINDS, READ, Hostile

MOST_GROWTH = 150 * 2**20
"""Bytes that this process may grow by while it reads one: a part, and what the test itself made."""


def own_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("kind", [each for each in KINDS.values() if not each.big], ids=lambda kind: kind.name[-40:])
async def test_a_hostile_file_ends_with_a_clear_status(kind: Hostile, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "stored").write_bytes(kind.make())
    before = own_memory()
    memory = MemoryBudget(2**33)
    try:
        async with DocumentReaders(memory, Limits(patience=60)).reading(folder / "stored", kind.name) as it:
            async for _, part in it.parts():
                part.text.encode()
                assert "\0" not in part.text
                assert len(part.text) <= Limits().part_characters
        end = READ
    except UnreadableFile as error:
        end = error.reason
        assert error.message.endswith(".")
        assert len(error.message) < 1500
        assert str(tmp_path) not in error.message
    assert end in kind.ends
    assert own_memory() - before < MOST_GROWTH
    assert memory.used == 0
    assert os.listdir(folder) == ["stored"]
    assert os.listdir(tmp_path) == ["data"]


def test_there_are_eighty_kinds() -> None:
    assert len(KINDS) >= 80
