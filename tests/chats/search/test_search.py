"""Search: everything one person said or was told, and nothing of anybody else, the same on both databases."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from starlette.testclient import TestClient

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search import search as search_module
from earthshine.chats.search.index import Words, add_rows, index, rows_of, scope_of, time_of, unindex, words_of
from earthshine.chats.search.search import search
from earthshine.chats.tables import chat_texts, chats
from earthshine.database import Database
from earthshine.text.chunks import chunks
from earthshine.text.normalization import normalise, tokenize
from earthshine.text.search_terms import parse_terms
from tests.chats.rows import NOW, add_chat, add_turn
from tests.conformance.isolation_world import ROOT, new_app

ME = Owner("default", "user_me")
ELSEWHERE = Owner("other", "user_me")
NEIGHBOUR = Owner("default", "user_neighbour")


async def found(database: Database, query: str, owner: Owner = ME, limit: int = 20, **options: Any) -> list[str]:
    """Return the texts that a search finds, as they are highlighted."""
    matches = await search(database, owner, query, limit, **options)
    return ["|".join(match.snippet.text[a:b] for a, b in match.snippet.highlights) for match in matches]


async def test_both_sides_of_a_turn_and_titles_are_found(database: Database) -> None:
    chat = await add_chat(database, ME, "Tides of the moon")
    turn = await add_turn(database, ME, chat, "Why are there tides?", "Because of gravity.", at=NOW + 1000)
    title, said = await search(database, ME, "tides")
    assert (title.turn_id, title.role, title.rank, title.chat_title) == (None, "title", 2, "Tides of the moon")
    assert (said.turn_id, said.role, said.rank, said.created_at) == (turn, "user", 1, NOW + 1000)
    (reply,) = await search(database, ME, "grav")
    assert (reply.chat_id, reply.turn_id, reply.role, reply.rank) == (chat, turn, "assistant", 0)
    assert reply.snippet.text == "Because of gravity."
    assert reply.snippet.highlights == [(11, 18)]


async def test_only_ones_own_chats_are_found(database: Database) -> None:
    for owner in (ME, ELSEWHERE, NEIGHBOUR, Owner("default", "")):
        chat = await add_chat(database, owner, f"secret of {owner.user or 'nobody'} in {owner.project}")
        await add_turn(database, owner, chat, "a secret", "another secret")
    for owner in (ME, ELSEWHERE, NEIGHBOUR, Owner("default", "")):
        matches = await search(database, owner, "secret", 100)
        assert len(matches) == 3
        assert {match.chat_title for match in matches} == {f"secret of {owner.user or 'nobody'} in {owner.project}"}
    assert await search(database, Owner("default", "user_"), "secret") == []


async def test_whole_words_come_before_beginnings_and_newer_before_older(database: Database) -> None:
    chat = await add_chat(database, ME)
    for number, said in enumerate(["moon one", "moonlight two", "moon three", "moonlight four"]):
        await add_turn(database, ME, chat, said, at=NOW + number * 1000)
    assert [match.snippet.text for match in await search(database, ME, "moon")] == [
        "moon three",
        "moon one",
        "moonlight four",
        "moonlight two",
    ]
    assert len(await search(database, ME, "moon", 3)) == 3


LANGUAGES = {
    "مكتب": "مكتبةٌ",
    "إلى المستشفى": "الي|المستشفي",
    "学习": "学习",
    "élève": "eleve",
    '"light of the moon"': "light of the moon",
    "GPT模型": "GPT模型",
    "👍": "👍",
    "l": "light",
    "li": "light",
    "lig": "light",
    "ligh": "light",
}


@pytest.mark.parametrize("query", LANGUAGES)
async def test_in_all_languages(query: str, database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    everything = "مكتبةٌ — eleve — الي المستشفي — 机器学习 — light of the moon — GPT模型 — 👍🏽"
    await add_turn(database, ME, chat, everything)
    shown = await found(database, query)
    assert shown == [LANGUAGES[query]]


@pytest.mark.parametrize("query", ["学机", '"moon the"', "ight", "light sun", "", " ", "!?", '""', "'", "=title"])
async def test_what_is_not_there_is_not_found(query: str, database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    await add_turn(database, ME, chat, "机器学习 light of the moon")
    assert await search(database, ME, query) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("contrats", "le contrat"),
        ("contrat", "les contrats"),
        ("tides", "the tide"),
        ("Verträge", "der Vertrag"),
        ("книгами", "книга"),
        ("sociétés", "une société"),
    ],
)
async def test_other_forms_of_a_word_are_found(query: str, said: str, database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    await add_turn(database, ME, chat, said)
    await add_turn(database, ME, chat, "universe")
    assert await found(database, query) == [said.split()[-1]]
    assert await search(database, ME, "universities") == []


async def test_what_is_said_again_replaces_what_was_said(database: Database) -> None:
    chat = await add_chat(database, ME, "first")
    turn = await add_turn(database, ME, chat, "alpha", "beta")
    async with database.write() as connection:
        await index(connection, chat, "", "title", await words_of("second"))
        await index(connection, chat, turn, "user", await words_of("gamma"))
    assert [await found(database, word) for word in ("first", "alpha")] == [[], []]
    assert [await found(database, word) for word in ("second", "gamma", "beta")] == [["second"], ["gamma"], ["beta"]]
    async with database.write() as connection:
        await unindex(connection, chat, turn)
    assert [await found(database, word) for word in ("second", "gamma", "beta")] == [["second"], [], []]
    async with database.write() as connection:
        await index(connection, "chat_that_is_not_there", "", "title", await words_of("gone"))
        await connection.execute(delete(chats).where(chats.c.id == chat))
    assert await found(database, "second") == []
    async with database.read() as connection:
        assert (await connection.execute(select(chat_texts.c.id))).all() == []


async def test_archived_chats(database: Database) -> None:
    kept = await add_chat(database, ME, "kept moon")
    away = await add_chat(database, ME, "archived moon", archived=True)

    async def ids(archived: bool | None) -> set[str]:
        return {match.chat_id for match in await search(database, ME, "moon", archived=archived)}

    assert await ids(None) == {kept, away}
    assert await ids(True) == {away}
    assert await ids(False) == {kept}


async def test_long_texts_are_found_once_and_wherever_it_stands(database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    said = " ".join(f"w{number}" for number in range(5000))
    await add_turn(database, ME, chat, said, "moon " * 3000)
    for place in (0, 700, 2499, 4999):
        assert await found(database, f"w{place}") == [f"w{place}"]
    for first in range(0, 4990, 7):
        assert any(f"w{first} w{first + 1} w{first + 2} " in chunk + " " for chunk in chunks(said))
    matches = await search(database, ME, "moon")
    assert [match.role for match in matches] == ["assistant"]
    assert matches[0].snippet.text.startswith("moon moon")
    # Texts that take up many places of the index do not push others out.
    await add_turn(database, ME, chat, "an old moon", at=NOW - 10**6)
    assert len(await search(database, ME, "moon", 2)) == 2


async def test_texts_of_one_moment_have_different_numbers(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([0, 0, 0, 1, 1, 2, 3, 4, 5])
    monkeypatch.setattr("earthshine.chats.search.index.secrets.randbits", lambda bits: next(numbers))
    chat = await add_chat(database, ME, "one")
    for said in ("two", "three"):
        await add_turn(database, ME, chat, said)
    async with database.read() as connection:
        stored = (await connection.scalars(select(chat_texts.c.id).order_by(chat_texts.c.id))).all()
    assert len(stored) == 3
    assert {time_of(number) for number in stored} == {NOW}


async def test_two_at_once(database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    await asyncio.gather(*(add_turn(database, ME, chat, f"moon {number}") for number in range(20)))
    assert len(await search(database, ME, "moon", 100)) == 20


TEXT = st.text(
    st.sampled_from("ab é 1.2e3 -/@:'\"\\&|!()<>*^=%_ قمر ة 中文 か ﾞ ไท हि 한 😀🫨 ½ﷺ\u200d")
    | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=40,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=TEXT)
async def test_any_text_is_found_by_its_own_words(said: str, database: Database) -> None:
    chat = await add_chat(database, ME, "-")
    await add_turn(database, ME, chat, said)
    known = list(tokenize(said))
    half = said[: known[len(known) // 2].end] if known else ""
    for query in (said, '"' + said.replace('"', " ") + '"', half):
        if parse_terms(query):
            assert chat in {match.chat_id for match in await search(database, ME, query, 1000)}, ascii((said, query))


@pytest.mark.sqlite
async def test_the_index_agrees_with_the_rows(database: Database) -> None:
    chat = await add_chat(database, ME, "one")
    await add_turn(database, ME, chat, "two", "three")
    async with database.write() as connection:
        await connection.execute(update(chat_texts).values(words=chat_texts.c.words + " four"))
        # Raises when it does not.
        await connection.execute(text("INSERT INTO chat_words (chat_words, rank) VALUES ('integrity-check', 1)"))
    assert len(await search(database, ME, "four")) == 3


def test_the_route(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    with TestClient(app) as http:

        def ask(query: str, status: int = 200) -> Any:
            reply = http.get(f"/earthshine/v1/chats/search?{query}", headers={"authorization": f"Bearer {ROOT}"})
            assert reply.status_code == status, reply.text
            return reply.json()

        async def fill() -> str:
            owner = Owner("default", "")
            chat = await add_chat(app.state.services.get(Database), owner, "قمر 😀 moon")
            return await add_turn(app.state.services.get(Database), owner, chat, "😀 moon of ours", at=NOW + 1999)

        assert http.portal is not None
        turn = http.portal.call(fill)
        title, said = ask("query=moon")["data"]
        assert title["turn_id"] is None
        assert title["highlights"] == [[6, 10]]
        assert said == {
            "object": "chat.match",
            "chat_id": title["chat_id"],
            "chat_title": "قمر 😀 moon",
            "turn_id": turn,
            "role": "user",
            "snippet": "😀 moon of ours",
            "highlights": [[2, 6]],
            "created_at": NOW // 1000 + 1,
        }
        assert len(ask("query=moon&limit=1&archived=false")["data"]) == 1
        assert ask("query=moon&archived=true")["data"] == []
        assert ask("query=%20")["data"] == []
        assert ask("query=" + "m" * 501, 400)["error"]["param"] == "query"
        assert ask("limit=1", 400)["error"]["param"] == "query"
        assert ask("query=a&limit=0", 400)["error"]["param"] == "limit"
        assert ask("query=a&page=2", 400)["error"]["code"] == "unknown_parameter"


def test_a_chat_is_found_by_the_name_it_has(tmp_path: Path) -> None:
    with TestClient(new_app(tmp_path)) as http:

        def call(method: str, path: str, **options: Any) -> Any:
            reply = http.request(
                method, f"/earthshine/v1/chats{path}", headers={"authorization": f"Bearer {ROOT}"}, **options
            )
            assert reply.status_code == 200, reply.text
            return reply.json()

        chat = call("POST", "", json={"title": "Tides"})["id"]
        assert [match["chat_id"] for match in call("GET", "/search?query=tides")["data"]] == [chat]
        call("POST", f"/{chat}", json={"title": "Waves"})
        assert [match["chat_id"] for match in call("GET", "/search?query=wav")["data"]] == [chat]
        assert call("GET", "/search?query=tides")["data"] == []
        call("POST", "", json={})
        call("DELETE", f"/{chat}")
        assert call("GET", "/search?query=waves")["data"] == []


async def test_postgresql_reads_the_texts_first_before_it_knows_of_many_chats(postgres_database: str) -> None:
    """Else somebody who has just imported thousands of chats would wait for seconds."""
    made = {"project": ME.project, "user": ME.user, "settings": {}, "title": "", "title_source": "model"}
    rows = [{**made, "id": f"chat_{n}", "created_at": NOW, "updated_at": NOW} for n in range(300)]
    values = {"project": ME.project, "user": ME.user, "archived": None, "limit": 20}
    values["query"] = f"'{scope_of(ME.project, ME.user)}' & ('moon')"
    database = await Database.open(postgres_database)
    try:
        async with database.write() as connection:
            await connection.execute(insert(chats), rows)
            for row in rows:
                said = [rows_of(ME, row["id"], f"turn_{n}", "user", "moon " + "tide " * 99, at=NOW) for n in range(20)]
                await add_rows(connection, [each for texts in said for each in texts])
            await connection.execute(text("ANALYZE chat_texts"))
            plan = await connection.scalar(text(f"EXPLAIN (FORMAT JSON) {search_module._POSTGRESQL}"), values)
    finally:
        await database.close()
    assert re.findall(r"'Relation Name': '(\w+)'", str(plan)) == ["chat_texts", "chats"]


@given(
    st.lists(
        st.sampled_from(["moon", "القمر", "月亮", "\0", "\n", " ", "😀", "\ud800", "tide " * 999]), max_size=12
    ).map("".join)
)
def test_the_words_of_a_text_are_packed_and_come_out_as_they_are(said: str) -> None:
    words = Words(said)
    wanted = [(chunk, known) for chunk in chunks(said) if (known := normalise(chunk))]
    assert list(words) == wanted == list(words)
    assert len(words) == len(wanted)
