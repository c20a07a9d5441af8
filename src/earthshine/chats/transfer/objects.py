"""What exports and imports of chats reply with."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.chats.objects import ChatRating, ChatSettingsInForce, ChatTurnError
from earthshine.responses.objects import Response
from earthshine.wire.objects import Seconds

Source = Literal["chatgpt", "open_webui", "earthshine"]
Status = Literal["imported", "known", "failed"]


class ExportedChat(TypedDict):
    """The chat of an export."""

    id: str
    title: str
    title_source: Literal["first_words", "model", "person"]
    created_at: Seconds
    updated_ms: int
    """Unix milliseconds."""
    pinned: bool
    archived: bool
    space_id: str | None
    assistant_id: str | None
    settings: ChatSettingsInForce
    current_turn_id: str | None
    draft: str


class ExportedTurn(TypedDict):
    """A turn of an export, with its response as it is stored."""

    id: str
    parent_id: str | None
    group_id: str | None
    created_ms: int
    """Unix milliseconds."""
    input: list[dict[str, Any]]
    request: dict[str, Any]
    """What else the response was asked for with."""
    error: ChatTurnError | None
    rating: ChatRating | None
    response: Response | None


class ChatExport(TypedDict):
    """One chat with everything in it, in a form that can be imported again."""

    object: Literal["chat.export"]
    version: Literal[1]
    exported_at: int
    chat: ExportedChat
    turns: list[ExportedTurn]
    """Parents before their children."""


class LeftOut(TypedDict):
    """What of a chat could not be taken."""

    what: str
    count: int


class ImportedChat(TypedDict):
    """What became of one chat of the file."""

    object: Literal["chat.import.chat"]
    source: Source | None
    original_id: str | None
    title: str
    status: Status
    chat_id: str | None
    """The chat that it is here."""
    turns: int
    left_out: list[LeftOut]
    error: ChatTurnError | None


class ChatImport(TypedDict):
    """What became of a file of chats."""

    object: Literal["chat.import"]
    imported: int
    known: int
    """Chats that were here already; they are left as they are."""
    failed: int
    chats: list[ImportedChat]
