"""Imports: every branch of what other programs export, once, and named what cannot be taken."""

from __future__ import annotations

import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from starlette.testclient import TestClient

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.search import search
from earthshine.chats.tables import chats
from earthshine.chats.transfer.export import as_json, as_markdown
from earthshine.chats.transfer.imports.importer import MOST_STRANGE, ImportOutcome, import_file
from earthshine.chats.turns import branches
from earthshine.chats.turns.branches import ExportedTurn
from earthshine.conversations.message_text import message_text
from earthshine.database import Database
from earthshine.errors import InvalidRequest
from earthshine.responses.reply.events import fold
from earthshine.responses.store import ResponseStore
from earthshine.runs.tables import run_events
from tests.chats.transfer.export_files import AT, as_said, chatgpt, conversation, message, node, open_webui, webui_chat
from tests.conformance.isolation_world import ROOT, new_app

ME = Caller("sess_1", "default", user="user_me")


async def take(database: Database, content: Any, who: Caller = ME) -> list[ImportOutcome]:
    """Import a file of this content."""
    with tempfile.TemporaryFile() as file:
        file.write(content if isinstance(content, bytes) else orjson.dumps(content))
        file.flush()
        return await import_file(database, ResponseStore(database), who, file)


async def turns(database: Database, chat_id: str | None) -> list[ExportedTurn]:
    async with database.read() as connection:
        return await branches.read(connection, await branches.all_turns(connection, chat_id or ""))


def told(turn: ExportedTurn) -> tuple[str, str | None]:
    """Return what was said, and replied."""
    return message_text(turn.input), None if turn.response is None else message_text(turn.response["output"])


async def row(database: Database, chat_id: str | None) -> Any:
    async with database.read() as connection:
        return (await connection.execute(select(chats).where(chats.c.id == chat_id))).one()


async def test_chatgpt(database: Database) -> None:
    (outcome,) = await take(database, [chatgpt()])
    assert (outcome.status, outcome.source, outcome.original_id, outcome.turns) == ("imported", "chatgpt", "68-abc", 5)
    assert outcome.left_out == {"image_asset_pointer": 1, "result of a tool (tether_browsing_display)": 1}
    first, second, other, third, fourth = await turns(database, outcome.chat_id)
    assert told(first) == ("Why are there tides?", "Gravity.")
    assert told(second) == ("Why are there tides on Earth?", "The moon pulls.")
    assert told(other) == ("Why are there tides on Earth?", "The sun pulls too.")
    assert told(third) == (
        "[image_asset_pointer: file-service://file-1]\n\nHow high, as in this picture?",
        "```python\nprint(2)\n```\n\n```text\n2\n\n```\n\nTwo metres.",
    )
    assert told(fourth) == ("Thanks", None)
    assert [turn.parent_id for turn in (first, second, other)] == [None] * 3
    assert (third.parent_id, fourth.parent_id) == (second.id, third.id)
    assert second.response is not None
    assert [item["type"] for item in second.response["output"]] == ["reasoning", "message"]
    assert second.response["output"][0]["content"][0]["text"] == "It is the moon."
    assert (second.response["model"], second.response["usage"], second.response["status"]) == ("o3", None, "completed")
    assert second.response["metadata"]["imported_from"] == "chatgpt"
    assert second.response["metadata"]["turn_id"] == second.id
    chat = await row(database, outcome.chat_id)
    assert (chat.title, chat.current_turn_id, chat.created_at) == ("Tides", fourth.id, int(AT))
    assert chat.updated_at == int(AT + 100) * 1000 + 250
    assert first.created_at == int(AT * 1000)
    assert fourth.error is not None
    for query in ("tides", "moon pulls", "metres"):
        assert await search(database, Owner.of(ME), query), query
    assert await search(database, Owner.of(ME), "live on the moon") == []


async def test_open_webui(database: Database) -> None:
    (outcome,) = await take(database, [open_webui()])
    assert (outcome.status, outcome.source, outcome.turns) == ("imported", "open_webui", 3)
    assert outcome.left_out == {"file": 1}
    one, other, last = await turns(database, outcome.chat_id)
    assert [told(one), told(other), told(last)] == [
        ("Why are there tides?", "The moon pulls."),
        ("Why are there tides?", "Gravity."),
        ("And the sun?", "It pulls less."),
    ]
    assert one.group_id is not None
    assert (one.group_id, one.parent_id, last.parent_id) == (other.group_id, None, one.id)
    assert one.input[0]["content"][1]["image_url"] == "data:image/png;base64,iVBORw0KGgo="
    assert one.response is not None
    assert other.response is not None
    assert one.response["output"][0]["content"][0]["text"] == "It is the moon.\nOr a <b>?"
    assert [turn.response["model"] for turn in (one, other) if turn.response] == ["qwen3:8b", "llama3:8b"]
    assert one.response["output"][1]["id"] != other.response["output"][0]["id"]
    chat = await row(database, outcome.chat_id)
    assert (chat.pinned, chat.archived, chat.current_turn_id) == (True, False, last.id)


