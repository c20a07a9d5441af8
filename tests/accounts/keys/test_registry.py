"""KeyRegistry are made once, shown once, stored as hashes, and known to every server that shares their database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from earthshine.accounts.authorization.permissions import PERMISSIONS
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.tables import keys, organizations, projects
from earthshine.database import Database
from earthshine.errors import Conflict, NotFound, PermissionDenied, RateLimited, Unauthenticated
from tests.patience import PATIENCE

Open = Callable[..., Awaitable[KeyRegistry]]
ADDRESS = "192.0.2.7"


@pytest.fixture
async def opened(database: Database) -> AsyncGenerator[Open]:
    """Opens `KeyRegistry` on the database, and closes them all."""
    made: list[KeyRegistry] = []

    async def open_keys(bootstrap: str = "sk-chosen-0123456789", **options: Any) -> KeyRegistry:
        made.append(KeyRegistry(database, **options))
        await made[-1].open(bootstrap)
        return made[-1]

    yield open_keys
    for each in made:
        await each.close()


async def add(registry: KeyRegistry, **values: Any) -> tuple[str, str]:
    """Make a project key; return its id and the key."""
    new = key_rows.NewKey(**{"kind": "project", "organization": "default", "project": "default", "name": "k", **values})
    async with registry.changing() as connection:
        row, key = await key_rows.add(connection, new)
    return row.id, key


async def test_the_first_start_makes_a_key_and_shows_it_once(database: Database) -> None:
    first, second = KeyRegistry(database), KeyRegistry(database)
    key = await first.open()
    assert key is not None
    assert key.startswith("sk-es-")
    assert len(key) >= 32
    caller = await first.identify(key)
    assert await second.open() is None
    assert await second.identify(key) == caller
    assert (caller.project, caller.organization, caller.permissions) == ("default", "default", PERMISSIONS)
    await first.close()
    await second.close()


async def test_servers_that_start_together_make_one_administrator(database: Database) -> None:
    servers = [KeyRegistry(database) for _ in range(4)]
    made = [key for key in await asyncio.gather(*(each.open() for each in servers)) if key]
    (key,) = made
    assert {(await each.identify(key)).key_id for each in servers} == {(await servers[0].identify(key)).key_id}
    for each in servers:
        await each.close()


async def test_a_bootstrap_key_counts_at_the_first_start_only(opened: Open) -> None:
    await opened("sk-chosen")
    later = await opened("sk-other")
    await later.identify("sk-chosen")
    with pytest.raises(Unauthenticated):
        await later.identify("sk-other")


@pytest.mark.parametrize("key", ["sk-chosen-0123456789", "short!", "قمر-القمر-القمر"])
async def test_the_key_itself_is_not_stored(key: str, opened: Open, database: Database) -> None:
    await opened(key)
    async with database.read() as connection:
        (row,) = (await connection.execute(select(keys))).all()
    assert key not in repr(row)
    assert key.startswith(row.prefix)
    assert len(row.prefix) <= len(key) // 2


@pytest.mark.parametrize("wrong", ["", "sk-chosen ", "SK-CHOSEN", "sk-chose", "\ud800", "\0", "قمر"])
async def test_wrong_keys_are_refused_with_advice(wrong: str, opened: Open) -> None:
    registry = await opened("sk-chosen")
    with pytest.raises(Unauthenticated, match="Authorization: Bearer KEY"):
        await registry.identify(wrong)


async def test_keys_of_the_first_version_stay_the_administrators(opened: Open, database: Database) -> None:
    old = {"id": "key_old", "hash": key_rows.hashed("sk-old"), "prefix": "sk-", "project": "default"}
    async with database.write() as connection:
        await connection.execute(insert(keys).values(**old, name="administrator", created_at=1))
    registry = await opened("sk-ignored")
    assert (await registry.identify("sk-old")).permissions == PERMISSIONS
    with pytest.raises(Unauthenticated):
        await registry.identify("sk-ignored")


async def test_a_key_that_has_expired_is_refused(opened: Open) -> None:
    now = 0.0
    registry = await opened(clock=lambda: now)
    async with registry.changing() as connection:
        row, key = await key_rows.add(
            connection, key_rows.NewKey("project", "default", "default", "k", expires_in_seconds=60)
        )
    now = row.expires_at - 1
    await registry.identify(key)
    now = row.expires_at
    with pytest.raises(Unauthenticated, match="expired"):
        await registry.identify(key)


async def test_a_key_comes_only_from_its_addresses(opened: Open) -> None:
    registry = await opened()
    _, key = await add(registry, addresses=["192.0.2.0/24", "2001:db8::/32"])
    for address in ("192.0.2.7", "2001:db8::1", "::ffff:192.0.2.9"):
        await registry.identify(key, address)
    for address in ("198.51.100.1", "2001:db9::1", "", "unix", "::ffff:198.51.100.1"):
        with pytest.raises(PermissionDenied, match="address"):
            await registry.identify(key, address)


async def test_a_revoked_key_is_refused_at_once(opened: Open) -> None:
    registry = await opened()
    key_id, key = await add(registry)
    await registry.identify(key)
    async with registry.changing() as connection:
        await key_rows.revoke(connection, keys.c.id == key_id)
    with pytest.raises(Unauthenticated, match="revoked"):
        await registry.identify(key)


async def test_a_failed_change_changes_nothing(opened: Open) -> None:
    registry = await opened()
    key_id, key = await add(registry)
    with pytest.raises(RuntimeError):
        async with registry.changing() as connection:
            await key_rows.revoke(connection, keys.c.id == key_id)
            raise RuntimeError
    await registry.identify(key)


async def test_keys_of_archived_projects_and_organizations_are_refused(opened: Open) -> None:
    registry = await opened()
    async with registry.changing() as connection:
        await connection.execute(insert(organizations).values(id="org_2", name="Two", created_at=1))
        await connection.execute(insert(projects).values(id="proj_2", organization="org_2", name="P", created_at=1))
    _, key = await add(registry, organization="org_2", project="proj_2")
    _, admin = await add(registry, kind="admin", organization="org_2", project="")
    await registry.identify(key)
    await registry.check_project("proj_2", "org_2", reads=False)
    async with registry.changing() as connection:
        await connection.execute(update(projects).where(projects.c.id == "proj_2").values(archived_at=2))
    with pytest.raises(PermissionDenied, match="project"):
        await registry.identify(key)
    await registry.identify(admin)
    await registry.check_project("proj_2", "org_2", reads=True)
    with pytest.raises(Conflict):
        await registry.check_project("proj_2", "org_2", reads=False)
    with pytest.raises(NotFound):
        await registry.check_project("proj_2", "default", reads=True)
    async with registry.changing() as connection:
        await connection.execute(update(organizations).where(organizations.c.id == "org_2").values(archived_at=2))
    with pytest.raises(PermissionDenied, match="organization"):
        await registry.identify(admin)


async def test_last_use_is_written_in_batches(opened: Open, database: Database) -> None:
    now = 1_000.0
    registry = await opened(clock=lambda: now)
    key_id, key = await add(registry)
    await registry.identify(key)
    now = 1_005.5
    await registry.identify(key)
    assert registry.last_used(key_id, None) == 1_005

    async def stored() -> int | None:
        async with database.read() as connection:
            return (await connection.execute(select(keys.c.last_used_at).where(keys.c.id == key_id))).scalar_one()

    assert await stored() is None
    await registry.store_last_used()
    assert await stored() == 1_005
    now = 900.0  # another server's clock
    await registry.identify(key)
    await registry.store_last_used()
    assert await stored() == 1_005


async def test_a_rotated_key_and_its_successor_overlap(opened: Open) -> None:
    now = 0.0
    registry = await opened(clock=lambda: now)
    _, old = await add(registry, role="viewer", models=["m"], addresses=["192.0.2.7"])
    async with registry.changing() as connection:
        row = await key_rows.find(connection, (await _rows(connection))[-1].id)
        _, new, ends = await key_rows.rotate(connection, row, overlap_seconds=100, expires_in_seconds=None)
    now = ends - 1
    before, after = await registry.identify(old, ADDRESS), await registry.identify(new, ADDRESS)
    assert (before.permissions, before.models) == (after.permissions, after.models)
    with pytest.raises(PermissionDenied):
        await registry.identify(new, "198.51.100.1")
    now = ends
    with pytest.raises(Unauthenticated):
        await registry.identify(old, ADDRESS)
    await registry.identify(new, ADDRESS)


async def _rows(connection: Any) -> Any:
    return (await connection.execute(select(keys).order_by(keys.c.id))).all()


async def test_wrong_keys_from_one_address_must_wait_and_right_ones_not(opened: Open) -> None:
    registry = await opened(wrong_keys=3)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await registry.identify("wrong", ADDRESS)
    with pytest.raises(RateLimited) as caught:
        await registry.identify("wrong", ADDRESS)
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 60
    await registry.identify("sk-chosen-0123456789", ADDRESS)
    with pytest.raises(Unauthenticated):
        await registry.identify("wrong", "192.0.2.8")


async def test_servers_that_share_a_database_learn_of_each_others_keys(opened: Open) -> None:
    here, there = await opened(refresh_every=0.05), await opened(refresh_every=0.05)
    key_id, key = await add(here)
    await there.identify(key)  # a miss looks at once
    async with here.changing() as connection:
        await key_rows.revoke(connection, keys.c.id == key_id)
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await there.identify(key)
            except Unauthenticated:
                break
            await asyncio.sleep(0.01)


async def test_a_flood_of_wrong_keys_is_no_flood_of_queries(opened: Open, database: Database) -> None:
    registry = await opened(refresh_every=60, wrong_keys=10**6)
    queries = 0

    def count(*_: Any) -> None:
        nonlocal queries
        queries += 1

    event.listen(database._engine.sync_engine, "before_cursor_execute", count)
    try:
        loop = asyncio.get_running_loop()
        began = loop.time()
        results = await asyncio.gather(
            *(registry.identify(f"wrong-{number}", f"10.0.{number % 256}.1") for number in range(2_000)),
            return_exceptions=True,
        )
        seconds = loop.time() - began
    finally:
        event.remove(database._engine.sync_engine, "before_cursor_execute", count)
    assert {type(result) for result in results} == {Unauthenticated}
    assert 1 <= queries <= 2 + 20 * seconds
