"""Everything that a person can write, by every route that names it, for everybody who must not reach it.

The routes are read from the application. What names an object of a kind that is not in `WORDS` or `ELSE` fails here,
so that a new kind is put where it belongs.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, cast

import pytest
from fastapi import FastAPI

from earthshine.accounts.authorization.route_table import WEBSOCKET
from tests.conformance.isolation_world import BODIES, READ_BY_POST, parameters, routes, table_of
from tests.conformance.words import write_words
from tests.responses.app import ROOT, People, open_people

WORDS = frozenset(
    {
        *(
            "response_id",
            "research_id",
            "conversation_id",
            "item_id",
            "completion_id",
            "chat_id",
            "turn_id",
            "share_id",
        ),
        *("file_id", "upload_id", "vector_store_id", "batch_id", "container_id", "container_file_id"),
        *("request_batch_id", "message_batch_id"),
        *("skill_id", "connector_id", "browser_id", "agent_id", "vault_id"),
        *("credential_id", "agent_session_id", "agent_turn_id", "automation_id", "invocation_id", "environment_id"),
        *("subagent_id", "subagent_turn_id", "agent_share_id", "artifact_id"),
        *("template_id", "assistant_id", "prompt_id", "space_id", "memory_id"),
    }
)
"""Names of ids of what a person writes."""
ELSE = frozenset(
    {
        *("project_id", "organization_id", "api_key_id", "key_id", "service_account_id", "user_id", "role_id"),
        "group_id",
        *("invite_id", "session_id", "download_id", "deployment_id", "rate_limit_id", "limit_id", "alert_id"),
        *(
            "model",
            "capability",
            "rest",
            "token",
            "agent_share_token",
            "name",
            "call_id",
            "version",
            "place",
            "evidence_id",
            "webhook_endpoint_id",
            "delivery_id",
        ),
    }
)
"""What belongs to projects, organisations and the installation; a link's token is itself the right to see."""
STRICT = frozenset(
    {"browser_id", "chat_id", "turn_id", "share_id", "assistant_id", "prompt_id", "space_id", "memory_id"}
)
"""What nobody but its owner ever reaches, who manages the project included."""

OTHERS = (
    *("another member", "a viewer", "another member's key", "the project's key", "a viewing key of the project"),
    *("a service account", "a key made in her name", "a rotated key of hers that another saw"),
)
MANAGERS = ("a manager", "a manager's key", "the organisation's owner", "the first key")


