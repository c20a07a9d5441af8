"""Contents in a directory and on a real S3-compatible server: what goes in comes out, once each, and goes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from earthshine.blobs import Blobs, Store, open_store
from earthshine.database import Database
from earthshine.errors import BodyTooLarge, ContentDamaged, InvalidRequest, Unavailable
from earthshine.settings import Settings
from tests.blobs.contents import drop, files, get, put, rows
from tests.blobs.s3_server import S3Server


@pytest.mark.parametrize("size", [0, 1, 70_000, 2**20, 3_333_333])
async def test_what_goes_in_comes_out(size: int, blobs: Blobs, database: Database) -> None:
    content = os.urandom(size)
    assert await put(blobs, database, "file_1", content) == hashlib.sha256(content).hexdigest()
    assert await get(blobs, "file_1") == content
    found = await blobs.find("file_1")
    assert found.size == size
    for start, end in ((0, size), (0, min(1, size)), (size // 2, size), (size // 3, size // 2), (size, size)):
        assert await get(blobs, "file_1", start, end) == content[start:end]


async def test_equal_content_is_there_once_until_its_last_owner_goes(
    blobs: Blobs, database: Database, place: str, request: pytest.FixtureRequest
) -> None:
    def stored() -> int:
        return len(request.getfixturevalue("s3_server").files() if place.startswith("s3") else files(Path(place)))

    for owner in ("file_1", "file_2", "file_3"):
        await put(blobs, database, owner, b"the same", project=owner)
        await blobs.remove_leftovers()
    assert (await rows(database), stored()) == ((1, 3, 0), 1)
    await drop(blobs, database, "file_1", "file_3", "file_unknown")
    assert await get(blobs, "file_2") == b"the same"
    await drop(blobs, database, "file_2")
    assert (await rows(database), stored()) == ((0, 0, 0), 0)
    with pytest.raises(ContentDamaged):
        await blobs.find("file_2")
    await put(blobs, database, "file_4", b"the same")
    assert await get(blobs, "file_4") == b"the same"


async def test_what_is_not_held_is_removed(blobs: Blobs, database: Database, tmp_path: Path) -> None:
    for broken in ("before it is whole", "before it is kept", "before it is held"):
        with pytest.raises(RuntimeError):
            async with blobs.incoming(1000) as incoming:
                await incoming.write(b"half of ")
                if broken == "before it is whole":
                    raise RuntimeError
                await incoming.finish() if broken == "before it is kept" else await blobs.keep(incoming)
                raise RuntimeError
        await blobs.remove_leftovers()
        assert await rows(database) == (0, 0, 0)
    assert [path for path in files(tmp_path) if "test.db" not in path.name] == []


async def test_a_content_over_the_limit_is_refused_at_once(blobs: Blobs) -> None:
    async with blobs.incoming(10) as incoming:
        await incoming.write(b"0123456789")
        with pytest.raises(BodyTooLarge, match="larger than 10 bytes"):
            await incoming.write(b"0")


async def test_a_project_holds_no_more_than_it_may(blobs: Blobs, database: Database) -> None:
    await put(blobs, database, "file_1", bytes(6_000_000), "home")
    await put(blobs, database, "file_2", bytes(6_000_000), "other")
    with pytest.raises(InvalidRequest, match="would hold 12000000") as refused:
        await put(blobs, database, "file_3", bytes(6_000_000), "home")
    assert refused.value.code == "storage_limit_exceeded"
    with pytest.raises(InvalidRequest):
        await blobs.check_room("home", 4_000_001)
    await blobs.check_room("home", 4_000_000)
    await drop(blobs, database, "file_1")
    await put(blobs, database, "file_3", bytes(10_000_000), "home")
    assert len(await get(blobs, "file_2")) == 6_000_000


async def test_two_servers_race_to_put_and_remove_the_same(blobs: Blobs, database: Database, place: str) -> None:
    """Two processes would share no more than these two do: the database and the store."""
    other_node = Settings(data=blobs.store.spool.parent / "other", blobs=place)
    servers = [blobs, Blobs(database, open_store(other_node, "node_other"), "node_other")]

    async def work(server: Blobs, name: str) -> None:
        for turn in range(12):
            owner = f"{name}_{turn}"
            await put(server, database, owner, b"wanted by all")
            assert await get(server, owner) == b"wanted by all"
            await drop(server, database, owner)

    await asyncio.gather(*(work(server, f"file_{number}_{n}") for n, server in enumerate(servers) for number in "abc"))
    assert await rows(database) == (0, 0, 0)
    await put(servers[1], database, "file_last", b"wanted by all")
    await servers[0].remove_leftovers()
    assert await get(servers[0], "file_last") == b"wanted by all"


async def test_a_large_content_is_never_in_memory(tmp_path: Path, database: Database) -> None:
    blobs = Blobs(database, open_store(Settings(data=tmp_path), "node"), "node")
    piece = bytes(65_536)
    tracemalloc.start()
    async with blobs.incoming(200_000_000) as incoming:
        for _ in range(1_000):
            await incoming.write(piece)
        await blobs.keep(incoming)
        async with database.write() as connection:
            await blobs.hold(connection, incoming, "file_1", "home")
    size = 0
    async for part in blobs.read(await blobs.find("file_1")):
        size += len(part)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 65_536_000
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    "where",
    [
        "s3:",
        "s3://",
        "s3://key:secret@bucket",
        "s3://bucket?secret=x",
        "s3://bucket#x",
        "ftp://host/path",
        "gs://bucket",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_repeating_secrets(where: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="`blobs`") as refused:
        open_store(Settings(data=tmp_path, blobs=where), "node")
    assert "secret" not in refused.value.message


async def test_storage_that_refuses_or_is_not_there(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def store(where: str) -> Store:
        return open_store(Settings(data=tmp_path, blobs=where), "node")

    assert f"127.0.0.1:{s3_server.port}" in await store(s3_server.blobs).check()
    with pytest.raises(Unavailable, match="no such bucket"):
        await store(s3_server.blobs.replace("bucket", "pail")).check()
    monkeypatch.setattr("earthshine.blobs.s3_store._RETRY_SECONDS", 0.2)
    with pytest.raises(Unavailable, match="does not answer"):
        await store("s3://bucket?endpoint=http://127.0.0.1:9").check()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-wrong-secret")
    with pytest.raises(Unavailable, match="credentials") as refused:
        await store(s3_server.blobs).check()
    assert "a-wrong-secret" not in refused.value.message + caplog.text
