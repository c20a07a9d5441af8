"""The stored rows of chats."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.schemas import ChatCreate, ChatListQuery, ChatSettings, ChatUpdate
from earthshine.chats.search.eraser import note_removed
from earthshine.chats.search.index import index_title
from earthshine.chats.tables import chat_turns, chats
from earthshine.chats.titles import NO_TITLE
from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.ids import new_id
from earthshine.responses.store import UNFINISHED
from earthshine.responses.tables import responses

Json = dict[str, Any]


def now_ms() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


class ChatStore:
    """The rows of chats. A person sees only their own; another's id is not found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, owner: Owner, wanted: ChatCreate) -> tuple[Row[Any], bool]:
        """Store a chat and return its row, and whether it is new: the same id again returns the first one."""
        now = now_ms()
        values: Json = {
            "id": wanted.id or new_id("chat"),
            "project": owner.project,
            "user": owner.user,
            "title": wanted.title or NO_TITLE,
            "title_source": "person" if wanted.title else "first_words",
            "created_at": now // 1000,
            "updated_at": now,
            "pinned": wanted.pinned,
            "archived": wanted.archived,
            "space_id": wanted.space_id,
            "assistant_id": wanted.assistant_id,
            "settings": wanted.settings.model_dump(),
            "draft": wanted.draft,
            "draft_updated_at": now if wanted.draft else None,
        }
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(chats).values(**values))
                await index_title(connection, values["id"])
        except IntegrityError:
            async with self._database.read() as connection:
                row = await _find(connection, values["id"])
            if row is None or not owner.has(row):
                raise Conflict("This chat id is taken. Choose another one at random.", param="id") from None
            return row, False
        return await self.get(owner, values["id"]), True

    async def get(self, owner: Owner, chat_id: str) -> Row[Any]:
        """Return a chat's row. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await own_chat(connection, owner, chat_id)

    async def page(self, owner: Owner, query: ChatListQuery) -> tuple[Sequence[Row[Any]], bool]:
        """Return one page, the latest first, and whether there are more. Raises a 400 for an unknown `after`."""
        wanted = select(chats).where(owner.owns(chats), chats.c.archived == query.archived)
        if query.pinned is not None:
            wanted = wanted.where(chats.c.pinned == query.pinned)
        if query.space_id is not None:
            wanted = wanted.where(chats.c.space_id == query.space_id)
        async with self._database.read() as connection:
            if query.after is not None:
                cursor = await _find(connection, query.after)
                if cursor is None or not owner.has(cursor):
                    raise InvalidRequest(f"There is no chat {query.after[:100]!r} to list after.", param="after")
                at, key = chats.c.updated_at, chats.c.id
                wanted = wanted.where(
                    at <= cursor.updated_at, or_(at < cursor.updated_at, and_(at == cursor.updated_at, key < cursor.id))
                )
            wanted = wanted.order_by(chats.c.updated_at.desc(), chats.c.id.desc()).limit(query.limit + 1)
            rows = (await connection.execute(wanted)).all()
        return rows[: query.limit], len(rows) > query.limit

    async def running(self, ids: Sequence[str]) -> set[str]:
        """Return those of some chats in which a reply is being written or waits to be."""
        async with self._database.read() as connection:
            return set(
                await connection.scalars(
                    select(chat_turns.c.chat_id)
                    .outerjoin(responses, responses.c.id == chat_turns.c.response_id)
                    .where(
                        chat_turns.c.settled.is_(False),
                        among(connection, chat_turns.c.chat_id, ids),
                        or_(
                            responses.c.status.in_(UNFINISHED),
                            and_(responses.c.id.is_(None), chat_turns.c.state == "queued"),
                        ),
                    )
                )
            )

    async def update(self, owner: Owner, chat_id: str, change: ChatUpdate) -> Row[Any]:
        """Change what was sent, and return the row. Raises `NotFound`, a 400 for a turn of another chat."""
        given = change.given()
        settings: Json | None = given.pop("settings", None)
        async with self._database.write() as connection:
            row = await own_chat(connection, owner, chat_id, lock=True)
            if settings is not None:
                given["settings"] = {**ChatSettings().model_dump(), **row.settings, **settings}
            if "title" in given:
                if not given["title"]:
                    raise InvalidRequest("A chat's title cannot be null; send a text.", param="title")
                given["title_source"] = "person"
            if "draft" in given:
                given["draft_updated_at"] = now_ms()
            turn_id = given.get("current_turn_id")
            if turn_id is not None:
                there = select(chat_turns.c.id).where(chat_turns.c.id == turn_id, chat_turns.c.chat_id == chat_id)
                if await connection.scalar(there) is None:
                    raise no_turn(turn_id, param="current_turn_id")
            if given:
                await connection.execute(update(chats).where(chats.c.id == chat_id).values(**given))
                await index_title(connection, chat_id)
            return await own_chat(connection, owner, chat_id)

    async def set_model_title(self, chat_id: str, title: str) -> bool:
        """Replace first words by a title that a model made; returns whether nobody had named the chat by then."""
        mine = (chats.c.id == chat_id) & (chats.c.title_source == "first_words")
        async with self._database.write() as connection:
            done = await connection.execute(update(chats).where(mine).values(title=title, title_source="model"))
            # The first words stay, in the message.
            await index_title(connection, chat_id, forget=False)
        return done.rowcount == 1

    async def remove(self, connection: Connection, chat_id: str) -> None:
        """Remove a chat with its turns, texts and links."""
        await connection.execute(delete(chats).where(chats.c.id == chat_id))
        await note_removed(connection)


async def own_chat(connection: Connection, owner: Owner, chat_id: str, *, lock: bool = False) -> Row[Any]:
    """Return a chat's row, to be changed in the same transaction with `lock`. Raises `NotFound`."""
    row = await _find(connection, chat_id, lock=lock)
    if row is None or not owner.has(row):
        raise no_chat(chat_id)
    return row


async def touch(connection: Connection, chat_id: str, turn_id: str, first_words: str) -> None:
    """Note that a chat has a new turn: it is looked at, it leads the list, and it names a chat that has no name."""
    nameless = (chats.c.title == NO_TITLE) & (chats.c.title_source == "first_words")
    await connection.execute(
        update(chats)
        .where(chats.c.id == chat_id)
        .values(
            current_turn_id=turn_id,
            updated_at=now_ms(),
            title=case((nameless, first_words), else_=chats.c.title),
        )
    )
    await index_title(connection, chat_id)


async def _find(connection: Connection, chat_id: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(chats).where(chats.c.id == chat_id)
    return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()


def no_chat(chat_id: str) -> NotFound:
    """The error for an id that is unknown, deleted, or another person's."""
    return NotFound(f"No chat with id {chat_id[:100]!r} was found. It may have been deleted.", param="chat_id")


def no_turn(turn_id: str, *, param: str = "turn_id") -> NotFound:
    """The error for a turn that is not in this chat."""
    return NotFound(f"No turn with id {turn_id[:100]!r} is in this chat.", param=param)
