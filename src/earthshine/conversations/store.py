"""The stored rows of conversations. A project sees only its own; another's id is not found. Who of it: `privacy`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import delete, insert, select, update

from earthshine.accounts.authorization.ownership import Privacy, is_person
from earthshine.conversations.items import Item, store_form
from earthshine.conversations.objects import Conversation
from earthshine.conversations.signing import TextSigner, open_signer
from earthshine.conversations.tables import conversation_items, conversations
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.ids import new_id

_IDS_AT_ONCE = 500
"""Below the number of parameters that every database takes in one statement."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, and whether more follow."""

    items: list[Item]
    has_more: bool


class Conversations:
    """The conversations of one installation. Adding items never touches those that are there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.privacy = Privacy(database, conversations, not_found)
        self._signer: TextSigner | None = None

    async def signer(self) -> TextSigner:
        """Return what signs the texts that clients carry."""
        if self._signer is None:
            self._signer = await open_signer(self._database)
        return self._signer

    async def create(
        self, project: str, metadata: dict[str, str], items: Sequence[Item] = (), *, user: str = ""
    ) -> Conversation:
        """Store a new conversation with its first items, and return it. Without a `user` it is the whole project's."""
        stored = await store_form(items, await self.signer(), param="items")
        row: dict[str, Any] = {
            "id": new_id("conv"),
            "project": project,
            "user": user,
            "created_at": int(time.time()),
            "metadata": metadata,
            "next_position": len(stored),
        }
        async with self._database.write() as connection:
            await connection.execute(insert(conversations).values(**row))
            await _insert(connection, row["id"], 0, stored)
        return _serialize(row["id"], row["created_at"], metadata)

    async def get(self, conversation_id: str, project: str) -> Conversation:
        """Return a conversation. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await _get(connection, conversation_id, project)

    async def update(self, conversation_id: str, project: str, metadata: dict[str, str]) -> Conversation:
        """Replace a conversation's metadata. Raises `NotFound`."""
        async with self._database.write() as connection:
            await connection.execute(
                update(conversations).where(_mine(conversation_id, project)).values(metadata=metadata)
            )
            return await _get(connection, conversation_id, project)

    async def delete(self, conversation_id: str, project: str) -> None:
        """Remove a conversation and its items. Raises `NotFound`."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(conversations).where(_mine(conversation_id, project)))
            if gone.rowcount == 0:
                raise not_found(conversation_id)

    async def erase(self, user: str) -> None:
        """Remove all conversations of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self._database.write() as connection:
                await connection.execute(delete(conversations).where(conversations.c.user == user))

    async def add_items(self, conversation_id: str, project: str, items: Sequence[Item]) -> list[Item]:
        """Append a client's items; returns them as stored. Raises `InvalidRequest` for an id already there."""
        stored = await store_form(items, await self.signer(), param="items")
        async with self._database.write() as connection:
            # Locked, so that nobody adds an item of the same id after we have looked.
            await _get(connection, conversation_id, project, lock=True)
            known = await _known(connection, conversation_id, [item["id"] for item in stored])
            for index, item in enumerate(stored):
                if item["id"] in known:
                    raise InvalidRequest(
                        f"The conversation already has an item {item['id']!r}.", param=f"items[{index}].id"
                    )
            await self.append_items(conversation_id, project, stored, conn=connection)
        return stored

    async def append_items(
        self, conversation_id: str, project: str, items: Sequence[Item], *, conn: Connection | None = None
    ) -> None:
        """Append items in their stored form, inside the caller's transaction if `conn` is given.

        Those whose ids are there already are left as they are, so doing it twice is doing it once. Raises `NotFound`.
        """
        if conn is None:
            async with self._database.write() as connection:
                return await self.append_items(conversation_id, project, items, conn=connection)
        # Taking the positions first locks the row: concurrent appends of other servers wait, and interleave by whole.
        end = await conn.scalar(
            update(conversations)
            .where(_mine(conversation_id, project))
            .values(next_position=conversations.c.next_position + len(items))
            .returning(conversations.c.next_position)
        )
        if end is None:
            raise not_found(conversation_id)
        known = await _known(conn, conversation_id, [item["id"] for item in items])
        await _insert(conn, conversation_id, end - len(items), [item for item in items if item["id"] not in known])
        return None

    async def all_items(self, conversation_id: str, project: str) -> list[Item]:
        """Return every item, oldest first. Raises `NotFound`."""
        async with self._database.read() as connection:
            await _get(connection, conversation_id, project)
            rows = await connection.scalars(
                select(conversation_items.c.item)
                .where(conversation_items.c.conversation_id == conversation_id)
                .order_by(conversation_items.c.position)
            )
            return [orjson.loads(row) for row in rows]

    async def items(
        self,
        conversation_id: str,
        project: str,
        *,
        after: str | None = None,
        limit: int = 20,
        order: Literal["asc", "desc"] = "desc",
    ) -> Page:
        """Return up to `limit` items that follow the item `after`.

        Raises `NotFound`, and `InvalidRequest` when there is no item `after`, or no longer.
        """
        position = conversation_items.c.position
        query = select(conversation_items.c.item).where(conversation_items.c.conversation_id == conversation_id)
        query = query.order_by(position if order == "asc" else position.desc()).limit(limit + 1)
        async with self._database.read() as connection:
            await _get(connection, conversation_id, project)
            if after is not None:
                cursor = await connection.scalar(select(position).where(_item(conversation_id, after)))
                if cursor is None:
                    raise InvalidRequest(f"There is no item {after[:100]!r} to list after.", param="after")
                query = query.where(position > cursor if order == "asc" else position < cursor)
            rows = (await connection.scalars(query)).all()
        return Page([orjson.loads(row) for row in rows[:limit]], has_more=len(rows) > limit)

    async def item(self, conversation_id: str, project: str, item_id: str) -> Item:
        """Return one item. Raises `NotFound`."""
        async with self._database.read() as connection:
            await _get(connection, conversation_id, project)
            found = await connection.scalar(select(conversation_items.c.item).where(_item(conversation_id, item_id)))
        if found is None:
            raise _no_item(item_id)
        return orjson.loads(found)

    async def delete_item(self, conversation_id: str, project: str, item_id: str) -> Conversation:
        """Remove one item, and return the conversation. Raises `NotFound`."""
        async with self._database.write() as connection:
            conversation = await _get(connection, conversation_id, project)
            gone = await connection.execute(delete(conversation_items).where(_item(conversation_id, item_id)))
            if gone.rowcount == 0:
                raise _no_item(item_id)
        return conversation


