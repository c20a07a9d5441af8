"""The stored rows of turns: written once; what changes is only how far a turn came before its response began."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, Select, Text, cast, insert, literal, select, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.index import Role, Words, words_of
from earthshine.chats.store import no_turn, now_ms, own_chat, touch
from earthshine.chats.tables import chat_ratings, chat_turns
from earthshine.chats.turns.siblings import Siblings, siblings_below
from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.database.json_text import JsonText, read_json
from earthshine.errors import Conflict
from earthshine.responses.store import UNFINISHED
from earthshine.responses.tables import responses

Json = dict[str, Any]
State = Literal["queued", "begun", "cancelled", "failed"]

Index = Callable[[Connection, str, str, Role, Words], Awaitable[None]]
"""Makes a text findable, within the caller's transaction: chat id, turn id, role, words."""


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn about to be stored."""

    id: str
    chat_id: str
    parent_id: str | None
    group_id: str | None
    caller: Json
    input: JsonText
    """What the person said; the values themselves may be four times as large."""
    question: str
    title: str
    words: Words
    request: Json
    fingerprint: str
    response_id: str
    mode: Literal["queue", "steer"] | None
    """What becomes of its parent's reply, if that is unfinished; without one, that must have ended."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One page of a branch, oldest first."""

    turns: Sequence[Row[Any]]
    siblings: Mapping[str | None, Siblings]
    """All turns below a parent."""
    has_more: bool


def turns_with_responses(*conditions: Any) -> Select[Any]:
    """Select turns, each with the status and the body of its response, and its rating, if there are such.

    Their `input` is JSON text, for most only pass it on, and it may be long; `said` reads it.
    """
    return (
        select(
            *(column for column in chat_turns.c if column.name != "input"),
            cast(chat_turns.c.input, Text).label("input"),
            responses.c.id.label("found_response"),
            responses.c.status.label("response_status"),
            responses.c.response,
            chat_ratings.c.rating,
            chat_ratings.c.reasons,
            chat_ratings.c.comment,
            chat_ratings.c.created_at.label("rated_at"),
        )
        .outerjoin(responses, responses.c.id == chat_turns.c.response_id)
        .outerjoin(chat_ratings, chat_ratings.c.turn_id == chat_turns.c.id)
        .where(*conditions)
    )


def said(row: Row[Any]) -> list[Json]:
    """Return the items that the person sent."""
    return read_json(row.input)


class TurnStore:
    """The rows of turns, reached through their chat."""

    def __init__(self, database: Database, index: Index) -> None:
        self._database = database
        self._index = index

    async def add(self, owner: Owner, turn: NewTurn) -> bool:
        """Store a turn; returns whether it is new: the same one again changes nothing.

        Raises `NotFound` for the chat and the parent, and `Conflict` for an id that another turn has and for a parent
        that is still being answered, unless the turn has a `mode`.
        """
        async with self._database.write() as connection:
            # Locked: of two clients that send the same turn at once, the second finds the first one's.
            await own_chat(connection, owner, turn.chat_id, lock=True)
            known = (await connection.execute(select(chat_turns).where(chat_turns.c.id == turn.id))).one_or_none()
            if known is not None:
                if known.chat_id != turn.chat_id or known.fingerprint != turn.fingerprint:
                    raise Conflict("This turn id is taken by another turn. Choose a new one at random.", param="id")
                return False
            if turn.parent_id is not None:
                await _check_parent(connection, turn)
            await connection.execute(
                insert(chat_turns).values(
                    id=turn.id,
                    chat_id=turn.chat_id,
                    parent_id=turn.parent_id,
                    group_id=turn.group_id,
                    created_at=now_ms(),
                    caller=turn.caller,
                    input=turn.input,
                    question=turn.question,
                    request=turn.request,
                    fingerprint=turn.fingerprint,
                    response_id=turn.response_id,
                )
            )
            await touch(connection, turn.chat_id, turn.id, turn.title)
            await self._index(connection, turn.chat_id, turn.id, "user", turn.words)
        return True

    async def get(self, chat_id: str, turn_id: str) -> Row[Any]:
        """Return a turn's row, joined with its response. Raises `NotFound`."""
        row = await self.find(turn_id)
        if row is None or row.chat_id != chat_id:
            raise no_turn(turn_id)
        return row

    async def find(self, turn_id: str) -> Row[Any] | None:
        """Return the row of any chat's turn, joined with its response."""
        async with self._database.read() as connection:
            return (await connection.execute(turns_with_responses(chat_turns.c.id == turn_id))).one_or_none()

    async def siblings(self, row: Row[Any]) -> Siblings:
        """Return all turns with the same parent as this one."""
        async with self._database.read() as connection:
            return (await siblings_below(connection, row.chat_id, [row.parent_id]))[row.parent_id]

    async def branch(
        self, chat_id: str, leaf: str | None, *, before: str | None = None, descend: bool = False, limit: int
    ) -> Branch:
        """Return up to `limit` turns from a leaf upwards. Raises `NotFound` for a turn that is not in this chat.

        Without a `leaf`, from the newest turn. `descend`: from the newest leaf below that turn.
        """
        async with self._database.read() as connection:
            start = await _start(connection, chat_id, leaf, before)
            if start is not None and descend and before is None:
                start = await _newest_leaf(connection, start)
            ids = await _ancestors(connection, start, limit + 1) if start is not None else []
            shown = ids[:limit]
            found = {
                row.id: row
                for row in await connection.execute(turns_with_responses(among(connection, chat_turns.c.id, shown)))
            }
            rows = [found[key] for key in reversed(shown)]
            siblings = await siblings_below(connection, chat_id, [row.parent_id for row in rows])
        return Branch(rows, siblings, len(ids) > limit)

    async def set_state(self, turn_id: str, state: State, error: Json | None = None) -> bool:
        """Note how far a queued turn came; returns False when it is not queued any more, or gone."""
        queued = (chat_turns.c.id == turn_id) & (chat_turns.c.state == "queued")
        async with self._database.write() as connection:
            done = await connection.execute(update(chat_turns).where(queued).values(state=state, error=error))
        return done.rowcount == 1

    async def settle(self, row: Row[Any], text: str) -> None:
        """Note that all that follows a turn's end is done, and make its reply findable; once, whoever tries."""
        words = await words_of(text)
        unsettled = (chat_turns.c.id == row.id) & chat_turns.c.settled.is_(False)
        async with self._database.write() as connection:
            done = await connection.execute(update(chat_turns).where(unsettled).values(settled=True))
            if done.rowcount == 1 and words:
                await self._index(connection, row.chat_id, row.id, "assistant", words)

    async def response_ids(self, chat_id: str, connection: Connection | None = None) -> list[tuple[str, str]]:
        """Return the responses of a chat's turns that exist, each with its status."""
        query = select(responses.c.id, responses.c.status).where(
            responses.c.id.in_(select(chat_turns.c.response_id).where(chat_turns.c.chat_id == chat_id))
        )
        async with AsyncExitStack() as stack:
            reading = connection or await stack.enter_async_context(self._database.read())
            return [(row.id, row.status) for row in await reading.execute(query)]


