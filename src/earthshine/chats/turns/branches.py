"""Turns with their responses, read for others than the chat's own screen: for links and for exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import literal, select

from earthshine.chats.objects import ChatRating, ChatTurnError
from earthshine.chats.serializers import serialize_rating
from earthshine.chats.tables import chat_turns
from earthshine.chats.turns.store import said, turns_with_responses
from earthshine.database import Connection
from earthshine.responses.objects import Response

Json = dict[str, Any]

BATCH = 100
"""Turns that are read at once."""


@dataclass(frozen=True, slots=True)
class ExportedTurn:
    """A turn, and the response to it."""

    id: str
    parent_id: str | None
    group_id: str | None
    created_at: int
    """Milliseconds."""
    input: list[Json]
    request: Json
    error: ChatTurnError | None
    response: Response | None
    """None when there is none, or no longer."""
    rating: ChatRating | None = None


async def path(connection: Connection, chat_id: str, leaf_id: str) -> list[str]:
    """Return the ids of the turns from the first one down to a leaf; none for a leaf that is not there."""
    turns = chat_turns.c
    start = select(turns.id, turns.parent_id, literal(0).label("height")).where(
        turns.id == leaf_id, turns.chat_id == chat_id
    )
    up = start.cte("up", recursive=True)
    parent = select(turns.id, turns.parent_id, up.c.height + 1).where(
        turns.id == up.c.parent_id, turns.chat_id == chat_id
    )
    up = up.union(parent)
    return list(await connection.scalars(select(up.c.id).order_by(up.c.height.desc())))


async def all_turns(connection: Connection, chat_id: str) -> list[str]:
    """Return the ids of all turns of a chat, each after its parent: oldest first."""
    turns = chat_turns.c
    oldest = select(turns.id).where(turns.chat_id == chat_id).order_by(turns.created_at, turns.id)
    return list(await connection.scalars(oldest))


async def branch(connection: Connection, chat_id: str, leaf_id: str) -> list[ExportedTurn]:
    """Return the turns from the first one down to a leaf."""
    ids = await path(connection, chat_id, leaf_id)
    turns: list[ExportedTurn] = []
    for start in range(0, len(ids), BATCH):
        turns += await read(connection, ids[start : start + BATCH])
    return turns


async def read(connection: Connection, ids: Sequence[str]) -> list[ExportedTurn]:
    """Return these turns, in this order."""
    found = {row.id: row for row in await connection.execute(turns_with_responses(chat_turns.c.id.in_(ids)))}
    return [_exported(found[each]) for each in ids if each in found]


def _exported(row: Any) -> ExportedTurn:
    return ExportedTurn(
        id=row.id,
        parent_id=row.parent_id,
        group_id=row.group_id,
        created_at=row.created_at,
        input=said(row),
        request=row.request,
        error=row.error,
        response=None if row.response is None else orjson.loads(row.response),
        rating=None if row.rating is None else serialize_rating(row.rating, row.reasons, row.comment, row.rated_at),
    )
