"""A new secret key: whatever was encrypted with an older one is read as before, wherever it stands."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Text, insert, select

from earthshine.database import Database, metadata
from earthshine.errors import ModelBroken
from earthshine.ids import new_id
from earthshine.responses.tables import responses
from earthshine.routing.deployments.tables import deployment_keys
from earthshine.sealing import SecretCipher, key_file, rekey
from earthshine.sealing.columns import renewed, sealed_columns
from earthshine.server import load_features
from earthshine.settings import Settings

_NAMES = re.compile(r"seal|secret(?!_prefix|_hash)|token(?!s|_hash|_count)")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("earthshine.sealing.rotation._WAIT", 0.05)
    return Settings(data=tmp_path)


async def put(database: Database, name: str, secret: str) -> None:
    async with database.write() as connection:
        await connection.execute(insert(deployment_keys).values(id=name, secret=secret))


def response_row(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id("resp"),
        "project": "default",
        "status": "in_progress",
        "background": True,
        "model": "m",
        "created_at": 1_760_000_000,
        "request": request,
        "input": [],
        "response": b"{}",
    }


async def secrets(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        return {row.id: row.secret for row in await connection.execute(select(deployment_keys))}


async def test_all_that_is_encrypted_is_encrypted_anew(database: Database, settings: Settings) -> None:
    old = SecretCipher.open(settings)
    # More than are looked at together.
    for at in range(3):
        await put(database, f"dkey_{at}", old.encrypt(f"سر {at}"))
    tools: list[dict[str, Any]] = [{"type": "mcp", "sealed": old.encrypt("token")}, {"type": "mcp"}]
    row = response_row(request={"model": "m", "tools": tools, "text": {"format": None}})
    plain = response_row(request={"model": "m", "tools": [], "text": "sealed"})
    async with database.write() as connection:
        await connection.execute(insert(responses), [row, plain])
    before = key_file(settings).read_text()
    told = await rekey(database, settings)
    assert (told.renewed, told.lost) == (4, 0)
    assert before not in key_file(settings).read_text() and len(key_file(settings).read_text().split()) == 1
    new = SecretCipher.open(settings)
    assert {new.decrypt(each) for each in (await secrets(database)).values()} == {"سر 0", "سر 1", "سر 2"}
    async with database.read() as connection:
        found = {each.id: each.request for each in await connection.execute(select(responses))}
    assert new.decrypt(found[row["id"]]["tools"][0]["sealed"]) == "token"
    assert found[plain["id"]] == plain["request"]
    for each in (await secrets(database)).values():
        with pytest.raises(ModelBroken):
            old.decrypt(each)


async def test_a_column_of_many_rows_is_gone_through_whole(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.sealing.rotation._AT_ONCE", 2)
    old = SecretCipher.open(settings)
    for at in range(5):
        await put(database, f"dkey_{at}", old.encrypt(str(at)))
    assert (await rekey(database, settings)).renewed == 5


async def test_what_a_server_stores_meanwhile_with_the_old_key_is_not_lost(
    database: Database, settings: Settings
) -> None:
    old = SecretCipher.open(settings)
    await put(database, "dkey_1", old.encrypt("one"))
    work = asyncio.create_task(rekey(database, settings))
    while len(key_file(settings).read_text().split()) == 1:
        await asyncio.sleep(0.001)
    await put(database, "dkey_2", old.encrypt("two"))
    assert (await work).renewed == 2
    new = SecretCipher.open(settings)
    assert [new.decrypt(each) for each in (await secrets(database)).values()] == ["one", "two"]


async def test_what_was_cut_is_begun_again(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = SecretCipher.open(settings)
    await put(database, "dkey_1", old.encrypt("one"))

    def cut(_settings: Settings) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("earthshine.sealing.rotation.drop_old_keys", cut)
        with pytest.raises(OSError, match="killed"):
            await rekey(database, settings)
    assert len(key_file(settings).read_text().split()) == 2
    await rekey(database, settings)
    assert len(key_file(settings).read_text().split()) == 1
    assert SecretCipher.open(settings).decrypt((await secrets(database))["dkey_1"]) == "one"


async def test_what_no_key_opens_stays_and_does_not_hold_up_the_rest(database: Database, settings: Settings) -> None:
    foreign = SecretCipher([Fernet.generate_key().decode()]).encrypt("theirs")
    await put(database, "dkey_1", foreign)
    before = key_file(settings)
    with pytest.raises(ModelBroken, match="None of the 1 stored secrets"):
        await rekey(database, settings)
    assert before.is_file()
    await put(database, "dkey_2", SecretCipher.open(settings).encrypt("mine"))
    told = await rekey(database, settings)
    assert (told.renewed, told.lost) == (1, 1)
    assert (await secrets(database))["dkey_1"] == foreign


async def test_the_keys_of_the_setting_are_not_written_to_a_file(database: Database, tmp_path: Path) -> None:
    first, second = (Fernet.generate_key().decode() for _ in range(2))
    await put(database, "dkey_1", SecretCipher([second]).encrypt("one"))
    settings = Settings(data=tmp_path, secret_key=f"{first}, {second}")
    assert (await rekey(database, settings)).renewed == 1
    again = await rekey(database, settings)
    assert (again.renewed, again.current) == (0, 1)
    assert not key_file(settings).exists()
    assert SecretCipher([first]).decrypt((await secrets(database))["dkey_1"]) == "one"


def test_every_column_of_secrets_says_that_it_is_one() -> None:
    load_features()
    marked = {str(column) for column in sealed_columns(metadata)}
    named = {
        str(column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text) and _NAMES.search(column.name)
    }
    assert named <= marked, "say info=SEALED, or it is lost when the secret key is replaced"
    assert {"chat_shares.sealed_token", "deployment_keys.secret", "responses.request"} <= marked


def test_only_what_stands_under_the_key_is_touched() -> None:
    value = {"sealed": "a", "x": [{"sealed": "b"}, "sealed", {"sealed": {"sealed": "c"}}]}
    assert renewed(value, str.upper) == {"sealed": "A", "x": [{"sealed": "B"}, "sealed", {"sealed": {"sealed": "C"}}]}