async def _check_parent(connection: Connection, turn: NewTurn) -> None:
    parent = (await connection.execute(turns_with_responses(chat_turns.c.id == turn.parent_id))).one_or_none()
    if parent is None or parent.chat_id != turn.chat_id:
        raise no_turn(turn.parent_id or "", param="parent_id")
    if unfinished(parent) and turn.mode is None:
        raise Conflict(
            "The turn that this one follows is still being answered. Wait for its end, or send `mode`: 'queue' to have "
            "this one begun then, 'steer' to stop that reply first.",
            param="parent_id",
            code="parent_running",
        )


def unfinished(row: Row[Any]) -> bool:
    """Tell whether a turn's reply is still to come, or to go on."""
    if row.found_response is not None:
        return row.response_status in UNFINISHED
    return row.state == "queued"


async def _start(connection: Connection, chat_id: str, leaf: str | None, before: str | None) -> str | None:
    asked, param = (before, "before") if before is not None else (leaf, "leaf")
    if asked is None:
        newest = (
            select(chat_turns.c.id)
            .where(chat_turns.c.chat_id == chat_id)
            .order_by(chat_turns.c.created_at.desc(), chat_turns.c.id.desc())
            .limit(1)
        )
        return await connection.scalar(newest)
    wanted = select(chat_turns.c.id, chat_turns.c.parent_id).where(
        chat_turns.c.id == asked, chat_turns.c.chat_id == chat_id
    )
    row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        raise no_turn(asked, param=param)
    return row.parent_id if before is not None else row.id


async def _ancestors(connection: Connection, start: str, limit: int) -> list[str]:
    """Return a turn's id and those above it, newest first, `limit` at most."""
    first = select(chat_turns.c.id, chat_turns.c.parent_id, literal(0).label("place")).where(chat_turns.c.id == start)
    path = first.cte("path", recursive=True)
    above = select(chat_turns.c.id, chat_turns.c.parent_id, path.c.place + 1).where(
        chat_turns.c.id == path.c.parent_id, path.c.place < limit - 1
    )
    path = path.union_all(above)
    return list(await connection.scalars(select(path.c.id).order_by(path.c.place)))


async def _newest_leaf(connection: Connection, start: str) -> str:
    """Return the turn that is reached from this one by going to the newest child again and again."""
    first = select(chat_turns.c.id, literal(0).label("place")).where(chat_turns.c.id == start)
    path = first.cte("descent", recursive=True)
    child = chat_turns.alias("child")
    newest = (
        select(child.c.id)
        .where(child.c.chat_id == select(chat_turns.c.chat_id).where(chat_turns.c.id == start).scalar_subquery())
        .where(child.c.parent_id == path.c.id)
        .order_by(child.c.created_at.desc(), child.c.id.desc())
        .limit(1)
        .correlate(path)
        .scalar_subquery()
    )
    path = path.union_all(
        select(chat_turns.c.id, path.c.place + 1).select_from(path.join(chat_turns, chat_turns.c.id == newest))
    )
    leaf = await connection.scalar(select(path.c.id).order_by(path.c.place.desc()).limit(1))
    return leaf or start