async def test_system_prompts_and_plain_lists_of_open_webui(database: Database) -> None:
    chat = webui_chat(message("u", None, "user", "Hello"), current="u")
    chat["chat"]["params"] = {"system": "Be brief."}
    old = {"id": "old", "title": "Old", "chat": {"messages": [{"role": "user", "content": "a"}, {"role": "assistant"}]}}
    first, second = await take(database, [chat, old])
    assert (await row(database, first.chat_id)).settings == {"instructions": "Be brief."}
    assert [told(turn) for turn in await turns(database, second.chat_id)] == [("a", None)]


async def test_twice_is_once_and_each_person_has_their_own(database: Database) -> None:
    file = [chatgpt(), open_webui()]
    first = await take(database, file)
    again = await take(database, [open_webui(), chatgpt()])
    assert [outcome.status for outcome in again] == ["known", "known"]
    assert {outcome.chat_id for outcome in again} == {outcome.chat_id for outcome in first}
    for other in (Caller("s", "default", user="user_other"), Caller("s", "other", user="user_me")):
        assert [outcome.status for outcome in await take(database, file, other)] == ["imported"] * 2
    together = await asyncio.gather(
        *(
            take(database, [conversation(node("q", None, "user", "x"), current="q", conversation_id="new")])
            for _ in range(4)
        )
    )
    assert sorted(outcome.status for (outcome,) in together) == ["imported", "known", "known", "known"]
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(chats)) == 7


async def test_one_can_go_on_from_what_was_imported(database: Database) -> None:
    chat = conversation(
        node("q0", None, "user", "No reply to this"),
        node("q1", "q0", "user", "First"),
        node("a1", "q1", "assistant", "One"),
        node("q2", "a1", "user", "Second"),
        node("a2", "q2", "assistant", "Two"),
        current="a2",
    )
    (outcome,) = await take(database, chat)
    last = (await turns(database, outcome.chat_id))[-1]
    assert last.response is not None
    store = ResponseStore(database)
    history = await store.history(last.response["id"], "default")
    assert message_text(history) == "No reply to this\n\nFirst\n\nOne\n\nSecond\n\nTwo"
    # Its journal tells the same.
    async with database.read() as connection:
        mine = (
            select(run_events.c.event)
            .where(run_events.c.run_id == last.response["id"])
            .order_by(run_events.c.sequence_number)
        )
        journal = (await connection.scalars(mine)).all()
    assert fold(journal) == last.response
    assert json.loads(journal[0])["type"] == "response.created"


