"""The objects of `/v1/agents/sessions`, as in OpenAI's API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.agents.limits.reached import reached
from earthshine.agents.sessions.environment import failure_of, is_cut_off, shown_environment
from earthshine.agents.sessions.state import TurnState, required_actions, session_status, total_usage
from earthshine.wire.objects import Deletion, Seconds

Json = dict[str, Any]


class AgentSession(TypedDict, extra_items=Any):
    """A session, with its agent as it was when the session began."""

    id: str
    object: Literal["agent.session"]
    created_at: Seconds
    last_active_at: Seconds
    environment: dict[str, Any]
    status: Literal["idle", "in_progress", "requires_action", "failed", "budget_reached"]
    metadata: dict[str, str]
    vault_ids: list[str]


class AgentTurn(TypedDict, extra_items=Any):
    """A turn of a session."""

    id: str
    object: Literal["agent.session.turn"]
    session_id: str
    status: Literal["queued", "in_progress", "waiting", "completed", "failed", "cancelled"]


class AgentItem(TypedDict, extra_items=Any):
    """What was said or done in a turn."""

    id: str
    type: str
    turn_id: str


class DeletedAgentSession(Deletion):
    """What was removed, with its turns."""

    object: Literal["agent.session.deleted"]


def session_object(row: Row[Any], last: TurnState | None, others: Sequence[TurnState] = ()) -> AgentSession:
    """Return a session as replies show it; `last` is its last turn, `others` are those of its subagents."""
    agent: Json = row.agent
    turns = [each for each in (last, *others) if each is not None]
    cut_off = connection_actions(row.environment, turns)
    return cast(
        "AgentSession",
        {
            "id": row.id,
            "object": "agent.session",
            "agent": {**agent, "tools": shown_tools(agent["tools"])},
            "created_at": row.created_at,
            "last_active_at": row.last_active_at,
            "environment": shown_environment(row.environment),
            "error": (failed := failure_of(row.environment)),
            "metadata": row.metadata,
            "required_actions": [*required_actions(turns), *cut_off],
            "status": "failed" if failed else "requires_action" if cut_off else _status(row, last, others),
            "usage": total_usage((row.used, *(turn.usage for turn in turns))),
            "vault_ids": row.vault_ids,
            "earthshine": {
                **_control(last),
                "forked_from": row.forked_from,
                **({"limits": row.limits} if row.limits else {}),
            },
            **_spend(row),
        },
    )


def connection_actions(environment: Json, turns: Sequence[TurnState]) -> list[Json]:
    """Return that a machine has to be connected, where a turn waits for it."""
    if not any(turn.active for turn in turns) or not is_cut_off(environment):
        return []
    return [{"type": "environment_connection", "environment_id": environment["id"]}]


def _control(last: TurnState | None) -> Json:
    """Return what OpenAI's API has no word for: whether it is paused, and how many messages wait for its next step."""
    if last is None or not last.active:
        return {"paused": False, "waiting_messages": 0}
    return {"paused": last.paused, "waiting_messages": len(last.row.said or ())}


def shown_tools(tools: Sequence[Json]) -> list[Json]:
    """Return tools as a session shows them, which has no word for the search of tools and none for headers."""
    return [shown for tool in tools if (shown := _tool(tool)) is not None]


def _status(row: Row[Any], last: TurnState | None, others: Sequence[TurnState]) -> str:
    status = session_status(last, others)
    return "budget_reached" if status == "idle" and reached(row) else status


def _spend(row: Row[Any]) -> Json:
    """Return what a session may cost, where there is a limit."""
    limits: Json = row.limits or {}
    if "cents" not in limits:
        return {}
    spent: Json = row.spent or {}
    return {"spend_control": {"limit": limits["cents"], "consumed": int(spent.get("cents", 0))}}


def _tool(tool: Json) -> Json | None:
    if tool["type"] == "tool_search":
        return None
    if tool["type"] != "mcp" or tool["transport"]["type"] != "http":
        return tool
    transport = {name: value for name, value in tool["transport"].items() if name != "headers"}
    return {**tool, "transport": transport}
