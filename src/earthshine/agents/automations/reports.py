"""The last report of an automation whose agent does research: the next one tells what is new since."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from earthshine.agents.automations.tables import invocations
from earthshine.agents.sessions.tables import turns
from earthshine.database import Database
from earthshine.research.tables import researches

_MOST = 20
"""Sessions before in which a report is looked for."""


async def last_report(database: Database, session_id: str) -> str | None:
    """Return the response of the last report in earlier sessions of the automation that began this one.

    None where there is none, and for a session that no automation began.
    """
    mine = select(invocations.c.automation_id).where(invocations.c.session_id == session_id)
    async with database.read() as connection:
        automation_id = await connection.scalar(mine.limit(1))
        if automation_id is None:
            return None
        before = select(invocations.c.session_id).where(invocations.c.automation_id == automation_id)
        before = before.where(invocations.c.session_id != session_id).order_by(invocations.c.id.desc()).limit(_MOST)
        sessions = list(dict.fromkeys(await connection.scalars(before)))
        rows = await connection.scalars(select(turns.c.steps).where(turns.c.session_id.in_(sessions)))
        written: list[list[dict[str, Any]]] = list(rows)
        ids = [step["id"] for steps in written for step in steps]
        reports = select(researches.c.id).where(researches.c.id.in_(ids), researches.c.title != "")
        return await connection.scalar(reports.order_by(researches.c.id.desc()).limit(1))
