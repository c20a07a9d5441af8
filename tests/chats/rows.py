"""Chats as they lie in the tables, made without a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import insert, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.index import index, words_of
from earthshine.chats.tables import chat_turns, chats
from earthshine.database import Connection, Database
from earthshine.ids import new_id
from earthshine.responses.tables import responses

NOW = 1_760_000_000_000
"""Milliseconds of the first chat's beginning."""


def user_message(text: str) -> dict[str, Any]:
    """Return what a person says, as it is stored."""
    content = [{"type": "input_text", "text": text}]
    return {"id": new_id("msg"), "type": "message", "role": "user", "status": "completed", "content": content}


def reply_items(text: str, thinking: str | None, cited: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return what a model replies, as it is stored."""
    said = {"type": "output_text", "text": text, "annotations": list(cited), "logprobs": []}
    message = {"id": new_id("msg"), "type": "message", "role": "assistant", "status": "completed", "content": [said]}
    if thinking is None:
        return [message]
    thought = {"id": new_id("rs"), "type": "reasoning", "summary": []}
    return [{**thought, "content": [{"type": "reasoning_text", "text": thinking}]}, message]


async def add_chat(database: Database, owner: Owner, title: str = "A chat", *, at: int = NOW, **fields: Any) -> str:
    """Store a chat without turns that is found by its title; return its id."""
    chat_id = new_id("chat")
    values = {"project": owner.project, "user": owner.user, "title": title, "title_source": "person", "settings": {}}
    async with database.write() as connection:
        row = {"id": chat_id, "created_at": at, "updated_at": at, **values, **fields}
        await connection.execute(insert(chats).values(**row))
        await index(connection, chat_id, "", "title", await words_of(title))
    return chat_id


async def add_turn(
    database: Database,
    owner: Owner,
    chat_id: str,
    said: str,
    reply: str | None = None,
    *,
    parent: str | None = None,
    thinking: str | None = None,
    cited: Sequence[dict[str, Any]] = (),
    at: int = NOW,
) -> str:
    """Store a turn, found by both its sides, as the one that was looked at last; return its id."""
    turn_id = new_id("turn")
    items = [user_message(said)]
    async with database.write() as connection:
        response_id = None
        if reply is not None:
            response_id = await _add_response(connection, owner, items, reply_items(reply, thinking, cited))
            await index(connection, chat_id, turn_id, "assistant", await words_of(reply))
        values = {"parent_id": parent, "created_at": at, "caller": {}, "input": items, "request": {}}
        row = {"id": turn_id, "chat_id": chat_id, "response_id": response_id, "settled": True, **values}
        await connection.execute(insert(chat_turns).values(**row))
        await index(connection, chat_id, turn_id, "user", await words_of(said))
        await connection.execute(update(chats).where(chats.c.id == chat_id).values(current_turn_id=turn_id))
    return turn_id


async def _add_response(
    connection: Connection, owner: Owner, items: list[dict[str, Any]], output: list[dict[str, Any]]
) -> str:
    response = {"id": new_id("resp"), "object": "response", "created_at": NOW // 1000, "status": "completed"}
    response |= {"model": "scripted", "output": output, "usage": None}
    values = {
        "id": response["id"],
        "project": owner.project,
        "caller": {"key_id": "k", "project": owner.project, "user": owner.user},
        "status": "completed",
        "background": False,
        "model": "scripted",
        "created_at": NOW // 1000,
        "request": {"model": "scripted"},
        "input": items,
        "response": orjson.dumps(response),
    }
    await connection.execute(insert(responses).values(**values))
    return response["id"]
