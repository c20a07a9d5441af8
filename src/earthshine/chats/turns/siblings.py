"""Turns with the same parent: which of them ask the same, and which only go on from another one's reply."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import or_, select

from earthshine.chats.tables import chat_turns
from earthshine.database import Connection
from earthshine.database.dialects import among

Json = dict[str, Any]

_MAY_REPLY = ("queued", "begun")


@dataclass(frozen=True, slots=True)
class Siblings:
    """All turns below one parent, oldest first."""

    ids: list[str] = field(default_factory=list[str])
    versions: list[list[str]] = field(default_factory=list[list[str]])
    """The same by question, one list for each. A reply that was gone on with stands under the turn that did so, unless
    the chat has gone on below it, too."""


def question(said: Sequence[Json]) -> str:
    """Return what tells one question from another: a hash of what was said, without the ids of its items."""
    content = [{name: value for name, value in item.items() if name != "id"} for item in said]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def siblings_below(
    connection: Connection, chat_id: str, parents: Collection[str | None]
) -> dict[str | None, Siblings]:
    """Return the turns below each of these parents; None stands for the beginning of the chat."""
    below = among(connection, chat_turns.c.parent_id, [parent for parent in parents if parent is not None])
    if None in parents:
        below = or_(below, chat_turns.c.parent_id.is_(None))
    child = chat_turns.alias("child")
    goes_on = select(child.c.id).where(child.c.chat_id == chat_id, child.c.parent_id == chat_turns.c.id).exists()
    query = (
        select(
            chat_turns.c.id,
            chat_turns.c.parent_id,
            chat_turns.c.question,
            chat_turns.c.response_id,
            chat_turns.c.state,
            chat_turns.c.request["continues"].as_string().label("continues"),
            goes_on.label("goes_on"),
        )
        .where(chat_turns.c.chat_id == chat_id, below)
        .order_by(chat_turns.c.created_at, chat_turns.c.id)
    )
    rows: dict[str | None, list[Any]] = {parent: [] for parent in parents}
    for row in await connection.execute(query):
        rows[row.parent_id].append(row)
    return {parent: Siblings([row.id for row in found], _by_question(found)) for parent, found in rows.items()}


def _by_question(rows: Sequence[Any]) -> list[list[str]]:
    versions: dict[str, list[Any]] = {}
    for row in rows:
        # Turns of earlier releases have no hash: each is a question of its own.
        same = versions.setdefault(row.question or row.id, [])
        cut = [
            place
            for place, other in enumerate(same)
            if row.continues is not None and other.response_id == row.continues and not other.goes_on
        ]
        if cut and row.state in _MAY_REPLY:
            same[cut[0]] = row
        else:
            same.append(row)
    return [[row.id for row in same] for same in versions.values()]
