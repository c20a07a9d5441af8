"""What the routes of links to sessions reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.agents.sessions.reading.objects import AgentItem
from earthshine.wire.objects import Deletion


class SessionShare(TypedDict):
    """A link to a session up to one of its turns. Times are Unix seconds."""

    id: str
    object: Literal["agent.session.share"]
    session_id: str
    turn_id: str
    """The last turn that it shows."""
    include_reasoning: bool
    created_at: int
    expires_at: int | None
    url: str | None
    """The link's path; null when the installation's secret key has changed since it was made."""


class DeletedSessionShare(Deletion):
    """What was removed."""

    object: Literal["agent.session.share.deleted"]


class SharedSession(TypedDict):
    """What a link shows to whoever has it. Times are Unix seconds."""

    object: Literal["agent.session.shared"]
    title: str
    """The first words that were said."""
    created_at: int
    """When the link was made."""
    expires_at: int | None
    items: list[AgentItem]
    """What was said and done, oldest first."""
