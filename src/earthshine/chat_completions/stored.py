"""Stored chat completions: rows in, objects out, by project; who of it sees one, `privacy` says."""

from __future__ import annotations

import re
from typing import Any, Literal, cast

import orjson
from sqlalchemy import and_, delete, insert, select, update

from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.chat_completions.objects import ChatCompletion, StoredMessage
from earthshine.chat_completions.tables import chat_completions as table
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest, NotFound

_ID = re.compile(r"chatcmpl-[0-9a-z]{16,64}")

Order = Literal["asc", "desc"]


class StoredCompletions:
    """The stored completions of all projects; each method sees those of one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.privacy = Privacy(database, table, _not_found)

    async def add(
        self,
        completion: dict[str, Any],
        messages: list[dict[str, Any]],
        *,
        metadata: dict[str, str],
        owner: Owner,
    ) -> None:
        """Store a completion, and the messages that it answers."""
        name = completion["id"]
        row = insert(table).values(
            id=name,
            project=owner.project,
            user=owner.user,
            model=completion["model"],
            created_at=completion["created"],
            metadata=metadata,
            completion=orjson.dumps(completion),
            messages=orjson.dumps([_message(name, index, message) for index, message in enumerate(messages)]),
        )
        async with self._database.write() as connection:
            await connection.execute(row)

    async def get(self, completion_id: str, project: str) -> ChatCompletion:
        """Return a completion. Raises `NotFound`."""
        async with self._database.read() as connection:
            return await _get(connection, completion_id, project)

    async def update(self, completion_id: str, project: str, metadata: dict[str, str]) -> ChatCompletion:
        """Replace a completion's metadata, and return it. Raises `NotFound`."""
        async with self._database.write() as connection:
            await connection.execute(update(table).where(_mine(completion_id, project)).values(metadata=metadata))
            return await _get(connection, completion_id, project)

    async def delete(self, completion_id: str, project: str) -> None:
        """Remove a completion and its messages. Raises `NotFound`."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(table).where(_mine(completion_id, project)))
            if gone.rowcount == 0:
                raise _not_found(completion_id)

    async def erase(self, user: str) -> None:
        """Remove all completions of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self._database.write() as connection:
                await connection.execute(delete(table).where(table.c.user == user))

    async def page(
        self,
        owner: Owner,
        *,
        model: str | None,
        metadata: dict[str, str],
        after: str | None,
        limit: int,
        order: Order,
    ) -> tuple[list[ChatCompletion], bool]:
        """List what this owner reaches in the order of its making, what comes after the id `after`.

        `after` need not exist any more. Raises `InvalidRequest` when it is no id at all.
        """
        if after is not None and not _ID.fullmatch(after):
            raise InvalidRequest(f"{after[:80]!r} is not the id of a chat completion.", param="after")
        rows = select(table.c.completion, table.c.metadata).where(owner.reaches(table))
        if model is not None:
            rows = rows.where(table.c.model == model)
        for key, value in metadata.items():
            rows = rows.where(table.c.metadata[key].as_string() == value)
        if after is not None:
            rows = rows.where(table.c.id > after if order == "asc" else table.c.id < after)
        rows = rows.order_by(table.c.id.asc() if order == "asc" else table.c.id.desc()).limit(limit + 1)
        async with self._database.read() as connection:
            found = [_show(row.completion, row.metadata) for row in await connection.execute(rows)]
        return found[:limit], len(found) > limit

    async def messages(
        self, completion_id: str, project: str, *, after: str | None, limit: int, order: Order
    ) -> tuple[list[StoredMessage], bool]:
        """List the messages that a completion answers. Raises `NotFound`, and `InvalidRequest` for a bad `after`."""
        async with self._database.read() as connection:
            found = await connection.scalar(select(table.c.messages).where(_mine(completion_id, project)))
        if found is None:
            raise _not_found(completion_id)
        messages: list[StoredMessage] = orjson.loads(found)
        if order == "desc":
            messages.reverse()
        start = 0
        if after is not None:
            names = [message["id"] for message in messages]
            if after not in names:
                raise InvalidRequest(f"There is no message {after[:80]!r} in this completion.", param="after")
            start = names.index(after) + 1
        return messages[start : start + limit], len(messages) > start + limit


def _message(completion_id: str, index: int, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as it is listed: parts of a content apart, and their text together."""
    content: Any = message.get("content")
    parts = cast("list[dict[str, Any]]", content) if isinstance(content, list) else None
    text = cast("Any", content)
    if parts is not None:
        text = "\n".join(str(part["text"]) for part in parts if part.get("type") == "text")
    given = {name: value for name, value in message.items() if value is not None}
    return {"refusal": None, **given, "id": f"{completion_id}-{index}", "content": text, "content_parts": parts}


def _mine(completion_id: str, project: str) -> Any:
    return and_(table.c.id == completion_id, table.c.project == project)


async def _get(connection: Connection, completion_id: str, project: str) -> ChatCompletion:
    rows = await connection.execute(select(table.c.completion, table.c.metadata).where(_mine(completion_id, project)))
    row = rows.one_or_none()
    if row is None:
        raise _not_found(completion_id)
    return _show(row.completion, row.metadata)


def _show(completion: bytes, metadata: dict[str, str]) -> ChatCompletion:
    return orjson.loads(completion) | {"metadata": metadata}


def _not_found(completion_id: str) -> NotFound:
    return NotFound(
        f"There is no stored chat completion {completion_id[:80]!r}. Only those created with `store` are kept.",
        param="completion_id",
    )
