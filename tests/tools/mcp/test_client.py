"""The client, against real servers of both kinds, and against bad ones."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from earthshine.errors import InvalidRequest
from earthshine.tools.mcp.client import McpClient
from earthshine.tools.mcp.failure import McpFailed
from earthshine.tools.mcp.listing import bounded, cleaned
from earthshine.tools.mcp.names import model_name
from earthshine.tools.mcp.param_headers import header_value, param_headers
from earthshine.tools.mcp.results import cut, text_of
from earthshine.tools.mcp.transport import Endpoint
from tests.tools.mcp.servers import TOKEN, Liar, Shop, methods, serve


@pytest.fixture(scope="module", params=["new", "old"])
def shop(request: pytest.FixtureRequest) -> Generator[Shop]:
    made = Shop()
    with serve(made.app(old=request.param == "old")) as url:
        made.url = url
        yield made


def client(url: str, **more: Any) -> McpClient:
    return McpClient(Endpoint("shop", url, private=True, **more))


async def test_tools_are_listed_and_called(shop: Shop) -> None:
    first = client(shop.url)
    tools = (await first.list_tools()).tools
    assert [tool["name"] for tool in tools] == ["price", "sell", "slow", "fail", "confirm"]
    result = await first.call("price", {"thing": "bread"}, tools[0]["inputSchema"], seconds=20)
    assert text_of(result) == "bread costs 7 dinars."
    # What is remembered spares the next one the greeting.
    asked = len(shop.requests)
    second = McpClient(Endpoint("shop", shop.url, private=True), first.known)
    assert text_of(await second.call("sell", {"thing": "a lamp"}, None, seconds=20)) == "Sold 1 a lamp."
    assert len(shop.requests) == asked + 1
    failed = await second.call("fail", {}, None, seconds=20)
    assert failed["isError"] and "Error executing tool fail" in text_of(failed)


async def test_a_session_that_was_forgotten_is_opened_again(shop: Shop) -> None:
    first = client(shop.url)
    await first.list_tools()
    assert first.known is not None
    if first.known.stateless:
        assert list(methods(shop))[:2] == ["server/discover", "tools/list"]
        return
    assert first.known.session
    stale = first.known.__class__(first.known.version, "no-such-session", first.known.until)
    sold = len(shop.sold)
    second = McpClient(Endpoint("shop", shop.url, private=True), stale)
    assert text_of(await second.call("sell", {"thing": "x"}, None, seconds=20)) == "Sold 1 x."
    assert len(shop.sold) == sold + 1


async def test_a_call_that_takes_too_long_is_cut(shop: Shop) -> None:
    with pytest.raises(McpFailed, match="did not answer within") as caught:
        await client(shop.url).call("slow", {"seconds": 20}, None, seconds=0.5)
    assert (caught.value.number, caught.value.sent) == (504, True)


async def test_a_server_that_asks_something_is_told_that_nobody_answers(shop: Shop) -> None:
    first = client(shop.url)
    try:
        result = await first.call("confirm", {}, None, seconds=20)
    except McpFailed as error:
        assert error.kind == "mcp_protocol_error" or "asks for something" in error.message
    else:
        assert result["isError"] and "Error executing tool confirm" in text_of(result)


async def test_a_token_is_sent_and_its_lack_is_said() -> None:
    made = Shop()
    with serve(made.app(token=TOKEN)) as url:
        with pytest.raises(McpFailed, match="Give its token as `authorization`"):
            await client(url).list_tools()
        right = client(url, headers=(("authorization", f"Bearer {TOKEN}"),))
        assert len((await right.list_tools()).tools) == 5


async def test_nobody_there() -> None:
    with pytest.raises(McpFailed, match="cannot be reached") as caught:
        await client("http://127.0.0.1:9/mcp").list_tools()
    assert not caught.value.sent


async def test_a_private_address_needs_the_operator() -> None:
    with pytest.raises(InvalidRequest, match="private_mcp_servers"):
        await McpClient(Endpoint("shop", "http://127.0.0.1:9/mcp")).list_tools()


TOOL = {"name": "look", "inputSchema": {"type": "object"}}


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (lambda _: b"{", "no message of the protocol"),
        (lambda _: b"[1,2]", "no message of the protocol"),
        (lambda _: b'{"jsonrpc":"2.0","id":2,"error":7}', "neither a result nor an error"),
        (lambda _: b'{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"No such tool."}}', "No such tool."),
        (lambda _: b'{"a":"' + b"x" * 5_000_000 + b'"}', "more than 4096 KiB"),
        (lambda _: b'{"result":[' + b"[]," * 30_000 + b"1]}", "objects and lists"),
        (lambda _: {"resultType": "input_required", "inputRequests": {}}, "asks for something"),
        (lambda _: None, "status 404"),
    ],
)
async def test_what_is_no_answer(reply: Any, words: str) -> None:
    liar = Liar(tools__call=reply)
    with serve(liar.app()) as url, pytest.raises(McpFailed, match=words):
        await client(url).call("look", {}, None, seconds=20)
    assert liar.asked.count("tools/call") == 1


async def test_a_list_that_never_ends_is_left() -> None:
    liar = Liar(tools__list=lambda asked: {"tools": [TOOL] * 20, "nextCursor": str(asked["id"])})
    with serve(liar.app()) as url:
        tools = (await client(url).list_tools()).tools
    assert len(tools) <= 160 and liar.asked.count("tools/list") < 20


async def test_how_long_a_list_holds() -> None:
    liar = Liar(tools__list=lambda _: {"tools": [TOOL], "ttlMs": 60_000, "cacheScope": "private"})
    with serve(liar.app()) as url:
        assert (await client(url).list_tools()).fresh_seconds == 60


def test_a_list_is_cut_to_what_can_be_shown() -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"type": "object", "properties": {"a": deep}}
    wide = {"type": "object", "properties": {f"p{number}": {"type": "string"} for number in range(5000)}}
    huge = {"type": "object", "properties": {"n": {"const": 2**70}}}
    tools = [TOOL, TOOL, 7, {"name": 3}, {"name": "x" * 200}, {"name": "deep", "inputSchema": deep, "description": 8}]
    kept = cleaned(tools)
    assert [each["name"] for each in kept] == ["look", "deep"]
    assert kept[1] == {"name": "deep", "input_schema": {"type": "object"}}
    assert [bounded(each) for each in (wide, huge, None, [], "x")] == [{"type": "object"}] * 5
    assert len(cleaned([{"name": str(number)} for number in range(500)])) == 128
    hints = {"readOnlyHint": True, "openWorldHint": "yes", "title": "t", "own": [1]}
    assert cleaned([{**TOOL, "annotations": hints}])[0]["annotations"] == {"readOnlyHint": True, "title": "t"}


def test_names_that_every_engine_takes() -> None:
    assert model_name("shop", "sell") == "shop__sell"
    odd, other = model_name("shop", "a.b"), model_name("shop", "a/b")
    assert odd != other and len(model_name("l" * 64, "n" * 128)) == 64
    assert odd.startswith("shop__a_b_")


def test_arguments_that_go_into_headers() -> None:
    inner = {"type": "object", "properties": {"deep": {"type": "boolean", "x-mcp-header": "Deep"}}}
    schema = {"properties": {"city": {"type": "string", "x-mcp-header": "City"}, "more": inner}}
    told = param_headers(schema, {"city": "تونس", "more": {"deep": True}, "other": 1})
    assert told == {"mcp-param-city": "=?base64?2KrZiNmG2LM=?=", "mcp-param-deep": "true"}
    assert header_value("plain") == "plain"
    assert param_headers("x", {}) == param_headers({"properties": {"a": {"x-mcp-header": "no token"}}}, {"a": 1}) == {}


def test_what_a_model_reads_of_a_result() -> None:
    content = [
        {"type": "text", "text": "One."},
        {"type": "image", "data": "AAAA", "mimeType": "image/png"},
        {"type": "resource", "resource": {"uri": "file:///a", "text": "Two."}},
        {"type": "resource_link", "uri": "file:///b", "name": "b"},
        {"type": "text", "text": 7},
        "three",
    ]
    assert text_of({"content": content}) == (
        "One.\n\n[image of the type image/png, which is not shown]\n\nTwo.\n\n[a link to b: file:///b]"
    )
    assert text_of({"content": [], "structuredContent": {"a": 1}}) == '{"a":1}'
    assert text_of({"content": "x"}) == ""
    assert cut("x" * 10, 2) == "xxxxxxxx\n[2 more characters were left out]"