class Town:
    """People and keys around one person, `her`, and what she wrote."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.home = "/organization/projects/default"
        people.project = "default"
        # Only who manages a project makes keys in it, so she did for a while.
        self.her, self.session = people.sign_in("her", "admin")
        own = self.key(self.session, {"name": "own"})
        people.ask("POST", f"{self.home}/users/{self.her}", {"role": "member"})
        self.key_of_hers: str = own["value"]
        other, manager = people.sign_in("other"), people.sign_in("manager", "admin")
        account = people.ask("POST", f"{self.home}/service_accounts", {"name": "robot"})
        seen = self.key(ROOT, {"name": "seen", "user_id": self.her})
        rotated = people.ask("POST", f"{self.home}/api_keys/{seen['id']}/rotate", {})
        self.who = {
            "another member": other[1],
            "another member's key": self.key(manager[1], {"name": "m"})["value"],
            "a viewer": people.sign_in("viewer", "viewer")[1],
            "the project's key": self.key(ROOT, {"name": "k"})["value"],
            "a viewing key of the project": self.key(ROOT, {"name": "v", "role": "viewer"})["value"],
            "a service account": account["api_key"]["value"],
            "a key made in her name": seen["value"],
            "a rotated key of hers that another saw": rotated["value"],
            "a manager": manager[1],
            "a manager's key": self.key(manager[1], {"name": "mk", "role": "admin"})["value"],
            "the organisation's owner": people.sign_in("owner", "", "owner")[1],
            "the first key": ROOT,
        }
        self.objects = self.write(self.session)

    def key(self, who: str, body: Any) -> Any:
        """Make a key."""
        return self.people.ask("POST", f"{self.home}/api_keys", body, who=who)

    def write(self, who: str) -> dict[str, str]:
        """Write one thing of each kind."""

        def post(path: str, body: Any, who: str) -> Any:
            return self.people.ask("POST", path, body, who=who)

        return write_words(post, lambda path: self.people.ask("GET", path, who=who), who)

    def ask(self, method: str, path: str, who: str, body: Any = None) -> Any:
        """Send a request and return the reply."""
        headers = {"authorization": f"Bearer {who}", "openai-project": "default"}
        body = None if method in ("GET", "HEAD") else {} if body is None else body
        return self.people.http.request(method, path, json=body, headers=headers)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    with open_people(tmp_path_factory.mktemp("ownership")) as people:
        yield Town(people)


def word_routes(town: Town) -> list[tuple[str, str]]:
    """Return method and path of every route that names something which people write."""
    app: Any = town.people.http.app
    found = [(method, path) for method, path in routes(app) if method != WEBSOCKET and parameters(path) & WORDS]
    # Those who manage a project close links by other routes, which need that permission.
    found = [each for each in found if not each[1].startswith("/v1/organization/")]
    # Reading first, so that what a hole lets be removed has been looked for before.
    return sorted(found, key=lambda each: (each[0] != "GET", each[0] == "DELETE", each[1]))


def address(path: str, objects: dict[str, str]) -> str:
    """Return a route's path with the ids in it."""
    for name, value in objects.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_every_kind_of_object_has_its_place(town: Town) -> None:
    app: Any = town.people.http.app
    names = {name for _, path in routes(app) for name in parameters(path)}
    assert names - WORDS - ELSE == set(), "say in WORDS or ELSE whether a person writes it"


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_reaches_a_persons_words(who: str, town: Town) -> None:
    failures: list[str] = []
    table = table_of(cast("FastAPI", town.people.http.app))
    for method, path in word_routes(town):
        reply = town.ask(method, address(path, town.objects), town.who[who], BODIES.get(f"{method} {path}"))
        found = table.find(method, address(path, town.objects))
        writes = found is not None and found.rule.need == "project.write"
        allowed = (404, 403) if writes and "view" in who else (404,)
        if reply.status_code not in allowed or "secret" in reply.text:
            failures.append(f"{method} {path}: {reply.status_code} {reply.text[:120]}")
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("who", (*OTHERS, *MANAGERS))
def test_lists_and_searches_hold_nothing_of_it(who: str, town: Town) -> None:
    app: Any = town.people.http.app
    ids = {town.objects[name] for name in WORDS}
    for method, path in routes(app):
        # What is public is listed for those who can close it.
        of_api = path.startswith(("/v1/", "/earthshine/v1/"))
        if method != "GET" or parameters(path) or not of_api or path.endswith("organization/shares"):
            continue
        query = "?query=secret" if path.endswith("/search") else "?start_time=0" if "usage" in path else ""
        text = town.ask(method, path + query, town.who[who]).text
        assert "A secret" not in text, path
        # The log of requests has a line for each response of the project, without a word of it; likewise containers.
        if path not in ("/earthshine/v1/responses", "/earthshine/v1/living_containers", "/v1/organization/audit_logs"):
            assert not [each for each in ids if each in text], path


@pytest.mark.parametrize("who", MANAGERS)
def test_who_manages_reads_and_leaves_a_row_and_writes_nothing(who: str, town: Town) -> None:
    for method, path in word_routes(town):
        names = parameters(path) & WORDS
        if method in ("DELETE", "HEAD") or path.endswith("/cancel"):
            continue
        place = address(path, town.objects)
        before = readings(town)
        reply = town.ask(method, place, town.who[who], BODIES.get(f"{method} {path}"))
        wanted = 404 if names & STRICT else 200 if method == "GET" or path in READ_BY_POST else 403
        assert reply.status_code == wanted, (method, path, reply.text[:200])
        if wanted == 200:
            assert len(readings(town) - before) == 1, path


def readings(town: Town) -> set[str]:
    """Return the newest rows of the audit trail that tell of reading, by their ids."""
    rows = town.people.ask("GET", "/organization/audit_logs?limit=100&event_types[]=organization.updated")["data"]
    return {row["id"] for row in rows if row["event"] == "data.read"}


