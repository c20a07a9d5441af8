"""Files to read, and a reader for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from earthshine.documents.document import Heads, Part
from earthshine.documents.reading.child import DocumentReaders
from earthshine.documents.reading.limits import Limits
from earthshine.processes.memory import MemoryBudget

Read = Callable[..., Awaitable[tuple[Heads, list[Part]]]]


@pytest.fixture(scope="session")
def readers() -> DocumentReaders:
    return DocumentReaders(MemoryBudget(2**33))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read bytes, or a file, by a child process; returns the heads and all parts."""

    async def read(
        what: bytes | Path, name: str = "file", first: int = 0, limits: Limits | None = None
    ) -> tuple[Heads, list[Part]]:
        if isinstance(what, bytes):
            (tmp_path / "stored").write_bytes(what)
        path = what if isinstance(what, Path) else tmp_path / "stored"
        async with DocumentReaders(MemoryBudget(2**33), limits).reading(path, name, first) as reading:
            parts = [part async for number, part in reading.parts()]
            assert reading.heads.parts in (len(parts) + first, 0)
            return reading.heads, parts

    return read
