"""The route of `/earthshine/v1/agents/tasks`: what a person's agents do, and how far each task is.

A session of OpenAI's API says `idle` of what is done, what failed and what was stopped; a list for people has to tell
these apart, and needs a title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from fastapi import Request
from sqlalchemy import Row, func, select
from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.sessions.schemas import SessionListQuery
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.sessions.store import last_turns
from earthshine.agents.sessions.tables import sessions, turns
from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.openapi import Routes, asks
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page, Seconds
from earthshine.wire.pagination import page
from earthshine.wire.queries import read_query

TaskStatus = Literal["new", "running", "waiting", "paused", "done", "failed", "stopped"]

_MOST_TITLE = 120
_STATUS: dict[str, TaskStatus] = {
    "queued": "running",
    "in_progress": "running",
    "waiting": "waiting",
    "completed": "done",
    "failed": "failed",
    "cancelled": "stopped",
}


class AgentTask(TypedDict):
    """One session in a list for people."""

    id: str
    """The session's."""
    object: Literal["agent.task"]
    title: str
    """What its metadata call `title`; else how the first message begins."""
    status: TaskStatus
    """How its last turn is; `new` before the first."""
    model: str
    created_at: Seconds
    last_active_at: Seconds


router = Routes(prefix="/earthshine/v1/agents/tasks", tags=["Agents"])


@router.get("")
@needs("project.read")
@asks(SessionListQuery)
async def list_tasks(request: Request) -> Reply[Page[AgentTask]]:
    """List tasks of agents, newest first unless asked otherwise, with a title and how far each is."""
    owner, query = Owner.of(caller(request)), read_query(SessionListQuery, request)
    async with service(request, Database).read() as connection:
        rows, more = await page(connection, sessions, query, owner.reaches(sessions))
        last = await last_turns(connection, [row.id for row in rows])
        said = await _first_words(connection, [row.id for row in rows if not row.metadata.get("title")])
    return json_reply(list_page([_task(row, last.get(row.id), said) for row in rows], has_more=more))


def _task(row: Row[Any], last: TurnState | None, said: dict[str, str]) -> AgentTask:
    return {
        "id": row.id,
        "object": "agent.task",
        "title": row.metadata.get("title") or said.get(row.id, ""),
        "status": "new" if last is None else _status(last),
        "model": row.agent["model"],
        "created_at": row.created_at,
        "last_active_at": row.last_active_at,
    }


def _status(last: TurnState) -> TaskStatus:
    return "paused" if last.paused else _STATUS.get(last.status, "running")


async def _first_words(connection: Connection, session_ids: Sequence[str]) -> dict[str, str]:
    """Return how the first message of each of some sessions begins."""
    if not session_ids:
        return {}
    mine = among(connection, turns.c.session_id, session_ids)
    first = select(func.min(turns.c.id)).where(mine).group_by(turns.c.session_id)
    rows = await connection.execute(select(turns.c.session_id, turns.c.steps).where(turns.c.id.in_(first)))
    return {row.session_id: _beginning(row.steps[0]["input"]) for row in rows}


def _beginning(given: Sequence[dict[str, Any]]) -> str:
    """Return the first line of the first words among items."""
    for item in given:
        for part in item.get("content") or ():
            if line := str(part.get("text") or "").strip().split("\n", 1)[0]:
                return line[:_MOST_TITLE]
    return ""
