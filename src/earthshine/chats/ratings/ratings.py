"""What people think of replies: one rating of each, by the person whose chat it is, changed and taken back at will.

Who manages the project sees what was thought of each model, and reads the comments, which are written for that; not
where they were given: the chat stays its owner's alone. Reading other people's leaves a row in the audit trail.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from typing import Any

import orjson
from sqlalchemy import Row, case, delete, func, insert, select, tuple_

from earthshine.accounts.audit.trail import record_reading
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.objects import ChatRating
from earthshine.chats.ratings.objects import Rating, RatingSummary
from earthshine.chats.schemas import RatingListQuery, RatingSet
from earthshine.chats.serializers import serialize_rating
from earthshine.chats.store import no_turn, own_chat
from earthshine.chats.tables import chat_ratings, chat_turns
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest
from earthshine.ids import new_id
from earthshine.responses.store import UNFINISHED
from earthshine.responses.tables import responses

Json = dict[str, Any]

_PAGE = 500


class Ratings:
    """The ratings of replies in chats."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, who: Caller, chat_id: str, turn_id: str, wanted: RatingSet) -> ChatRating:
        """Rate a reply, or rate it otherwise. Raises `NotFound`, and `Conflict` for a turn without a finished reply."""
        owner = Owner.of(who)
        async with self._database.write() as connection:
            await own_chat(connection, owner, chat_id, lock=True)
            found = await _reply(connection, chat_id, turn_id)
            if found.model is None or found.status in UNFINISHED:
                raise Conflict("There is no whole reply to rate here yet. Wait.", param="turn_id", code="no_reply")
            values = rating_row(owner, turn_id, found.model, wanted)
            await connection.execute(delete(chat_ratings).where(chat_ratings.c.turn_id == turn_id))
            await connection.execute(insert(chat_ratings).values(values))
        return serialize_rating(wanted.rating, values["reasons"], values["comment"], values["created_at"])

    async def take_back(self, who: Caller, chat_id: str, turn_id: str) -> None:
        """Remove the rating of a reply; none is no error. Raises `NotFound` for the chat and the turn."""
        async with self._database.write() as connection:
            await own_chat(connection, Owner.of(who), chat_id)
            await _reply(connection, chat_id, turn_id)
            await connection.execute(delete(chat_ratings).where(chat_ratings.c.turn_id == turn_id))

    async def by_model(self, who: Caller) -> list[RatingSummary]:
        """Return how often each model of a project was found good or bad, and why; the most rated first."""
        mine = chat_ratings.c.project == who.project
        model, good = chat_ratings.c.model, func.sum(case((chat_ratings.c.rating == "good", 1), else_=0))
        counts = select(model, good.label("good"), func.count().label("all")).where(mine).group_by(model)
        reasons = select(model, chat_ratings.c.reasons).where(mine)
        async with self._database.read() as connection:
            rows = (await connection.execute(counts.order_by(func.count().desc(), model))).all()
            why: dict[str, dict[str, int]] = {row.model: {} for row in rows}
            async for row in await connection.stream(reasons):
                for reason in row.reasons:
                    why[row.model][reason] = why[row.model].get(reason, 0) + 1
        return [
            {
                "object": "rating.summary",
                "id": row.model,
                "good": int(row.good),
                "bad": row.all - int(row.good),
                "reasons": [{"reason": name, "count": count} for name, count in sorted(why[row.model].items())],
            }
            for row in rows
        ]

    async def page(self, who: Caller, query: RatingListQuery) -> tuple[list[Rating], bool]:
        """Return some ratings of a project, and whether there are more. Raises a 400 for an unknown `after`."""
        await self._note(who)
        async with self._database.read() as connection:
            after = None if query.after is None else await _place(connection, who, query.after)
            rows = await _rows(connection, who, query, after, query.limit + 1)
        return [_serialize_listed(row) for row in rows[: query.limit]], len(rows) > query.limit

    async def lines(self, who: Caller, query: RatingListQuery) -> AsyncGenerator[bytes]:
        """Yield all ratings of a project as JSON lines."""
        await self._note(who)
        after: tuple[int, str] | None = None
        while True:
            async with self._database.read() as connection:
                rows = await _rows(connection, who, query, after, _PAGE)
            if rows:
                yield b"".join([orjson.dumps(_serialize_listed(row), option=orjson.OPT_APPEND_NEWLINE) for row in rows])
            if len(rows) < _PAGE:
                return
            after = (rows[-1].created_at, rows[-1].id)

    async def _note(self, who: Caller) -> None:
        if not who.visiting:  # else the gate has written it down
            await record_reading(self._database, who, "ratings", project=who.project)


def rating_row(owner: Owner, turn_id: str, model: str, wanted: RatingSet, at: int | None = None) -> Json:
    """Return the row of a rating that was given `at` Unix seconds, or now."""
    return {
        "turn_id": turn_id,
        "id": new_id("rating"),
        "project": owner.project,
        "user": owner.user,
        "model": model,
        "rating": wanted.rating,
        "reasons": list(dict.fromkeys(wanted.reasons)),
        "comment": wanted.comment.strip(),
        "created_at": int(time.time()) if at is None else at,
    }


def _serialize_listed(row: Row[Any]) -> Rating:
    return {
        "object": "rating",
        "id": row.id,
        "model": row.model,
        "user": row.user or None,
        "rating": row.rating,
        "reasons": row.reasons,
        "comment": row.comment,
        "created_at": row.created_at,
    }


async def _reply(connection: Connection, chat_id: str, turn_id: str) -> Row[Any, Any]:
    """Return the model and the status of a turn's response, nulls where there is none. Raises `NotFound`."""
    joined = chat_turns.outerjoin(responses, responses.c.id == chat_turns.c.response_id)
    wanted = select(responses.c.model, responses.c.status).select_from(joined)
    mine = (chat_turns.c.id == turn_id) & (chat_turns.c.chat_id == chat_id)
    row = (await connection.execute(wanted.where(mine))).one_or_none()
    if row is None:
        raise no_turn(turn_id)
    return row


async def _place(connection: Connection, who: Caller, rating_id: str) -> tuple[int, str]:
    mine = (chat_ratings.c.id == rating_id) & (chat_ratings.c.project == who.project)
    at = await connection.scalar(select(chat_ratings.c.created_at).where(mine))
    if at is None:
        raise InvalidRequest("'after' is no rating's id; it may have been changed or taken back.", param="after")
    return at, rating_id


async def _rows(
    connection: Connection, who: Caller, query: RatingListQuery, after: tuple[int, str] | None, limit: int
) -> list[Row[Any]]:
    place, descending = tuple_(chat_ratings.c.created_at, chat_ratings.c.id), query.order == "desc"
    wanted = select(chat_ratings).where(chat_ratings.c.project == who.project)
    if query.model is not None:
        wanted = wanted.where(chat_ratings.c.model == query.model)
    if query.rating is not None:
        wanted = wanted.where(chat_ratings.c.rating == query.rating)
    if after is not None:
        wanted = wanted.where(place < tuple_(*after) if descending else place > tuple_(*after))
    order = [each.desc() if descending else each.asc() for each in (chat_ratings.c.created_at, chat_ratings.c.id)]
    return list((await connection.execute(wanted.order_by(*order).limit(limit))).all())
