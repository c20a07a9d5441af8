"""Upstreams at fault, through the whole server: never a 500, never free of charge, and the conversation goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from aiohttp import web

from earthshine.engines.continuation import GO_ON
from earthshine.routing.health.circuit_breaker import Circuits
from tests.routing.test_deployments_api import running_app
from tests.routing.test_vendors import Vendor, delta, end
from tests.routing.upstreams import Upstream, begin, breaks_off, chunk, says, status, upstreams

WORDS = "word " * 8000
"""About 10,000 tokens."""
COUNTED = {"usage": {"prompt_tokens": 5, "completion_tokens": 2}}
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def vendor(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Vendor]:
    async with upstreams("faulty") as (upstream,):
        model = {"name": "kimi", "price": {"input": "1", "output": "2"}}
        vectors = {"name": "vectors", "price": {"input": "1"}, "abilities": ["embedding"]}
        configured = {"faulty": {"base_url": upstream.url, "models": {"big": model, "small": vectors}}}
        async with running_app(tmp_path_factory.mktemp("faults"), upstreams=configured) as http:
            yield Vendor(http, upstream)


@pytest.fixture(autouse=True)
def nobody_is_kept_out(vendor: Vendor) -> None:
    """What one test makes fail is none of the next one's business."""
    for member in vendor.http.router.states():
        member.circuits = Circuits(probed=True)


