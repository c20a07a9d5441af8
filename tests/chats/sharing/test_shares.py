"""Links: whoever has one sees one branch, as long as it lasts, and nothing of whose it is."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.accounts.first_start import ensure_first_rows
from earthshine.accounts.people.tables import users
from earthshine.accounts.tables import audit_logs
from earthshine.blobs import Blobs
from earthshine.blobs.disk_store import DiskStore
from earthshine.chats.pictures import ChatPictures
from earthshine.chats.sharing.shares import MOST, Shares
from earthshine.chats.tables import chat_shares
from earthshine.database import Database
from earthshine.errors import Conflict, InvalidRequest, NotFound, RateLimited
from earthshine.files.store import Files
from earthshine.sealing import SecretCipher
from tests.chats.api import Api
from tests.chats.rows import add_chat, add_turn
from tests.conformance.isolation_world import ROOT, new_app

ME = Caller("key_1", "default", user="user_me", email="me@example.org")
MINE = Owner("default", "user_me")
KEYS = SecretCipher([Fernet.generate_key().decode()])


class Clock:
    now = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pictures(database: Database, tmp_path: Path) -> ChatPictures:
    return ChatPictures(Files(database, Blobs(database, DiskStore(tmp_path / "blobs", "n"), "n")))


@pytest.fixture
async def shares(database: Database, clock: Clock, pictures: ChatPictures) -> Shares:
    """Links of people who may make them."""
    await ensure_first_rows(database, ROOT)
    async with database.write() as connection:
        about = {"organization": "default", "email": "me@example.org", "email_key": "me", "name": "Me", "created_at": 1}
        await connection.execute(insert(users).values(id="user_me", role="owner", **about))
    return Shares(database, lambda: KEYS, pictures, wrong_tokens=3, clock=clock)


async def tree(database: Database) -> tuple[str, list[str]]:
    """Make a chat: one turn, and two below it of which the second has one more below."""
    chat = await add_chat(database, MINE, "Tides")
    first = await add_turn(database, MINE, chat, "Why tides?", "Gravity.", thinking="It is the moon.")
    other = await add_turn(database, MINE, chat, "Other branch", "A secret.", parent=first)
    second = await add_turn(database, MINE, chat, "And the sun?", "Less.", parent=first)
    last = await add_turn(database, MINE, chat, "Not yet", parent=second)
    return chat, [first, other, second, last]


def token(share: dict[str, Any]) -> str:
    assert share["url"].startswith("/s/")
    return share["url"].removeprefix("/s/")


async def test_quotations_of_files_are_footnotes(database: Database, shares: Shares) -> None:
    chat = await add_chat(database, MINE, "Tower")
    cited = {"type": "file_citation", "file_id": "file-1", "filename": "tower.pdf", "part": "2", "quote": "330 metres."}
    turn = await add_turn(database, MINE, chat, "How high?", "330 m.", cited=[{**cited, "index": 5}])
    share = await shares.create(ME, chat, leaf_id=turn)
    [shown] = (await shares.open(token(share), "192.0.2.1"))["turns"]
    assert shown["reply"] == "330 m[^1].\n\n[^1]: tower.pdf, page 2: “330 metres.”"
    assert "file-1" not in json.dumps(shown)


async def test_a_link_shows_one_branch_up_to_its_leaf(database: Database, shares: Shares) -> None:
    chat, (_, _, second, last) = await tree(database)
    share = await shares.create(ME, chat, leaf_id=second)
    assert (share["object"], share["leaf_id"], share["expires_at"]) == ("chat.share", second, None)
    shown = await shares.open(token(share), "192.0.2.1")
    assert shown["title"] == "Tides"
    assert [(turn["user"], turn["reply"], turn["reasoning"]) for turn in shown["turns"]] == [
        ("Why tides?", "Gravity.", None),
        ("And the sun?", "Less.", None),
    ]
    assert shown["turns"][0]["model"] == "scripted"
    for secret in ("secret", "user_me", "example.org", chat, second, "key_1", "It is the moon", "default"):
        assert secret not in json.dumps(shown)
    # What is said below the leaf later is not shown either.
    await add_turn(database, MINE, chat, "More", "Much more.", parent=second)
    assert len((await shares.open(token(share), ""))["turns"]) == 2
    newest = await shares.create(ME, chat, leaf_id=last)
    assert (await shares.open(token(newest), ""))["turns"][-1]["reply"] is None


async def test_thinking_is_shown_when_it_was_asked_for(database: Database, shares: Shares) -> None:
    chat, (first, *_) = await tree(database)
    share = await shares.create(ME, chat, leaf_id=first, include_reasoning=True)
    (turn,) = (await shares.open(token(share), ""))["turns"]
    assert turn["reasoning"] == "It is the moon."


async def test_its_maker_is_told_the_token_again_and_the_database_alone_does_not_tell_it(
    database: Database, shares: Shares, pictures: ChatPictures
) -> None:
    chat, turns = await tree(database)
    share = await shares.create(ME, chat)
    assert share["leaf_id"] == turns[-1]
    (listed,) = await shares.list(ME, chat)
    assert listed == share
    with pytest.raises(NotFound):
        await shares.list(replace(ME, user="user_other"), chat)
    rekeyed = Shares(database, lambda: SecretCipher([Fernet.generate_key().decode()]), pictures)
    assert await rekeyed.list(ME, chat) == [{**share, "url": None}]
    async with database.read() as connection:
        row = (await connection.execute(select(chat_shares))).one()
        log = (await connection.execute(select(audit_logs))).all()
    assert token(share) not in str(row) + str(log)
    assert len(token(share)) >= 43


async def test_expired_revoked_and_unknown_links_are_the_same(database: Database, shares: Shares, clock: Clock) -> None:
    chat, _ = await tree(database)
    expiring = await shares.create(ME, chat, expires_in=60)
    revoked = await shares.create(ME, chat)
    assert expiring["expires_at"] == clock.now + 60
    await shares.open(token(expiring), "")
    await shares.revoke(ME, chat, revoked["id"])
    clock.now += 60
    said: set[str] = set()
    for number, wrong in enumerate([token(expiring), token(revoked), "x", "ق\ud800"]):
        with pytest.raises(NotFound) as refused:
            await shares.open(wrong, f"192.0.2.{number}")
        said.add(json.dumps(refused.value.body()))
    assert len(said) == 1
    with pytest.raises(NotFound):
        await shares.revoke(ME, chat, revoked["id"])


async def test_wrong_links_are_throttled_and_right_ones_are_not(database: Database, shares: Shares) -> None:
    chat, _ = await tree(database)
    right = token(await shares.create(ME, chat))
    for _ in range(3):
        with pytest.raises(NotFound):
            await shares.open("wrong", "192.0.2.1")
    with pytest.raises(RateLimited, match="links that lead nowhere"):
        await shares.open("wrong", "192.0.2.1")
    assert (await shares.open(right, "192.0.2.1"))["title"] == "Tides"
    with pytest.raises(NotFound):
        await shares.open("wrong", "192.0.2.2")


async def test_making_and_revoking_are_written_down(database: Database, shares: Shares) -> None:
    chat, _ = await tree(database)
    share = await shares.create(ME, chat)
    await shares.revoke(ME, chat, share["id"])
    async with database.read() as connection:
        log = (await connection.execute(select(audit_logs).order_by(audit_logs.c.id))).all()
    assert [(row.type, row.resource, row.actor_user, row.project) for row in log] == [
        ("chat_share.created", share["id"], "user_me", "default"),
        ("chat_share.revoked", share["id"], "user_me", "default"),
    ]


@pytest.mark.parametrize("other", [replace(ME, user="user_other"), replace(ME, project="other"), replace(ME, user="")])
async def test_others_chats_are_not_found(other: Caller, database: Database, shares: Shares) -> None:
    chat, _ = await tree(database)
    share = await shares.create(ME, chat)
    with pytest.raises(NotFound):
        await shares.create(other, chat)
    with pytest.raises(NotFound):
        await shares.list(other, chat)
    with pytest.raises(NotFound):
        await shares.revoke(other, chat, share["id"])
    assert len(await shares.list(ME, chat)) == 1


async def test_what_cannot_be_shared(database: Database, shares: Shares) -> None:
    empty = await add_chat(database, MINE)
    with pytest.raises(InvalidRequest, match="no turn"):
        await shares.create(ME, empty)
    chat, (first, *_) = await tree(database)
    with pytest.raises(NotFound):
        await shares.create(ME, empty, leaf_id=first)
    for _ in range(MOST):
        await shares.create(ME, chat)
    with pytest.raises(Conflict):
        await shares.create(ME, chat)


@pytest.fixture
def http(tmp_path: Path) -> Generator[TestClient]:
    with TestClient(new_app(tmp_path)) as client:
        yield client


def test_the_routes(http: TestClient) -> None:
    owner = Owner("default", "")
    key = {"authorization": f"Bearer {ROOT}"}

    async def fill() -> str:
        database = Api(http).services.get(Database)
        chat = await add_chat(database, owner, "Tides")
        await add_turn(database, owner, chat, "Why?", "Gravity.")
        return chat

    assert http.portal is not None
    place = f"/earthshine/v1/chats/{http.portal.call(fill)}/shares"
    made = http.post(place, json={"expires_in": 3600}, headers=key)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    share = made.json()
    assert http.get(place, headers=key).json()["data"] == [share]
    opened = http.get(f"/earthshine/v1/shares/{token(share)}")
    assert opened.status_code == 200
    assert opened.json()["turns"][0]["reply"] == "Gravity."
    wrong = http.get("/earthshine/v1/shares/wrong")
    assert wrong.status_code == 404
    for reply in (opened, wrong):
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in reply.headers["x-robots-tag"]
    # The link opens itself and nothing else.
    assert http.get(place, headers={"authorization": f"Bearer {token(share)}"}).status_code == 401
    assert http.post(f"/earthshine/v1/shares/{token(share)}", json={}).status_code == 401
    assert http.get(f"/earthshine/v1/shares/{token(share)}/turns").status_code == 401
    assert http.get("/earthshine/v1/shares").status_code == 401
    for body in ({"expires_in": 59}, {"expires_in": "soon"}, {"leaf_id": "no such turn"}, {"public": True}):
        assert http.post(place, json=body, headers=key).status_code == 400, body
    assert http.post(place, json={"leaf_id": "turn_none"}, headers=key).status_code == 404
    gone = http.delete(f"{place}/{share['id']}", headers=key)
    assert gone.json() == {"id": share["id"], "object": "chat.share.deleted", "deleted": True}
    assert http.get(f"/earthshine/v1/shares/{token(share)}").status_code == 404
