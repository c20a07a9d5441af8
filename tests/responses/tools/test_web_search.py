"""Searching the web with the official SDK in strict mode: pages are found, opened, cited; and what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openai import APIStatusError, OpenAI
from openai.types.responses import ResponseCompletedEvent

from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.toolset import Toolset
from tests.responses.clients import MODEL, sync_client
from tests.server_process import ServerProcess, start_server
from tests.webpages.site import Site, running_site

Json = dict[str, Any]
TOOL: Any = {"type": "web_search"}
FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
BRIDGE = "<title>The bridge</title><p>The bridge was opened in 1932. It carries 160,000 cars a day.</p>"


@dataclass(frozen=True)
class World:
    client: OpenAI
    site: Site

    def script(self, *replies: Json, said: str) -> str:
        written = json.dumps(replies).replace("/", "\\/")
        return f"{said}\n!script {written}"

    def ask(self, *replies: Json, said: str = "When was the bridge opened?", tool: Any = TOOL, **more: Any) -> Any:
        return self.client.responses.create(model=MODEL, input=self.script(*replies, said=said), tools=[tool], **more)


@pytest.fixture(scope="module")
def site() -> Generator[Site]:
    with running_site() as running:
        running.put("/bridge", BRIDGE)
        running.put("/robots.txt", "User-agent: *\nDisallow: /closed", "text/plain")
        results = [
            {"url": running.url + path, "title": path, "content": f"About {path}, 1999."}
            for path in ("/closed", "/bridge", "/none", "/tower", "/more")
        ]
        running.put("/search", json.dumps({"results": results}), "application/json")
        yield running


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, site: Site) -> AsyncGenerator[ServerProcess]:
    env = {
        "EARTHSHINE_WEB_FETCH": "private",
        "EARTHSHINE_WEB_SEARCH": "searxng",
        "EARTHSHINE_WEB_SEARCH_URL": site.url,
        "EARTHSHINE_PRICES": '{"web_search": {"per_search": "0.01"}}',
    }
    running = await start_server(tmp_path_factory.mktemp("search"), *FLAGS, env=env)
    yield running
    await running.stop()


@pytest.fixture(scope="module")
def world(server: ServerProcess, site: Site) -> Generator[World]:
    with sync_client(server) as client:
        yield World(client, site)


def search(*queries: str) -> Json:
    return {"tool_call": {"name": "web_search", "arguments": {"queries": queries}}}


def say(text: str) -> Json:
    return {"text": text}


def number_of(look: Any, words: str) -> int:
    """Return the number of the sentence that begins so, of those that the model was shown."""
    from earthshine.harness.citations.sentences import sentences

    number = 0
    for result in look.results:
        for start, end in sentences(result["text"]) if result.get("file_id") else ():
            number += 1
            if result["text"][start:end].startswith(words):
                return number
    raise AssertionError(words)


def test_a_search_opens_pages_which_the_answer_cites(world: World) -> None:
    look = world.ask(search("bridge opened"), say("x")).output[0]
    assert (look.type, look.status, look.action.type, look.action.queries) == (
        *("web_search_call", "completed", "search"),
        ["bridge opened"],
    )
    assert [each.url.removeprefix(world.site.url) for each in look.action.sources] == [
        *("/closed", "/bridge", "/none", "/tower", "/more")
    ]
    opened = {each["url"].removeprefix(world.site.url) for each in look.results if each.get("file_id")}
    assert opened == {"/bridge", "/tower"}
    snippets = [each["text"] for each in look.results if not each.get("file_id")]
    assert "About /closed, 1999." in snippets
    number = number_of(look, "The bridge was opened")
    made = world.ask(search("bridge opened"), say(f"It opened in 1932 [{number}]. Really."))
    part = made.output[-1].content[0]
    [cited] = part.annotations
    assert (cited.type, cited.url, cited.title) == ("url_citation", world.site.url + "/bridge", "The bridge")
    assert part.text[cited.start_index : cited.end_index] == "It opened in 1932"
    assert cited.to_dict()["quote"] == "The bridge was opened in 1932."
    assert world.client.responses.retrieve(made.id) == made


def test_pages_are_offered_when_somebody_named_one() -> None:
    def shown(said: str, **more: Any) -> list[str]:
        items = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": said}]}]
        made = ResponseCreate.model_validate({"model": "m", "input": said, "tools": [TOOL], **more})
        return [each["function"]["name"] for each in Toolset(made).view(items, []).tools]

    assert shown("How high is the tower?") == ["web_search"]
    assert shown("See https://a.test.") == ["web_search", "open_page", "find_in_page"]
    assert shown("How high?", instructions="Look at a.test first.") == ["web_search", "open_page", "find_in_page"]
    near = {**TOOL, "user_location": {"type": "approximate", "city": "Lyon", "country": "FR"}}
    made = ResponseCreate.model_validate({"model": "m", "input": "x", "tools": [near]})
    assert "The user is near Lyon, FR." in Toolset(made).view([], []).tools[0]["function"]["description"]


def test_what_an_engine_says_of_a_page_cannot_be_cited(world: World) -> None:
    made = world.ask(search("bridge"), say("It opened in 1999, says one."))
    assert made.output[-1].content[0].annotations == []


def test_events_have_openais_names_and_make_the_response_again(world: World) -> None:
    text = world.script(search("bridge"), say("It opened in 1932."), said="When?")
    events = list(world.client.responses.create(model=MODEL, input=text, tools=[TOOL], stream=True))
    kinds = [event.type for event in events]
    places = [kinds.index(f"response.web_search_call.{name}") for name in ("in_progress", "searching", "completed")]
    assert places == sorted(places)
    ending = events[-1]
    assert isinstance(ending, ResponseCompletedEvent)
    assert any(getattr(each, "quote", "") for each in ending.response.output[-1].content[0].annotations)  # type: ignore[union-attr]
    again = list(world.client.responses.retrieve(ending.response.id, stream=True, starting_after=0))
    assert [event.to_dict() for event in again] == [event.to_dict() for event in events[1:]]


def test_a_found_page_is_opened_and_searched(world: World) -> None:
    opening = {"tool_call": {"name": "open_page", "arguments": {"url": world.site.url + "/bridge"}}}
    finding = {
        "tool_call": {"name": "find_in_page", "arguments": {"url": world.site.url + "/bridge", "pattern": "cars"}}
    }
    made = world.ask(search("bridge"), opening, finding, say("160,000 cars a day."), said="How many?")
    assert [each.action.type for each in made.output[:3]] == ["search", "open_page", "find_in_page"]
    assert made.output[-1].content[0].annotations
    items = world.client.responses.input_items.list(made.id, include=["web_search_call.action.sources"]).data
    assert items
    conversation = world.client.conversations.create()
    world.ask(search("bridge"), say("x"), conversation=conversation.id)
    kept = world.client.conversations.items.list(conversation.id, order="asc").data
    assert [each.type for each in kept] == ["message", "web_search_call", "message"]


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "web_search_preview", "search_context_size": "low"},
        {"type": "web_search_preview_2025_03_11", "user_location": {"type": "approximate", "city": "Lyon"}},
        {"type": "web_search_2025_08_26", "search_context_size": "high"},
        {"type": "web_search", "user_location": {"type": "approximate", "country": "FR"}, "external_web_access": True},
    ],
)
def test_the_other_names_of_the_tool(world: World, tool: Any) -> None:
    # OpenAI's types have choices of the two older names only.
    choice: Any = {"type": tool["type"]} if "preview" in tool["type"] else "required"
    made = world.ask(search("bridge"), say("x"), tool=tool, tool_choice=choice)
    pages = {each["file_id"] for each in made.output[0].results if each.get("file_id")}
    assert len(pages) == 2  # one forbids programs, and two are not there
    assert made.tools[0].type == tool["type"]


def test_domains_of_the_request(world: World) -> None:
    tool = {**TOOL, "filters": {"allowed_domains": ["example.org"]}}
    look = world.ask(search("bridge"), say("Nothing."), tool=tool).output[0]
    assert (look.status, look.results, look.action.sources) == ("completed", [], [])
    # What leads nowhere is looked for once more in the user's own words.
    assert [each.startswith("When was the bridge opened?") for each in look.action.queries] == [False, True]
    assert "site:example.org" in world.site.asked[-1]


@pytest.mark.parametrize(
    ("tool", "param"),
    [
        ({"filters": {"allowed_domains": ["a b"]}}, "tools[0].filters.allowed_domains[0]"),
        ({"filters": {"blocked_domains": ["a b"]}}, "tools[0].filters.blocked_domains[0]"),
        ({"max_uses": 0}, "tools[0].max_uses"),
        ({"search_content_types": ["image"]}, "tools[0].search_content_types[0]"),
        ({"user_location": {"type": "exact"}}, "tools[0].user_location.type"),
        ({"user_location": {"country": "France"}}, "tools[0].user_location.country"),
        ({"search_context_size": "huge"}, "tools[0].search_context_size"),
        ({"depth": 3}, "tools[0].depth"),
    ],
)
def test_bad_settings_are_named(world: World, tool: Json, param: str) -> None:
    with pytest.raises(APIStatusError) as refused:
        world.ask(say("x"), tool={**TOOL, **tool})
    assert (refused.value.status_code, refused.value.param) == (400, param)


def test_a_search_for_nothing_and_an_engine_that_fails(world: World) -> None:
    nothing = world.ask(search(), say("Sorry.")).output[0]
    assert nothing.status == "failed" and "what to look for" in nothing.error
    kept = world.site.pages.pop("/search")
    try:
        failed = world.ask(search("bridge"), say("Sorry.")).output[0]
    finally:
        world.site.pages["/search"] = kept
    assert failed.status == "failed" and "SearXNG answered 404" in failed.error


def test_each_search_is_charged(world: World, server: ServerProcess) -> None:
    import httpx

    def cost() -> float:
        reply = httpx.get(
            f"{server.url}/v1/organization/costs",
            params={"start_time": int(time.time()) - 3600, "group_by[]": "line_item"},
            headers={"Authorization": f"Bearer {server.key}"},
        ).json()
        return sum(
            float(each["amount"]["value"])
            for bucket in reply["data"]
            for each in bucket["results"]
            if each["line_item"] == "web_search, searches"
        )

    before = cost()
    opening = {"tool_call": {"name": "open_page", "arguments": {"url": world.site.url + "/bridge"}}}
    world.ask(search("bridge"), opening, say("x"))
    assert round(cost() - before, 4) == 0.01


async def test_without_an_engine_it_is_refused_by_name(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", *FLAGS)
    try:
        with sync_client(server) as client:
            with pytest.raises(APIStatusError, match="`web_search`, or `web_archive`") as refused:
                client.responses.create(model=MODEL, input="x", tools=[TOOL])
            assert (refused.value.status_code, refused.value.param) == (400, "tools[0].type")
            # A client that always sends it, and forbids it to reach the web, is served without.
            made = client.responses.create(model=MODEL, input="x", tools=[{**TOOL, "external_web_access": False}])
            assert made.tools == []
    finally:
        await server.stop()
