"""The automations of one installation: saved, changed, paused, and asked to be delivered now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING, Owner, Privacy, is_person
from earthshine.agents.automations.invocations import fire, run_of
from earthshine.agents.automations.objects import (
    Automation,
    Invocation,
    automation_object,
    invocation_object,
    shown_target,
)
from earthshine.agents.automations.schedule import check_schedule, next_due
from earthshine.agents.automations.schemas import (
    AutomationCreate,
    AutomationListQuery,
    AutomationUpdate,
    ExistingSessionTarget,
    InvocationListQuery,
    Target,
)
from earthshine.agents.automations.tables import automations as table
from earthshine.agents.automations.tables import invocations
from earthshine.agents.sessions.service import AgentSessions
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.runs import Runs
from earthshine.runs.store import remove_runs
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.wire.pagination import page

Json = dict[str, Any]

MOST = 200
"""Automations of one project."""
_DEVELOPER: Json = {"type": "developer"}


class Automations:
    """Rows of automations."""

    clock: Callable[[], float] = staticmethod(time.time)
    """Unix seconds. What is due, and when, goes by it alone."""

    def __init__(self, database: Database, settings: Settings, runs: Runs, sessions: AgentSessions) -> None:
        self._database, self._settings, self._runs, self._sessions = database, settings, runs, sessions
        self.privacy = Privacy(database, table, not_found)
        self.on_change: Callable[[], None] = lambda: None
        """Called when something may be due earlier than it was."""

    async def create(
        self, who: Caller, body: AutomationCreate, *, created_by: Json = _DEVELOPER, key: str | None = None
    ) -> Automation:
        """Save an automation. With a `key` that one was saved with before, that one is returned.

        Raises `InvalidRequest` for what never fires, fires too often, or is one too many; what its session raises.
        """
        await self._check(who, body.target)
        due = await self._due(body.type, body.expression, body.timezone, body.run_at)
        row: Json = {
            "id": new_id("auto"),
            "project": who.project,
            "user": Owner.of(who).user,
            "caller": who.dump(),
            "created_at": int(self.clock()),
            "created_by": created_by,
            "key": key,
            **body.model_dump(include={"name", "metadata", "type", "expression", "timezone", "run_at"}),
            "status": "active",
            "due_at": due,
            **self._stored(body.target),
        }
        async with self._database.write() as connection:
            if key is not None:
                known = (await connection.execute(select(table).where(table.c.key == key))).one_or_none()
                if known is not None:
                    return automation_object(known)
            there = select(func.count()).where(table.c.project == who.project)
            if (await connection.execute(there)).scalar_one() >= MOST:
                raise InvalidRequest(f"A project has {MOST} automations at most. Delete one that is not needed.")
            made = (await connection.execute(insert(table).values(row).returning(*table.c))).one()
        self.on_change()
        return automation_object(made)

    async def get(self, automation_id: str, project: str) -> Automation:
        """Return an automation. Raises `NotFound`."""
        async with self._database.read() as connection:
            return automation_object(await _find(connection, automation_id, project))

    async def list(self, owner: Owner, query: AutomationListQuery) -> tuple[list[Automation], bool]:
        """List the automations that this owner reaches, and say whether there are more."""
        mine = [owner.reaches(table)]
        if query.session_id is not None:
            mine.append(table.c.session_id == query.session_id)
        async with self._database.read() as connection:
            rows, more = await page(connection, table, query, *mine)
        return [automation_object(row) for row in rows], more

    async def update(self, automation_id: str, who: Caller, body: AutomationUpdate) -> Automation:
        """Change what is given. Raises `NotFound`, `Conflict` for what has fired, and what `create` raises."""
        given: Json = {name: getattr(body, name) for name in body.model_fields_set}
        target: Target | None = given.pop("target", None)
        if target is not None:
            await self._check(who, target)
        async with self._database.write() as connection:
            row = await _find(connection, automation_id, who.project, lock=True)
            _check_kind(row, given, target)
            changes = dict(given)
            if target is not None:
                changes |= self._stored(target)
            if given.keys() & {"expression", "timezone", "run_at"}:
                if row.status == "completed":
                    raise Conflict("This automation has fired. Make another one.")
                when = [given.get(name, getattr(row, name)) for name in ("expression", "timezone", "run_at")]
                due = await self._due(row.type, *when)
                changes["due_at"] = due if row.status == "active" else None
            if changes:
                await connection.execute(update(table).where(table.c.id == row.id).values(changes))
            row = await _find(connection, automation_id, who.project)
        self.on_change()
        return automation_object(row)

    async def delete(self, automation_id: str, project: str) -> None:
        """Remove an automation; what waits to be delivered is not. Raises `NotFound`."""
        async with self._database.write() as connection:
            await _find(connection, automation_id, project, lock=True)
            await _remove(connection, table.c.id == automation_id)

    async def pause(self, automation_id: str, project: str) -> Automation:
        """Let it not fire. Raises `NotFound`, and `Conflict` for one that has fired."""
        return await self._set(automation_id, project, "paused")

    async def resume(self, automation_id: str, project: str) -> Automation:
        """Let it fire again. Raises `NotFound`, and `Conflict` for one that has fired, or whose time has passed."""
        return await self._set(automation_id, project, "active")

    async def erase(self, user: str) -> None:
        """Remove all automations of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self._database.write() as connection:
                await _remove(connection, table.c.user == user)

    async def leave(self, connection: Connection, user: str, project: str) -> None:
        """Pause those of a person who leaves a project."""
        theirs = (table.c.user == user) & (table.c.project == project) & (table.c.status == "active")
        await connection.execute(update(table).where(theirs).values(status="paused", due_at=None))

    # --- invocations -------------------------------------------------------------------------------------------------

    async def invoke(self, automation_id: str, project: str) -> Invocation:
        """Have an automation delivered now. Raises `NotFound`, and `Conflict` while many deliveries wait."""
        async with self._database.write() as connection:
            row = await _find(connection, automation_id, project, lock=True)
            made = await fire(connection, self._runs, row, self.clock())
        assert made is not None
        self._runs.wake()
        return invocation_object(made)

    async def invocation(self, automation_id: str, invocation_id: str, project: str) -> Invocation:
        """Return a delivery. Raises `NotFound`."""
        this = (invocations.c.id == invocation_id) & (invocations.c.automation_id == automation_id)
        async with self._database.read() as connection:
            await _find(connection, automation_id, project)
            found = (await connection.execute(select(invocations).where(this))).one_or_none()
        if found is None:
            raise NotFound(f"No invocation with id {invocation_id[:100]!r} was found.", param="invocation_id")
        return invocation_object(found)

    async def invocations(
        self, automation_id: str, project: str, query: InvocationListQuery
    ) -> tuple[list[Invocation], bool]:
        """List deliveries, and say whether there are more. Raises `NotFound`."""
        async with self._database.read() as connection:
            await _find(connection, automation_id, project)
            rows, more = await page(connection, invocations, query, invocations.c.automation_id == automation_id)
        return [invocation_object(row) for row in rows], more

    # --- parts -------------------------------------------------------------------------------------------------------

    def target(self, row: Row[Any]) -> Json:
        """Return an automation's target as it was given."""
        return orjson.loads(SecretCipher.open(self._settings).decrypt(row.target))

    def _stored(self, target: Target) -> Json:
        given = orjson.dumps(target.model_dump(by_alias=True, exclude_unset=True)).decode()
        return {
            "target": SecretCipher.open(self._settings).encrypt(given),
            "shown": shown_target(target),
            "session_id": target.session_id if isinstance(target, ExistingSessionTarget) else None,
        }

    async def _check(self, who: Caller, target: Target) -> None:
        if isinstance(target, ExistingSessionTarget):
            await self._sessions.privacy.check(target.session_id, who, WRITING)
            await self._sessions.get(target.session_id, who.project)
        else:
            await self._sessions.check(who, target.session())

    async def _due(self, kind: str, expression: str | None, zone: str | None, run_at: int | None) -> int:
        """Return when an automation fires first."""
        if kind == "once":
            assert run_at is not None
            if run_at <= self.clock():
                raise InvalidRequest("Give a moment that is still to come.", param="run_at")
            return run_at
        assert expression is not None and zone is not None
        await asyncio.to_thread(check_schedule, expression, zone)
        due = await asyncio.to_thread(next_due, expression, zone, self.clock())
        if due is None:
            raise InvalidRequest(f"{expression!r} never fires again.", param="expression")
        return due

    async def _set(self, automation_id: str, project: str, status: str) -> Automation:
        async with self._database.write() as connection:
            row = await _find(connection, automation_id, project, lock=True)
            if row.status == "completed":
                raise Conflict("This automation has fired. Make another one.")
            if row.status == status:
                return automation_object(row)
            due = None
            if status == "active":
                if row.type == "once" and row.run_at <= self.clock():
                    raise Conflict("The time of this automation has passed. Give it a new `run_at` first.")
                due = await self._due(row.type, row.expression, row.timezone, row.run_at)
            changed = update(table).where(table.c.id == row.id).values(status=status, due_at=due, pause_reason=None)
            row = (await connection.execute(changed.returning(*table.c))).one()
        self.on_change()
        return automation_object(row)


