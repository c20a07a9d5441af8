"""What killed processes, bad disks and full disks leave behind: an index of before, or a new one, never a wrong one."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from earthshine.errors import StorageFull
from earthshine.search.store_index import IndexedPassage, StoreIndex
from earthshine.search.vector_index import VectorIndex
from tests.search.store_history import WIDTH, check, make, state

CHANGES = 3


def test_fifty_kills_lose_nothing_that_had_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.search.store_history", str(tmp_path / "store"), "50"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-2]) > 5


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "store"
    index = StoreIndex(folder, WIDTH)
    for change in range(1, CHANGES + 1):
        make(index, change)
    return folder


def _cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def _turned(content: bytes, share: float) -> bytes:
    place = min(int(len(content) * share), len(content) - 1)
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def test_damage_anywhere_is_seen_and_made_good(sound: Path, tmp_path: Path) -> None:
    """Each file in turn is cut, empty, gone, or has a wrong byte."""
    names = [path.relative_to(sound) for path in sorted(sound.rglob("*")) if path.is_file() and path.name != "lock"]
    assert len(names) > 12
    reached = set[int]()
    for name in names:
        content = (sound / name).read_bytes()
        damaged = [b"", _cut(content, 0.6), None]
        damaged += [_turned(content, share) for share in (0.0, 0.5, 1.0) if content]
        for each in damaged:
            folder = tmp_path / "store"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(sound, folder)
            if each is None:
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(each)
            change = check(folder)
            assert 0 <= change <= CHANGES
            reached.add(change)
    assert {0, CHANGES - 1} <= reached
    # What is missing is given again.
    index = StoreIndex(tmp_path / "store", WIDTH)
    for change in range(index.change + 1, CHANGES + 2):
        make(index, change)
    assert check(tmp_path / "store") == CHANGES + 1


def test_a_cut_journal_opens_at_the_change_before(sound: Path, tmp_path: Path) -> None:
    content = (sound / "vectors/0/journal").read_bytes()
    shutil.copytree(sound / "vectors", tmp_path / "vectors")
    reached = set[int]()
    for size in range(0, len(content), 7):
        (tmp_path / "vectors/0/journal").write_bytes(content[:size])
        index = VectorIndex(tmp_path / "vectors", WIDTH)
        assert {number for number, _ in index.search([1.0] * WIDTH, 1000)} == state(index.change)
        reached.add(index.change)
    assert reached == set(range(CHANGES))


def test_rubbish_in_the_folder_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "keywords").mkdir()
    (tmp_path / "keywords/meta.json").write_text('{"segments": 3}')
    (tmp_path / "index.json").write_text('{"format": 1, "dimensions": 16}')
    (tmp_path / "vectors/current").mkdir(parents=True)
    index = StoreIndex(tmp_path, WIDTH)
    make(index, 1)
    assert check(tmp_path) == 1


@pytest.mark.parametrize("width", [0, WIDTH])
@pytest.mark.parametrize("limit", [10, 3_000, 40_000])
def test_a_full_disk_is_an_error_in_words_and_loses_nothing(tmp_path: Path, limit: int, width: int) -> None:
    index = StoreIndex(tmp_path / "store", width)
    vector = bytes(range(1, width + 1)) or None
    index.apply([IndexedPassage(1, 0, "sun", vector)], [], 1)
    many = [
        IndexedPassage(number, 0, "sun " + " ".join(f"{number}x{each}" for each in range(40)), vector)
        for number in range(500)
    ]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(StorageFull, match="Free some space"):
            index.apply(many, [1], 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    for each in (index, StoreIndex(tmp_path / "store", width)):
        assert each.change == 1
        assert [hit.id for hit in each.search("sun", None, limit=10_000)] == [1]
    index.apply(many, [1], 2)
    assert index.change == 2
    assert len(index.search("sun", None, limit=10_000)) == 500
