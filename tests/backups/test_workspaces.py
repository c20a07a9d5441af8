"""Backups carry the files of containers, whatever code left there, and containers go on with them elsewhere."""

from __future__ import annotations

import io
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from openai import AsyncOpenAI

from earthshine.backups.backup import backup
from earthshine.backups.restore import restore
from earthshine.backups.workspace_stream import read_stream, write_stream
from earthshine.errors import Conflict, InvalidRequest
from earthshine.sandboxes.workspace import Workspace
from earthshine.settings import Settings
from tests.backups.filled import nothing
from tests.server_process import ServerProcess, start_server

FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
MOST = 2**31


def workspace(path: Path) -> Workspace:
    made = Workspace(path, None)
    made.make()
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_files_come_back_as_they_were(tmp_path: Path) -> None:
    old, new, stream = workspace(tmp_path / "old"), workspace(tmp_path / "new"), io.BytesIO()
    old.write("مجلد/数据.csv", [b"a,b\n" * 500_000])
    old.write("run.sh", [b"#!/bin/sh\n"], mode=0o755, changed_at=1_000_000_000)
    old.write("empty", [])
    assert write_stream(old, stream, MOST) == (2_000_010, 0)
    stream.seek(0)
    read_stream(stream, new)
    assert contents(new.root) == contents(old.root)
    about = (new.root / "run.sh").stat()
    assert (about.st_mode & 0o777, int(about.st_mtime)) == (0o755, 1_000_000_000)


def test_holes_stay_holes(tmp_path: Path) -> None:
    old, new, stream = workspace(tmp_path / "old"), workspace(tmp_path / "new"), io.BytesIO()
    old.write("large", [100 * 2**30, b"end", 2**30])
    assert write_stream(old, stream, MOST)[1] == 0
    assert len(stream.getvalue()) < 20_000
    stream.seek(0)
    read_stream(stream, new)
    about = (new.root / "large").stat()
    assert about.st_size == 101 * 2**30 + 3
    assert about.st_blocks * 512 < 20_000
    with (new.root / "large").open("rb") as file:
        file.seek(100 * 2**30)
        assert file.read(4) == b"end\0"


def test_links_and_what_is_no_file_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the host's")
    old, new, stream = workspace(tmp_path / "old"), workspace(tmp_path / "new"), io.BytesIO()
    (old.root / "link").symlink_to(tmp_path / "secret")
    (old.root / "folder").symlink_to(tmp_path)
    os.mkfifo(old.root / "pipe")
    (old.root / os.fsdecode(b"\xff.txt")).write_text("no text")
    (old.root / "two\nlines").write_text("{}")
    old.write("plain", [b"yes"])
    assert write_stream(old, stream, MOST) == (3, 0)
    stream.seek(0)
    read_stream(stream, new)
    assert contents(new.root) == {"plain": b"yes"}


def test_no_more_than_a_container_may_hold_is_written(tmp_path: Path) -> None:
    old, stream = workspace(tmp_path / "old"), io.BytesIO()
    old.write("large", [b"x" * 3 * 2**20])
    assert write_stream(old, stream, 2 * 2**20) == (2 * 2**20, 1)


HEAD = {"path": "a", "size": 5, "changed_at": 1, "executable": False}


@pytest.mark.parametrize(
    "lines",
    [
        [{**HEAD, "path": "../out"}],
        [{**HEAD, "path": "/out"}],
        [{**HEAD, "path": "a/../../out"}],
        [{**HEAD, "path": 5}],
        [{**HEAD, "size": -1}],
        [HEAD, {"at": 0, "bytes": 5}],
        [HEAD, {"at": 0, "bytes": 2**40}],
        [HEAD, {"at": -5, "bytes": 3}, b"abc"],
        [HEAD, {"at": 3, "bytes": 3}, b"abc"],
        [HEAD, {"at": 1, "bytes": 2}, b"ab", {"at": 0, "bytes": 2}, b"ab"],
        [b"no json\n"],
        [b"[]\n"],
        [b"x" * 100_000],
    ],
)
def test_a_stream_that_somebody_made_up_is_refused(lines: list[object], tmp_path: Path) -> None:
    stream = b"".join(each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in lines)
    new = workspace(tmp_path / "new")
    with pytest.raises(InvalidRequest):
        read_stream(io.BytesIO(stream), new)
    assert list(tmp_path.rglob("*")) == [new.root]


@pytest.mark.parametrize("place", ["sqlite", "postgresql"])
async def test_a_container_goes_on_in_the_new_place(place: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_database") if place == "postgresql" else ""
    old, new = Settings(data=tmp_path / "old"), Settings(data=tmp_path / "new", database_url=url)
    file = tmp_path / "file.backup"
    async with running(old.data) as server:
        client = AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key)
        container = (await client.containers.create(name="kept")).id
        gone = (await client.containers.create(name="gone")).id
        await client.containers.files.create(container, file=("in.csv", b"1,2,3"))
        await run(client, container, "open('out.txt', 'w').write(open('in.csv').read()); x = 5; x")
        for each in (old.data / "containers" / gone).iterdir():
            each.unlink()
        (old.data / "containers" / gone).rmdir()
        manifest = await backup(old, file, nothing)
        assert (manifest.workspaces.saved, manifest.workspaces.size, manifest.workspaces.elsewhere) == (1, 10, 1)
    await restore(new, file, nothing)
    async with running(new.data, url) as server:
        client = AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key)
        files = [each async for each in client.containers.files.list(container)]
        assert {(each.path, each.source) for each in files} == {
            ("/mnt/data/in.csv", "user"),
            ("/mnt/data/out.txt", "assistant"),
        }
        assert await run(client, container, "open('out.txt').read(), 'x' in globals()") == "('1,2,3', False)"
        assert (await client.containers.retrieve(gone)).status == "expired"


async def test_another_installations_files_are_not_written_over(tmp_path: Path) -> None:
    old, new = Settings(data=tmp_path / "old"), Settings(data=tmp_path / "new")
    async with running(old.data) as server:
        client = AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key)
        container = (await client.containers.create(name="kept")).id
        await backup(old, tmp_path / "file.backup", nothing)
    (new.data / "containers" / container).mkdir(parents=True)
    with pytest.raises(Conflict, match="another installation's"):
        await restore(new, tmp_path / "file.backup", nothing)
    assert not (new.data / "earthshine.db").exists()
    assert not (new.data / "containers.restoring").exists()


@asynccontextmanager
async def running(data: Path, database_url: str = "") -> AsyncGenerator[ServerProcess]:
    """A server, on SQLite unless a database is named."""
    server = await start_server(data, *FLAGS, env={"EARTHSHINE_DATABASE_URL": database_url})
    try:
        yield server
    finally:
        await server.stop()


async def run(client: AsyncOpenAI, container: str, code: str) -> str:
    """Have the scripted model run code in a container; returns what it printed."""
    script = [{"tool_call": {"name": "code_interpreter", "arguments": {"code": code}}}, {"text": "Done."}]
    made = await client.responses.create(
        model="scripted",
        input=f"Go.\n!script {json.dumps(script)}",
        tools=[{"type": "code_interpreter", "container": container}],
    )
    call = made.output[0]
    assert call.type == "code_interpreter_call"
    output = (call.outputs or [])[0]
    assert output.type == "logs"
    return output.logs
