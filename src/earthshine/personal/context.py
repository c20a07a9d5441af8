"""What a person's resources say to the model before a turn; nothing at all when there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, Database
from earthshine.personal import preferences
from earthshine.personal.objects import PersonalAssistant, PersonalSpace
from earthshine.personal.resource_kinds import ASSISTANT, MEMORY, SPACE, Json, Resource, ResourceKind
from earthshine.personal.store import mine, serialize, visible
from earthshine.personal.tables import personal_things
from earthshine.vector_stores.store import searchable

MEMORY_TOKENS = 400
"""About as many tokens as memories may take of a turn."""

_HEADING = "What you know about the person:"
_MOST_MEMORIES = 200
_LONGEST_WORD = 20
"""Characters that may be given up so that a cut falls between words."""


async def instructions_for(
    database: Database, owner: Owner, assistant_id: str | None, space_id: str | None
) -> list[str]:
    """Return the instructions of an assistant and a space, the person's own, and memories if they are switched on.

    A space without an assistant of the chat's own brings its own one. What is gone, or not visible, says nothing.
    """
    async with database.read() as connection:
        space = await _visible(connection, owner, SPACE, space_id)
        assistant = await _assistant(connection, owner, assistant_id, space)
        own = await preferences.find(connection, owner)
        texts = [each["instructions"] for each in (assistant, space) if each is not None]
        texts.append(own["instructions"])
        if own["memory_enabled"]:
            texts.append(await _memories(connection, owner))
    return [text for text in texts if text.strip()]


async def settings_for(database: Database, owner: Owner, assistant_id: str | None, space_id: str | None) -> Json:
    """Return the settings that stand below a chat's own: the person's, its assistant's or its space's assistant's above
    them, and the collections of its space. What is gone, or not visible, says nothing.
    """
    async with database.read() as connection:
        space = await _visible(connection, owner, SPACE, space_id)
        assistant = await _assistant(connection, owner, assistant_id, space)
        settings: Json = {}
        for each in (await preferences.find(connection, owner), assistant):
            if each is not None:
                given = {"model": each["model"], "tools": each.get("tools") or None, **each["settings"]}
                settings |= {name: value for name, value in given.items() if value is not None}
        if space is not None:
            settings["vector_store_ids"] = await searchable(connection, owner, space["vector_store_ids"])
    return settings


async def wants_model_titles(database: Database, owner: Owner) -> bool:
    """Return whether a model may make titles for this person's chats."""
    return (await preferences.read(database, owner))["titles"] == "model"


async def _assistant(
    connection: Connection, owner: Owner, assistant_id: str | None, space: PersonalSpace | None
) -> PersonalAssistant | None:
    spaces_own = None if space is None else space["assistant_id"]
    return await _visible(connection, owner, ASSISTANT, assistant_id or spaces_own)


async def _visible(
    connection: Connection, owner: Owner, kind: ResourceKind[Resource], resource_id: str | None
) -> Resource | None:
    if resource_id is None:
        return None
    statement = select(personal_things).where(personal_things.c.id == resource_id, visible(owner, kind.name))
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else serialize(row, owner, kind)


async def _memories(connection: Connection, owner: Owner) -> str:
    statement = select(personal_things.c.data).where(mine(owner, MEMORY.name))
    newest_first = statement.order_by(personal_things.c.id.desc()).limit(_MOST_MEMORIES)
    rows: Iterable[Any] = await connection.scalars(newest_first)
    return memory_list(row["text"] for row in rows)


def memory_list(memories: Iterable[str]) -> str:
    """Write memories as one list of at most `MEMORY_TOKENS`; the one that does not fit is cut, and ends it."""
    lines: list[str] = []
    left = MEMORY_TOKENS - estimate(_HEADING)
    for memory in memories:
        # On one line, so that none can pass for an order of its own.
        line = f"- {' '.join(memory.split())}"
        if estimate(line) + 1 > left:
            cut = _beginning(line, left - 1)
            lines += [f"{cut}…"] if len(cut) > len("- ") else []
            break
        lines.append(line)
        left -= estimate(line) + 1
    return "\n".join([_HEADING, *lines]) if lines else ""


def estimate(text: str) -> int:
    """Return about how many tokens a text has: four ASCII characters make one, or one and a half of any others."""
    plain = sum(letter.isascii() for letter in text)
    return -(-plain // 4) - (-(len(text) - plain) * 2 // 3)


def _beginning(line: str, tokens: int) -> str:
    """Return as much of a line as has so many tokens, up to a word's end where that loses little."""
    most = len(line)
    while most and estimate(line[:most]) > tokens - 1:
        most = min(most - 1, most * 9 // 10)
    cut = line[:most]
    word = cut.rfind(" ")
    return (cut[:word] if most - word <= _LONGEST_WORD else cut).rstrip()
