"""Backups: whole or not there; restored: equal or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from earthshine.backups import archive as archives
from earthshine.backups import restore as restores
from earthshine.backups.archive import Manifest, new_archive, open_archive
from earthshine.backups.backup import backup
from earthshine.backups.restore import restore
from earthshine.catalog.card import Card
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.catalog.weights import weights_size
from earthshine.database import Database
from earthshine.database.transfer import compare
from earthshine.database.url import driver_url
from earthshine.errors import Conflict, InvalidRequest, StorageFull
from earthshine.settings import Settings
from tests.backups.filled import dump, fill, nothing
from tests.catalog.safetensors.folders import write_folder


@pytest.fixture(scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with something in it."""
    settings = Settings(data=tmp_path_factory.mktemp("template"))
    await fill(settings.database)
    return settings.data / "earthshine.db"


@pytest.fixture
def filled(tmp_path: Path, template: Path) -> Settings:
    """A data directory with something in it."""
    settings = Settings(data=tmp_path / "old")
    settings.data.mkdir()
    shutil.copy(template, settings.data)
    return settings


async def test_there_and_back(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    manifest = await backup(filled, file, nothing)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "old"]
    new = Settings(data=tmp_path / "new")
    restored = await restore(new, file, nothing)
    assert restored.manifest == manifest
    assert dump(new.data) == dump(filled.data)
    assert (new.data / "earthshine.db").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in new.data.iterdir()) == ["earthshine.db", "server.lock"]
    # It is an installation: the program opens it.
    database = await Database.open(new.database)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM run_events"))).scalar() == 250
    await database.close()


