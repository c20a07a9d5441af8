"""The webhook endpoints of projects, and the log of what was delivered to them."""

from __future__ import annotations

import time
from typing import Any, cast

import orjson
from sqlalchemy import Row, delete, func, insert, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.notifications.addresses import check_address
from earthshine.notifications.announcer import Announcer
from earthshine.notifications.deliveries import Deliveries
from earthshine.notifications.event_types import sample
from earthshine.notifications.objects import (
    WebhookDelivery,
    WebhookEndpoint,
    WebhookTestResult,
    delivery_object,
    endpoint_object,
)
from earthshine.notifications.schemas import NewestFirstQuery, WebhookCreate, WebhookUpdate
from earthshine.notifications.signing import new_secret
from earthshine.notifications.tables import deliveries
from earthshine.notifications.tables import endpoints as table
from earthshine.runs import Runs
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.wire.pagination import page

MOST = 20
"""Endpoints of one project."""
_KEPT_SECONDS = 86_400
"""For so long an old secret signs, too, where that is asked for."""


class WebhookEndpoints:
    """Rows of endpoints."""

    def __init__(
        self, database: Database, settings: Settings, runs: Runs, announcer: Announcer, sender: Deliveries
    ) -> None:
        self._database, self._settings, self._runs = database, settings, runs
        self._announcer, self._sender = announcer, sender

    async def create(self, who: Caller, body: WebhookCreate) -> WebhookEndpoint:
        """Make an endpoint; its secret is told now alone. Raises `InvalidRequest` for one too many, and its address."""
        check_address(body.url, self._settings)
        secret, now = new_secret(), int(time.time())
        row: dict[str, Any] = {
            "id": new_id("whe"),
            "project": who.project,
            "organization": who.organization,
            "created_at": now,
            "updated_at": now,
            "name": body.name,
            "url": body.url,
            "event_types": list(dict.fromkeys(body.event_types)),
            **self._sealed(secret),
        }
        async with self._database.write() as connection:
            there = select(func.count()).where(table.c.project == who.project)
            if (await connection.execute(there)).scalar_one() >= MOST:
                raise InvalidRequest(f"A project has {MOST} webhook endpoints at most. Delete one.")
            made = (await connection.execute(insert(table).values(row).returning(*table.c))).one()
            await _record(connection, who, "webhook_endpoint.created", made)
        return endpoint_object(made, secret)

    async def get(self, endpoint_id: str, project: str) -> WebhookEndpoint:
        """Return an endpoint. Raises `NotFound`."""
        async with self._database.read() as connection:
            return endpoint_object(await _find(connection, endpoint_id, project))

    async def list(self, project: str, query: NewestFirstQuery) -> tuple[list[WebhookEndpoint], bool]:
        """List a project's endpoints, and say whether there are more."""
        async with self._database.read() as connection:
            rows, more = await page(connection, table, query, table.c.project == project)
        return [endpoint_object(row) for row in rows], more

    async def update(self, endpoint_id: str, who: Caller, body: WebhookUpdate) -> WebhookEndpoint:
        """Change what is given; one that was switched off is told again. Raises `NotFound`."""
        if body.url is not None:
            check_address(body.url, self._settings)
        given = {name: getattr(body, name) for name in body.model_fields_set}
        async with self._database.write() as connection:
            row = await _find(connection, endpoint_id, who.project)
            changes: dict[str, Any] = {name: each for name, each in given.items() if each != getattr(row, name)}
            if changes:
                changes["updated_at"] = int(time.time())
            changes |= {"failing_since": None, "disabled_at": None}
            made = update(table).where(table.c.id == row.id).values(changes).returning(*table.c)
            row = (await connection.execute(made)).one()
            await _record(connection, who, "webhook_endpoint.updated", row)
        return endpoint_object(row)

    async def delete(self, endpoint_id: str, who: Caller) -> None:
        """Remove an endpoint with its deliveries. Raises `NotFound`."""
        async with self._database.write() as connection:
            row = await _find(connection, endpoint_id, who.project)
            await connection.execute(delete(deliveries).where(deliveries.c.endpoint_id == row.id))
            await connection.execute(delete(table).where(table.c.id == row.id))
            await _record(connection, who, "webhook_endpoint.deleted", row)

    async def rotate(self, endpoint_id: str, who: Caller, *, keep: bool) -> WebhookEndpoint:
        """Make a new secret; with `keep` the old one signs, too, for a day. Raises `NotFound`."""
        secret, now = new_secret(), int(time.time())
        async with self._database.write() as connection:
            row = await _find(connection, endpoint_id, who.project)
            old = {"old_secret": row.secret, "old_secret_until": now + _KEPT_SECONDS}
            old = old if keep else {"old_secret": None, "old_secret_until": None}
            changed = update(table).where(table.c.id == row.id).values(**self._sealed(secret), **old, updated_at=now)
            row = (await connection.execute(changed.returning(*table.c))).one()
            await _record(connection, who, "webhook_endpoint.secret_rotated", row)
        return endpoint_object(row, secret)

    async def test(self, endpoint_id: str, project: str, name: str) -> WebhookTestResult:
        """Send an example, and return what the receiver answered. Raises `NotFound` and `UpstreamUnreachable`."""
        async with self._database.read() as connection:
            row = await _find(connection, endpoint_id, project)
        event = {"id": new_id("evt"), "object": "event", "created_at": int(time.time()), "type": name}
        body = orjson.dumps({**event, "data": sample(name)}).decode()
        code = await self._sender.send(row, cast("str", event["id"]), body)
        told: WebhookTestResult = {
            "object": "webhook_endpoint.test",
            "event_type": name,
            "status_code": code,
            "success": True,
            "webhook_endpoint_id": row.id,
        }
        return told

    # --- deliveries --------------------------------------------------------------------------------------------------

    async def deliveries(
        self, endpoint_id: str, project: str, query: NewestFirstQuery
    ) -> tuple[list[WebhookDelivery], bool]:
        """List what was, or is to be, delivered to an endpoint. Raises `NotFound`."""
        async with self._database.read() as connection:
            await _find(connection, endpoint_id, project)
            rows, more = await page(connection, deliveries, query, deliveries.c.endpoint_id == endpoint_id)
        return [delivery_object(row) for row in rows], more

    async def redeliver(self, endpoint_id: str, delivery_id: str, project: str) -> WebhookDelivery:
        """Deliver an event once more, under its id. Raises `NotFound`."""
        this = (deliveries.c.id == delivery_id) & (deliveries.c.endpoint_id == endpoint_id)
        async with self._database.write() as connection:
            await _find(connection, endpoint_id, project)
            row = (await connection.execute(select(deliveries).where(this))).one_or_none()
            if row is None:
                raise NotFound(f"No delivery with id {delivery_id[:100]!r} was found.", param="delivery_id")
            again = await self._announcer.deliver(connection, endpoint_id, project, row.notice_id, row.type, row.body)
            made = (await connection.execute(select(deliveries).where(deliveries.c.id == again))).one()
        self._runs.wake()
        return delivery_object(made)

    def _sealed(self, secret: str) -> dict[str, str]:
        return {"secret": SecretCipher.open(self._settings).encrypt(secret), "secret_hint": secret[-4:]}


async def _find(connection: Connection, endpoint_id: str, project: str) -> Row[Any]:
    mine = select(table).where(table.c.id == endpoint_id, table.c.project == project)
    found = (await connection.execute(mine)).one_or_none()
    if found is None:
        raise NotFound(f"No webhook endpoint with id {endpoint_id[:100]!r} was found.", param="webhook_endpoint_id")
    return found


async def _record(connection: Connection, who: Caller, act: str, row: Row[Any]) -> None:
    about = {"id": row.id, "name": row.name, "url": row.url, "event_types": row.event_types}
    await record(connection, who, act, about, project=who.project)
