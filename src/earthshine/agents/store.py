"""The saved agents of one installation."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.agents.configuration import resolved
from earthshine.agents.objects import Agent, agent_object
from earthshine.agents.schemas import AgentCreate, AgentListQuery, AgentUpdate
from earthshine.agents.tables import agents as table
from earthshine.database import Connection, Database
from earthshine.errors import NotFound
from earthshine.ids import new_id
from earthshine.wire.pagination import page


class Agents:
    """Rows of saved agents."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.privacy = Privacy(database, table, not_found)

    async def create(self, owner: Owner, body: AgentCreate) -> Agent:
        """Save an agent. Raises what `resolved` raises."""
        now = int(time.time())
        row = {"id": new_id("agent"), "project": owner.project, "user": owner.user, "created_at": now}
        about = {"name": body.name, "metadata": body.metadata or {}, "configuration": resolved(body)}
        made = insert(table).values(**row, **about, updated_at=now).returning(*table.c)
        async with self._database.write() as connection:
            return agent_object((await connection.execute(made)).one())

    async def get(self, agent_id: str, project: str) -> Agent:
        """Return an agent. Raises `NotFound`."""
        async with self._database.read() as connection:
            return agent_object(await _agent(connection, agent_id, project))

    async def configuration(self, agent_id: str, project: str) -> tuple[dict[str, Any], str | None]:
        """Return what an agent is told to be, and its name. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = await _agent(connection, agent_id, project)
        return row.configuration, row.name

    async def list(self, owner: Owner, query: AgentListQuery) -> tuple[list[Agent], bool]:
        """List the agents that this owner reaches, and say whether there are more."""
        async with self._database.read() as connection:
            rows, more = await page(connection, table, query, owner.reaches(table))
        return [agent_object(row) for row in rows], more

    async def update(self, agent_id: str, project: str, body: AgentUpdate) -> Agent:
        """Change what is given. Raises `NotFound`, and what `resolved` raises."""
        async with self._database.write() as connection:
            row = await _agent(connection, agent_id, project, lock=True)
            changes: dict[str, Any] = {"configuration": resolved(body, row.configuration)}
            if "name" in body.model_fields_set:
                changes["name"] = body.name
            if "metadata" in body.model_fields_set:
                changes["metadata"] = body.metadata or {}
            changed = update(table).where(table.c.id == agent_id).values(**changes, updated_at=int(time.time()))
            return agent_object((await connection.execute(changed.returning(*table.c))).one())

    async def delete(self, agent_id: str, project: str) -> None:
        """Remove an agent; sessions that were begun with it go on. Raises `NotFound`."""
        async with self._database.write() as connection:
            await _agent(connection, agent_id, project)
            await connection.execute(delete(table).where(table.c.id == agent_id))

    async def erase(self, user: str) -> None:
        """Remove all agents of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self._database.write() as connection:
                await connection.execute(delete(table).where(table.c.user == user))


def not_found(agent_id: str) -> NotFound:
    """The error for an id that is unknown, removed, or another project's."""
    return NotFound(f"No agent with id {agent_id[:100]!r} was found.", param="agent_id")


async def _agent(connection: Connection, agent_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    mine = select(table).where(table.c.id == agent_id, table.c.project == project)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise not_found(agent_id)
    return found
