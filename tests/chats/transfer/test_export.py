"""Exports: all of a chat in a form that can be imported again, and one branch for people to read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from starlette.testclient import TestClient

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.tables import chat_turns, chats
from earthshine.chats.transfer.export import all_as_json, as_json, as_markdown
from earthshine.chats.turns import branches
from earthshine.database import Database
from tests.chats.rows import NOW, add_chat, add_turn, user_message
from tests.chats.transfer.export_files import as_said, chatgpt
from tests.chats.transfer.test_imports import take
from tests.conformance.isolation_world import ROOT, new_app

ME = Caller("sess_1", "default", user="user_me")
MINE = Owner("default", "user_me")


async def whole(pieces: AsyncIterable[bytes]) -> str:
    return b"".join([piece async for piece in pieces]).decode()


async def row(database: Database, chat_id: str) -> Any:
    async with database.read() as connection:
        return (await connection.execute(select(chats).where(chats.c.id == chat_id))).one()


async def tree(database: Database, title: str = "Tides 🌊 <b>") -> tuple[str, list[str]]:
    settings = {"model": "scripted", "temperature": 0.5}
    chat = await add_chat(database, MINE, title, pinned=True, archived=True, settings=settings, draft="and then")
    first = await add_turn(database, MINE, chat, "Why tides?\nReally?", "Gravity.", thinking="The moon.", at=NOW)
    other = await add_turn(database, MINE, chat, "Other branch", None, parent=first, at=NOW + 1)
    second = await add_turn(database, MINE, chat, "والشمس؟", "Less.", parent=first, at=NOW + 61_002)
    return chat, [first, other, second]


def comparable(export: dict[str, Any]) -> dict[str, Any]:
    """Return an export without what says where and when it was made."""
    names = {turn["id"]: f"turn {number}" for number, turn in enumerate(export["turns"])}
    names |= {turn["response"]["id"]: f"response {n}" for n, turn in enumerate(export["turns"]) if turn["response"]}
    text = json.dumps({**export, "exported_at": 0, "chat": {**export["chat"], "id": "", "title_source": ""}})
    for name, plain in names.items():
        text = text.replace(name, plain)
    value = json.loads(text)
    for turn in value["turns"]:
        turn["error"] = None
        if turn["response"]:
            turn["response"]["metadata"] = {}
    return value


async def test_what_is_exported_can_be_imported_without_loss(database: Database) -> None:
    (source,) = await take(database, chatgpt(), ME)
    chat = await row(database, source.chat_id or "")
    text = await whole(as_json(database, chat, "all", as_said))
    before = json.loads(text)
    assert [before[name] for name in ("object", "version")] == ["chat.export", 1]
    assert len(before["turns"]) == 5
    # It is here already, under its own name; in another place it is new, and so it is here once it is gone.
    assert [outcome.status for outcome in await take(database, text.encode(), ME)] == ["known"]
    (elsewhere,) = await take(database, text.encode(), Caller("k", "other", user="user_other"))
    assert (elsewhere.status, elsewhere.turns) == ("imported", 5)
    async with database.write() as connection:
        await connection.execute(delete(chats).where(chats.c.id == source.chat_id))
    (again,) = await take(database, text.encode(), ME)
    for outcome in (elsewhere, again):
        after = json.loads(await whole(as_json(database, await row(database, outcome.chat_id or ""), "all", as_said)))
        assert comparable(after) == comparable(before)


async def test_settings_drafts_and_thinking_come_over(database: Database) -> None:
    chat, _ = await tree(database)
    text = await whole(as_json(database, await row(database, chat), "all", as_said))
    (outcome,) = await take(database, text.encode(), Caller("k", "other", user="user_other"))
    assert (outcome.status, outcome.left_out) == ("imported", {})
    copy = await row(database, outcome.chat_id or "")
    assert (copy.title, copy.pinned, copy.archived, copy.draft) == ("Tides 🌊 <b>", True, True, "and then")
    assert (copy.settings["model"], copy.settings["temperature"]) == ("scripted", 0.5)
    async with database.read() as connection:
        turns = await branches.read(connection, await branches.all_turns(connection, copy.id))
    assert turns[0].response is not None
    assert turns[0].response["output"][0]["content"] == [{"type": "reasoning_text", "text": "The moon."}]
    assert [turn.created_at for turn in turns] == [NOW, NOW + 1, NOW + 61_002]


async def test_markdown_of_one_branch_and_of_all(database: Database) -> None:
    chat, _ = await tree(database, "Tides")
    assert await whole(as_markdown(database, await row(database, chat), "current")) == (
        "# Tides\n"
        "\n## You · 2025-10-09 08:53 UTC\n\nWhy tides?\nReally?\n"
        "\n## scripted · 2025-10-09 08:53 UTC\n\nGravity.\n"
        "\n## You · 2025-10-09 08:54 UTC\n\nوالشمس؟\n"
        "\n## scripted · 2025-10-09 08:53 UTC\n\nLess.\n"
    )
    everything = await whole(as_markdown(database, await row(database, chat), "all"))
    assert [line for line in everything.splitlines() if line.startswith("*Turn")] == [
        "*Turn 1*",
        "*Turn 2, after turn 1*",
        "*Turn 3, after turn 1*",
    ]
    assert "Other branch" in everything
    current = json.loads(await whole(as_json(database, await row(database, chat), "current", as_said)))
    assert len(current["turns"]) == 2


def quotation(index: int, quote: str) -> dict[str, Any]:
    where = {"file_id": "file-1", "filename": "tower.pdf", "index": index, "part": "2", "part_number": 1}
    return {"type": "file_citation", **where, "start": 5, "end": 5 + len(quote), "quote": quote, "check": "ok"}


async def test_quotations_are_footnotes_with_numbers_of_their_own_and_come_over(database: Database) -> None:
    chat = await add_chat(database, MINE, "Tower")
    cited = [quotation(7, "It is 330 metres high.")]
    first = await add_turn(database, MINE, chat, "How high?", "330 m high.", cited=cited, at=NOW)
    built = [quotation(4, "Built in 1889.")]
    await add_turn(database, MINE, chat, "Since?", "1889.", parent=first, cited=built, at=NOW + 1)
    text = await whole(as_markdown(database, await row(database, chat), "current"))
    assert "\n\n330 m h[^1]igh.\n\n[^1]: tower.pdf, page 2: “It is 330 metres high.”\n" in text
    assert "\n\n1889[^2].\n\n[^2]: tower.pdf, page 2: “Built in 1889.”\n" in text
    export = await whole(as_json(database, await row(database, chat), "all", as_said))
    (outcome,) = await take(database, export.encode(), Caller("k", "other", user="user_other"))
    again = json.loads(await whole(as_json(database, await row(database, outcome.chat_id or ""), "all", as_said)))
    found = [turn["response"]["output"][0]["content"][0]["annotations"] for turn in again["turns"]]
    assert found == [cited, built]


async def test_files_of_messages_are_named(database: Database) -> None:
    chat = await add_chat(database, MINE, "Tower")
    turn = await add_turn(database, MINE, chat, "How high?", "High.")
    [item] = [user_message("How high?")]
    item["content"].append({"type": "input_file", "file_id": "file-1", "filename": "برج *.pdf"})
    async with database.write() as connection:
        await connection.execute(update(chat_turns).where(chat_turns.c.id == turn).values(input=[item]))
    assert "How high?\n\n*(برج *.pdf)*\n" in await whole(as_markdown(database, await row(database, chat), "current"))


async def test_all_of_a_persons_chats_and_no_others(database: Database) -> None:
    empty = await add_chat(database, MINE, "Empty")
    mine, _ = await tree(database)
    await add_chat(database, Owner("default", "user_other"), "theirs")
    lines = (await whole(all_as_json(database, MINE, as_said))).splitlines()
    assert [json.loads(line)["chat"]["id"] for line in lines] == [empty, mine]


async def test_many_turns_are_written_in_batches(database: Database) -> None:
    chat = await add_chat(database, MINE)
    parent = None
    for number in range(branches.BATCH + 5):
        parent = await add_turn(database, MINE, chat, str(number), parent=parent, at=NOW + number)
    for branch in ("current", "all"):
        told = json.loads(await whole(as_json(database, await row(database, chat), branch, as_said)))
        assert [turn["input"][0]["content"][0]["text"] for turn in told["turns"]] == [
            str(number) for number in range(branches.BATCH + 5)
        ]


def test_the_routes(tmp_path: Path) -> None:
    key = {"authorization": f"Bearer {ROOT}"}
    with TestClient(new_app(tmp_path)) as http:
        taken = http.post("/earthshine/v1/chats/import", content=json.dumps([chatgpt()]), headers=key).json()["chats"][
            0
        ]
        http.post(f"/earthshine/v1/chats/{taken['chat_id']}", json={"title": 'Tides/"قمر"\r\nx: y'}, headers=key)
        place = f"/earthshine/v1/chats/{taken['chat_id']}/export"
        exported = http.get(place, headers=key)
        assert exported.headers["content-type"] == "application/json"
        assert exported.headers["content-disposition"].startswith('attachment; filename="chat.json"; filename*=UTF-8')
        assert "\r" not in exported.headers["content-disposition"]
        assert len(exported.json()["turns"]) == 5
        text = http.get(f"{place}?format=markdown&branch=current", headers=key)
        assert text.headers["content-type"].startswith("text/markdown")
        assert "## You" in text.text
        everything = http.get("/earthshine/v1/chats/export?format=json", headers=key)
        assert everything.headers["content-type"] == "application/x-ndjson"
        assert len(everything.text.splitlines()) == 1
        again = http.post("/earthshine/v1/chats/import", content=everything.content, headers=key).json()
        assert (again["known"], again["imported"]) == (1, 0)
        for wrong in (f"{place}?format=pdf", f"{place}?branch=none", "/earthshine/v1/chats/export?format=markdown"):
            assert http.get(wrong, headers=key).status_code == 400, wrong
        assert http.get("/earthshine/v1/chats/chat_none/export", headers=key).status_code == 404
