from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from earthshine.conversations.store import Conversations
from earthshine.conversations.tables import conversation_items
from earthshine.database import Database
from earthshine.errors import NotFound


def item(name: str) -> dict[str, Any]:
    return {"id": name, "type": "reasoning", "summary": []}


async def ids(store: Conversations, conversation: str) -> list[str]:
    return [each["id"] for each in await store.all_items(conversation, "default")]


async def test_items_keep_the_order_of_adding(store: Conversations) -> None:
    conversation = (await store.create("default", {}))["id"]
    for number in range(5):
        await store.append_items(conversation, "default", [item(f"a{number}"), item(f"b{number}")])
    assert await ids(store, conversation) == [f"{letter}{number}" for number in range(5) for letter in "ab"]


async def test_appending_twice_is_appending_once(store: Conversations) -> None:
    conversation = (await store.create("default", {}))["id"]
    await store.append_items(conversation, "default", [item("a"), item("b")])
    await store.append_items(conversation, "default", [item("a"), item("b"), item("c")])
    assert await ids(store, conversation) == ["a", "b", "c"]


async def test_two_conversations_may_hold_items_of_the_same_id(store: Conversations) -> None:
    one, two = (await store.create("default", {}))["id"], (await store.create("default", {}))["id"]
    await store.append_items(one, "default", [item("a")])
    await store.append_items(two, "default", [item("a")])
    assert await ids(store, one) == await ids(store, two) == ["a"]


async def test_concurrent_appends_interleave_by_whole(store: Conversations) -> None:
    conversation = (await store.create("default", {}))["id"]
    await asyncio.gather(
        *(
            store.append_items(conversation, "default", [item(f"{writer}-{part}") for part in range(3)])
            for writer in range(20)
        )
    )
    found = await ids(store, conversation)
    writers = [name.split("-")[0] for name in found[::3]]
    assert found == [f"{writer}-{part}" for writer in writers for part in range(3)]
    assert len(set(writers)) == 20


async def test_an_append_belongs_to_its_transaction(store: Conversations, database: Database) -> None:
    conversation = (await store.create("default", {}))["id"]

    async def append_and_fail() -> None:
        async with database.write() as connection:
            await store.append_items(conversation, "default", [item("a")], conn=connection)
            raise RuntimeError("the rest of the transaction failed")

    with pytest.raises(RuntimeError):
        await append_and_fail()
    assert await ids(store, conversation) == []
    async with database.write() as connection:
        await store.append_items(conversation, "default", [item("a")], conn=connection)
    assert await ids(store, conversation) == ["a"]


async def test_deleting_a_conversation_leaves_no_rows(store: Conversations, database: Database) -> None:
    conversation = (await store.create("default", {}))["id"]
    await store.append_items(conversation, "default", [item("a"), item("b")])
    await store.delete(conversation, "default")
    async with database.read() as connection:
        mine = conversation_items.c.conversation_id == conversation
        assert await connection.scalar(select(func.count()).select_from(conversation_items).where(mine)) == 0


async def test_a_position_is_never_used_again(store: Conversations) -> None:
    conversation = (await store.create("default", {}))["id"]
    await store.append_items(conversation, "default", [item("a"), item("b")])
    await store.delete_item(conversation, "default", "b")
    await store.append_items(conversation, "default", [item("c")])
    assert await ids(store, conversation) == ["a", "c"]


async def test_a_deleted_or_foreign_conversation_takes_nothing(store: Conversations) -> None:
    conversation = (await store.create("default", {}))["id"]
    with pytest.raises(NotFound):
        await store.append_items(conversation, "other", [item("a")])
    await store.delete(conversation, "default")
    with pytest.raises(NotFound):
        await store.append_items(conversation, "default", [item("a")])


async def test_a_thousand_items_at_once(store: Conversations) -> None:
    conversation = (await store.create("default", {}))["id"]
    names = [f"m{number}" for number in range(1200)]
    await store.append_items(conversation, "default", [item(name) for name in names])
    await store.append_items(conversation, "default", [item(name) for name in names])
    assert await ids(store, conversation) == names
