"""What a removed person, a left or an archived project leaves behind: nothing public, nothing that works, no words."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest
from sqlalchemy import Table, text

from earthshine.database import Database, metadata
from tests.conformance.words import write_words
from tests.patience import PATIENCE
from tests.responses.app import ROOT, People, open_people

SECRET = "A secret"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    with open_people(tmp_path_factory.mktemp("removal")) as opened:
        yield opened


def write(people: People, who: str, *, browser: bool = False) -> dict[str, str]:
    """Write one thing of each kind, a browser's pages only where asked for, and wait for the chat's reply."""

    def post(path: str, body: Any, who: str) -> Any:
        return people.ask("POST", path, body, who=who)

    made = write_words(post, lambda path: people.ask("GET", path, who=who), who, browser=browser)
    place = f"/chats/{made['chat_id']}/turns/{made['turn_id']}"
    while people.ask("GET", place, who=who)["status"] in ("queued", "in_progress"):
        time.sleep(0.02)
    return made


def database_of(people: People) -> Database:
    app: Any = people.http.app
    return app.state.services.get(Database)


def stored(people: People) -> dict[str, str]:
    """Return all rows of all tables as text, by table, but for the audit trail and what limits keep."""
    database = database_of(people)

    async def read() -> dict[str, str]:
        async with database.read() as connection:
            found: dict[str, str] = {}
            for table in metadata.sorted_tables:
                rows = await connection.execute(Table.select(table))
                found[table.name] = "\n".join(repr(tuple(row)) for row in rows)
            return found

    assert people.http.portal is not None
    return people.http.portal.call(read)


def opens(people: People, token: str) -> int:
    """Return what a stranger gets who follows a link."""
    return people.http.get(f"/earthshine/v1/shares/{token}").status_code


def place_of(people: People, project: str | None = None) -> str:
    return f"/organization/projects/{project or people.project}"


def test_a_removed_persons_words_are_erased_and_links_and_keys_die(people: People) -> None:
    user, token = people.sign_in("zaynab", "admin")
    key = people.ask("POST", f"{place_of(people)}/api_keys", {"name": "own"}, who=token)["value"]
    made = write(people, token, browser=True)
    write(people, key)
    shared = people.ask("POST", "/prompts", {"name": "For all", "text": "Hello.", "shared": True}, who=token)["id"]
    running = people.respond(
        token, '!script {"text": "A secret that is still being told", "tokens_per_second": 1}', background=True
    )
    robot = people.ask("POST", f"{place_of(people)}/service_accounts", {"name": "robot"}, who=token)
    assert opens(people, made["token"]) == 200
    done = people.ask("DELETE", f"/organization/users/{user}")
    assert done["deleted"] is True
    about = {"service_accounts": [robot["id"]], "api_keys": [robot["api_key"]["id"]]}
    assert done["earthshine"] == {"erased": True, **about}
    for who in (token, key):
        people.ask("GET", "/models", who=who, status=401)
    assert opens(people, made["token"]) == 404
    # Nothing of it lies anywhere: each id, each word.
    left = {name: rows for name, rows in stored(people).items() if name not in ("audit_logs", "ledger")}
    for name, rows in left.items():
        assert SECRET not in rows, name
        for what, value in made.items():
            # A version is a number, as many things are, and the id of evidence stands in many hashes.
            assert what in ("version", "evidence_id") or value not in rows, (what, name)
        # What was shared is the project's now; the row of the erasure itself and who made what stay.
        if name not in ("erasures", "service_accounts", "keys", "spend", "limit_windows", "ledger_days"):
            assert user not in rows, name
    people.ask("GET", f"/responses/{running['id']}", who=people.key, status=404)
    prompt = people.ask("GET", f"/prompts/{shared}", who=people.key)
    assert (prompt["shared"], prompt["is_mine"]) == (True, True)
    rows = people.ask("GET", "/organization/audit_logs?limit=10&event_types[]=user.deleted")["data"]
    assert {**rows[0]["user.deleted"]}.get("service_accounts", about["service_accounts"]) == about["service_accounts"]
    # What the person made and others use goes on, and is told.
    people.respond(robot["api_key"]["value"])
    # Once more there is nothing to remove.
    people.ask("DELETE", f"/organization/users/{user}", status=404)


def test_who_leaves_a_project_keeps_nothing_public_or_working_there(people: People) -> None:
    user, token = people.sign_in("leaves", "admin")
    key = people.ask("POST", f"{place_of(people)}/api_keys", {"name": "own"}, who=token)
    made = write(people, token)
    people.ask("DELETE", f"{place_of(people)}/users/{user}")
    assert opens(people, made["token"]) == 404
    people.ask("GET", "/models", who=key["value"], status=401)
    people.ask("POST", f"{place_of(people)}/users", {"user_id": user, "role": "member"})
    # The words waited; the link and the key do not come back.
    people.ask("GET", f"/chats/{made['chat_id']}", who=token)
    assert opens(people, made["token"]) == 404
    people.ask("GET", "/models", who=key["value"], status=401)


def test_a_link_leads_somewhere_only_while_its_owner_may_make_it(people: People) -> None:
    user, token = people.sign_in("demoted")
    made = write(people, token)
    people.ask("POST", f"{place_of(people)}/users/{user}", {"role": "viewer"})
    assert opens(people, made["token"]) == 404
    (link,) = people.ask("GET", f"{place_of(people)}/shares?user={user}")["data"]
    assert link["state"] == "owner_gone"
    people.ask("POST", f"{place_of(people)}/users/{user}", {"role": "member"})
    assert opens(people, made["token"]) == 200


def test_a_removed_service_accounts_chats_and_links_go_and_its_responses_stay(people: People) -> None:
    robot = people.ask("POST", f"{place_of(people)}/service_accounts", {"name": "robot"})
    made = write(people, robot["api_key"]["value"])
    assert opens(people, made["token"]) == 200
    people.ask("DELETE", f"{place_of(people)}/service_accounts/{robot['id']}")
    assert opens(people, made["token"]) == 404
    left = stored(people)
    assert made["chat_id"] not in left["chats"] and made["memory_id"] not in left["personal_things"]
    people.ask("GET", f"/responses/{made['response_id']}", who=people.key)


@pytest.mark.parametrize("what", ["project", "organization"])
def test_nothing_of_what_is_archived_is_public_or_working(what: str, people: People) -> None:
    admin, place = ROOT, ""
    if what == "organization":
        place = people.ask("POST", "/organizations", {"name": "elsewhere"})["id"]
        admin = people.ask("POST", f"/organizations/{place}/admin_api_keys", {"name": "a"})["value"]
    project = people.ask("POST", "/organization/projects", {"name": "old"}, who=admin)["id"]
    key = people.ask("POST", f"{place_of(people, project)}/api_keys", {"name": "k"}, who=admin)["value"]
    made = write(people, key)
    slow = '!script {"text": "one two three four five six seven", "tokens_per_second": 1}'
    running = people.respond(key, slow, background=True)["id"]
    turn = people.ask("POST", f"/chats/{made['chat_id']}/turns", {"model": "scripted", "input": slow}, who=key)
    waiting = {"model": "scripted", "input": "Later.", "parent_id": turn["id"], "mode": "queue"}
    people.ask("POST", f"/chats/{made['chat_id']}/turns", waiting, who=key)
    if what == "organization":
        people.ask("POST", f"/organizations/{place}/archive", {})
    else:
        people.ask("POST", f"{place_of(people, project)}/archive", {})
    assert opens(people, made["token"]) == 404
    people.ask("GET", "/models", who=key, status=403)
    deadline = time.monotonic() + PATIENCE
    while "'in_progress'" in (rows := stored(people)["responses"]) or "'queued'" in rows:
        assert time.monotonic() < deadline, rows
        time.sleep(0.05)
    assert running in rows
    assert "Later." not in rows
    if what == "project":
        (link,) = [each for each in shares(people) if each["project_id"] == project]
        assert link["state"] == "archived"


def shares(people: People, who: str = ROOT) -> list[Any]:
    """Return all links of the organisation."""
    return people.ask("GET", "/organization/shares?limit=100", who=who)["data"]


def test_administrators_list_and_close_what_is_public(people: People) -> None:
    user, token = people.sign_in("shares")
    manager = people.sign_in("closes", "admin")[1]
    made, more = write(people, token), write(people, token)
    listed = people.ask("GET", f"{place_of(people)}/shares?user={user}", who=manager)
    assert [each["id"] for each in listed["data"]] == [more["share_id"], made["share_id"]]
    link = listed["data"][0]
    assert (link["title"], link["user_id"], link["state"]) == ("A secret.", user, "open")
    page = people.ask("GET", f"{place_of(people)}/shares?user={user}&limit=1", who=manager)
    assert page["has_more"] is True
    after = people.ask("GET", f"{place_of(people)}/shares?user={user}&after={page['last_id']}", who=manager)
    assert [each["id"] for each in after["data"]] == [made["share_id"]]
    for who in (token, people.key):
        people.ask("GET", f"{place_of(people)}/shares", who=who, status=403)
        people.ask("DELETE", f"{place_of(people)}/shares/{made['share_id']}", who=who, status=403)
    people.ask("DELETE", f"{place_of(people)}/shares/{made['share_id']}", who=manager)
    people.ask("DELETE", f"/organization/shares/{more['share_id']}")
    assert [opens(people, each["token"]) for each in (made, more)] == [404, 404]
    people.ask("DELETE", f"/organization/shares/{more['share_id']}", status=404)
    rows = people.ask("GET", "/organization/audit_logs?limit=100")["data"]
    assert {row["chat_share.revoked"]["id"] for row in rows if row["event"] == "chat_share.revoked"} >= {
        made["share_id"],
        more["share_id"],
    }
    assert any(row["event"] == "data.read" and row["data.read"]["id"].endswith("/shares") for row in rows)


def test_what_was_left_by_somebody_removed_long_ago_can_be_closed_and_erased(people: People) -> None:
    user, token = people.sign_in("long-gone")
    made = write(people, token)
    database = database_of(people)

    async def vanish() -> None:
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM users WHERE id = :id"), {"id": user})

    assert people.http.portal is not None
    people.http.portal.call(vanish)
    assert opens(people, made["token"]) == 404
    (link,) = [each for each in shares(people) if each["user_id"] == user]
    assert link["state"] == "owner_gone"
    assert people.ask("DELETE", f"/organization/users/{user}")["earthshine"]["erased"] is True
    assert made["chat_id"] not in stored(people)["chats"]
    assert not [each for each in shares(people) if each["user_id"] == user]


@pytest.mark.parametrize("how", ["removed", "demoted", "key revoked"])
def test_an_invitation_dies_with_its_makers_right_to_make_it(how: str, people: People) -> None:
    user, token = people.sign_in(f"inviter-{how.replace(' ', '-')}", "member", "admin")
    maker = people.ask("POST", "/organization/admin_api_keys", {"name": "i"}) if how == "key revoked" else None
    body = {"email": f"invited-{how.replace(' ', '')}@example.org", "role": "admin"}
    invited = people.ask("POST", "/organization/invites", body, who=maker["value"] if maker else token)
    match how:
        case "removed":
            people.ask("DELETE", f"/organization/users/{user}")
        case "demoted":
            people.ask("POST", f"/organization/users/{user}", {"role": "member"})
        case _:
            assert maker is not None
            people.ask("DELETE", f"/organization/admin_api_keys/{maker['id']}")
    accept = {"token": invited["token"], "name": "Evil", "password": "long enough to be a password, I think"}
    reply = people.http.post("/earthshine/v1/sessions/invite", json=accept)
    people.http.cookies.clear()
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_invitation")
    # Nor does it keep anybody from being invited anew.
    people.ask("POST", "/organization/invites", body)


def test_an_invitation_outlives_the_rotation_of_its_makers_key(people: People) -> None:
    maker = people.ask("POST", "/organization/admin_api_keys", {"name": "i"})
    body = {"email": "rotated@example.org", "role": "reader"}
    invited = people.ask("POST", "/organization/invites", body, who=maker["value"])
    people.ask("POST", f"/organization/admin_api_keys/{maker['id']}/rotate", {"overlap_seconds": 0})
    accept = {"token": invited["token"], "name": "Good", "password": "long enough to be a password, I think"}
    assert people.http.post("/earthshine/v1/sessions/invite", json=accept).status_code == 200
    people.http.cookies.clear()
