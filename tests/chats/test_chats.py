"""Chats: made once, changed in part, listed by their latest turn, removed with all that is in them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from earthshine.chats.service import ChatService
from earthshine.chats.tables import chats
from earthshine.chats.title_writer import TitleWriter
from earthshine.chats.titles import LONGEST, clean_title, first_words, title_of
from earthshine.database import Database
from earthshine.errors import Unavailable
from tests.chats.api import Api, Chat, script, text_of
from tests.patience import PATIENCE

NOTHING: dict[str, Any] = {
    "model": None,
    "instructions": None,
    "temperature": None,
    "top_p": None,
    "max_output_tokens": None,
    "reasoning_effort": None,
    "vector_store_ids": None,
    "tools": None,
}


def test_a_chat_is_told_back_whole(api: Api) -> None:
    made = api.post("/chats")
    assert made["settings"] == NOTHING
    assert (made["object"], made["title"], made["title_source"]) == ("chat", "", "first_words")
    assert made["current_turn_id"] is made["space_id"] is made["draft_updated_at"] is None
    assert (made["pinned"], made["archived"], made["running"], made["draft"]) == (False, False, False, "")
    assert api.get(f"/chats/{made['id']}") == made


def test_what_is_left_out_stays(api: Api) -> None:
    chat = api.chat(draft="Half a sen")
    assert chat.now()["draft_updated_at"]
    path = f"/chats/{chat.id}"
    changed = api.post(path, {"title": "قمر 🌙", "pinned": True, "space_id": "space_1"})
    assert (changed["title"], changed["title_source"], changed["draft"]) == ("قمر 🌙", "person", "Half a sen")
    changed = api.post(path, {"settings": {"temperature": 0.2}, "space_id": None, "draft": ""})
    assert changed["settings"] == {**NOTHING, "model": "scripted", "temperature": 0.2}
    assert (changed["pinned"], changed["space_id"], changed["draft"]) == (True, None, "")
    changed = api.post(path, {"settings": {"model": None}})
    assert changed["settings"] == {**NOTHING, "temperature": 0.2}
    assert api.post(path, {}) == changed


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"pinned": "yes"}, "pinned"),
        ({"settings": {"top_p": 2}}, "settings.top_p"),
        ({"settings": None}, "settings"),
        ({"colour": "red"}, "colour"),
        ({"current_turn_id": "turn_nowhere"}, "current_turn_id"),
    ],
)
def test_bad_changes_name_the_field(api: Api, body: dict[str, Any], param: str) -> None:
    chat = api.chat(title="Mine")
    before = chat.now()
    reply = api.http.post(f"/earthshine/v1/chats/{chat.id}", headers=api.headers, json=body)
    assert reply.status_code in (400, 404)
    assert reply.json()["error"]["param"] == param
    assert chat.now() == before


def test_the_same_id_makes_one_chat(api: Api) -> None:
    body = {"id": "chat_" + "c" * 20, "title": "Once"}
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: api.post("/chats", body), range(4)))
    assert all(each == made[0] for each in made)
    other = api.as_new_person("another")
    assert other.post("/chats", body, 409)["error"]["param"] == "id"
    assert api.post("/chats", {"id": "short"}, 400)["error"]["param"] == "id"


def test_chats_are_listed_by_their_latest_turn(api: Api) -> None:
    mine = api.as_new_person("a lister")
    chats = [mine.post("/chats", {"title": str(number)})["id"] for number in range(5)]
    Chat(mine, chats[1]).say("Hello.", model="scripted")
    # Renaming and pinning are no news.
    mine.post(f"/chats/{chats[0]}", {"title": "Renamed", "pinned": True})
    mine.post(f"/chats/{chats[4]}", {"archived": True, "space_id": "space_9"})
    wanted = [chats[1], chats[3], chats[2], chats[0]]
    seen: list[str] = []
    page = mine.get("/chats?limit=3")
    seen += [chat["id"] for chat in page["data"]]
    assert page["has_more"]
    page = mine.get(f"/chats?limit=3&after={seen[-1]}")
    seen += [chat["id"] for chat in page["data"]]
    assert (seen, page["has_more"]) == (wanted, False)
    for query, found in (
        ("archived=true", [chats[4]]),
        ("pinned=true", [chats[0]]),
        ("pinned=false", wanted[:3]),
        ("space_id=space_9", []),
        ("space_id=space_9&archived=true", [chats[4]]),
    ):
        assert [chat["id"] for chat in mine.get(f"/chats?{query}")["data"]] == found, query
    assert mine.get("/chats?after=chat_nowhere", 400)["error"]["param"] == "after"
    assert mine.get("/chats?limit=0", 400)["error"]["param"] == "limit"


def test_another_persons_chats_are_not_found(api: Api) -> None:
    chat = api.chat(title="A secret")
    other = api.as_new_person("a stranger")
    for method in ("GET", "POST", "DELETE"):
        other.ask(method, f"/chats/{chat.id}", None if method == "GET" else {}, 404)
    assert other.get("/chats")["data"] == []
    assert other.get(f"/chats?after={chat.id}", 400)


def test_removing_a_chat_removes_what_was_written_in_it(api: Api) -> None:
    chat = api.chat()
    first = chat.say("Hello.")
    running = chat.send("Slow." + script(pieces=5000, text="word ", tokens_per_second=50), first["id"])
    waiting = chat.send("Then.", running["id"], mode="queue")
    assert api.ask("DELETE", f"/chats/{chat.id}") == {"id": chat.id, "object": "chat", "deleted": True}
    for path in (
        f"/chats/{chat.id}",
        f"/chats/{chat.id}/turns/{waiting['id']}",
        f"/responses/{first['response_id']}",
        f"/responses/{running['response_id']}",
        f"/responses/{running['response_id']}?stream=true",
    ):
        api.get(path, 404)
    api.ask("DELETE", f"/chats/{chat.id}", status=404)


def test_the_branch_that_is_looked_at_is_remembered(api: Api) -> None:
    chat = api.chat()
    first, second = chat.say("One."), chat.say("Another one.")
    assert chat.turns()["data"][0]["id"] == second["id"]
    api.post(f"/chats/{chat.id}", {"current_turn_id": first["id"]})
    assert [turn["id"] for turn in chat.turns()["data"]] == [first["id"]]


def test_the_first_words_name_a_chat_at_once(api: Api) -> None:
    chat = api.chat()
    turn = chat.send("  **كيف** حالك اليوم؟ 🌙\nثانيا")
    assert chat.now()["title"] == "كيف حالك اليوم؟ 🌙 ثانيا"
    assert chat.now()["title_source"] == "first_words"
    chat.say("Other words.", chat.ended(turn["id"])["id"])
    assert chat.now()["title"].startswith("كيف")
    named = api.chat(title="Mine")
    named.say("Other words.")
    assert (named.now()["title"], named.now()["title_source"]) == ("Mine", "person")


FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello there", "Hello there"),
        ("", ""),
        ("  # Heading\n\nand   more\t\x00text ", "Heading and more text"),
        ("one two three " * 6, "one two three " * 4 + "one…"),
        ("月" * 100, "月" * 59 + "…"),
        ("x" * 100, "x" * 59 + "…"),
        ("a" * 57 + FAMILY + "b" * 20, "a" * 57 + "…"),
        ("b" * 58 + "👍🏽" + "c" * 20, "b" * 58 + "…"),
        ("c" * 58 + "🇫🇷🇩🇪" + "d" * 9, "c" * 58 + "…"),
        ("why does error_after fail in read_csv?", "why does error_after fail in read_csv?"),
        ("2*3*4 and 2 * 3 * 4, a**b", "2*3*4 and 2 * 3 * 4, a**b"),
        ("snake__case, __init__, _private, *args, **kwargs", "snake__case, __init__, _private, *args, **kwargs"),
        ("f(*args, **kwargs) for *.py and *.js", "f(*args, **kwargs) for *.py and *.js"),
        ("**bold**, *slanted*, ***both***, __strong words__ _so_ ~~no~~", "bold, slanted, both, strong words so no"),
        ("**لماذا** تفشل `read_csv` في _القراءة_؟", "لماذا تفشل read_csv في القراءة؟"),
        ("اشرح x_1 و y_2 ثم **المجموع**", "اشرح x_1 و y_2 ثم المجموع"),
        ("为什么**错误**？ **강조**는", "为什么错误？ 강조는"),
        ("- one\n* two\n> three\n## four", "one two three four"),
        ("-5 degrees, #hashtag #1", "-5 degrees, #hashtag #1"),
        ("```python\nprint(x)\n```\nWhy?", "print(x) Why?"),
        ("``a`b`` and `c_d`", "``a`b`` and c_d"),
        ("see [the docs](https://a.b/c_d) and ![a picture](x.png)", "see the docs and a picture"),
        ("a\n---\nb", "a b"),
        ("***", ""),
        ("[x] done, [1] (see)", "[x] done, [1] (see)"),
        ("مرحبا، " * 20, "مرحبا، مرحبا، مرحبا، مرحبا، مرحبا، مرحبا، مرحبا، مرحبا…"),
    ],
)  # fmt: skip
def test_first_words_are_cut_where_nothing_breaks(text: str, title: str) -> None:
    assert first_words(text) == title
    assert len(title) <= LONGEST


def _file(name: str, text: str = "[page 1] Page 1: The annual report") -> dict[str, Any]:
    return {"type": "input_text", "text": f"[file: {name}]\n{text}"}


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ([_file("report.pdf"), {"type": "input_text", "text": "**What** is in it?"}], "What is in it?"),
        ([_file("report.pdf (2560 bytes)"), _file("other.txt")], "report.pdf"),
        ([_file("تقرير سنوي_1.pdf")], "تقرير سنوي_1.pdf"),
        ([{"type": "input_file", "file_id": "file_1", "filename": "年报.pdf"}], "年报.pdf"),
        ([_file("x" * 100 + ".csv")], "x" * 59 + "…"),
        ([_file(" "), _file("[a] (b).md")], "[a] (b).md"),
        ([{"type": "input_image", "image_url": "data:,"}], ""),
        ("[file: typed.txt]\nby a program", "typed.txt"),
        ("about [file: x]\n", "about [file: x]"),
    ],
)
def test_what_a_person_wrote_names_a_chat_before_what_is_in_its_files(content: Any, title: str) -> None:
    assert title_of([{"type": "message", "role": "user", "content": content}]) == title


def test_a_title_takes_no_long_time() -> None:
    begun = time.thread_time()
    for piece in ("*a ", "_a", "[a](", "` ", "> ", "- -", "~~a"):
        first_words(piece * 10**6)
        clean_title(piece * 10**6)
    assert time.thread_time() - begun < 5


def test_an_attached_file_is_not_the_title(api: Api) -> None:
    chat = api.chat()
    content = [_file("report.pdf"), {"type": "input_text", "text": "Why?"}]
    api.post(f"/chats/{chat.id}/turns", {"input": [{"type": "message", "role": "user", "content": content}]})
    assert chat.now()["title"] == "Why?"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('"A trip to the Moon."', "A trip to the Moon"),
        ("Title: Moon landing\nIt is about", "Moon landing"),
        ("<think>Well, let me see.</think>\n\n**رحلة إلى القمر**", "رحلة إلى القمر"),
        ("标题：登月计划", "登月计划"),
        ("« Voyage sur la Lune »", "Voyage sur la Lune"),
        ("", None),
        ("<think>Never ending", None),
        ("**Fixing `__init__` in read_csv**", "Fixing __init__ in read_csv"),
        ("## *Tides*", "Tides"),
        ("{}[]();", None),
        ("words " * 40, None),
        ("!!! 1", None),
    ],
)
def test_a_models_title_is_cleaned_or_refused(written: str, title: str | None) -> None:
    assert clean_title(written) == title


def test_a_reply_that_is_not_sensible_names_nothing(api: Api) -> None:
    """The scripted model repeats what it is told, so its title would be the order to write one."""
    chat = api.chat()
    turn = chat.say("What is the Moon?" + script(text="A stone."))
    assert text_of(turn) == "A stone."
    now = until_settled(chat, turn["id"])
    assert (now["title"], now["title_source"]) == ('What is the Moon? !script {"text": "A stone."}', "first_words")


async def _a_title(_self: TitleWriter, _row: Any) -> str:
    return '<think>Hm.</think>"رحلة إلى القمر"\n'


async def _too_late(_self: TitleWriter, _row: Any) -> str:
    raise Unavailable("The model is busy.")


def until_settled(chat: Chat, turn_id: str) -> dict[str, Any]:
    """Wait for all that follows a turn's end, and return the chat."""
    chat.ended(turn_id)
    deadline = time.monotonic() + PATIENCE
    while chat.api.http.portal is not None and not chat.api.http.portal.call(_settled, chat, turn_id):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return chat.now()


