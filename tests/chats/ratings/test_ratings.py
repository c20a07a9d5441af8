"""Ratings: one of each reply, its owner's to change and to take back; counted for who manages the project."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from earthshine.accounts.audit.trail import READING
from earthshine.accounts.tables import audit_logs
from earthshine.chats.tables import chat_ratings
from earthshine.database import Database
from tests.chats.api import Api, Chat, script


@pytest.fixture
def mine(api: Api, request: pytest.FixtureRequest) -> Api:
    """A client in a project of its own."""
    return api.as_new_person(request.node.name)


def rate(chat: Chat, turn: dict[str, Any], status: int = 200, **body: Any) -> Any:
    return chat.api.ask("PUT", f"/chats/{chat.id}/turns/{turn['id']}/rating", body, status)


def test_a_reply_is_rated_changed_and_taken_back(mine: Api) -> None:
    chat = mine.chat()
    turn = chat.say("Hi" + script(text="Hello."))
    assert turn["rating"] is None
    given = rate(chat, turn, rating="bad", reasons=["wrong", "too_long", "wrong"], comment=" ليس صحيحًا \n")
    assert given["object"] == "chat.rating"
    assert (given["rating"], given["reasons"], given["comment"]) == ("bad", ["wrong", "too_long"], "ليس صحيحًا")
    assert chat.turn(turn["id"])["rating"] == chat.turns()["data"][0]["rating"] == given
    changed = rate(chat, turn, rating="good")
    assert (changed["rating"], changed["reasons"], changed["comment"]) == ("good", [], "")
    assert [line["model"] for line in mine.get("/ratings")["data"]] == ["scripted"]
    for _ in range(2):
        mine.ask("DELETE", f"/chats/{chat.id}/turns/{turn['id']}/rating")
    assert chat.turn(turn["id"])["rating"] is None
    assert mine.get("/ratings")["data"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rating": "great"},
        {"rating": None},
        {"rating": "good", "reasons": ["sarcasm"]},
        {"rating": "good", "reasons": "clear"},
        {"rating": "good", "comment": "x" * 2001},
        {"rating": "good", "comment": None},
        {"rating": "good", "stars": 5},
    ],
)
def test_odd_ratings_are_refused(api: Api, body: dict[str, Any]) -> None:
    chat = api.chat()
    turn = chat.say("Hi")
    if body.get("comment", "") is None:
        # Null is left out, as everywhere.
        rate(chat, turn, **body)
        return
    assert rate(chat, turn, 400, **body)["error"]["message"]
    assert chat.turn(turn["id"])["rating"] is None


def test_only_ones_own_replies_that_have_ended_are_rated(api: Api, mine: Api) -> None:
    chat, other = mine.chat(), mine.chat()
    running = chat.send("Slow" + script(text="x " * 200, tokens_per_second=10))
    chat.until(running["id"], lambda turn: turn["status"] == "in_progress")
    assert rate(chat, running, 409, rating="good")["error"]["code"] == "no_reply"
    chat.cancel(running["id"])
    rate(chat, chat.ended(running["id"]), rating="good")
    assert rate(other, running, 404, rating="good")["error"]["param"] == "turn_id"
    strangers = Chat(api, chat.id)
    rate(strangers, running, 404, rating="good")
    api.ask("DELETE", f"/chats/{chat.id}/turns/{running['id']}/rating", status=404)


def test_ratings_go_with_their_chat_and_come_back_with_its_export(mine: Api) -> None:
    chat = mine.chat(title="Rated")
    turn = chat.say("Hi")
    given = rate(chat, turn, rating="bad", reasons=["unsafe"], comment="Kept")
    whole = mine.http.get(f"/earthshine/v1/chats/{chat.id}/export", headers=mine.headers).content
    assert json.loads(whole)["turns"][0]["rating"] == given
    mine.ask("DELETE", f"/chats/{chat.id}")
    assert mine.get("/ratings")["data"] == []
    back = mine.http.post("/earthshine/v1/chats/import", content=whole, headers=mine.headers).json()["chats"][0]
    assert mine.get(f"/chats/{back['chat_id']}/turns")["data"][0]["rating"] == given
    assert mine.get("/ratings")["data"][0]["comment"] == "Kept"


def test_who_manages_the_project_sees_counts_and_comments_but_not_the_chat(api: Api, mine: Api) -> None:
    chat = mine.chat()
    turns = [chat.say(f"secret {number}") for number in range(5)]
    for number, turn in enumerate(turns):
        verdict = "good" if number % 2 else "bad"
        rate(chat, turn, rating=verdict, reasons=["wrong"] if verdict == "bad" else [], comment=f"c{number}")
    (summary,) = mine.get("/ratings/summary")["data"]
    assert (summary["id"], summary["good"], summary["bad"]) == ("scripted", 2, 3)
    assert summary["reasons"] == [{"reason": "wrong", "count": 3}]
    seen: list[str] = []
    after = ""
    while True:
        page = mine.get(f"/ratings?limit=2{after}")
        seen += [line["comment"] for line in page["data"]]
        if not page["has_more"]:
            break
        after = f"&after={page['data'][-1]['id']}"
    assert sorted(seen) == [f"c{number}" for number in range(5)]
    assert {line["comment"] for line in mine.get("/ratings?rating=good")["data"]} == {"c1", "c3"}
    assert mine.get("/ratings?model=other")["data"] == []
    mine.get("/ratings?after=rating_x", 400)
    exported = mine.http.get("/earthshine/v1/ratings/export", headers=mine.headers)
    lines = [json.loads(line) for line in exported.text.splitlines()]
    assert len(lines) == 5
    assert "secret" not in exported.text
    assert chat.id not in exported.text
    assert turns[0]["id"] not in exported.text
    # Another project has its own.
    assert api.as_new_person("elsewhere").get("/ratings/summary")["data"] == []
    assert mine.http.portal is not None
    assert mine.http.portal.call(_readings, mine) >= 3


async def _readings(api: Api) -> int:
    async with api.services.get(Database).read() as connection:
        read = select(func.count()).where(audit_logs.c.type == READING, audit_logs.c.resource == "ratings")
        return await connection.scalar(read) or 0


def test_a_member_does_not_see_other_peoples(api: Api) -> None:
    project = api.post("/organization/projects", {"name": "shared"})["id"]
    key = api.post(f"/organization/projects/{project}/api_keys", {"name": "member", "role": "member"})["value"]
    member = Api(api.http, key)
    for path in ("/ratings", "/ratings/summary", "/ratings/export"):
        member.get(path, 403)


async def test_the_table_is_erased_with_turns(api: Api) -> None:
    assert [key.ondelete for key in chat_ratings.foreign_keys] == ["CASCADE"]
