"""What a chat takes from its person's own resources: instructions, an assistant's model, preferences, memories."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.schemas import ChatSettings
from earthshine.database import Database
from earthshine.personal import preferences
from earthshine.personal.context import assistant_for, instructions_for
from earthshine.personal.objects import PersonalAssistant, Preferences

Json = dict[str, Any]


async def compose_instructions(database: Database, chat: Row[Any], own: str | None) -> str | None:
    """Return the instructions of a turn: the assistant's, the space's, the person's, memories, then the chat's own.

    None when there are none: nothing is added to a plain chat.
    """
    owner = Owner(chat.project, chat.user)
    texts = [*await instructions_for(database, owner, chat.assistant_id, chat.space_id), own or ""]
    return "\n\n".join(text for text in texts if text.strip()) or None


async def settings_in_force(database: Database, chat: Row[Any], given: Json) -> ChatSettings:
    """Return what a turn's reply is asked for: its own settings above the chat's, the assistant's, the person's."""
    owner = Owner(chat.project, chat.user)
    person = await preferences.read(database, owner)
    assistant = await assistant_for(database, owner, chat.assistant_id, chat.space_id)
    layers: list[Json] = [_sampling(person), _sampling(assistant), chat.settings]
    merged: Json = {}
    for layer in layers:
        merged |= {name: value for name, value in layer.items() if value is not None}
    # What the turn itself says holds also where it says null: the model's own default.
    return ChatSettings.model_validate({**merged, **given})


def _sampling(resource: Preferences | PersonalAssistant | None) -> Json:
    return {} if resource is None else {"model": resource["model"], **resource["settings"]}
