"""The objects of `/v1/agents`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal, cast

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class AgentToolShown(TypedDict, extra_items=Any):
    """A tool of an agent."""

    type: str


class Agent(TypedDict, extra_items=Any):
    """A saved agent. Its configuration stands beside these fields."""

    id: str
    object: Literal["agent"]
    created_at: Seconds
    updated_at: Seconds
    name: str | None
    metadata: dict[str, str]
    model: str
    instructions: str | None
    tools: list[AgentToolShown]


class DeletedAgent(Deletion):
    """What was removed."""

    object: Literal["agent.deleted"]


def agent_object(row: Row[Any]) -> Agent:
    """Return a saved agent as replies show it."""
    about = {"id": row.id, "object": "agent", "created_at": row.created_at, "updated_at": row.updated_at}
    return cast("Agent", {**about, "name": row.name, "metadata": row.metadata, **row.configuration})
