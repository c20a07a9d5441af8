"""The chain of responses that one goes on from: its links in one recursive query, their items as far back as needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import literal, or_, select

from earthshine.conversations.items import Item, kind_of
from earthshine.database import Connection
from earthshine.database.dialects import among
from earthshine.engines.call_ids import CallIds
from earthshine.responses.items.truncation import always_kept
from earthshine.responses.tables import responses

_AT_ONCE = 16
"""Responses read in one query, newest first, until there are enough."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One response of a chain."""

    id: str
    previous: str | None
    status: str
    conversation_id: str | None
    keeps: bool | None
    """Whether its input has items that no truncation leaves out; None where nobody looked."""


async def links(connection: Connection, response_id: str, project: str) -> list[ChainLink]:
    """Return the responses from this one back to the first of the chain, or to one that is missing; newest first."""
    columns = [
        responses.c.id,
        responses.c.previous_response_id,
        responses.c.status,
        responses.c.conversation_id,
        responses.c.keeps,
    ]
    first = select(*columns, literal(0).label("place")).where(
        responses.c.id == response_id, responses.c.project == project
    )
    chain = first.cte("chain", recursive=True)
    older = select(*columns, chain.c.place + 1).where(
        responses.c.id == chain.c.previous_response_id, responses.c.project == project
    )
    chain = chain.union_all(older)
    rows = await connection.execute(select(chain).order_by(chain.c.place))
    return [ChainLink(row.id, row.previous_response_id, row.status, row.conversation_id, row.keeps) for row in rows]


async def items_of(connection: Connection, chain: Sequence[ChainLink], characters: int | None = None) -> list[Item]:
    """Return the items of a chain, oldest first.

    With `characters`, only the last turns that have that many, and those items of earlier ones that no truncation
    leaves out. A function call and its output are never parted.
    """
    turns: list[list[Item]] = []
    total, place = 0, 0
    while place < len(chain) and (characters is None or total <= characters or _parted(turns)):
        ids = [link.id for link in chain[place : place + _AT_ONCE]]
        found = await _read(connection, ids)
        for key in ids:
            row = found[key]
            turn: list[Item] = [*row.input, *orjson.loads(row.response)["output"]]
            turns.append(turn)
            if characters is not None:
                total += len(orjson.dumps(turn))
            place += 1
            if characters is not None and total > characters and not _parted(turns):
                break
    kept = await _kept(connection, chain[place:])
    return [*kept, *(item for turn in reversed(turns) for item in turn)]


async def _read(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    query = select(responses.c.id, responses.c.input, responses.c.response).where(
        among(connection, responses.c.id, ids)
    )
    return {row.id: row for row in await connection.execute(query)}


async def _kept(connection: Connection, chain: Sequence[ChainLink]) -> list[Item]:
    """Return the items that stay of turns that are left out, oldest first."""
    kept: list[Item] = []
    ids = [link.id for link in reversed(chain) if link.keeps is not False]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        query = select(responses.c.id, responses.c.input).where(
            among(connection, responses.c.id, some), or_(responses.c.keeps.is_(None), responses.c.keeps)
        )
        found = {row.id: row.input for row in await connection.execute(query)}
        kept += [item for key in some for item in found.get(key, ()) if always_kept(item)]
    return kept


def _parted(turns: Sequence[Sequence[Item]]) -> bool:
    """Tell whether some output's call lies further back."""
    pairs = CallIds()
    for item in (item for turn in reversed(turns) for item in turn):
        role, call_id = kind_of(item).pairs, item.get("call_id") or ""
        if role == "call":
            pairs.call(call_id)
        elif role == "answer" and pairs.answer(call_id) is None:
            return True
    return False
