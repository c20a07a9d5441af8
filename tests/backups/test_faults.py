"""Kills, a full disk, and a server that goes on writing."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from earthshine.backups.archive import open_archive
from earthshine.backups.backup import backup
from earthshine.backups.restore import restore
from earthshine.cli import main
from earthshine.settings import Settings
from tests.backups.filled import dump, fill, nothing
from tests.faults.api import api_of, assert_whole, script
from tests.server_process import start_server

STORY = "Nobody lost a word while it was saved. " * 20


@pytest.fixture(scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with something in it."""
    settings = Settings(data=tmp_path_factory.mktemp("template"))
    await fill(settings.database)
    return settings


@pytest.fixture(scope="module")
async def archive(template: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    file = tmp_path_factory.mktemp("archive") / "b"
    await backup(template, file, nothing)
    return file


async def python(program: str, before: Callable[[], None] | None = None) -> tuple[int | None, str]:
    """Run a program in a process of its own; return its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=-1, stderr=asyncio.subprocess.STDOUT, preexec_fn=before
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


def command(*arguments: object) -> str:
    words = [str(argument) for argument in arguments]
    return f"from earthshine.cli import main\nmain({words!r})"


def killing(call: str, stage: str) -> str:
    """Return a program that makes a call of ours and is killed when it comes to a stage."""
    return f"""
import asyncio, os
from pathlib import Path
from earthshine.settings import Settings
from earthshine.backups.backup import backup
from earthshine.backups.restore import restore
def progress(what, done, total):
    if what.startswith({stage!r}):
        os.kill(os.getpid(), 9)
asyncio.run({call})
"""


async def test_a_kill_while_saving(template: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b"
    before = dump(template.data)
    call = f"backup(Settings(data=Path({str(template.data)!r})), Path({str(file)!r}), progress)"
    code, output = await python(killing(call, "saving run_events"))
    assert code == -signal.SIGKILL, output
    assert not file.exists()
    assert dump(template.data) == before
    manifest = await backup(template, file, nothing)
    assert manifest.rows == sum(table.rows for table in manifest.tables) > 0


@pytest.mark.parametrize("stage", ["restoring run_events", "reading run_events back"])
async def test_a_kill_while_restoring(stage: str, template: Settings, archive: Path, tmp_path: Path) -> None:
    new = Settings(data=tmp_path / "new")
    call = f"restore(Settings(data=Path({str(new.data)!r})), Path({str(archive)!r}), progress)"
    code, output = await python(killing(call, stage))
    assert code == -signal.SIGKILL, output
    assert not (new.data / "earthshine.db").exists()
    await restore(new, archive, nothing)
    assert dump(new.data) == dump(template.data)
    assert sorted(path.name for path in new.data.iterdir()) == ["earthshine.db", "server.lock"]


def small_disk() -> None:
    """Let no file grow beyond 16 KiB, as on a disk that is nearly full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))


async def test_a_full_disk_while_saving(template: Settings, tmp_path: Path) -> None:
    # What cannot be compressed, so that the archive is larger than that disk.
    data = tmp_path / "data"
    shutil.copytree(template.data, data)
    with sqlite3.connect(data / "earthshine.db") as connection:
        connection.execute("UPDATE conversation_items SET item = randomblob(50000)")
    code, output = await python(command("backup", tmp_path / "b", "--data", data), small_disk)
    assert code == 1
    assert "There is no backup; free some space." in output and "Traceback" not in output
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


async def test_a_full_disk_while_restoring(archive: Path, tmp_path: Path) -> None:
    code, output = await python(command("restore", archive, "--data", tmp_path / "new"), small_disk)
    assert code == 1
    assert "full" in output and "Traceback" not in output
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["server.lock"]
    code, output = await python(command("restore", archive, "--data", tmp_path / "new"))
    assert code == 0, output


async def said(*arguments: object) -> tuple[int, str]:
    """Give a command in this process; return its exit code and what it said."""
    done = await asyncio.to_thread(CliRunner().invoke, main, [str(argument) for argument in arguments])
    return done.exit_code, done.output


async def test_the_commands(template: Settings, tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "b"
    shutil.copytree(template.data, data)
    (data / "secret.key").write_text("very-secret-key")
    code, output = await said("backup", file, "--data", data, "--with-secrets")
    assert code == 0 and "run_events" in output, output
    code, output = await said("backup", file, "--list")
    assert code == 0 and "secret file secret.key" in output, output
    assert "very-secret" not in output and "مرحبا" not in output, "a listing shows no content"
    code, output = await said("backup", file, "--list", "--json")
    assert {table["name"]: table["rows"] for table in json.loads(output)["tables"]}["run_events"] == 250
    code, output = await said("restore", file, "--data", tmp_path / "new")
    assert code == 0 and "each table's hash equal" in output, output
    code, output = await said("restore", file, "--data", tmp_path / "new")
    assert code == 1 and "exists already" in output
    code, output = await said("backup", tmp_path / "nowhere" / "b", "--data", data)
    assert code == 1 and "no directory" in output
    code, output = await said("restore", tmp_path / "nothing", "--data", tmp_path / "other")
    assert code == 1 and "cannot be read" in output and not (tmp_path / "other").exists()


@pytest.mark.sqlite
async def test_a_backup_while_twenty_streams_write(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "old", "--scripted", "--no-embedded-model", "--default-model", "scripted")
    slow = script(text=STORY, tokens_per_second=25)
    async with api_of(server) as api:
        quick = [await api.create("Hello.") for _ in range(3)]
        made = await asyncio.gather(*(api.create(slow, background=True) for _ in range(20)))
        await asyncio.sleep(0.5)
        await backup(Settings(data=server.data), tmp_path / "b", nothing)
        states = [(await api.get(response["id"]))["status"] for response in made]
        assert "in_progress" in states, "the backup was to be made while they were being written"
        for response in made:
            final = await api.ended(response["id"])
            assert_whole(await api.events(response["id"]), final)
        for response in quick:
            assert await api.get(response["id"])
        originals = {response["id"]: await api.events(response["id"]) for response in made}
    assert await server.stop() == 0

    with open_archive(tmp_path / "b") as opened:
        counts = {table.name: table.rows for table in opened.manifest.tables}
    assert counts["responses"] == 23
    await restore(Settings(data=tmp_path / "new"), tmp_path / "b", nothing)
    with sqlite3.connect(tmp_path / "new" / "earthshine.db") as connection:
        rows = connection.execute(
            "SELECT run_id, sequence_number, event FROM run_events ORDER BY run_id, sequence_number"
        ).fetchall()
    for response_id, events in originals.items():
        saved = [json.loads(event) for key, _, event in rows if key == response_id]
        assert 0 < len(saved) < len(events), "a part of it"
        assert saved == events[: len(saved)], "and that part is its beginning"

    # The restored server goes on with what was being written, and what had ended equals its journal.
    again = await start_server(tmp_path / "new", "--scripted", "--no-embedded-model", "--default-model", "scripted")
    async with api_of(again) as api:
        for response_id in originals:
            final = await api.ended(response_id)
            assert final["status"] == "completed"
            assert_whole(await api.events(response_id), final)
        for response in quick:
            assert await api.get(response["id"]) == response
    assert await again.stop() == 0
