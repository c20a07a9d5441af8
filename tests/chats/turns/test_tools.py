"""Tools that are switched on for a chat, for one turn, or by an assistant."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from earthshine.chats.tables import chats
from earthshine.database import Database
from earthshine.server import create_app
from tests.chats.api import Api, script
from tests.conformance.isolation_world import settings
from tests.tools.mcp.servers import Shop, serve

FETCH: dict[str, Any] = {"type": "web_fetch"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Generator[Api]:
    app = create_app(settings(tmp_path_factory.mktemp("tools")).model_copy(update={"web_fetch": "public"}))
    with TestClient(app, raise_server_exceptions=False) as http:
        yield Api(http)


def tools_of(turn: dict[str, Any]) -> list[str]:
    return [each["type"] for each in turn["response"]["tools"]]


def test_what_can_be_switched_on_is_listed(api: Api) -> None:
    listed = {each["type"]: each for each in api.get("/tools")["data"]}
    assert listed["web_fetch"] == {
        "type": "web_fetch",
        "available": True,
        "reason": "",
        "tool": {"type": "web_fetch"},
    }
    assert [name for name in listed if name.startswith("web_search")] == ["web_search"]  # none of its older names
    assert "file_search" not in listed  # it needs to be told where to look


def test_what_lacks_something_says_what(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path).model_copy(update={"web_fetch": "off"}))
    with TestClient(app) as http:
        [fetch] = [each for each in Api(http).get("/tools")["data"] if each["type"] == "web_fetch"]
        assert not fetch["available"]
        assert "web_fetch" in fetch["reason"]


def test_a_chats_tools_and_a_turns(api: Api) -> None:
    chat = api.chat(settings={"model": "scripted", "tools": [FETCH]})
    assert chat.now()["settings"]["tools"] == [FETCH]
    first = chat.say("Hello." + script(text="Yes."))
    assert tools_of(first) == ["web_fetch"]
    without = chat.say("Hello." + script(text="Yes."), first["id"], settings={"tools": []})
    assert tools_of(without) == []
    api.post(f"/chats/{chat.id}", {"settings": {"tools": None}})
    assert tools_of(chat.say("Hello." + script(text="Yes."), without["id"])) == []


def test_an_assistants_tools_hold_until_the_chat_says_otherwise(api: Api) -> None:
    assistant = api.post("/assistants", {"name": "Reader", "tools": [FETCH, FETCH]})
    assert assistant["tools"] == [FETCH]
    chat = api.chat(assistant_id=assistant["id"])
    first = chat.say("Hello." + script(text="Yes."))
    assert tools_of(first) == ["web_fetch"]
    api.post(f"/chats/{chat.id}", {"settings": {"tools": []}})
    assert tools_of(chat.say("Hello." + script(text="Yes."), first["id"])) == []


@pytest.mark.parametrize(
    "tools", [[{"type": "flying"}], [{"type": "file_search"}], [{"type": ""}], ["web_fetch"], [{**FETCH, "more": 1}], 5]
)
def test_what_is_no_switch_is_refused(tools: Any, api: Api) -> None:
    refused = api.post("/chats", {"settings": {"tools": tools}}, status=400)["error"]
    assert refused["param"].startswith("settings.tools")


def test_a_tool_whose_package_is_gone_stops_no_chat(api: Api) -> None:
    chat = api.chat()
    stored = {"model": "scripted", "tools": [{"type": "gone"}, FETCH]}

    async def behind() -> None:
        async with api.services.get(Database).write() as connection:
            await connection.execute(chats.update().where(chats.c.id == chat.id).values(settings=stored))

    assert api.http.portal is not None
    api.http.portal.call(behind)
    assert tools_of(chat.say("Hello." + script(text="Yes."))) == ["web_fetch"]


def test_a_connector_is_switched_on(api: Api) -> None:
    shop = Shop()
    with serve(shop.app()) as url:
        kept = api.post("/connectors", {"name": "Shop", "url": url, "require_approval": "never"})
        on = {"type": "mcp", "connector_id": kept["id"], "server_label": kept["server_label"]}
        chat = api.chat(settings={"model": "scripted", "tools": [on, on, FETCH]})
        assert chat.now()["settings"]["tools"] == [on, FETCH]
        calls = script(tool_call={"name": "shop__price", "arguments": {"thing": "tea"}})
        turn = chat.say("What does tea cost?" + calls)
    assert [each["type"] for each in turn["response"]["output"]][:2] == ["mcp_list_tools", "mcp_call"]
    assert turn["response"]["output"][1]["output"] == "tea costs 7 dinars."


@pytest.mark.parametrize("more", [{"type": "mcp"}, {**FETCH, "connector_id": "connector_1"}])
def test_only_a_switch_of_mcp_names_a_connector(more: Any, api: Api) -> None:
    refused = api.post("/chats", {"settings": {"tools": [more]}}, status=400)["error"]
    assert "connector_id" in refused["message"]
