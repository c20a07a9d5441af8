"""The rows of environments. A session keeps how its own is, so that reading a session asks no second table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from earthshine.agents.environments.objects import Status, environment_state
from earthshine.agents.environments.tables import environments
from earthshine.agents.sessions.tables import sessions
from earthshine.database import Connection
from earthshine.errors import Conflict, NotFound

Json = dict[str, Any]

_KEPT = 100
"""Changes of one environment that are kept to be told."""


def not_found(environment_id: str) -> NotFound:
    """The error for an id that is unknown, removed, or another project's."""
    return NotFound(f"No environment with id {environment_id[:100]!r} was found.", param="environment_id")


def in_use(environment_id: str) -> Conflict:
    """The error for an environment in which a session works already."""
    return Conflict(
        f"A session works in the environment {environment_id} already. Make another one.",
        param="environment.environment_id",
    )


async def find_environment(
    connection: Connection, environment_id: str, project: str, *, lock: bool = False
) -> Row[Any]:
    """Return an environment's row. Raises `NotFound`."""
    mine = select(environments).where(environments.c.id == environment_id, environments.c.project == project)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise not_found(environment_id)
    return found


async def bind(connection: Connection, environment_id: str, session_id: str) -> Json:
    """Give an environment to a session; returns it as the session keeps it. Raises `Conflict` where another has it."""
    free = (environments.c.id == environment_id) & environments.c.session_id.is_(None)
    taken = update(environments).where(free).values(session_id=session_id).returning(*environments.c)
    row = (await connection.execute(taken)).one_or_none()
    if row is None:
        raise in_use(environment_id)
    return {**row.shown, "state": environment_state(row)}


async def set_status(
    connection: Connection, environment_id: str, status: Status, error: Json | None = None, **values: Any
) -> Row[Any] | None:
    """Note how an environment is now, with its session; returns its row, None where it is gone or is so already."""
    mine = select(environments).where(environments.c.id == environment_id).with_for_update()
    row = (await connection.execute(mine)).one_or_none()
    if row is None or row.status == status:
        return None
    changed = {"status": status, "error": error, "changes": with_change(row.changes, status, error), **values}
    made = update(environments).where(environments.c.id == environment_id).values(changed)
    row = (await connection.execute(made.returning(*environments.c))).one()
    if row.session_id is not None:
        await tell_session(connection, row.session_id, environment_state(row))
    return row


async def tell_session(connection: Connection, session_id: str, state: Json) -> None:
    """Let a session know how its environment is."""
    mine = sessions.c.id == session_id
    shown = (
        await connection.execute(select(sessions.c.environment).where(mine).with_for_update())
    ).scalar_one_or_none()
    if shown is not None:
        await connection.execute(update(sessions).where(mine).values(environment={**shown, "state": state}))


def with_change(changes: list[Json], status: str, error: Json | None) -> list[Json]:
    """Return changes with one more."""
    number = changes[-1]["number"] + 1 if changes else 1
    return [*changes[1 - _KEPT :], {"number": number, "status": status, "error": error}]
