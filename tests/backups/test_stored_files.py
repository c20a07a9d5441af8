"""Backups carry stored files: each content once, and back in whichever store the new place has."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import zipfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from earthshine.backups.backup import backup
from earthshine.backups.restore import restore
from earthshine.blobs import Blobs, open_store
from earthshine.database import Database
from earthshine.errors import ContentDamaged, InvalidRequest
from earthshine.settings import Settings
from tests.backups.filled import nothing
from tests.blobs.contents import files, get, put
from tests.blobs.s3_server import S3Server, running_s3_server

TEXT, BYTES = "نص محفوظ 月\n".encode() * 1000, bytes(range(256)) * 10_000


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[S3Server]:
    with running_s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[tuple[Blobs, Database]]:
    settings.data.mkdir(exist_ok=True)
    database = await Database.open(settings.database)
    try:
        yield Blobs(database, open_store(settings, "node_old"), "node_old"), database
    finally:
        await database.close()


async def store_three(settings: Settings) -> None:
    async with opened(settings) as (blobs, database):
        await put(blobs, database, "file_1", TEXT)
        await put(blobs, database, "file_2", BYTES)
        await put(blobs, database, "file_3", TEXT, "other")
        await blobs.remove_leftovers()


@pytest.mark.parametrize(("old", "new"), [("disk", "disk"), ("disk", "s3"), ("s3", "disk"), ("s3", "s3")])
async def test_there_and_back(old: str, new: str, s3_server: S3Server, tmp_path: Path) -> None:
    where = {"disk": "", "s3": s3_server.blobs}
    before = Settings(data=tmp_path / "old", blobs=where[old])
    await store_three(before)
    manifest = await backup(before, tmp_path / "file.backup", nothing)
    assert (manifest.contents, manifest.lost_contents) == (2, ())
    after = Settings(data=tmp_path / "new", blobs=where[new])
    await restore(after, tmp_path / "file.backup", nothing)
    async with opened(after) as (blobs, database):
        assert await get(blobs, "file_1") == await get(blobs, "file_3") == TEXT
        assert await get(blobs, "file_2") == BYTES
        # What the new one removes, the old one keeps: they may have one store.
        async with database.write() as connection:
            await blobs.release(connection, ["file_1", "file_2", "file_3"])
        await blobs.remove_leftovers()
    async with opened(before) as (blobs, _):
        assert await get(blobs, "file_2") == BYTES


async def test_what_is_lost_is_told_and_the_rest_comes_back(tmp_path: Path) -> None:
    before, after = Settings(data=tmp_path / "old"), Settings(data=tmp_path / "new")
    await store_three(before)
    [lost] = [path for path in files(before.data / "blobs") if path.stat().st_size == len(BYTES)]
    lost.unlink()
    manifest = await backup(before, tmp_path / "file.backup", nothing)
    assert manifest.lost_contents == (lost.name[:64],)
    await restore(after, tmp_path / "file.backup", nothing)
    async with opened(after) as (blobs, database):
        assert await get(blobs, "file_1") == TEXT
        with pytest.raises(ContentDamaged):
            await get(blobs, "file_2")
        await put(blobs, database, "file_4", BYTES)
        assert await get(blobs, "file_2") == BYTES


async def test_a_restore_that_failed_is_done_again_and_leaves_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = Settings(data=tmp_path / "old"), Settings(data=tmp_path / "new")
    await store_three(before)
    await backup(before, tmp_path / "file.backup", nothing)
    with monkeypatch.context() as patch:
        patch.setattr("earthshine.backups.contents.delete", lambda _table: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await restore(after, tmp_path / "file.backup", nothing)
    assert not (after.data / "earthshine.db").exists()
    await restore(after, tmp_path / "file.backup", nothing)
    assert len(files(after.data / "blobs")) == 2


async def test_an_archive_whose_file_was_changed_is_refused(tmp_path: Path) -> None:
    before = Settings(data=tmp_path / "old")
    await store_three(before)
    await backup(before, tmp_path / "file.backup", nothing)
    changed = tmp_path / "changed.backup"
    with zipfile.ZipFile(tmp_path / "file.backup") as archive, zipfile.ZipFile(changed, "w") as other:
        for name in archive.namelist():
            other.writestr(
                name, archive.read(name).replace(b"\x07", b"\x08") if "contents" in name else archive.read(name)
            )
        other.comment = b"0" * 64
    content = changed.read_bytes()[:-64]
    changed.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    with pytest.raises(InvalidRequest, match="does not match its hash"):
        await restore(Settings(data=tmp_path / "new"), changed, nothing)
    assert not (tmp_path / "new" / "earthshine.db").exists()


@pytest.mark.parametrize("deep", [False, True])
async def test_the_doctor_tells_of_rot(deep: bool, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    await store_three(settings)
    command = [sys.executable, "-m", "earthshine", "doctor", "--json", "--data", str(tmp_path), "--port", "0"]

    async def doctor() -> dict[str, str]:
        process = await asyncio.create_subprocess_exec(
            *command, *(["--deep"] if deep else []), stdout=asyncio.subprocess.PIPE, cwd=tmp_path
        )
        out, _ = await process.communicate()
        return next(finding for finding in json.loads(out) if finding["what"] == "stored files")

    assert (await doctor())["state"] == "ok"
    [rotten] = [path for path in files(tmp_path / "blobs") if path.stat().st_size == len(BYTES)]
    rotten.write_bytes(b"y" + rotten.read_bytes()[1:])
    if not deep:
        async with opened(settings) as (blobs, _):
            await blobs.scan.report(rotten.name[:64], f"{rotten.parent.name}/{rotten.name}", "its bytes have changed")
    found = await doctor()
    assert (found["state"], rotten.name[:64] in found["detail"]) == ("broken", True)
