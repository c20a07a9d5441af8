"""The child process that reads: what it gives, and what it cannot do."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest

from earthshine.documents.document import Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading import child as module
from earthshine.documents.reading.child import DocumentReaders
from earthshine.documents.reading.limits import Limits
from earthshine.errors import Unavailable
from earthshine.processes.memory import MemoryBudget
from tests.documents.conftest import Read

QUICK = Limits(patience=2)


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Read a small file by one of the bad readers."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))

    async def read(name: str, limits: Limits = QUICK, content: str = "text") -> list[Part]:
        place = name if ":" in name else f"tests.documents.reading.bad_readers:{name}"
        monkeypatch.setattr(module, "registered", lambda: {"text": place})
        path = tmp_path / "stored"
        path.write_text(content)
        parts: list[Part] = []
        async with DocumentReaders(MemoryBudget(2**33), limits).reading(path, "a.txt") as it:
            async for number, part in it.parts():
                assert number == len(parts)
                parts.append(part)
        return parts

    return read


async def test_parts_come_in_order_and_from_any_number_on(read: Read) -> None:
    text = "\n\n".join(f"Paragraph {number}: {'word ' * 100}".strip() for number in range(1000))
    heads, parts = await read(text.encode(), "long.txt")
    assert heads.parts == len(parts) > 3
    assert "\n\n".join(part.text for part in parts) == text
    _, rest = await read(text.encode(), "long.txt", first=2)
    assert rest == parts[2:]
    _, none = await read(text.encode(), "long.txt", first=heads.parts)
    assert none == []


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        ("Sleeps", "took_too_long"),
        ("Spins", "took_too_long"),
        ("Grows", "too_much_memory"),
        ("Crashes", "damaged"),
        ("Raises", "damaged"),
        ("Lies", "damaged"),
        ("Repeats", "too_large"),
    ],
)
async def test_a_reader_that_misbehaves_ends_with_a_reason(bad, reader: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        await bad(reader, Limits(patience=3, characters=100_000, memory=2**28))
    assert refused.value.code == reason


async def test_a_child_writes_no_file_and_knows_no_secret(bad, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARTHSHINE_DATABASE_URL", "postgresql://user:secret@host/db")
    assert (await bad("Writes"))[1].text == "refused 0"
    assert "EARTHSHINE_DATABASE_URL" not in (await bad("Remembers"))[1].text


async def test_a_child_has_no_network_where_the_kernel_takes_it_away(bad) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        [part] = (await bad("Calls", content=str(server.sockets[0].getsockname()[1])))[1:]
    allowed = os.path.exists("/proc/self/ns/user") and os.system("unshare -Un true 2>/dev/null") == 0
    assert part.text == ("refused" if allowed else "connected")


async def test_what_a_library_prints_is_no_part(bad) -> None:
    assert [part.text for part in await bad("Shouts", Limits(patience=20))] == ["first", "second"]


async def test_a_part_is_cut_and_fit_to_be_stored(bad) -> None:
    [_, part] = await bad("Fills")
    assert part.text.startswith("a\ufffdb\ufffdxxx")
    assert len(part.text) == QUICK.part_characters
    assert part.doubts == ("cut",)
    assert [heading.end for heading in part.headings] == [4]


async def test_a_child_ends_with_whoever_listens(bad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = MemoryBudget(2**33)
    monkeypatch.setattr(module, "registered", lambda: {"text": "tests.documents.reading.bad_readers:Sleeps"})
    (tmp_path / "stored").write_text("text")
    async with DocumentReaders(memory).reading(tmp_path / "stored", "a.txt") as it:
        async for _ in it.parts():
            break
        assert it.memory > 0
        assert memory.used >= module.EXPECTED
        [pid] = [it._child.pid]
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        raise AssertionError("the child lives")
    assert memory.used == 0


async def test_more_files_than_cores_wait_for_their_turn(tmp_path: Path) -> None:
    memory = MemoryBudget(2**33)
    readers = DocumentReaders(memory)
    (tmp_path / "stored").write_text("text")
    most = 0

    async def one() -> None:
        nonlocal most
        async with readers.reading(tmp_path / "stored", "a.txt") as it:
            most = max(most, len(memory.held))
            assert [part.text async for _, part in it.parts()] == ["text"]

    await asyncio.gather(*(one() for _ in range(8)))
    assert 1 <= most <= (os.cpu_count() or 1)
    assert memory.held == ()


async def test_without_memory_it_is_to_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "stored").write_text("text")
    with pytest.raises(Unavailable, match="reading of a file needs about 192 MiB"):
        async with DocumentReaders(MemoryBudget(2**20)).reading(tmp_path / "stored", "a.txt"):
            pass


async def test_a_reader_that_is_not_there_is_no_fault_of_the_file(bad) -> None:
    with pytest.raises(Unavailable, match=r"A package that readers need is missing: .*no_such_module"):
        await bad("tests.documents.no_such_module:Reader")


async def test_a_file_over_the_limit_is_not_opened(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="2 MiB, and 1 are read") as refused:
        await read(b"x" * 2**21, "a.txt", limits=Limits(size=2**20))
    assert refused.value.code == "too_large"
