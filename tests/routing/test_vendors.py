"""Each vendor's own form, through the whole server to a loopback upstream and back: nothing is lost on either way."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import orjson
import pytest
from aiohttp import web

from tests.routing.test_deployments_api import running_app
from tests.routing.upstreams import Upstream, begin, upstreams

ASK = {"role": "user", "content": "What is new?"}


class Vendor:
    """A server with one upstream behind it."""

    def __init__(self, http: httpx2.AsyncClient, upstream: Upstream) -> None:
        self.http = http
        self.upstream = upstream

    def replies(self, *chunks: dict[str, Any], done: bool = True) -> None:
        async def answer(_: Upstream, request: web.Request) -> web.StreamResponse:
            reply = await begin(request)
            for chunk in chunks:
                await reply.write(b"data: " + orjson.dumps(chunk) + b"\n\n")
            if done:
                await reply.write(b"data: [DONE]\n\n")
            return reply

        self.upstream.answer = answer

    async def send(self, model: str = "kimi", **body: Any) -> httpx2.Response:
        return await self.http.post("/v1/chat/completions", json={"model": model, "messages": [ASK], **body})

    async def said(self, model: str = "kimi", **body: Any) -> dict[str, Any]:
        """Return what the upstream was sent."""
        reply = await self.send(model, **body)
        assert reply.status_code == 200, reply.text
        return self.upstream.bodies[-1]

    async def whole(self, **body: Any) -> dict[str, Any]:
        reply = await self.send(**body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def streamed(self, **body: Any) -> list[dict[str, Any]]:
        reply = await self.send(stream=True, stream_options={"include_usage": True}, **body)
        lines = [line[6:] for line in reply.text.splitlines() if line.startswith("data: {")]
        return [orjson.loads(line) for line in lines]


@pytest.fixture(scope="module")
async def vendor(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Vendor]:
    async with upstreams("vendor") as (upstream,):
        configured = {
            "plain": {"base_url": upstream.url, "models": {"kimi-k3": "kimi"}},
            "moonshot": {"base_url": upstream.url, "models": {"kimi-k2": "kimi-partial"}, "continues": "partial"},
        }
        async with running_app(tmp_path_factory.mktemp("vendors"), upstreams=configured) as http:
            yield Vendor(http, upstream)


@pytest.fixture(autouse=True)
def fresh(vendor: Vendor) -> None:
    vendor.replies(delta(content="ok"), end())


def delta(**fields: Any) -> dict[str, Any]:
    return {"id": "v", "choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def end(reason: str = "stop", **more: Any) -> dict[str, Any]:
    return {"id": "v", "choices": [{"index": 0, "delta": {}, "finish_reason": reason, **more}]}


def call(name: str, kind: str = "function", arguments: str = "{}") -> dict[str, Any]:
    return {"id": f"call_{name}", "type": kind, "function": {"name": name, "arguments": arguments}}


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"enable_thinking": True, "thinking_budget": 100},
        {"thinking": {"type": "disabled"}},
        {"thinking": {"type": "enabled", "clear_thinking": False}},
        {"thinking": {"type": "adaptive"}, "reasoning_effort": "high"},
        {"enable_search": True, "search_options": {"forced_search": True}},
        {"chat_template_kwargs": {"enable_thinking": False}, "repetition_penalty": 1.05},
        {"guided_regex": "[a-z]+", "skip_special_tokens": False, "extra_body": {"deep": [1, {"x": "مرحبا 🙂"}]}},
        {"top_k": 20, "min_p": 0.1, "seed": 7},
    ],
)
async def test_fields_of_a_request(vendor: Vendor, fields: dict[str, Any]) -> None:
    said = await vendor.said(**fields)
    assert {name: said.get(name) for name in fields} == fields


async def test_what_a_client_leaves_open_is_the_vendors_to_choose(vendor: Vendor) -> None:
    said = await vendor.said()
    assert not {"temperature", "top_p", "top_k", "max_tokens", "tools", "reasoning_effort"} & said.keys()


async def test_thoughts_are_sent_back_in_tool_turns(vendor: Vendor) -> None:
    messages = [
        ASK,
        {"role": "assistant", "content": "", "reasoning_content": "I should look.", "tool_calls": [call("look")]},
        {"role": "tool", "tool_call_id": "call_look", "content": "nothing"},
    ]
    assert (await vendor.said(messages=messages))["messages"] == messages


@pytest.mark.parametrize(
    "last",
    [
        {"role": "assistant", "content": "{", "partial": True},
        {"role": "assistant", "content": "I am", "partial": True, "name": "Dr. Kelsier"},
        {"role": "assistant", "content": "```python\n", "prefix": True},
        {"role": "assistant", "content": "So", "prefix": True, "reasoning_content": "Let me think."},
    ],
)
@pytest.mark.parametrize("model", ["kimi", "kimi-partial"])
async def test_partial_messages(vendor: Vendor, last: dict[str, Any], model: str) -> None:
    if model == "kimi-partial" and "prefix" in last and "reasoning_content" not in last:
        # This upstream's own word for it is known, so the client may use another vendor's.
        expected = {**{key: value for key, value in last.items() if key != "prefix"}, "partial": True}
    else:
        expected = last
    assert (await vendor.said(model, messages=[ASK, last]))["messages"] == [ASK, expected]


async def test_tools_of_the_vendors_own(vendor: Vendor) -> None:
    search = {"type": "builtin_function", "function": {"name": "$web_search"}}
    own = {"type": "function", "function": {"name": "f", "strict": False, "parameters": {"type": "object"}}}
    messages = [
        ASK,
        {"role": "assistant", "content": "", "tool_calls": [call("$web_search", "builtin_function", '{"q":1}')]},
        {"role": "tool", "tool_call_id": "call_$web_search", "name": "$web_search", "content": '{"q":1}'},
    ]
    said = await vendor.said(messages=messages, tools=[search, own, {"type": "web_search", "depth": 3}])
    assert said["tools"] == [search, own, {"type": "web_search", "depth": 3}]
    assert said["messages"] == messages
    chosen = await vendor.said(tools=[search], tool_choice=search)
    assert chosen["tool_choice"] == search


async def test_parts_and_messages_with_more_in_them(vendor: Vendor) -> None:
    cached = {"type": "text", "text": "long", "cache_control": {"type": "ephemeral"}}
    video = {"type": "video_url", "video_url": {"url": "https://example.com/v.mp4"}}
    messages = [
        {"role": "system", "content": [cached]},
        {"role": "user", "content": [video, {"type": "text", "text": "What is it?"}], "weight": 0.5},
    ]
    assert (await vendor.said(messages=messages))["messages"] == messages


async def test_the_known_fields_are_still_checked(vendor: Vendor) -> None:
    for fields, param in [
        ({"temperature": 9, "enable_search": True}, "temperature"),
        ({"messages": [{"role": "user", "content": 1, "weight": 1}]}, "messages[0].content"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"messages": "x"}, "messages"),
        ({"tools": [1]}, "tools[0]"),
        ({"messages": [1]}, "messages[0]"),
    ]:
        reply = await vendor.send(**fields)
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, param), reply.text
    lone = b'{"model":"kimi","messages":[{"role":"user","content":"x"}],"odd":"\\ud800"}'
    assert (await vendor.http.post("/v1/chat/completions", content=lone)).status_code == 400


async def test_here_an_unknown_field_is_an_error(vendor: Vendor) -> None:
    reply = await vendor.send("scripted", enable_search=True)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "enable_search")
    reply = await vendor.send("scripted", messages=[{**ASK, "weight": 1}])
    assert reply.json()["error"]["param"] == "messages[0].weight"


# --- replies ---------------------------------------------------------------------------------------------------------

DEEPSEEK = {
    "prompt_tokens": 30,
    "completion_tokens": 6,
    "total_tokens": 36,
    "prompt_cache_hit_tokens": 20,
    "prompt_cache_miss_tokens": 10,
    "completion_tokens_details": {"reasoning_tokens": 4},
}
MOONSHOT = {"prompt_tokens": 30, "completion_tokens": 6, "total_tokens": 36, "cached_tokens": 20}
QWEN = {
    "prompt_tokens": 30,
    "completion_tokens": 6,
    "total_tokens": 36,
    "prompt_tokens_details": {"cached_tokens": 20, "cache_creation_input_tokens": 5, "cache_type": "ephemeral"},
}


@pytest.mark.parametrize(
    ("chunks", "own"),
    [
        (
            [delta(content="ok"), end() | {"usage": DEEPSEEK}],
            {"prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10},
        ),
        ([delta(content="ok"), end(usage=MOONSHOT)], {"cached_tokens": 20}),
        ([delta(content="ok"), end(), {"id": "v", "choices": [], "usage": QWEN}], {}),
    ],
    ids=["DeepSeek", "Moonshot in the last choice", "Qwen"],
)
async def test_cached_tokens(vendor: Vendor, chunks: list[dict[str, Any]], own: dict[str, Any]) -> None:
    vendor.replies(*chunks)
    usages = [(await vendor.whole())["usage"], (await vendor.streamed())[-1]["usage"]]
    for usage in usages:
        assert (usage["prompt_tokens"], usage["completion_tokens"]) == (30, 6)
        details = usage["prompt_tokens_details"]
        assert details["cached_tokens"] == 20
        assert {name: usage.get(name) for name in own} == own
        if not own:
            assert (details["cache_creation_input_tokens"], details["cache_type"]) == (5, "ephemeral")


async def test_thinking_comes_before_the_answer_under_its_own_name(vendor: Vendor) -> None:
    vendor.replies(delta(reasoning_content="hm "), delta(reasoning_content="so"), delta(content="ok"), end())
    message = (await vendor.whole())["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("hm so", "ok")
    deltas = [chunk["choices"][0]["delta"] for chunk in await vendor.streamed() if chunk["choices"]]
    assert [each["reasoning_content"] for each in deltas if each.get("reasoning_content")] == ["hm ", "so"]


async def test_a_builtin_call_keeps_its_kind(vendor: Vendor) -> None:
    made = call("$web_search", "builtin_function", '{"q":1}')
    vendor.replies(delta(tool_calls=[{"index": 0, **made}]), end("tool_calls"))
    search = {"type": "builtin_function", "function": {"name": "$web_search"}}
    whole = await vendor.whole(tools=[search])
    assert whole["choices"][0]["message"]["tool_calls"] == [made]
    assert whole["choices"][0]["finish_reason"] == "tool_calls"
    calls = [
        each
        for chunk in await vendor.streamed(tools=[search])
        for choice in chunk["choices"]
        for each in choice["delta"].get("tool_calls", ())
    ]
    assert (calls[0]["type"], calls[0]["function"]["name"]) == ("builtin_function", "$web_search")


async def test_fields_of_replies_choices_and_messages(vendor: Vendor) -> None:
    cited = [{"url": "https://example.com"}]
    vendor.replies(
        delta(content="o", reasoning_details=[{"text": "a"}]) | {"search_results": cited},
        delta(content="k", reasoning_details=[{"text": "b"}], citations=cited),
        end(stop_reason=151645, matched_stop=None),
    )
    whole = await vendor.whole()
    choice = whole["choices"][0]
    last = next(chunk for chunk in reversed(await vendor.streamed()) if chunk["choices"])
    for shown, message in ((choice, choice["message"]), (last["choices"][0], last["choices"][0]["delta"])):
        assert shown["stop_reason"] == 151645
        assert message["reasoning_details"] == [{"text": "a"}, {"text": "b"}]
        assert message["citations"] == cited
    assert whole["search_results"] == last["search_results"] == cited


async def test_a_stream_without_its_done_is_whole(vendor: Vendor) -> None:
    vendor.replies(delta(content="ok"), end(), done=False)
    assert (await vendor.whole())["choices"][0]["message"]["content"] == "ok"