BROKEN: dict[str, Any] = {
    "no id": (conversation(node("q", None, "user", "x"), current="q", id="", conversation_id=""), "no id"),
    "nothing in it": (conversation(node("root", None), current=None, conversation_id="e"), "nothing in this chat"),
    "another program's": ({"uuid": "x", "chat_messages": []}, "no chat as"),
    "not JSON": (b'{"mapping": {nope}}', "not valid JSON"),
    "half a pair": (b'{"id": "\\ud800", "mapping": {}}', "not valid JSON"),
    "an id too long": (conversation(node("q", None, "user", "x"), current="q", conversation_id="x" * 200), "longer"),
    "too many": ({"id": "m", "mapping": {str(number): {} for number in range(20_001)}}, "20000 messages"),
    "a later version": ({"object": "chat.export", "version": 2}, "version 2"),
    "a list": ([conversation(node("q", None, "user", "x"), current="q")], "JSON object"),
    "nothing": (None, "JSON object"),
    "a text": ("words", "JSON object"),
    "a number": (12, "JSON object"),
    "our own, broken": ({"object": "chat.export", "version": 1, "chat": {"id": 1}, "turns": []}, "id"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_cannot_be_taken_is_named_and_the_rest_is_imported(name: str, database: Database) -> None:
    broken, reason = BROKEN[name]
    text = broken if isinstance(broken, bytes) else orjson.dumps(broken)
    good = orjson.dumps(chatgpt())
    outcomes = await take(database, b"[" + b" , ".join([good, text, orjson.dumps(open_webui())]) + b"]")
    assert [outcome.status for outcome in outcomes] == ["imported", "failed", "imported"]
    assert outcomes[1].error is not None
    assert reason in outcomes[1].error["message"]


ODD = {
    "a node that is missing": [node("q", "gone", "user", "said"), node("a", "q", "assistant", "replied")],
    "a circle": [node("q", "a", "user", "said"), node("a", "q", "assistant", "replied")],
    "its own parent": [node("q", "q", "user", "said"), node("a", "q", "assistant", "replied")],
    "a circle of hidden ones": [
        node("h", "i", "system", "x"),
        node("i", "h", "system", "x"),
        node("q", "h", "user", "said"),
        node("a", "q", "assistant", "replied"),
    ],
    "hidden ones between": [
        node("q", None, "user", "said"),
        node("h", "q", "system", "x"),
        node("i", "h", None),
        node("a", "i", "assistant", "replied"),
    ],
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_trees(name: str, database: Database) -> None:
    (outcome,) = await take(database, conversation(*ODD[name], current="nowhere"))
    assert [told(turn) for turn in await turns(database, outcome.chat_id)] == [("said", "replied")]


async def test_odd_values(database: Database) -> None:
    chat = conversation(node("q", None, "user", "x"), current="q", title=None, create_time="soon", update_time=1e300)
    mapping = chat["mapping"]
    mapping |= {"n": None, "l": [], "m": {"message": "text"}, "o": {"message": {"author": None, "content": "text"}}}
    mapping |= {"p": {"parent": 7, "message": {"author": {"role": "user"}, "content": {"parts": [None, 7, "y"]}}}}
    (outcome,) = await take(database, chat)
    assert outcome.status == "imported"
    assert len(await turns(database, outcome.chat_id)) == 2
    assert (await row(database, outcome.chat_id)).title == "x"


async def test_a_large_file_does_not_block(database: Database) -> None:
    many = [
        conversation(
            node("q", None, "user", "why " * 2000),
            node("a", "q", "assistant", "because " * 20_000),
            current="a",
            conversation_id=f"c{number}",
        )
        for number in range(30)
    ]
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - begun)

    ticking = asyncio.create_task(tick())
    outcomes = await take(database, many)
    ticking.cancel()
    assert [outcome.status for outcome in outcomes] == ["imported"] * 30
    # All of it would be seconds.
    assert longest < 1


async def test_a_file_of_small_values_is_no_file_of_chats(database: Database) -> None:
    begun = time.thread_time()
    with pytest.raises(InvalidRequest, match="no chats"):
        await take(database, [{}] * 50_000)
    assert time.thread_time() - begun < 1  # before: six seconds, a step to a thread for each
    assert len(await take(database, [{}] * MOST_STRANGE)) == MOST_STRANGE


@pytest.mark.parametrize("text", ['<details type="reasoning">', '<details type="tool_calls">', "<details>>"])
async def test_details_that_never_end_take_no_time(text: str, database: Database) -> None:
    messages = {"1": {"role": "assistant", "content": text * 40_000 + "said", "parentId": None}}
    begun = time.monotonic()
    (outcome,) = await take(database, [{"id": "x", "chat": {"history": {"messages": messages, "currentId": "1"}}}])
    assert outcome.status == "imported"
    assert time.monotonic() - begun < 10  # before: a minute, and four for twice as many


async def test_a_chat_of_too_many_values_is_not_decoded(database: Database) -> None:
    chat = conversation(node("q", None, "user", "x"), current="q") | {"more": [[]] * 400_000}
    (outcome,) = await take(database, chat)
    assert outcome.error is not None and "values" in outcome.error["message"]


async def test_a_reply_without_a_model_is_by_the_chats(database: Database) -> None:
    chat = conversation(
        node("q", None, "user", "x"),
        node("a", "q", "assistant", "y"),
        current="a",
        default_model_slug="gpt-5",
    )
    webui = webui_chat(message("u", None, "user", "x"), message("a", "u", "assistant", "y"), current="a")
    webui["chat"]["models"] = ["qwen3:8b"]
    for outcome, model in zip(await take(database, [chat, webui]), ("gpt-5", "qwen3:8b"), strict=True):
        (turn,) = await turns(database, outcome.chat_id)
        assert turn.response is not None
        assert turn.response["model"] == model


async def test_odd_fields_of_our_own_export_are_left_out(database: Database) -> None:
    chat = _own()
    odd = {"usage": 5, "error": {"x": 1}, "completed_at": 1e300, "status": ["completed"], "tools": {}, "text": None}
    chat["turns"][0]["response"] |= odd | {"temperature": 0.5, "user": "me"}
    (outcome,) = await take(database, chat)
    (turn,) = await turns(database, outcome.chat_id)
    assert turn.response is not None
    assert (turn.response["usage"], turn.response["error"], turn.response["status"]) == (None, None, "incomplete")
    assert (turn.response["tools"], turn.response["temperature"], turn.response["user"]) == ([], 0.5, "me")
    assert turn.response["completed_at"] == turn.response["created_at"]


_NAMES = st.sampled_from(
    [
        "id",
        "mapping",
        "chat",
        "history",
        "messages",
        "turns",
        "message",
        "author",
        "role",
        "content",
        "parts",
        "parent",
        "object",
        "version",
        "title",
        "metadata",
        "models",
        "files",
        "input",
        "response",
        "output",
        "settings",
        "usage",
        "create_time",
        "created_ms",
        "updated_ms",
        "created_at",
        "text",
        "type",
        "thoughts",
        "content_type",
        "request",
    ]
)
_WORDS = st.sampled_from(["chat.export", "user", "assistant", "message", "text", "x", "input_text", "thoughts", "\0"])
_JSON = st.recursive(
    st.none() | st.booleans() | _WORDS | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES | _WORDS, inner, max_size=6),
    max_leaves=25,
)


def _mutated(value: Any, steps: list[int], new: Any) -> Any:
    """Return a value with another one somewhere in it, which the steps lead to."""
    if not steps or not isinstance(value, dict | list) or not value:
        return new
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(cast("list[Any]", value))))
    key = keys[steps[0] % len(keys)]
    copy: Any = value.copy()
    copy[key] = _mutated(copy[key], steps[1:], new)
    return copy


