"""What the routes of links reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.accounts.share_links import State
from earthshine.wire.objects import Deletion


class ChatShare(TypedDict):
    """A link to one branch of a chat. Times are Unix seconds."""

    id: str
    object: Literal["chat.share"]
    chat_id: str
    leaf_id: str
    """The last turn that it shows."""
    include_reasoning: bool
    created_at: int
    expires_at: int | None
    url: str | None
    """The link's path; null when the installation's secret key has changed since it was made."""


class DeletedChatShare(Deletion):
    """What was removed."""

    object: Literal["chat.share.deleted"]


class ProjectChatShare(TypedDict):
    """A link to a chat, as those see it who manage its project. Times are Unix seconds."""

    id: str
    object: Literal["project.chat_share"]
    chat_id: str
    title: str
    """The chat's title, which the link shows too."""
    project_id: str
    user_id: str | None
    """Whose chat it is; null for the project's own keys."""
    leaf_id: str
    include_reasoning: bool
    created_at: int
    expires_at: int | None
    state: State
    """`owner_gone`: its owner was removed, or may no longer write in the project."""


class DeletedProjectChatShare(Deletion):
    """What was removed."""

    object: Literal["project.chat_share.deleted"]


class SharedTurn(TypedDict):
    """What was said, and the reply. Time is Unix seconds."""

    object: Literal["chat.shared_turn"]
    created_at: int
    user: str
    pictures: list[str]
    """The addresses of what was shown beside the words, in their order."""
    model: str | None
    """The model that replied."""
    reasoning: str | None
    """Null unless the link was made to show it."""
    reply: str | None
    """Null where there is none. What it cites of files stands below it, as footnotes of Markdown."""
    status: str | None
    """How the reply ended; null where there is none."""


class SharedChat(TypedDict):
    """What a link shows to whoever has it. Times are Unix seconds."""

    object: Literal["chat.shared"]
    title: str
    created_at: int
    """When the link was made."""
    expires_at: int | None
    turns: list[SharedTurn]
    """Oldest first."""
