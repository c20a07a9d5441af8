"""What a chat takes from its person's own resources: instructions, an assistant's model, preferences, memories."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.schemas import ChatSettings
from earthshine.database import Database
from earthshine.personal.context import instructions_for, settings_for
from earthshine.tools.switches import still_there

Json = dict[str, Any]


async def compose_instructions(database: Database, chat: Row[Any], own: str | None) -> str | None:
    """Return the instructions of a turn: the assistant's, the space's, the person's, memories, then the chat's own.

    None when there are none: nothing is added to a plain chat.
    """
    owner = Owner(chat.project, chat.user)
    texts = [*await instructions_for(database, owner, chat.assistant_id, chat.space_id), own or ""]
    return "\n\n".join(text for text in texts if text.strip()) or None


async def settings_in_force(database: Database, chat: Row[Any], given: Json) -> ChatSettings:
    """Return what a turn's reply is asked for: its own settings above the chat's, and those above all others."""
    below = await settings_for(database, Owner(chat.project, chat.user), chat.assistant_id, chat.space_id)
    own = {name: value for name, value in chat.settings.items() if value is not None}
    for stored in (below, own):
        if stored.get("tools"):
            stored["tools"] = still_there(stored["tools"])
    # What the turn itself says holds also where it says null: the model's own default.
    return ChatSettings.model_validate({**below, **own, **given})