def _own() -> dict[str, Any]:
    """Return our own export of a chat."""
    head = {"id": "chat_1", "title": "T", "created_at": 1, "updated_ms": 1, "settings": {}, "current_turn_id": "t"}
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}
    reply = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "y", "annotations": []}],
    }
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    response = {"id": "resp_1", "model": "m", "status": "completed", "output": [reply], "usage": usage, "error": None}
    turn = {"id": "t", "parent_id": None, "created_ms": 5, "input": [said], "request": {}, "response": response}
    return {"object": "chat.export", "version": 1, "exported_at": 1, "chat": head, "turns": [turn]}


@given(
    values=st.lists(_JSON, max_size=4),
    changes=st.lists(st.tuples(st.lists(st.integers(0, 30), min_size=1, max_size=9), _JSON), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_json_is_imported_or_fails_with_words(
    values: list[Any], changes: list[tuple[list[int], Any]], database: Database
) -> None:
    for steps, new in changes:
        values = [*values, *(_mutated(chat, steps, new) for chat in (chatgpt(), open_webui(), _own()))]
    outcomes = await take(database, values)
    assert len(outcomes) == len(values)
    for outcome in outcomes:
        assert outcome.status in ("imported", "known") or (outcome.error and outcome.error["message"])
        if outcome.status == "imported":
            # What was stored can be told again.
            async with database.read() as connection:
                chat = (await connection.execute(select(chats).where(chats.c.id == outcome.chat_id))).one()
            for form in (as_json(database, chat, "all", as_said), as_markdown(database, chat, "all")):
                assert b"".join([piece async for piece in form])


@pytest.fixture
def http(tmp_path: Path) -> Generator[TestClient]:
    with TestClient(new_app(tmp_path)) as client:
        yield client


def test_the_route(http: TestClient) -> None:
    key = {"authorization": f"Bearer {ROOT}"}
    reply = http.post("/earthshine/v1/chats/import", content=orjson.dumps([chatgpt(), {"id": "x"}]), headers=key)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert [body[name] for name in ("object", "imported", "known", "failed")] == ["chat.import", 1, 0, 1]
    taken, refused = body["chats"]
    assert taken["left_out"][0] == {"what": "image_asset_pointer", "count": 1}
    assert (refused["original_id"], refused["error"]["code"], refused["chat_id"]) == ("x", "unknown_format", None)
    page = http.get(f"/earthshine/v1/chats/{taken['chat_id']}/turns", headers=key).json()
    assert [turn["status"] for turn in page["data"]] == ["completed", "completed", "failed"]
    assert page["data"][-1]["error"]["code"] == "no_reply"
    response = page["data"][0]["response"]
    stream = http.get(f"/v1/responses/{response['id']}?stream=true", headers=key).text
    assert "response.completed" in stream
    # It goes on from there.
    turn = {"parent_id": page["data"][1]["id"], "model": "scripted", "input": "And now?"}
    went_on = http.post(f"/earthshine/v1/chats/{taken['chat_id']}/turns", json=turn, headers=key)
    assert went_on.status_code == 200, went_on.text
    # Nobody asked a model here for what was imported.
    assert [line["model"] for line in http.get("/earthshine/v1/responses", headers=key).json()["data"]] == ["scripted"]
    packed = gzip.compress(orjson.dumps([chatgpt()]))
    assert http.post("/earthshine/v1/chats/import", content=packed, headers=key).json()["known"] == 1
    lists = http.post("/earthshine/v1/chats/import", content=b"[" + b"[]," * 20 + b"[]]", headers=key)
    assert (lists.status_code, lists.json()["failed"]) == (200, 21)
    for body in (b"", b"hello", b"[{", b"PK\3\4", b"\x1f\x8b"):
        assert http.post("/earthshine/v1/chats/import", content=body, headers=key).status_code == 400
    assert cast("Any", http).get("/earthshine/v1/chats/import", headers=key).status_code in (404, 405)