async def test_a_stranger_can_read_and_check_an_archive(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    await backup(filled, file, nothing)
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        manifest = json.loads(opened.read("manifest.json"))
        for table in manifest["tables"]:
            content = opened.read(f"tables/{table['name']}.jsonl")
            assert hashlib.sha256(content).hexdigest() == table["sha256"]
            assert len(content) == table["size"]
            rows = [json.loads(line) for line in content.splitlines()]
            assert len(rows) == table["rows"]
            assert all(len(row) == len(table["columns"]) for row in rows)
        assert opened.comment.decode() == hashlib.sha256(file.read_bytes()[:-64]).hexdigest()


async def test_from_sqlite_to_postgresql_and_back(filled: Settings, tmp_path: Path, postgres_database: str) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    there = Settings(data=tmp_path / "there", database_url=postgres_database)
    one = await backup(filled, first, nothing)
    await restore(there, first, nothing)
    two = await backup(there, second, nothing)
    by_name = {table.name: table for table in one.tables}
    assert {table.name: table for table in two.tables} == by_name
    assert two.database == "postgresql"
    back = Settings(data=tmp_path / "back")
    await restore(back, second, nothing)
    assert dump(back.data) == dump(filled.data)
    with pytest.raises(Conflict, match="not empty"):
        await restore(there, first, nothing)


async def test_an_empty_installation(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "old")
    settings.data.mkdir()
    await (await Database.open(settings.database)).close()
    manifest = await backup(settings, tmp_path / "b", nothing)
    assert manifest.rows == 0 and manifest.tables
    await restore(Settings(data=tmp_path / "new"), tmp_path / "b", nothing)
    assert dump(tmp_path / "new") == dump(settings.data)


async def test_what_is_no_installation(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no database at"):
        await backup(Settings(data=tmp_path), tmp_path / "b", nothing)
    (tmp_path / "earthshine.db").touch()
    with pytest.raises(InvalidRequest, match="no installation"):
        await backup(Settings(data=tmp_path), tmp_path / "b", nothing)
    assert not (tmp_path / "b").exists()


async def test_nothing_is_written_over(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    await backup(filled, file, nothing)
    with pytest.raises(Conflict, match="exists already"):
        await backup(filled, file, nothing)
    before = dump(filled.data)
    with pytest.raises(Conflict, match="exists already"):
        await restore(filled, file, nothing)
    assert dump(filled.data) == before


async def test_two_backups_at_once(filled: Settings, tmp_path: Path) -> None:
    one, two = await asyncio.gather(*(backup(filled, tmp_path / name, nothing) for name in ("one", "two")))
    assert one.tables == two.tables
    for name in ("one", "two"):
        with open_archive(tmp_path / name):
            pass


@pytest.fixture(scope="module")
async def small_archive(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("small") / "b"
    await backup(Settings(data=template.parent), file, nothing)
    return file


@given(data=st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject, small_archive: Path) -> None:
    content = bytearray(small_archive.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    _assert_refused(small_archive, bytes(content))


@hypothesis_settings(max_examples=30)
@given(data=st.data())
def test_any_cut_is_noticed(data: st.DataObject, small_archive: Path) -> None:
    content = small_archive.read_bytes()
    _assert_refused(small_archive, content[: data.draw(st.integers(0, len(content) - 1))])


@hypothesis_settings(max_examples=30)
@given(content=st.binary(max_size=300))
def test_anything_else_is_no_backup(content: bytes, small_archive: Path) -> None:
    _assert_refused(small_archive, content)
    _assert_refused(small_archive, content + hashlib.sha256(content).hexdigest().encode())


def _assert_refused(original: Path, content: bytes) -> None:
    file = original.with_name("changed")
    file.write_bytes(content)
    with pytest.raises(InvalidRequest), open_archive(file):
        pass


async def test_a_damaged_archive_writes_nothing(small_archive: Path, tmp_path: Path) -> None:
    content = bytearray(small_archive.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(InvalidRequest, match="damaged"):
        await restore(Settings(data=tmp_path / "new"), tmp_path / "b", nothing)
    assert not (tmp_path / "new").exists()


def _forged(original: Path, path: Path, change: dict[str, bytes], manifest: Manifest | None = None) -> Path:
    """Make an archive whose seal is right and whose content is not."""
    with open_archive(original) as archive, new_archive(path) as forged:
        for table in archive.manifest.tables:
            name = f"tables/{table.name}.jsonl"
            forged.add(name, change.get(name, archive.read(name)))
        forged.finish(manifest or archive.manifest)
    return path


async def test_rows_that_differ_from_the_manifest_are_not_kept(small_archive: Path, tmp_path: Path) -> None:
    with open_archive(small_archive) as archive:
        lines = archive.read("tables/run_events.jsonl").splitlines(keepends=True)
    for number, content in enumerate((b"".join(lines[1:]), b"[1]\n", b"{}\n", b"no json\n")):
        forged = _forged(small_archive, tmp_path / f"b{number}", {"tables/run_events.jsonl": content})
        new = Settings(data=tmp_path / f"new{number}")
        with pytest.raises(InvalidRequest):
            await restore(new, forged, nothing)
        assert [path.name for path in new.data.iterdir()] == ["server.lock"]


async def test_a_backup_of_a_newer_program(small_archive: Path, tmp_path: Path) -> None:
    with open_archive(small_archive) as archive:
        newer = replace(archive.manifest, schema="7777", earthshine="99.0")
    forged = _forged(small_archive, tmp_path / "b", {}, newer)
    with pytest.raises(InvalidRequest, match=r"99\.0.*7777"):
        await restore(Settings(data=tmp_path / "new"), forged, nothing)
    assert not (tmp_path / "new").exists()


async def test_a_backup_of_an_older_program_is_brought_up_to_date(tmp_path: Path) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from earthshine.database import migrate

    old = Settings(data=tmp_path / "old")
    old.data.mkdir()
    engine = create_async_engine(driver_url(old.database))
    async with engine.begin() as connection:
        await connection.run_sync(migrate.run, "0001")
        await connection.execute(text("INSERT INTO keys VALUES ('k', 'h', 'p', 'default', 'name', 1)"))
    await engine.dispose()
    manifest = await backup(old, tmp_path / "b", nothing)
    assert manifest.schema == "0001"
    new = Settings(data=tmp_path / "new")
    await restore(new, tmp_path / "b", nothing)
    database = await Database.open(new.database)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT name FROM keys"))).scalar() == "name"
    await database.close()
    assert not list(new.data.glob("*schema*")), "it was brought up to date before it was there"


async def test_secrets_only_when_asked_for(filled: Settings, tmp_path: Path) -> None:
    secret = "c2VjcmV0LWtleS0wMTIzNDU2Nzg5"
    (filled.data / "secret.key").write_text(secret)
    (filled.data / "administrator.key").write_text("sk-es-administrator")
    without = await backup(filled, tmp_path / "without", nothing)
    assert without.secrets == ()
    assert (await restore(Settings(data=tmp_path / "new"), tmp_path / "without", nothing)).secret_missing
    manifest = await backup(filled, tmp_path / "with", nothing, with_secrets=True)
    assert manifest.secrets == ("secret.key",)
    with zipfile.ZipFile(tmp_path / "without") as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
        assert secret.encode() not in everything and b"sk-es-administrator" not in everything
    assert secret.encode() not in manifest.as_json()
    new = Settings(data=tmp_path / "new2")
    assert not (await restore(new, tmp_path / "with", nothing)).secret_missing
    assert (new.data / "secret.key").read_text() == secret
    assert (new.data / "secret.key").stat().st_mode & 0o777 == 0o600
    other = Settings(data=tmp_path / "other")
    other.data.mkdir()
    (other.data / "secret.key").write_text("another")
    with pytest.raises(Conflict, match="another installation's"):
        await restore(other, tmp_path / "with", nothing)
    assert (other.data / "secret.key").read_text() == "another"


async def test_what_was_counted_and_is_not_in_the_ledger_yet(filled: Settings, tmp_path: Path) -> None:
    (filled.data / "spool").mkdir()
    (filled.data / "spool" / "a.spool").write_bytes(b"line\n")
    (filled.data / "spool" / "b.spool").touch()
    await backup(filled, tmp_path / "b", nothing)
    new = Settings(data=tmp_path / "new")
    await restore(new, tmp_path / "b", nothing)
    assert {path.name: path.read_bytes() for path in (new.data / "spool").iterdir()} == {"a.spool": b"line\n"}
    (new.data / "earthshine.db").unlink()
    with pytest.raises(Conflict, match="settlements"):
        await restore(new, tmp_path / "b", nothing)


async def test_models_come_back_where_their_weights_are(filled: Settings, tmp_path: Path) -> None:
    weights = tmp_path / "weights.gguf"
    weights.write_bytes(b"GGUF")
    installed = InstalledModels(filled.models_dir)
    installed.put(Card("kept", source=f"file:{weights}", size=4, path=weights, sha256="ab"))
    installed.put(Card("gone", source="hf:owner/repo/file.gguf", size=10**10, path=filled.models_dir / "gone.gguf"))
    folder = write_folder(tmp_path / "folder", shards=2)
    size = weights_size(folder)
    installed.put(Card("folder", engine="vllm", source=f"file:{folder}", size=size, path=folder))
    manifest = await backup(filled, tmp_path / "b", nothing)
    assert [(model.name, model.source, model.size, model.sha256) for model in manifest.models] == [
        ("folder", f"file:{folder}", size, ""),
        ("gone", "hf:owner/repo/file.gguf", 10**10, ""),
        ("kept", f"file:{weights}", 4, "ab"),
    ]
    assert (tmp_path / "b").stat().st_size < 100_000
    new = Settings(data=tmp_path / "new")
    restored = await restore(new, tmp_path / "b", nothing)
    assert [model.name for model in restored.missing_models] == ["gone"]
    assert sorted(InstalledModels(new.models_dir).cards()) == ["folder", "kept"]


async def test_no_room(small_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restores, "_RESERVE", 2**60)
    with pytest.raises(StorageFull, match=r"\d+ bytes are needed and \d+ are free"):
        await restore(Settings(data=tmp_path / "new"), small_archive, nothing)


async def test_a_failure_while_saving_leaves_no_file(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives.ArchiveWriter, "finish", fail)
    with pytest.raises(OSError, match="No space left"):
        await backup(filled, tmp_path / "b", nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


async def test_collations_of_postgresql_do_not_change_the_order(
    filled: Settings, postgres: object, tmp_path: Path
) -> None:
    from tests.postgres import Cluster

    assert isinstance(postgres, Cluster)
    found = postgres.execute("SELECT collname FROM pg_collation WHERE collprovider = 'i' AND collname = 'und-x-icu'")
    assert found, "this PostgreSQL has no ICU"
    postgres.execute(
        "CREATE DATABASE sorted_by_language TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C'"
    )
    url = postgres.url("sorted_by_language")
    await backup(filled, tmp_path / "b", nothing)
    try:
        await restore(Settings(data=tmp_path / "new", database_url=url), tmp_path / "b", nothing)
        proofs = await compare(driver_url(filled.database), driver_url(url), nothing)
        assert all(proof.equal for proof in proofs)
    finally:
        postgres.drop(url)