def call(index: Any, id_: Any, name: Any, arguments: Any) -> Json:
    one = {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
    return delta(tool_calls=[one])


async def ask(vendor: Vendor, path: str, **body: Any) -> httpx2.Response:
    return await vendor.http.post(path, json={"model": "kimi", **body})


async def limited_key(vendor: Vendor, kind: str, amount: Any) -> dict[str, str]:
    http = vendor.http
    key = (await http.post("/v1/organization/projects/default/api_keys", json={"name": kind})).json()
    limit = {"scope": "key", "scope_id": key["id"], "kind": kind, "amount": amount}
    assert (await http.post("/v1/organization/limits", json=limit)).status_code == 200
    return {"authorization": f"Bearer {key['value']}"}


# --- what nobody counted ---------------------------------------------------------------------------------------------

PLACES = [
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": WORDS}], "max_tokens": 100}),
    ("/v1/responses", {"input": WORDS, "max_output_tokens": 100}),
    ("/v1/completions", {"prompt": WORDS, "max_tokens": 100}),
    ("/v1/embeddings", {"input": WORDS, "model": "vectors"}),
]


@pytest.mark.parametrize(("kind", "amount"), [("spend_per_day", "0.06"), ("tokens_per_minute", 60_000)])
@pytest.mark.parametrize(("path", "body"), PLACES)
async def test_limits_hold_for_an_upstream_that_reports_no_usage(
    vendor: Vendor, path: str, body: Json, kind: str, amount: Any
) -> None:
    async def answer(_: Upstream, request: web.Request) -> web.StreamResponse:
        if path.endswith("embeddings"):
            return web.json_response({"data": [{"embedding": [1, 0]}]})
        choice = {"message": {"content": "Hi"}, "text": "Hi", "finish_reason": "stop"}
        return web.json_response({"choices": [choice], "usage": {}})

    vendor.upstream.answer = answer
    key = await limited_key(vendor, kind, amount)
    replies = [await vendor.http.post(path, json={"model": "kimi", **body}, headers=key) for _ in range(9)]
    codes = [reply.status_code for reply in replies]
    assert codes[0] == 200, replies[0].text
    assert 429 in codes and codes.count(200) <= 6
    usage = replies[0].json()["usage"]
    assert usage["earthshine"] == {"estimated": True}
    assert 9_000 < usage.get("prompt_tokens", usage.get("input_tokens")) < 11_000


async def test_the_log_and_the_report_say_what_was_estimated(vendor: Vendor) -> None:
    vendor.replies(delta(content="Hi"), end())
    since = int(time.time())
    made = (await ask(vendor, "/v1/responses", input=WORDS)).json()
    log = (await vendor.http.get("/earthshine/v1/responses")).json()["data"]
    line = next(each for each in log if each["id"] == made["id"])
    assert line["input_tokens"] == made["usage"]["input_tokens"] > 9_000
    assert float(line["cost"]) > 0.009
    await asyncio.sleep(0.3)
    report = await vendor.http.get("/v1/organization/usage/completions", params={"start_time": since - 86_400})
    results = [result for bucket in report.json()["data"] for result in bucket["results"]]
    assert sum(result["earthshine"]["estimated_requests"] for result in results) > 0


async def test_a_reply_that_fails_midway_is_charged(vendor: Vendor) -> None:
    vendor.upstream.answer = breaks_off
    assert (await ask(vendor, "/v1/responses", input=WORDS)).status_code == 502
    (line,) = (await vendor.http.get("/earthshine/v1/responses?limit=1")).json()["data"]
    assert line["status"] == "failed"
    assert line["input_tokens"] > 9_000 and line["output_tokens"] > 0
    assert float(line["cost"]) > 0.009


# --- calls -----------------------------------------------------------------------------------------------------------


async def test_calls_that_are_all_numbered_alike_are_all_there(vendor: Vendor) -> None:
    vendor.replies(call(0, "a", "f", '{"x":1}'), call(0, "b", "g", '{"x":2}'), end("tool_calls", **COUNTED))
    expected = [("a", "f", '{"x":1}'), ("b", "g", '{"x":2}')]
    whole = await vendor.whole(tools=TOOLS)
    made = whole["choices"][0]["message"]["tool_calls"]
    assert [(each["id"], *each["function"].values()) for each in made] == expected
    made = await ask(vendor, "/v1/responses", input="go", tools=[{"type": "function", "name": "f"}])
    assert [(each["call_id"], each["name"], each["arguments"]) for each in made.json()["output"]] == expected


async def test_a_chat_goes_on_with_an_upstream_that_uses_its_ids_again(vendor: Vendor) -> None:
    vendor.replies(call(0, "a", "f", "{}"), end("tool_calls", **COUNTED))
    messages: list[Json] = [{"role": "user", "content": "go"}]
    for _ in range(3):
        message = (await vendor.whole(messages=messages, tools=TOOLS))["choices"][0]["message"]
        messages += [message, {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "1"}]
    assert len({message["tool_call_id"] for message in messages if message["role"] == "tool"}) == 3


@pytest.mark.parametrize("reused", ["a", ""])
async def test_a_history_in_which_ids_are_used_again_is_paired_by_order(vendor: Vendor, reused: str) -> None:
    made = {"id": reused, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turn = [{"role": "assistant", "content": None, "tool_calls": [made, made]}]
    turn += [{"role": "tool", "tool_call_id": reused, "content": text} for text in "12"]
    vendor.replies(delta(content="Hi"), end(**COUNTED))
    await vendor.whole(messages=[{"role": "user", "content": "go"}, *turn, *turn], tools=TOOLS)
    sent = vendor.upstream.bodies[-1]["messages"]
    ids = [call["id"] for each in sent for call in each.get("tool_calls", ())]
    assert [each["tool_call_id"] for each in sent if each["role"] == "tool"] == ids
    assert len(set(ids)) == 4


@pytest.mark.parametrize("kept", ["previous_response_id", "conversation"])
async def test_so_does_a_conversation_that_is_stored(vendor: Vendor, kept: str) -> None:
    vendor.replies(call(0, "a", "f", "{}"), end("tool_calls", **COUNTED))
    place: Json = {}
    if kept == "conversation":
        place = {"conversation": (await vendor.http.post("/v1/conversations", json={})).json()["id"]}
    given: Any = "go"
    for _ in range(3):
        reply = await ask(vendor, "/v1/responses", input=given, tools=[{"type": "function", "name": "f"}], **place)
        assert reply.status_code == 200, reply.text
        (made,) = reply.json()["output"]
        given = [{"type": "function_call_output", "call_id": made["call_id"], "output": "1"}]
        if kept == "previous_response_id":
            place = {kept: reply.json()["id"]}
    # A client may bring such a history itself, too.
    calls = [{"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}, {**given[0], "call_id": "a"}]
    reply = await ask(vendor, "/v1/responses", input=[{"role": "user", "content": "go"}, *calls, *calls])
    assert reply.status_code == 200, reply.text


# --- types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        delta(content=123),
        delta(content=True),
        delta(tool_calls={"a": 1}),
        call(0, "a", ["f"], "{}"),
        call({}, "a", "f", "{}"),
        {"choices": {"0": {}}},
        {"choices": [{"delta": {"content": "x"}, "finish_reason": {"a": 1}}]},
        {"choices": [{"delta": [1]}]},
    ],
)
async def test_wrong_types_are_the_upstreams_fault(vendor: Vendor, wrong: Json) -> None:
    vendor.replies(wrong, end())
    whole = await vendor.send()
    assert (whole.status_code, whole.json()["error"]["code"]) == (502, "upstream_failed"), whole.text
    assert (await vendor.send(stream=True)).status_code == 502
    made = (await ask(vendor, "/v1/responses", input="hi")).json()
    assert "Something broke" not in orjson.dumps(made["error"]).decode()


async def test_thinking_in_parts_is_thinking(vendor: Vendor) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Okay"}]}
    vendor.replies(delta(content=[thinking]), delta(content="Hi"), end(**COUNTED))
    message = (await vendor.whole())["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("Okay", "Hi")


# --- going on --------------------------------------------------------------------------------------------------------


async def ended(vendor: Vendor, chat: str, **turn: Any) -> Json:
    made = await vendor.http.post(f"/earthshine/v1/chats/{chat}/turns", json=turn)
    assert made.status_code == 200, made.text
    for _ in range(200):
        now = (await vendor.http.get(f"/earthshine/v1/chats/{chat}/turns/{made.json()['id']}")).json()
        if now["status"] not in ("queued", "in_progress"):
            return now
        await asyncio.sleep(0.02)
    raise AssertionError(now)


def text_of(turn: Json) -> str:
    output = turn["response"]["output"]
    return "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])


def asked_to_go_on(vendor: Vendor) -> list[Json]:
    """Return what the upstream was last asked to go on with; titles are asked for beside that."""
    sent = [body["messages"] for body in vendor.upstream.bodies if "messages" in body]
    return next(messages for messages in reversed(sent) if messages[-1]["content"] == GO_ON)


async def test_a_cut_reply_is_continued_by_asking(vendor: Vendor) -> None:
    chat = (await vendor.http.post("/earthshine/v1/chats", json={"settings": {"model": "kimi"}})).json()["id"]
    vendor.upstream.answer = breaks_off
    said = [{"role": "user", "content": "Speak."}]
    cut = await ended(vendor, chat, input=said)
    assert (cut["status"], text_of(cut), cut["can_continue"]) == ("failed", "Hal", True)
    vendor.replies(delta(content="lo"), end("length", **COUNTED))
    more = await ended(vendor, chat, continues=cut["id"])
    assert (more["status"], text_of(more)) == ("incomplete", "Hallo")
    ask_on = {"role": "user", "content": GO_ON}
    assert asked_to_go_on(vendor)[-2:] == [{"role": "assistant", "content": "Hal"}, ask_on]
    vendor.replies(delta(content=" you"), end(**COUNTED))
    rest = await ended(vendor, chat, continues=more["id"])
    assert (rest["status"], text_of(rest)) == ("completed", "Hallo you")
    assert [item["type"] for item in rest["response"]["output"]] == ["message"]
    assert asked_to_go_on(vendor)[-2]["content"] == "Hallo"


async def test_a_pause_is_bounded_and_a_check_ends_it(vendor: Vendor) -> None:
    vendor.upstream.answer = status(429, **{"retry-after": "999999999999"})
    refused = await vendor.send()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "600")
    here = "/earthshine/v1/deployments/faulty:kimi"
    assert (await vendor.http.get(here)).json()["state"]["retry_after"] <= 600
    assert (await vendor.send()).status_code == 503
    vendor.replies(delta(content="ok"), end(**COUNTED))
    assert (await vendor.http.post(f"{here}/check")).json()["ok"]
    assert (await vendor.send()).status_code == 200


@pytest.mark.parametrize("answers", [True, False])
async def test_what_a_dead_server_had_used_is_charged_when_its_reply_ends(tmp_path: Path, answers: bool) -> None:
    seen = asyncio.Event()

    async def hangs_midway(_: Upstream, request: web.Request) -> web.StreamResponse:
        reply = await begin(request)
        await reply.write(chunk({"content": "word " * 400}))
        seen.set()
        await asyncio.sleep(3600)
        return reply

    async with upstreams("slow") as (upstream,):
        model = {"name": "kimi", "price": {"input": "1", "output": "2"}}
        configured = {"slow": {"base_url": upstream.url, "models": {"big": model}}}
        upstream.answer = hangs_midway
        async with running_app(tmp_path, upstreams=configured) as http:
            made = (await http.post("/v1/responses", json={"model": "kimi", "input": WORDS, "background": True})).json()
            await seen.wait()
            while not (await http.get(f"/v1/responses/{made['id']}")).json()["output"]:
                await asyncio.sleep(0.02)
        upstream.answer = status(400) if not answers else says("rest")
        async with running_app(tmp_path, upstreams=configured) as http:
            while (ended := (await http.get(f"/v1/responses/{made['id']}")).json())["status"] in (
                "queued",
                "in_progress",
            ):
                await asyncio.sleep(0.05)
            assert ended["status"] == ("completed" if answers else "failed")
            (line,) = (await http.get("/earthshine/v1/responses?limit=1")).json()["data"]
            rest = (7, 2) if answers else (0, 0)
            assert line["output_tokens"] == 500 + rest[1]
            assert 10_000 < line["input_tokens"] - rest[0] < 10_100
            assert float(line["cost"]) > 0.01
