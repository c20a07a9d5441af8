"""How an endpoint is judged by what it takes, and what is told once."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.instances import Instances
from earthshine.notifications.announcer import KIND, Announcer
from earthshine.notifications.deliveries import DEAD_SECONDS, PAUSES, Deliveries
from earthshine.notifications.endpoints import WebhookEndpoints
from earthshine.notifications.event_types import DISABLED, IDLE
from earthshine.notifications.schemas import WebhookCreate
from earthshine.notifications.tables import deliveries, endpoints, notices
from earthshine.runs import Runs
from earthshine.runs.tables import runs as run_rows
from earthshine.settings import Settings

WHO = Caller("key_1", "default")
OWNER = Owner("default", "")


class World:
    def __init__(self, database: Database, data: Path) -> None:
        settings, self.database = Settings(data=data, host="127.0.0.1"), database
        runs = Runs(database, Instances(database, "test"))
        self.announcer = Announcer(runs)
        self.sender = Deliveries(database, settings, self.announcer)
        self.made = WebhookEndpoints(database, settings, runs, self.announcer, self.sender)

    async def endpoint(self) -> str:
        body = WebhookCreate(name="hook", url="http://127.0.0.1:9/", event_types=[IDLE])
        return (await self.made.create(WHO, body))["id"]

    async def announce(self, source: str) -> None:
        async with self.database.write() as connection:
            await self.announcer.announce(connection, OWNER, IDLE, source, {"id": "asess_1"})

    async def count(self, table: Any, *where: Any) -> int:
        async with self.database.read() as connection:
            return (await connection.execute(select(func.count()).select_from(table).where(*where))).scalar_one()

    async def tried(self, delivery_id: str) -> bool:
        done = await self.sender._send(delivery_id, last=False)
        async with self.database.write() as connection:
            assert done.write is not None
            await done.write(connection)
        return done.result


async def test_what_happens_once_is_told_once(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path)
    await world.endpoint()
    for _ in range(2):
        await world.announce("resp_1")
    assert await world.count(notices) == await world.count(deliveries) == 1
    assert await world.count(run_rows, run_rows.c.kind == KIND) == 1
    await world.announce("resp_2")
    assert await world.count(notices) == await world.count(deliveries) == 2


async def test_what_is_undone_is_not_told(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path)
    await world.endpoint()
    try:
        async with database.write() as connection:
            await world.announcer.announce(connection, OWNER, IDLE, "resp_1", {"id": "asess_1"})
            raise RuntimeError
    except RuntimeError:
        pass
    assert await world.count(notices) == await world.count(deliveries) == 0


async def test_a_dead_endpoint_is_switched_off_and_told_of(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path)
    endpoint_id = await world.endpoint()
    await world.announce("resp_1")
    async with database.read() as connection:
        (delivery_id,) = await connection.scalars(select(deliveries.c.id))
    assert not await world.tried(delivery_id)
    told = await world.made.get(endpoint_id, "default")
    assert told["failing_since"] is not None and told["disabled_at"] is None
    for since, off in ((DEAD_SECONDS - 60, False), (DEAD_SECONDS + 1, True)):
        async with database.write() as connection:
            await connection.execute(update(endpoints).values(failing_since=int(time.time()) - since))
        await world.tried(delivery_id)
        assert ((await world.made.get(endpoint_id, "default"))["disabled_at"] is not None) == off
    assert await world.count(notices, notices.c.type == DISABLED) == 1
    ((found,), _) = await world.made.deliveries(endpoint_id, "default", _query())
    assert (found["attempts"], found["status"], found["last_status_code"]) == (3, "pending", None)
    assert found["last_error"] and "cannot be reached" in found["last_error"]
    assert await world.tried(delivery_id)
    await world.announce("resp_2")
    assert await world.count(deliveries) == 1


def test_it_is_tried_for_three_days() -> None:
    assert 3 * 86_400 * 0.9 < sum(PAUSES) < 3 * 86_400 * 1.1 < DEAD_SECONDS


def _query() -> Any:
    from earthshine.notifications.schemas import NewestFirstQuery

    return partial(NewestFirstQuery)()