async def _settled(chat: Chat, turn_id: str) -> bool:
    row = await chat.api.services.get(ChatService).turns.find(turn_id)
    return row.settled


def test_a_model_names_a_chat_after_its_first_reply(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TitleWriter, "_ask", _a_title)
    chat = api.chat()
    first = chat.say("ما القمر؟")
    now = until_settled(chat, first["id"])
    assert (now["title"], now["title_source"]) == ("رحلة إلى القمر", "model")
    api.post(f"/chats/{chat.id}", {"title": "Mine"})
    assert until_settled(chat, chat.say("Again?")["id"])["title"] == "Mine"


def test_a_model_that_fails_or_is_not_wanted_names_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TitleWriter, "_ask", _too_late)
    chat = api.chat()
    assert until_settled(chat, chat.say("What is it?")["id"])["title"] == "What is it?"
    monkeypatch.setattr(TitleWriter, "_ask", _a_title)
    api.post("/preferences", {"titles": "first_words"})
    chat = api.chat()
    assert until_settled(chat, chat.say("What is it now?")["id"])["title"] == "What is it now?"
    api.post("/preferences", {"titles": "model"})


def test_a_persons_own_things_reach_the_model(api: Api) -> None:
    mine = api.as_new_person("a teacher")
    helper = {"name": "Teacher", "instructions": "Teach.", "model": "scripted", "settings": {"temperature": 0.3}}
    assistant = mine.post("/assistants", helper)["id"]
    space = mine.post("/spaces", {"name": "School", "instructions": "About the Moon."})["id"]
    mine.post("/preferences", {"settings": {"top_p": 0.5, "temperature": 0.9}})
    made = mine.post("/chats", {"assistant_id": assistant, "space_id": space, "settings": {"instructions": "Briefly."}})
    response = Chat(mine, made["id"]).say("Hello.")["response"]
    assert (response["model"], response["temperature"], response["top_p"]) == ("scripted", 0.3, 0.5)
    assert response["instructions"] == "Teach.\n\nAbout the Moon.\n\nBriefly."
    plain = Chat(api, api.post("/chats")["id"]).say("Hello.")["response"]
    assert (plain["instructions"], plain["model"]) == (None, "default")


