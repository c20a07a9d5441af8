"""Limits: how much an organisation, project, key or user may use. Kept in a table, asked from memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection, Database
from earthshine.ids import new_id
from earthshine.metering.limits.kinds import Kind
from earthshine.metering.tables import limit_revisions, limits, model_permissions
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)

Scope = Literal["organization", "project", "key", "user"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit."""

    scope: Scope
    scope_id: str
    """Of a key, the family: the first of those that followed one another by rotation."""
    kind: Kind
    model: str | None
    """The model that it counts, or all of them together."""
    amount: int
    """In the smallest parts of the unit that the kind counts; zero refuses everything."""


@dataclass(frozen=True, slots=True)
class StoredLimit:
    """A limit as its row has it."""

    id: str
    organization: str
    limit: Limit
    created_at: int


class Limits:
    """All limits and model permissions of the installation, in memory and in their tables.

    Changes take a connection, so that the caller's transaction also holds the audit row; call `refresh` when it is
    committed. A server that shares its database learns of others' changes within `refresh_every` seconds.
    """

    def __init__(self, database: Database, *, refresh_every: float | None = None) -> None:
        self._database = database
        self._revision = -1
        self._limits: dict[tuple[str, str, str], tuple[Limit, ...]] = {}
        self._models: dict[str, tuple[str, frozenset[str]]] = {}
        self._refresher = None if refresh_every is None else Periodic("limits", self.refresh, refresh_every)

    async def open(self) -> None:
        """Load everything, and begin to look for others' changes if so asked."""
        # Another process may do the same at this moment; one row is enough.
        with suppress(IntegrityError):
            async with self._database.write() as connection:
                if (await connection.execute(select(limit_revisions.c.id))).first() is None:
                    await connection.execute(insert(limit_revisions).values(id=1, revision=1))
        await self.refresh()
        if self._refresher is not None:
            self._refresher.start()

    async def close(self) -> None:
        """Stop looking."""
        if self._refresher is not None:
            await self._refresher.close()

    # --- asked on the way of every request ---------------------------------------------------------------------------

    def of(self, caller: Caller, model: str) -> tuple[Limit, ...]:
        """Return every limit that a request of this caller to this model counts against."""
        found: list[Limit] = []
        for holder in (
            ("organization", caller.organization),
            ("project", caller.project),
            ("key", caller.counted_as),
            ("user", caller.user),
        ):
            found += self._limits.get((caller.organization, *holder), ())
        return tuple(limit for limit in found if limit.model is None or limit.model == model)

    def may_use(self, project: str, model: str) -> bool:
        """Whether the project's model permissions allow this model; without any, all are allowed."""
        mode, names = self._models.get(project, ("deny_list", frozenset[str]()))
        return (model in names) == (mode == "allow_list")

    # --- changed by administrators -----------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Load what is stored, if it changed since the last time."""
        async with self._database.read() as connection:
            revision = (await connection.execute(select(limit_revisions.c.revision))).scalar() or 0
            if revision == self._revision:
                return
            rows = (await connection.execute(select(limits))).all()
            permissions = (await connection.execute(select(model_permissions))).all()
        found: dict[tuple[str, str, str], list[Limit]] = {}
        for row in rows:
            found.setdefault((row.organization, row.scope, row.scope_id), []).append(stored(row).limit)
        self._limits = {holder: tuple(each) for holder, each in found.items()}
        self._models = {row.project: (row.mode, frozenset(row.model_ids)) for row in permissions}
        self._revision = revision


async def put_limit(connection: Connection, organization: str, limit: Limit) -> StoredLimit:
    """Make a limit, or change the amount of the one of the same scope, kind and model."""
    await bump(connection)
    row = (await connection.execute(select(limits).where(*_same(organization, limit)))).first()
    if row is not None:
        await connection.execute(update(limits).where(limits.c.id == row.id).values(amount=limit.amount))
        return StoredLimit(row.id, organization, limit, row.created_at)
    new = StoredLimit(new_id("limit"), organization, limit, int(time.time()))
    await connection.execute(
        insert(limits).values(
            id=new.id,
            organization=organization,
            scope=limit.scope,
            scope_id=limit.scope_id,
            kind=limit.kind,
            model=limit.model or "",
            amount=limit.amount,
            created_at=new.created_at,
        )
    )
    return new


async def remove_limit(connection: Connection, organization: str, limit: Limit) -> bool:
    """Remove the limit of the same scope, kind and model, whatever its amount; whether there was one."""
    await bump(connection)
    return (await connection.execute(delete(limits).where(*_same(organization, limit)))).rowcount > 0


async def limits_of(
    connection: Connection, organization: str, scope: Scope, scope_id: str, kinds: Iterable[Kind]
) -> list[StoredLimit]:
    """Return what is stored for one holder, of these kinds."""
    chosen = (
        limits.c.organization == organization,
        limits.c.scope == scope,
        limits.c.scope_id == scope_id,
        limits.c.kind.in_(list(kinds)),
    )
    return [stored(row) for row in (await connection.execute(select(limits).where(*chosen))).all()]


async def bump(connection: Connection) -> None:
    """Count a change, so that every process notices. Also makes changes wait for each other."""
    await connection.execute(update(limit_revisions).values(revision=limit_revisions.c.revision + 1))


def stored(row: Row[tuple[object, ...]]) -> StoredLimit:
    """Return a row of `limits` as an object."""
    limit = Limit(cast("Scope", row.scope), row.scope_id, cast("Kind", row.kind), row.model or None, row.amount)
    return StoredLimit(row.id, row.organization, limit, row.created_at)


def _same(organization: str, limit: Limit) -> tuple[ColumnElement[bool], ...]:
    return (
        limits.c.organization == organization,
        limits.c.scope == limit.scope,
        limits.c.scope_id == limit.scope_id,
        limits.c.kind == limit.kind,
        limits.c.model == (limit.model or ""),
    )