def not_found(conversation_id: str) -> NotFound:
    """The error for an id that is unknown, deleted, or another project's."""
    return NotFound(f"No conversation with id {conversation_id[:100]!r} was found.", param="conversation_id")


def _no_item(item_id: str) -> NotFound:
    return NotFound(f"No item with id {item_id[:100]!r} is in this conversation.", param="item_id")


def _mine(conversation_id: str, project: str) -> Any:
    return (conversations.c.id == conversation_id) & (conversations.c.project == project)


def _item(conversation_id: str, item_id: str) -> Any:
    return (conversation_items.c.conversation_id == conversation_id) & (conversation_items.c.item_id == item_id)


def _serialize(conversation_id: str, created_at: int, metadata: dict[str, str]) -> Conversation:
    return {"id": conversation_id, "object": "conversation", "created_at": created_at, "metadata": metadata}


async def _get(connection: Connection, conversation_id: str, project: str, *, lock: bool = False) -> Conversation:
    query = select(conversations).where(_mine(conversation_id, project))
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise not_found(conversation_id)
    return _serialize(row.id, row.created_at, row.metadata)


async def _known(connection: Connection, conversation_id: str, ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        known.update(
            await connection.scalars(
                select(conversation_items.c.item_id).where(
                    conversation_items.c.conversation_id == conversation_id,
                    conversation_items.c.item_id.in_(ids[start : start + _IDS_AT_ONCE]),
                )
            )
        )
    return known


async def _insert(connection: Connection, conversation_id: str, first: int, items: Sequence[Item]) -> None:
    rows = [
        {
            "conversation_id": conversation_id,
            "position": first + offset,
            "item_id": item["id"],
            "item": orjson.dumps(item),
        }
        for offset, item in enumerate(items)
    ]
    if rows:
        await connection.execute(insert(conversation_items), rows)
