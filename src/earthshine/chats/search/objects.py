"""What the search through chats replies with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from earthshine.text.snippets import Span

Role = Literal["title", "user", "assistant"]

Pair = Annotated[Span, WithJsonSchema({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2})]


class ChatMatch(TypedDict):
    """A place where a search found its words. Time is Unix seconds."""

    object: Literal["chat.match"]
    chat_id: str
    chat_title: str
    turn_id: str | None
    """Null for the chat's title."""
    role: Role
    snippet: str
    """Some of the text around the place, as it was written."""
    highlights: list[Pair]
    """Where the words stand in the snippet: from and to, in Unicode code points."""
    created_at: int


class ChatMatchList(TypedDict):
    """What a search found, the best first."""

    object: Literal["list"]
    data: list[ChatMatch]
