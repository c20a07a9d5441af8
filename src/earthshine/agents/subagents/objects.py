"""The objects of `/v1/agents/sessions/{id}/subagents`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Seconds

Json = dict[str, Any]


class Subagent(TypedDict):
    """A subagent of a session."""

    id: str
    object: Literal["agent.session.subagent"]
    session_id: str
    parent_agent_id: str
    name: str | None
    instructions: list[Json] | None
    opened_at: Seconds
    closed_at: Seconds | None
    status: Literal["active", "closed"]


def subagent_object(row: Row[Any], agent_id: str, *, closed_at: int | None = None) -> Subagent:
    """Return a subagent as replies show it; `agent_id` is the session's agent."""
    return {
        "id": row.id,
        "object": "agent.session.subagent",
        "session_id": row.session_id,
        "parent_agent_id": agent_id,
        "name": f"subagent {row.number}",
        "instructions": [{"type": "output_text", "text": row.task}],
        "opened_at": row.opened_at,
        "closed_at": closed_at,
        "status": "active" if closed_at is None else "closed",
    }


def created_event(row: Row[Any], agent_id: str) -> Json:
    """Return the event that a subagent was made."""
    about = {"type": "agent.session.subagent.created", "event_id": f"{row.id}-created"}
    return {**about, "subagent": subagent_object(row, agent_id)}