def test_the_list_of_many_chats_is_short_work(api: Api) -> None:
    """What the list reads does not grow with the number of chats: it is the order of an index."""
    mine = api.as_new_person("a collector")
    first = mine.post("/chats", {"title": "first"})["id"]

    async def fill() -> list[str]:
        database = api.services.get(Database)
        async with database.write() as connection:
            row = (await connection.execute(select(chats).where(chats.c.id == first))).one()._asdict()
            many = [{**row, "id": f"chat_{n:05}", "updated_at": row["updated_at"] + n + 1} for n in range(10_000)]
            await connection.execute(insert(chats), many)
        if database.shared:
            return ["ix_chats_project_user_updated_at"]
        async with database.read() as connection:
            asked = (
                "EXPLAIN QUERY PLAN SELECT * FROM chats WHERE project = 'a' AND user = 'b' AND archived = 0 "
                "ORDER BY updated_at DESC, id DESC LIMIT 21"
            )
            return [each[3] for each in await connection.execute(text(asked))]

    assert api.http.portal is not None
    plan = api.http.portal.call(fill)
    assert "ix_chats_project_user_updated_at" in plan[0]
    assert [chat["id"] for chat in mine.get("/chats?limit=2")["data"]] == ["chat_09999", "chat_09998"]
    page = mine.get("/chats?limit=2&after=chat_00001")
    assert ([chat["id"] for chat in page["data"]], page["has_more"]) == (["chat_00000", first], False)
