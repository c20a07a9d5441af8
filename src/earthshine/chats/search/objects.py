"""What the search through chats replies with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.text.snippets import Span


class ChatMatch(TypedDict):
    """A place where a search found its words. Time is Unix seconds."""

    object: Literal["chat.match"]
    chat_id: str
    chat_title: str
    turn_id: str | None
    """Null for the chat's title."""
    role: Literal["title", "user", "assistant"]
    snippet: str
    """Some of the text around the place, as it was written."""
    highlights: list[Span]
    """Where the words stand in the snippet: from and to, in Unicode code points."""
    created_at: int


class ChatMatchList(TypedDict):
    """What a search found, the best first."""

    object: Literal["list"]
    data: list[ChatMatch]


# Until routes name the types themselves.
MATCHES = ChatMatchList
