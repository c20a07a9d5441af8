"""Chats as files: JSON with everything in it, which can be imported again, and Markdown for people.

Both are made while they are sent, some turns at a time, so that a long chat needs no more memory than a short one.
The JSON form is documented in docs/sharing-and-moving.md.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Row, select

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.serializers import settings_in_force
from earthshine.chats.tables import chats
from earthshine.chats.transfer import objects
from earthshine.chats.turns import branches
from earthshine.chats.turns.branches import BATCH, ExportedTurn
from earthshine.conversations.footnotes import with_footnotes
from earthshine.conversations.message_text import message_text
from earthshine.database import Database
from earthshine.responses.items.readings import files_in

Json = dict[str, Any]
Branch = Literal["current", "all"]
WriteOut = Callable[[Sequence[Json], Owner], Awaitable[list[Json]]]
"""Returns what an owner said, with what only this installation could read written out."""

VERSION = 1
"""Of the JSON form."""
OBJECT = "chat.export"


async def as_json(database: Database, chat: Row[Any], branch: Branch, write_out: WriteOut) -> AsyncGenerator[bytes]:
    """Yield one JSON object, in one line: the chat, and its turns with their whole responses, parents first."""
    owner = Owner(chat.project, chat.user)
    head = {"object": OBJECT, "version": VERSION, "exported_at": int(time.time()), "chat": _serialize_chat(chat)}
    yield orjson.dumps(head)[:-1] + b',"turns":['
    gap = b""
    async for turns in _batches(database, chat, branch):
        for turn in turns:
            yield gap + orjson.dumps(_serialize_turn(turn, await write_out(turn.input, owner)))
            gap = b","
    yield b"]}\n"


async def all_as_json(database: Database, owner: Owner, write_out: WriteOut) -> AsyncGenerator[bytes]:
    """Yield every chat of a person in the JSON form, one in each line, the oldest first."""
    last = ""
    while True:
        mine = select(chats).where(owner.owns(chats), chats.c.id > last).order_by(chats.c.id).limit(BATCH)
        async with database.read() as connection:
            rows = (await connection.execute(mine)).all()
        for row in rows:
            async for piece in as_json(database, row, "all", write_out):
                yield piece
        if len(rows) < BATCH:
            return
        last = rows[-1].id


async def as_markdown(database: Database, chat: Row[Any], branch: Branch) -> AsyncGenerator[bytes]:
    """Yield a chat as Markdown: what was said, by whom and when; with all branches, also what each turn follows."""
    yield f"# {_one_line(chat.title)}\n".encode()
    numbers: dict[str | None, int] = {}
    note = 1
    async for turns in _batches(database, chat, branch):
        for turn in turns:
            numbers[turn.id] = len(numbers) + 1
            head = ""
            if branch == "all":
                after = numbers.get(turn.parent_id)
                head = f"\n---\n\n*Turn {numbers[turn.id]}{f', after turn {after}' if after else ''}*\n"
            reply, note = with_footnotes(turn.response["output"] if turn.response else (), note)
            yield (head + _said(turn, reply)).encode("utf-8", "replace")


async def _batches(database: Database, chat: Row[Any], branch: Branch) -> AsyncGenerator[list[ExportedTurn]]:
    ids: Sequence[str] = []
    async with database.read() as connection:
        if branch == "all":
            ids = await branches.all_turns(connection, chat.id)
        elif chat.current_turn_id is not None:
            ids = await branches.path(connection, chat.id, chat.current_turn_id)
    for start in range(0, len(ids), BATCH):
        # No transaction stays open while a slow reader takes what there is.
        async with database.read() as connection:
            turns = await branches.read(connection, ids[start : start + BATCH])
        if turns:
            yield turns


def _serialize_chat(chat: Row[Any]) -> objects.ExportedChat:
    return {
        "id": chat.id,
        "title": chat.title,
        "title_source": chat.title_source,
        "created_at": chat.created_at,
        "updated_ms": chat.updated_at,
        "pinned": chat.pinned,
        "archived": chat.archived,
        "space_id": chat.space_id,
        "assistant_id": chat.assistant_id,
        "settings": settings_in_force(chat),
        "current_turn_id": chat.current_turn_id,
        "draft": chat.draft,
    }


def _serialize_turn(turn: ExportedTurn, said: list[Json]) -> objects.ExportedTurn:
    return {
        "id": turn.id,
        "parent_id": turn.parent_id,
        "group_id": turn.group_id,
        "created_ms": turn.created_at,
        "input": said,
        "request": turn.request,
        "error": turn.error,
        "rating": turn.rating,
        "response": turn.response,
    }


def _said(turn: ExportedTurn, reply: str) -> str:
    said = f"\n## You · {_time(turn.created_at // 1000)}\n\n{message_text(turn.input)}\n"
    if files := ", ".join(_one_line(name) for name in files_in(turn.input).values()):
        said += f"\n*({files})*\n"
    pictures = sum(part.get("type") == "input_image" for item in turn.input for part in item.get("content") or ())
    if pictures:
        said += f"\n*({pictures} {'picture' if pictures == 1 else 'pictures'})*\n"
    if turn.response is None:
        return said
    response = turn.response
    at = response.get("completed_at") or response["created_at"]
    said += f"\n## {_one_line(response['model'])} · {_time(at)}\n\n{reply}\n"
    return said if response["status"] == "completed" else f"{said}\n*({response['status'].replace('_', ' ')})*\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