@pytest.mark.parametrize("who", (*OTHERS, *MANAGERS))
def test_what_was_said_in_a_chat_is_no_bodys_response(who: str, town: Town) -> None:
    turn = town.ask(
        "GET", f"/earthshine/v1/chats/{town.objects['chat_id']}/turns/{town.objects['turn_id']}", town.session
    ).json()
    place = f"/v1/responses/{turn['response_id']}"
    for each in (place, f"{place}/input_items", f"/earthshine{place}/journal", f"{place}?stream=true"):
        assert town.ask("GET", each, town.who[who]).status_code == 404
        assert town.ask("GET", each, town.session).status_code == 200
    goes_on = {"model": "scripted", "input": "More.", "previous_response_id": turn["response_id"]}
    for path in ("/v1/responses", "/v1/responses/input_tokens", "/v1/responses/compact"):
        assert town.ask("POST", path, town.who[who], goes_on).status_code in (404, 403)
    assert town.ask("DELETE", place, town.who[who]).status_code in (404, 403)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_goes_on_from_a_persons_words(who: str, town: Town) -> None:
    for names in ("previous_response_id", "conversation"):
        body = {"model": "scripted", "input": "What was it?"}
        body[names] = town.objects["response_id" if names == "previous_response_id" else "conversation_id"]
        unknown = {**body, names: "resp_unknown" if names == "previous_response_id" else "conv_unknown"}
        for path in ("/v1/responses", "/v1/responses/input_tokens"):
            told = [town.ask("POST", path, town.who[who], each) for each in (body, unknown)]
            assert told[0].status_code == told[1].status_code, told[0].text
            assert told[0].status_code in (403, 404)
            # What is another's is told just as what is not there.
            assert told[0].json()["error"]["code"] == told[1].json()["error"]["code"]


def test_a_person_reaches_it_all_by_a_session_and_by_a_key_of_her_making(town: Town) -> None:
    for method, path in word_routes(town):
        if method == "GET":
            for who in (town.session, town.key_of_hers):
                assert town.ask(method, address(path, town.objects), who).status_code == 200, path
    by_key = town.write(town.key_of_hers)
    for method, path in word_routes(town):
        if method == "GET":
            assert town.ask(method, address(path, by_key), town.session).status_code == 200, path
            assert town.ask(method, address(path, by_key), town.who["another member"]).status_code == 404, path
    ids = [each["id"] for each in town.ask("GET", "/v1/chat/completions?limit=100", town.session).json()["data"]]
    assert {by_key["completion_id"], town.objects["completion_id"]} <= set(ids)


def test_what_the_project_and_its_service_accounts_write_is_the_projects_but_for_their_chats(town: Town) -> None:
    for writer in ("a service account", "the project's key", "a key made in her name"):
        written = town.write(town.who[writer])
        for method, path in word_routes(town):
            if method != "GET":
                continue
            strict = bool(parameters(path) & STRICT)
            same = writer != "a service account"
            own = town.ask(method, address(path, written), town.who[writer])
            seen = town.ask(method, address(path, written), town.session)
            by_key = town.ask(method, address(path, written), town.who["the project's key"])
            assert own.status_code == 200, (writer, path, own.text)
            assert seen.status_code == (404 if strict else 200), (writer, path)
            assert by_key.status_code == (404 if strict and not same else 200), (writer, path)


def test_a_key_made_in_somebodys_name_has_no_part_in_the_persons_sessions(town: Town) -> None:
    key = town.who["a key made in her name"]
    assert town.ask("GET", "/earthshine/v1/sessions", key).json()["data"] == []
    mine = town.ask("GET", "/earthshine/v1/sessions", town.session).json()["data"][0]["id"]
    assert town.ask("DELETE", f"/earthshine/v1/sessions/{mine}", key).status_code == 404
    assert town.ask("POST", "/earthshine/v1/sessions/name", key, {"name": "Not me"}).status_code == 400
    assert town.ask("GET", "/earthshine/v1/sessions/current", town.session).status_code == 200