def not_found(automation_id: str) -> NotFound:
    """The error for an id that is unknown, removed, or another project's."""
    return NotFound(f"No automation with id {automation_id[:100]!r} was found.", param="automation_id")


async def _remove(connection: Connection, which: ColumnElement[bool]) -> None:
    """Remove automations with their invocations, and with the runs that delivered these."""
    of_these = invocations.c.automation_id.in_(select(table.c.id).where(which))
    delivered = await connection.scalars(select(invocations.c.id).where(of_these))
    await remove_runs(connection, [run_of(invocation_id) for invocation_id in delivered])
    await connection.execute(delete(invocations).where(of_these))
    await connection.execute(delete(table).where(which))


async def _find(connection: Connection, automation_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    mine = select(table).where(table.c.id == automation_id, table.c.project == project)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise not_found(automation_id)
    return found


def _check_kind(row: Row[Any], given: Json, target: Target | None) -> None:
    """Raise `InvalidRequest` for what does not fit the kind of an automation or of its target, which stay."""
    for name in given.keys() & {"expression", "timezone", "run_at"}:
        if (name == "run_at") != (row.type == "once"):
            raise InvalidRequest(f"An automation of the type {row.type!r} has no `{name}`.", param=name)
    if target is None:
        return
    if target.type != row.shown["type"]:
        raise InvalidRequest(f"The target's type, {row.shown['type']!r}, stays.", param="target.type")
    agents = row.created_by["type"] == "agent"
    if agents and isinstance(target, ExistingSessionTarget) and target.session_id != row.session_id:
        raise InvalidRequest("An agent made this for its own session, which stays.", param="target.session_id")
