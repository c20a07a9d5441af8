"""Processes that are killed while they store, disks that are full, and bytes that rot."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from earthshine.blobs import Blobs, open_store
from earthshine.blobs.tables import blobs as contents
from earthshine.database import Database
from earthshine.errors import ContentDamaged, Unavailable
from earthshine.settings import Settings
from tests.blobs.conftest import NODE
from tests.blobs.contents import drop, files, get, put, rows
from tests.blobs.s3_server import S3Server
from tests.blobs.worker import STAGES


async def worker(stage: str, database: Database, data: Path, place: str) -> asyncio.subprocess.Process:
    url = database._engine.url.render_as_string(hide_password=False)
    command = (sys.executable, "-m", "tests.blobs.worker", stage, url, str(data), place, NODE)
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()


def stored(place: str, request: pytest.FixtureRequest) -> list[Path]:
    if place.startswith("s3"):
        server: S3Server = request.getfixturevalue("s3_server")
        return server.files()
    return [path for path in files(Path(place)) if "incoming" not in path.parts]


@pytest.mark.parametrize("stage", STAGES)
async def test_a_process_killed_while_it_stores_leaves_all_or_nothing(
    stage: str, blobs: Blobs, database: Database, place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    process = await worker(stage, database, tmp_path, place)
    assert await said(process) == stage
    process.kill()
    await process.wait()
    await blobs.start()
    await blobs.remove_leftovers()
    assert files(blobs.store.spool) == []
    held = stage == "held"
    assert await rows(database) == ((1, 1, 0) if held else (0, 0, 0))
    assert len(stored(place, request)) == held
    if held:
        assert await get(blobs, "file_1") == bytes(3_000_000)


async def test_a_server_that_writes_is_not_taken_for_one_that_was_killed(blobs: Blobs, database: Database) -> None:
    async with blobs.incoming(10) as incoming:
        await incoming.write(b"slow")
        await blobs.keep(incoming)
        # Another server begins, and looks for what nobody holds.
        other = Blobs(database, blobs.store, "node_other")
        assert await other.remove_leftovers() == 0
        async with database.write() as connection:
            await blobs.hold(connection, incoming, "file_1", "home")
    assert await get(other, "file_1") == b"slow"


@pytest.mark.parametrize("place", ["disk"], indirect=True)
async def test_a_full_disk_is_told_and_leaves_nothing(
    blobs: Blobs, database: Database, place: str, tmp_path: Path
) -> None:
    process = await worker("full", database, tmp_path, place)
    assert "too full" in await said(process)
    assert await process.wait() == 0
    assert (files(Path(place)), await rows(database)) == ([], (0, 0, 0))


async def test_a_cancelled_writer_leaves_nothing(blobs: Blobs, database: Database, tmp_path: Path) -> None:
    for pause in (0.0, 0.001, 0.005, 0.02, 0.05):
        task = asyncio.create_task(put(blobs, database, f"file_{pause}", bytes(9_000_000)))
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        # Who is cancelled while the database commits may have stored it all the same.
        await drop(blobs, database, f"file_{pause}")
    await asyncio.sleep(0.2)
    await blobs.remove_leftovers()
    assert await rows(database) == (0, 0, 0)
    assert files(blobs.store.spool) == []


def wound(path: Path, how: str) -> None:
    content = path.read_bytes()
    match how:
        case "changed":
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "cut":
            path.write_bytes(content[:100])
        case _:
            path.unlink()


@pytest.mark.parametrize(
    ("how", "place"),
    # An S3 server itself reports an object that it finds cut as an error of its own.
    [("changed", "disk"), ("cut", "disk"), ("gone", "disk"), ("changed", "s3"), ("gone", "s3")],
    indirect=["place"],
)
async def test_the_scan_notices_rot_and_the_same_content_mends_it(
    how: str,
    blobs: Blobs,
    database: Database,
    place: str,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sound, rotten = bytes(200_000), b"x" * 200_000
    await put(blobs, database, "file_1", sound)
    sha256 = await put(blobs, database, "file_2", rotten)
    later = time.time() + 10
    while await blobs.scan.check_next(later - 10):
        pass
    assert blobs.scan.damaged == 0
    [path] = [path for path in stored(place, request) if sha256 in path.name]
    wound(path, how)
    async with database.write() as connection:
        await connection.execute(contents.update().values(checked_at=1))
    while await blobs.scan.check_next(later - 10):
        pass
    assert (blobs.scan.damaged, await blobs.scan.count()) == (1, 1)
    assert sha256 in caplog.text
    with pytest.raises(ContentDamaged, match="Send the file again"):
        await get(blobs, "file_2")
    assert await get(blobs, "file_1") == sound
    await put(blobs, database, "file_3", rotten)
    await blobs.remove_leftovers()
    assert await get(blobs, "file_2") == await get(blobs, "file_3") == rotten
    assert await blobs.scan.count() == 0
    assert len(stored(place, request)) == 2


async def test_what_another_servers_own_directory_has_is_not_taken_for_damaged(
    database: Database, tmp_path: Path
) -> None:
    stores = [open_store(Settings(data=tmp_path / name), name) for name in ("one", "other")]
    one, other = (Blobs(database, store, store.spool.name, private=True) for store in stores)
    await put(one, database, "file_1", b"only here")
    with pytest.raises(Unavailable, match="`blobs` must name"):
        await get(other, "file_1")
    assert await other.scan.check_next(time.time() + 10)
    assert await other.scan.count() == 0
    assert await get(one, "file_1") == b"only here"


async def test_a_reader_finds_bytes_missing(
    blobs: Blobs, database: Database, place: str, request: pytest.FixtureRequest
) -> None:
    await put(blobs, database, "file_1", bytes(200_000))
    wound(stored(place, request)[0], "gone")
    with pytest.raises(ContentDamaged):
        await get(blobs, "file_1", 5, 10)
    assert await blobs.scan.count() == 1
