"""What was deleted is in none of the files, however this SQLite was built; the server goes on where it was killed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search import eraser
from earthshine.chats.store import ChatStore
from earthshine.database import Database, database
from earthshine.responses.store import ResponseStore
from tests.chats.api import Api, Json, script, serving
from tests.chats.rows import add_chat, add_turn
from tests.patience import PATIENCE

ME = Owner("default", "user_me")

pytestmark = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite leave what is deleted where it is, unless it is told otherwise, as most builds of it do."""
    prepare: Any = database._prepare_sqlite  # pyright: ignore[reportPrivateUsage]

    def prepared(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete=OFF")
        cursor.close()
        prepare(connection, record)

    monkeypatch.setattr(database, "_prepare_sqlite", prepared)
    monkeypatch.setattr(eraser, "EVERY", 0.2)


def words_in(folder: Path, words: Sequence[str]) -> dict[str, list[str]]:
    """Return in which files words stand, in either case."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*")):
        content = file.read_bytes().lower() if file.is_file() else b""
        here = [word for word in words if word.encode() in content]
        if here:
            found[file.name] = here
    return found


def until_gone(folder: Path, words: Sequence[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while found := words_in(folder, words):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def _things(api: Api) -> Iterator[tuple[str, list[str]]]:
    """Make one of each thing that keeps words; yield what deletes it, and its words."""

    def message(text: str) -> list[Json]:
        return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}]

    chat = api.chat(title="Titlequince", draft="draftquince")
    first = chat.say("firstquince" + script(text="replyquince"))
    file = {"type": "input_text", "text": "[file: namequince.txt]\nfilequince " + "longquince " * 2000}
    body = {"parent_id": first["id"], "input": [{"type": "message", "role": "user", "content": [file]}]}
    chat.ended(api.post(f"/chats/{chat.id}/turns", body)["id"])
    chat.say("editquince", first["id"])
    api.post(f"/chats/{chat.id}", {"title": "Renamequince", "draft": "seconddraftquince"})
    words = ("title", "draft", "first", "reply", "name", "file", "long", "edit", "rename", "seconddraft")
    yield f"/chats/{chat.id}", [f"{word}quince" for word in words]

    asked = {"model": "scripted", "input": message("responsequince" + script(text="answerquince"))}
    response = api.post("/responses", asked)
    yield f"/responses/{response['id']}", ["responsequince", "answerquince"]

    conversation = api.post("/conversations", {"items": message("itemquince")})
    yield f"/conversations/{conversation['id']}", ["itemquince"]

    said = [{"role": "user", "content": "completionquince"}]
    completion = api.post("/chat/completions", {"model": "scripted", "messages": said, "store": True})
    yield f"/chat/completions/{completion['id']}", ["completionquince"]

    memory = api.post("/memories", {"text": "memoryquince"})
    yield f"/memories/{memory['id']}", ["memoryquince"]


def test_deleted_words_leave_all_files(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        kept = api.chat()
        for number in range(30):
            kept.say(f"kept{number} words")
        things = list(_things(api))
        words = [word for _, said in things for word in said]
        present = {word for found in words_in(tmp_path, words).values() for word in found}
        # What was overwritten already may have gone.
        assert present >= set(words) - {"titlequince", "draftquince"}
        for path, _ in things:
            api.ask("DELETE", path)
        until_gone(tmp_path, words)
        assert [match["turn_id"] for match in api.get("/chats/search?query=kept7")["data"]]
    assert words_in(tmp_path, words) == {}
    with serving(tmp_path) as api:
        assert len(api.get("/chats/search?query=kept1")["data"]) > 10
        assert words_in(tmp_path, words) == {}
    with closing(sqlite3.connect(next(tmp_path.glob("*.db")))) as connection:
        connection.execute("INSERT INTO chat_words (chat_words) VALUES ('integrity-check')")


def test_a_reply_that_is_deleted_alone_is_not_found_any_more(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        chat = api.chat()
        turn = chat.say("questionquince" + script(text="Soloquince."))
        deadline = time.monotonic() + PATIENCE
        while "assistant" not in _roles(api, "soloquince"):
            assert time.monotonic() < deadline
        api.ask("DELETE", f"/responses/{turn['response_id']}")
        assert _roles(api, "soloquince") == {"title", "user"}


def _roles(api: Api, word: str) -> set[str]:
    return {match["role"] for match in api.get(f"/chats/search?query={word}")["data"]}


async def test_what_was_noted_is_erased_after_a_kill(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/e.db"
    first = await Database.open(url)
    gone = await add_chat(first, ME, "goneplum")
    for number in range(50):
        await add_turn(first, ME, gone, f"plum{number} " * 50, "plumreply " * 200)
    kept = await add_chat(first, ME, "kept")
    await add_turn(first, ME, kept, "keptpear", "alsokept")
    async with first.read() as connection:
        responses = [row.id for row in await connection.exec_driver_sql("SELECT id FROM responses")]
    await ResponseStore(first).delete_all(responses[:-1], "default")
    async with first.write() as connection:
        await ChatStore(first).remove(connection, gone)
    # No merge, no closing: the next process finds the note.
    killed = eraser.Eraser(first)
    await killed._merge(-1)  # pyright: ignore[reportPrivateUsage]
    second = await Database.open(url)
    await eraser.Eraser(second).erase()
    assert words_in(tmp_path, ["plum"]) == {}
    assert words_in(tmp_path, ["keptpear"]) != {}
    async with second.read() as connection:
        assert await eraser._removed(connection) == 0  # pyright: ignore[reportPrivateUsage]
    await second.close()
    await first.close()


async def test_the_log_is_emptied_once_nobody_reads_an_older_state(tmp_path: Path) -> None:
    opened = await Database.open(f"sqlite:///{tmp_path}/e.db")
    async with opened.read() as connection:
        await connection.exec_driver_sql("SELECT * FROM chats")
        await add_chat(opened, ME, "x")
        begun = time.monotonic()
        assert not await opened.empty_log()
        assert time.monotonic() - begun < 1
    assert await opened.empty_log()
    assert (tmp_path / "e.db-wal").stat().st_size == 0
    # Writers wait for one another as before.
    async with opened.read() as connection:
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar() == 5000
        assert (await connection.exec_driver_sql("PRAGMA secure_delete")).scalar() == 1
    await opened.close()
