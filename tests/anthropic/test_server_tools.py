"""Tools that the server runs: their blocks whole and streamed, sent back, and what is refused of them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import Any

import pytest

import anthropic
from anthropic import Anthropic
from tests.anthropic.conftest import MODEL, asked
from tests.anthropic.test_messages import WEATHER, text
from tests.responses.tools.test_shell import skill_zip
from tests.server_process import ServerProcess, start_server
from tests.tools.mcp.servers import Shop, serve
from tests.webpages.site import Site, running_site

Json = dict[str, Any]
BRIDGE = "<title>The bridge</title><p>The bridge was opened in 1932. It carries 160,000 cars a day.</p>"
SEARCH: Json = {"type": "web_search_20250305", "name": "web_search"}
FETCH: Json = {"type": "web_fetch_20250910", "name": "web_fetch"}
CODE: Json = {"type": "code_execution_20250825", "name": "code_execution"}


@dataclass(frozen=True)
class World:
    client: Anthropic
    site: Site

    def body(self, *replies: Json, said: str = "When was it opened?", tools: Any = (SEARCH,), **more: Any) -> Json:
        # What the script calls with is no address that the user named: each is written otherwise there.
        written = json.dumps(replies).replace("/", "\\/")
        messages = [*more.pop("history", []), *asked(f"{said}\n!script {written}")]
        return {"model": MODEL, "max_tokens": 2000, "messages": messages, "tools": list(tools), **more}

    def ask(self, *replies: Json, streamed: bool = False, **more: Any) -> Any:
        body: Any = self.body(*replies, **more)
        messages: Any = self.client.beta.messages if "mcp_servers" in more else self.client.messages
        if not streamed:
            return messages.create(**body)
        with messages.stream(**body) as stream:
            return stream.get_final_message()


@pytest.fixture(scope="module")
def site() -> Generator[Site]:
    with running_site() as running:
        running.put("/bridge", BRIDGE)
        results = [
            {"url": running.url + path, "title": path, "content": f"About {path}."} for path in ("/bridge", "/none")
        ]
        running.put("/search", json.dumps({"results": results}), "application/json")
        yield running


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, site: Site) -> AsyncGenerator[ServerProcess]:
    env = {
        "EARTHSHINE_WEB_FETCH": "private",
        "EARTHSHINE_WEB_SEARCH": "searxng",
        "EARTHSHINE_WEB_SEARCH_URL": site.url,
    }
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    running = await start_server(tmp_path_factory.mktemp("tools"), *flags, env=env)
    yield running
    await running.stop()


@pytest.fixture(scope="module")
def world(server: ServerProcess, site: Site) -> Generator[World]:
    with Anthropic(base_url=server.url, api_key=server.key, max_retries=0, _strict_response_validation=True) as client:
        yield World(client, site)


def call(name: str, **arguments: Any) -> Json:
    return {"tool_call": {"name": name, "arguments": arguments}}


def say(text: str) -> Json:
    return {"text": text}


def shapes(made: Any) -> list[Json]:
    """Return the blocks without what is of one request alone."""
    told: list[Json] = json.loads(json.dumps([block.to_dict() for block in made.content]))
    for block in told:
        for name in ("id", "tool_use_id"):
            assert block.pop(name, "srvtoolu_").startswith("srvtoolu_")
    return told


@pytest.mark.parametrize("streamed", [False, True])
def test_a_search_is_told_and_cited(world: World, streamed: bool) -> None:
    replies = [call("web_search", queries=["bridge"]), say("So. It opened in 1932 [1]. Really.")]
    made = world.ask(*replies, streamed=streamed)
    use, result, lead, cited, rest = made.content
    assert (use.type, use.name, use.input) == ("server_tool_use", "web_search", {"query": "bridge"})
    assert (result.type, result.tool_use_id) == ("web_search_tool_result", use.id)
    assert [(page.title, page.url) for page in result.content] == [
        ("The bridge", world.site.url + "/bridge"),
        ("/none", world.site.url + "/none"),
    ]
    assert [lead.text, cited.text, rest.text] == ["So.", " It opened in 1932.", " Really."]
    [citation] = cited.citations
    assert (citation.type, citation.url, citation.title) == (
        *("web_search_result_location", world.site.url + "/bridge"),
        "The bridge",
    )
    assert citation.cited_text == "The bridge was opened in 1932."
    assert made.usage.server_tool_use.web_search_requests == 1
    assert (made.stop_reason, made.container) == ("end_turn", None)
    # It can be sent back: what was found is cited again, and nothing is searched.
    history = [*asked("When was it opened?"), {"role": "assistant", "content": made.content}]
    again = world.ask(say("In 1932 [1]."), said="And?", history=history)
    assert [each["type"] for each in shapes(again)] == ["text"]
    assert again.content[0].citations[0].cited_text == citation.cited_text
    assert again.usage.server_tool_use is None
    # Also as the beginning of the reply, as after a pause, and without the tool.
    body: Any = world.body(*replies, tools=[])
    body["messages"].append({"role": "assistant", "content": made.content[:2]})
    assert [block.text for block in world.client.messages.create(**body).content][1:2] == [" It opened in 1932."]


def test_what_was_changed_is_refused(world: World) -> None:
    made = world.ask(call("web_search", queries=["bridge"]), say("In 1932 [1]."))
    content = [block.to_dict() for block in made.content]
    content[1]["content"][0]["encrypted_content"] += "x"
    history = [*asked("When?"), {"role": "assistant", "content": content}]
    with pytest.raises(anthropic.BadRequestError, match=r"messages\[1\].content\[1\].content\[0\].encrypted_content"):
        world.ask(say("x"), history=history)
    history[1]["content"] = content[1:]
    with pytest.raises(anthropic.BadRequestError, match=r"messages\[1\].content\[0\].tool_use_id"):
        world.ask(say("x"), history=history)


def test_calls_that_no_reply_had(world: World) -> None:
    use = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"queries": 7}}
    none = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    history = [*asked("When?"), {"role": "assistant", "content": [use, none]}]
    assert world.ask(say("So."), history=history).content[0].text == "So."
    history[1]["content"] = [use]  # without what came of it, it was not made
    assert world.ask(say("So."), history=history).content[0].text == "So."
    fetch = {**use, "name": "web_fetch", "input": {"url": 3}}
    failed = {"type": "web_fetch_tool_result_error", "error_code": "unavailable"}
    history[1]["content"] = [fetch, {**none, "type": "web_fetch_tool_result", "content": failed}]
    with pytest.raises(anthropic.BadRequestError, match=r"Invalid type for 'messages\[1\].content\[1\]'"):
        world.ask(say("So."), history=history)


def test_bounds_of_a_search(world: World) -> None:
    twice = [call("web_search", queries=["a"]), call("web_search", queries=["b"]), say("x")]
    made = world.ask(*twice, tools=[{**SEARCH, "max_uses": 1}, WEATHER])
    assert [each["type"] for each in shapes(made)][:2] == ["server_tool_use", "web_search_tool_result"]
    assert made.usage.server_tool_use.web_search_requests == 1
    one = world.ask(*twice[1:], tools=[{**SEARCH, "blocked_domains": ["127.0.0.1"]}])
    assert shapes(one)[1]["content"] == []
    near = {"type": "approximate", "city": "Lyon", "country": "FR"}
    other = world.ask(*twice[1:], tools=[{**SEARCH, "allowed_domains": ["a.example"], "user_location": near}])
    assert shapes(other)[1]["content"] == []


def test_a_page_that_the_user_named(world: World) -> None:
    url = world.site.url + "/bridge"
    replies = [call("open_page", url=url), call("open_page", url=f"{url}/none"), say("In 1932 [1].")]
    made = world.ask(*replies, said=f"Read {url} and {url}/none", tools=[FETCH])
    use, fetched, _, failed, cited = shapes(made)
    assert (use["name"], use["input"]) == ("web_fetch", {"url": url})
    assert (fetched["type"], fetched["content"]["url"]) == ("web_fetch_tool_result", url)
    assert "opened in 1932" in fetched["content"]["content"]["source"]["data"]
    assert failed["content"] == {"type": "web_fetch_tool_result_error", "error_code": "unavailable"}
    assert cited["citations"][0]["cited_text"] == "The bridge was opened in 1932."
    assert made.usage.server_tool_use.web_fetch_requests == 2
    history = [*asked(f"Read {url}"), {"role": "assistant", "content": made.content}]
    assert world.ask(say("Yes."), history=history, tools=[FETCH]).content[0].text == "Yes."


@pytest.mark.parametrize("streamed", [False, True])
def test_code_is_run_in_a_container(world: World, streamed: bool) -> None:
    run = call("shell", commands=["echo one > f; cat f", "echo oops >&2; exit 3"])
    made = world.ask(run, say("Done."), tools=[CODE], streamed=streamed)
    use, ran, done = shapes(made)
    assert (use["name"], use["input"]) == (
        "bash_code_execution",
        {"command": "echo one > f; cat f\necho oops >&2; exit 3"},
    )
    assert ran == {
        "type": "bash_code_execution_tool_result",
        "content": {
            "type": "bash_code_execution_result",
            "stdout": "one\n",
            "stderr": "oops\n",
            "return_code": 3,
            "content": [],
        },
    }
    assert done["text"] == "Done."
    assert made.container.expires_at.year > 2020
    history = [*asked("Do it."), {"role": "assistant", "content": made.content}]
    later = world.ask(
        *(call("shell", commands=["cat f"]), say("x")), tools=[CODE], history=history, container=made.container.id
    )
    assert shapes(later)[1]["content"]["stdout"] == "one\n"
    assert later.container.id == made.container.id
    with pytest.raises(anthropic.NotFoundError, match=r"tools\[0\]"):
        world.ask(run, tools=[CODE], container="cntr_none")


@pytest.mark.parametrize("streamed", [False, True])
def test_tools_of_an_mcp_server(world: World, streamed: bool) -> None:
    shop = Shop()
    toolset = {"type": "mcp_toolset", "mcp_server_name": "shop"}
    with serve(shop.app()) as url:
        servers = [{"type": "url", "url": url, "name": "shop"}]
        replies = [call("shop__price", thing="lamp"), call("shop__fail"), say("Cheap.")]
        more = {"mcp_servers": servers, "betas": ["mcp-client-2025-11-20"]}
        made = world.ask(*replies, tools=[toolset], streamed=streamed, **more)
        use, price, _, failed, said = shapes(made)
        assert (use["type"], use["name"], use["server_name"]) == ("mcp_tool_use", "price", "shop")
        assert use["input"] == {"thing": "lamp"}
        assert (price["type"], price["is_error"]) == ("mcp_tool_result", False)
        assert price["content"][0]["text"]
        assert failed["is_error"] is True
        assert said["text"] == "Cheap."
        history = [*asked("What is it?"), {"role": "assistant", "content": made.content}]
        assert shapes(world.ask(say("Yes."), history=history, tools=[toolset], **more))[-1]["text"] == "Yes."
        one = {**toolset, "default_config": {"enabled": False}, "configs": {"sell": {"enabled": True}}}
        only = world.ask(*replies[:1], tools=[one], **more)
        assert [each.type for each in only.content] == ["tool_use"]  # what the server was not to offer it does not run


def test_skills_are_put_into_a_container(world: World) -> None:
    skill = world.client.skills.create(files=[("greeting.zip", skill_zip())])
    wanted = {"skills": [{"type": "custom", "skill_id": skill.id}]}
    made = world.ask(call("shell", commands=["find / -name greet.sh 2>&-"]), say("x"), tools=[CODE], container=wanted)
    assert "greeting/greet.sh" in shapes(made)[1]["content"]["stdout"]


def test_a_search_beside_the_clients_tools(world: World) -> None:
    both = [call("web_search", queries=["bridge"]), call("weather", city="Lyon")]
    made = world.ask(*both, tools=[SEARCH, WEATHER])
    assert [each.type for each in made.content] == ["server_tool_use", "web_search_tool_result", "tool_use"]
    assert made.stop_reason == "tool_use"
    body: Any = world.body(tools=[SEARCH, WEATHER], tool_choice={"type": "tool", "name": "web_search"})
    body["messages"] = asked("Hello")
    assert world.client.messages.create(**body).content[0].type == "server_tool_use"
    answer = {"type": "tool_result", "tool_use_id": made.content[2].id, "content": "Warm"}
    turns: Any = [*asked("x"), {"role": "assistant", "content": made.content}]
    turns.append({"role": "user", "content": [answer, text("Hello\n!script " + json.dumps(say("Fine [1].")))]})
    last: Any = world.client.messages.create(model=MODEL, max_tokens=90, messages=turns, tools=[SEARCH, WEATHER])
    assert last.content[0].citations[0].cited_text == "The bridge was opened in 1932."


REFUSED: list[tuple[Json, str]] = [
    ({"tools": [{**SEARCH, "defer_loading": True}]}, r"tools\[0\].defer_loading"),
    ({"tools": [{**CODE, "allowed_callers": ["code_execution_20250825"]}]}, r"tools\[0\].allowed_callers"),
    ({"tools": [{**SEARCH, "allowed_domains": ["a.b"], "blocked_domains": ["c.d"]}]}, r"tools\[0\].blocked_domains"),
    ({"tools": [{**SEARCH, "allowed_domains": ["https://a.b/c"]}]}, "is no domain"),
    ({"tools": [{**FETCH, "max_content_tokens": 5}]}, r"tools\[0\].max_content_tokens"),
    ({"tools": [{**SEARCH, "type": "web_search_20310101"}]}, "web_search_20310101"),
    ({"tools": [{**CODE, "type": "code_execution_20250522"}]}, "code_execution_20250825"),
    ({"tools": [{"type": "mcp_toolset", "mcp_server_name": "a"}]}, r"tools\[0\].mcp_server_name"),
    ({"tools": [CODE], "container": {"skills": [{"type": "anthropic", "skill_id": "pdf"}]}}, r"container.skills\[0\]"),
    (
        {
            "tools": [{"type": "mcp_toolset", "mcp_server_name": "a"}, {**SEARCH, "allowed_domains": ["a b"]}],
            "mcp_servers": [{"type": "url", "url": "https://a.example", "name": "a"}],
        },
        r"tools\[1\].filters",
    ),
    ({"tools": [SEARCH], "stop_sequences": ["x"]}, "stop_sequences"),
]


@pytest.mark.parametrize(("change", "named"), REFUSED, ids=[named for _, named in REFUSED])
def test_refused(world: World, change: Json, named: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=named):
        world.ask(say("x"), **change)


def test_the_events_of_a_search(world: World) -> None:
    body: Any = world.body(call("web_search", queries=["bridge"]), say("It opened in 1932 [1]."))
    with world.client.messages.create(**body, stream=True) as events:
        told = [(event.type, getattr(event, "index", None)) for event in events]
        names = [name for name, _ in told if name != "content_block_delta"]
    block = ["content_block_start", "content_block_stop"]
    assert names == ["message_start", *block * 3, "message_delta", "message_stop"]
    places = [place for _, place in told if place is not None]
    assert places == sorted(places)


def test_tokens_are_counted_with_the_tools(world: World) -> None:
    body = {name: each for name, each in world.body(say("x")).items() if name != "max_tokens"}
    counted: Any = world.client.messages.count_tokens(**body)
    assert counted.input_tokens > world.client.messages.count_tokens(**{**body, "tools": []}).input_tokens
