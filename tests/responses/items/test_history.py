"""The chain of responses: read in few queries, and with truncation no further back than a model could see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.responses.store import ResponseStore, StoredResponse
from earthshine.responses.tables import responses

Json = dict[str, Any]
WHO = Caller("key", "home")


def said(text: str, role: str = "user") -> Json:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"id": f"msg_{text[:20]}", "type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def texts(items: Sequence[Json]) -> list[str]:
    return [item["content"][0]["text"] if "content" in item else item["type"] for item in items]


async def add(store: ResponseStore, name: str, previous: str | None, items: list[Json], **more: Any) -> str:
    body: Json = {"status": "completed", "output": [said(f"reply to {name}", "assistant")], **more}
    body |= {"id": f"resp_{name}", "model": "scripted", "created_at": 1}
    row = StoredResponse(
        body["id"], WHO, body["status"], True, previous, more.get("conversation"), {}, items, None, body
    )
    async with store._database.write() as connection:
        await store.add_ended(connection, [(row, [b"{}"])])
    return body["id"]


async def chain(store: ResponseStore, count: int) -> str:
    previous = None
    for number in range(count):
        previous = await add(store, str(number), previous, [said(f"question {number}")])
    assert previous is not None
    return previous


async def test_all_items_come_oldest_first(database: Database) -> None:
    store = ResponseStore(database)
    last = await chain(store, 40)
    items = await store.history(last, "home")
    assert texts(items) == [each for n in range(40) for each in (f"question {n}", f"reply to {n}")]
    assert await store.history(last, "home", characters=10**9) == items


async def test_with_a_bound_only_the_last_turns_come(database: Database) -> None:
    store = ResponseStore(database)
    last = await chain(store, 40)
    items = await store.history(last, "home")
    few = await store.history(last, "home", characters=1000)
    assert 4 <= len(few) < 20
    assert few == items[-len(few) :]
    # However little it is, the newest turn is there whole.
    assert texts(await store.history(last, "home", characters=1)) == ["question 39", "reply to 39"]


@pytest.mark.parametrize("looked", [True, False])
async def test_what_always_stays_comes_from_any_place(database: Database, looked: bool) -> None:
    store = ResponseStore(database)
    first = await add(store, "first", None, [said("Obey.", "developer"), said("old")])
    previous = await add(store, "second", first, [{"id": "cmp_1", "type": "compaction", "encrypted_content": "x"}])
    for number in range(30):
        previous = await add(store, str(number), previous, [said(f"question {number}")])
    if not looked:
        # As rows of earlier versions are.
        async with database.write() as connection:
            await connection.execute(update(responses).values(keeps=None))
    items = await store.history(previous, "home", characters=1)
    assert texts(items) == ["Obey.", "compaction", "question 29", "reply to 29"]


async def test_a_call_and_its_output_are_not_parted(database: Database) -> None:
    store = ResponseStore(database)
    call = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = {"id": "fco_1", "type": "function_call_output", "call_id": "call_1", "output": "x" * 500}
    await add(store, "old", None, [said("old")])
    await add(store, "calls", "resp_old", [said("call it")], output=[call])
    previous = "resp_calls"
    for number in range(20):
        previous = await add(store, str(number), previous, [said(f"question {number}")])
    last = await add(store, "output", previous, [output])
    items = await store.history(last, "home", characters=1)
    assert texts(items)[:2] == ["call it", "function_call"]
    assert items[-2] == output


async def test_a_chain_that_cannot_be_gone_on_from_says_why(database: Database) -> None:
    store = ResponseStore(database)
    last = await chain(store, 3)
    for asked, project in (("resp_nowhere", "home"), (last, "elsewhere")):
        with pytest.raises(NotFound, match="was not found") as missing:
            await store.history(asked, project)
        assert missing.value.code == "previous_response_not_found"
    running = await add(store, "running", last, [said("now")], status="in_progress")
    with pytest.raises(Conflict, match="still in progress"):
        await store.history(running, "home", characters=1)
    talking = await add(store, "talking", last, [said("now")], conversation="conv_1")
    with pytest.raises(InvalidRequest, match="belongs to the conversation"):
        await store.history(talking, "home")
    await store.delete("resp_0", "home")
    with pytest.raises(NotFound, match="'resp_0', which 'resp_2' goes on from, was deleted"):
        await store.history(last, "home", characters=1)


async def test_many_are_removed_at_once_and_only_ones_own(database: Database) -> None:
    store = ResponseStore(database)
    await chain(store, 3)
    await store.delete_all(["resp_0", "resp_1", "resp_2"], "elsewhere")
    await store.delete_all(["resp_0", "resp_1", "resp_gone"], "home")
    with pytest.raises(NotFound):
        await store.get("resp_0", "home")
    assert (await store.get("resp_2", "home")).id == "resp_2"
