"""Connectors by their routes, and in responses: real servers over HTTP, secrets, who reaches what."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from tests.responses.app import People, open_people
from tests.tools.mcp.servers import TOKEN, Liar, Shop, serve

Json = dict[str, Any]
HEADERS = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    data = tmp_path_factory.mktemp("connectors")
    with open_people(data) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop() -> Generator[Shop]:
    made = Shop()
    with serve(made.app(token=TOKEN)) as url:
        made.url = url
        yield made


def keep(people: People, shop: Shop, who: str = "", **more: Any) -> Json:
    body = {"name": "The Shop!", "url": shop.url, "headers": HEADERS, "require_approval": "never", **more}
    return people.ask("POST", "/connectors", body, who=who or people.key)


def call(name: str, **arguments: Any) -> Json:
    return {"tool_call": {"name": f"shop__{name}", "arguments": arguments}}


def respond(people: People, connector: Json, *replies: Json, **more: Any) -> Json:
    tool = {"type": "mcp", "server_label": "shop", "connector_id": connector["id"], **more}
    return people.respond(people.key, f"!script {json.dumps(replies)}", tools=[tool])


def test_a_connector_is_kept_changed_and_removed(people: People, shop: Shop) -> None:
    made = keep(people, shop)
    assert made["id"].startswith("connector_") and made["object"] == "connector"
    assert (made["server_label"], made["header_names"], made["shared"]) == ("the_shop", ["authorization"], True)
    assert made["require_approval"] == {"never": {}} and made["signed_in"] is False
    assert TOKEN not in json.dumps(made)
    assert people.ask("GET", f"/connectors/{made['id']}", who=people.key) == made
    assert made in people.ask("GET", "/connectors", who=people.key)["data"]
    changed = people.ask("POST", f"/connectors/{made['id']}", {"allowed_tools": ["price"]}, who=people.key)
    assert changed == {**made, "allowed_tools": ["price"]}
    assert people.ask("POST", f"/connectors/{made['id']}", {"allowed_tools": None}, who=people.key) == made
    gone = people.ask("DELETE", f"/connectors/{made['id']}", who=people.key)
    assert gone == {"id": made["id"], "object": "connector.deleted", "deleted": True}
    people.ask("GET", f"/connectors/{made['id']}", who=people.key, status=404)


def test_tools_are_listed_and_tried(people: People, shop: Shop) -> None:
    made = keep(people, shop, allowed_tools=["price"], require_approval={"never": {"tool_names": ["price"]}})
    path = f"/connectors/{made['id']}"
    tools = {each["name"]: each for each in people.ask("POST", f"{path}/tools", {}, who=people.key)["data"]}
    assert tools["price"]["description"] == "Return what a thing costs."
    assert (tools["price"]["allowed"], tools["price"]["requires_approval"]) == (True, False)
    assert (tools["sell"]["allowed"], tools["sell"]["requires_approval"]) == (False, True)
    tried = people.ask("POST", f"{path}/try", {"name": "price", "arguments": {"thing": "tea"}}, who=people.key)
    assert tried["text"] == "tea costs 7 dinars." and not tried["is_error"]
    people.ask("POST", f"{path}/try", {"name": "sell", "arguments": {"thing": "tea"}}, who=people.key, status=404)
    assert shop.sold == []


def test_a_response_uses_a_connector(people: People, shop: Shop) -> None:
    made = keep(people, shop)
    reply = respond(people, made, call("sell", thing="lamp"), {"text": "Sold."})
    listed, sold, _ = reply["output"]
    assert listed["server_label"] == "shop" and sold["output"] == "Sold 1 lamp."
    # What a response tells can be sent again.
    [told] = reply["tools"]
    assert told["connector"] == made["id"] and "connector_id" not in told
    again = people.respond(people.key, f"!script {json.dumps([{'text': 'Yes.'}])}", tools=[told])
    assert again["status"] == "completed"
    # What the connector allows and asks holds, and a request says less or more.
    narrow = keep(people, shop, allowed_tools=["price", "sell"], require_approval="always")
    listed, asked = respond(people, narrow, call("sell", thing="hat"))["output"]
    assert [each["name"] for each in listed["tools"]] == ["price", "sell"]
    assert asked["type"] == "mcp_approval_request" and shop.sold == ["lamp"]
    reply = respond(
        people, narrow, call("price", thing="hat"), {"text": "7"}, allowed_tools=["price"], require_approval="never"
    )
    assert [each["name"] for each in reply["output"][0]["tools"]] == ["price"]
    assert reply["output"][1]["output"] == "hat costs 7 dinars."


def test_an_approved_call_of_a_connector_is_made_once(people: People, shop: Shop) -> None:
    made = keep(people, shop, require_approval="always")
    tool = {"type": "mcp", "server_label": "shop", "connector_id": made["id"]}
    script = f"!script {json.dumps([call('sell', thing='kettle'), {'text': 'Done.'}])}"
    first = people.respond(people.key, script, tools=[tool])
    request = first["output"][-1]
    answer = {"type": "mcp_approval_response", "approval_request_id": request["id"], "approve": True}
    body = {"model": "scripted", "input": [answer], "previous_response_id": first["id"], "tools": [tool]}
    second = people.ask("POST", "/responses", body, who=people.key)
    assert second["output"][0]["output"] == "Sold 1 kettle." and shop.sold.count("kettle") == 1


def test_a_server_that_refuses_says_what_to_do(people: People, shop: Shop) -> None:
    made = keep(people, shop, headers={})
    tool = {"type": "mcp", "server_label": "shop", "connector_id": made["id"]}
    body = {"model": "scripted", "input": "Hello.", "tools": [tool]}
    words = people.ask("POST", "/responses", body, who=people.key, status=502)["error"]["message"]
    assert "is not signed in" in words and f"{made['id']}/sign_in" in words
    error = people.ask("POST", f"/connectors/{made['id']}/tools", {}, who=people.key, status=502)["error"]
    assert "Ask its person to sign in" in error["message"]


def test_another_address_does_not_get_the_secrets(people: People, shop: Shop) -> None:
    made = keep(people, shop)
    liar = Liar()
    with serve(liar.app()) as url:
        changed = people.ask("POST", f"/connectors/{made['id']}", {"url": url}, who=people.key)
    assert changed["url"] == url and changed["header_names"] == []


def test_persons_and_projects(people: People, shop: Shop) -> None:
    her, his = people.sign_in("her")[1], people.sign_in("his")[1]
    boss = people.sign_in("boss", "admin")[1]
    own = keep(people, shop, her)
    assert own["shared"] is False
    people.ask("GET", f"/connectors/{own['id']}", who=his, status=404)
    people.ask("GET", f"/connectors/{own['id']}", who=boss)
    people.ask("POST", f"/connectors/{own['id']}/try", {"name": "price"}, who=boss, status=403)
    tool = {"type": "mcp", "server_label": "shop", "connector_id": own["id"]}
    body = {"model": "scripted", "input": "Hello.", "tools": [tool]}
    assert "No connector" in people.ask("POST", "/responses", body, who=his, status=404)["error"]["message"]
    keep_shared = {"name": "All", "url": shop.url, "shared": True}
    people.ask("POST", "/connectors", keep_shared, who=her, status=403)
    ours = people.ask("POST", "/connectors", keep_shared, who=boss)
    assert ours["shared"] and ours in people.ask("GET", "/connectors", who=his)["data"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"url": None, "command": None}, "one of them"),
        ({"command": ["a"]}, "one of them"),
        ({"url": "ftp://example.org"}, "http or https"),
        ({"env": {"A": "b"}}, "is run by its `command`"),
        ({"headers": {"host": "x"}}, "cannot be set"),
        ({"require_approval": "sometimes"}, "'always', 'never'"),
        ({"name": " "}, "at least one"),
        ({"secret": "x"}, "secret"),
        ({"client_id": "a\0b"}, "no text of one line"),
        ({"url": None, "command": ["a\0b"]}, "without NUL"),
        ({"url": None, "command": ["a"], "allowed_domains": ["127.0.0.1"]}, "an address and no name"),
        ({"url": None, "command": ["a"], "env": {"A B": "c"}}, "names such as"),
    ],
)
def test_what_does_not_fit_is_refused(people: People, shop: Shop, more: Json, words: str) -> None:
    body = {"name": "x", "url": shop.url, **more}
    error = people.ask("POST", "/connectors", body, who=people.key, status=400)["error"]
    assert words in error["message"], error


def test_vendors_connectors_are_refused_by_name(people: People) -> None:
    tool = {"type": "mcp", "server_label": "files", "connector_id": "connector_dropbox"}
    body = {"model": "scripted", "input": "Hello.", "tools": [tool]}
    error = people.ask("POST", "/responses", body, who=people.key, status=400)["error"]
    assert "vendor hosts" in error["message"] and error["param"] == "tools[0].connector_id"


def test_who_may_run_programs(people: People) -> None:
    error = people.ask("POST", "/connectors", {"name": "x", "command": ["x"]}, who=people.key, status=403)["error"]
    assert "connector_commands" in error["message"]


@pytest.mark.sqlite
def test_nothing_stored_has_a_secret_in_the_clear(people: People, shop: Shop) -> None:
    respond(people, keep(people, shop), call("price", thing="tea"), {"text": "7"})
    stored = [file.read_bytes() for file in people.data.rglob("*.db*")]
    assert stored and not any(TOKEN.encode() in each for each in stored)
