"""The rows of subagents."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update

from earthshine.agents.subagents.tables import subagents
from earthshine.agents.subagents.tools import subagent_id
from earthshine.database import Connection
from earthshine.errors import NotFound


async def add(connection: Connection, session_id: str, number: int, task: str) -> Row[Any]:
    """Store a subagent."""
    row = {"id": subagent_id(session_id, number), "session_id": session_id, "number": number, "task": task}
    added = insert(subagents).values(**row, opened_at=int(time.time())).returning(*subagents.c)
    return (await connection.execute(added)).one()


async def every(connection: Connection, session_id: str) -> Sequence[Row[Any]]:
    """Return a session's subagents, oldest first."""
    wanted = select(subagents).where(subagents.c.session_id == session_id).order_by(subagents.c.number)
    return (await connection.execute(wanted)).all()


async def set_closed(connection: Connection, key: str, closed_at: int | None) -> None:
    """Note that a subagent is closed, or open again."""
    await connection.execute(update(subagents).where(subagents.c.id == key).values(closed_at=closed_at))


async def find(connection: Connection, session_id: str, key: str) -> Row[Any]:
    """Return a subagent of a session. Raises `NotFound`."""
    wanted = select(subagents).where(subagents.c.id == key, subagents.c.session_id == session_id)
    found = (await connection.execute(wanted)).one_or_none()
    if found is None:
        raise NotFound(f"No subagent with id {key[:100]!r} was found in this session.", param="subagent_id")
    return found
