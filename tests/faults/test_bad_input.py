"""Every bad request gets the right status and a body that says what to do; afterwards the server serves as before."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import aiohttp
import pytest
from yarl import URL

from tests.faults.bad_rows import ROWS, Row, filled, payload
from tests.server_process import ServerProcess

pytestmark = pytest.mark.model

INTERNALS = ("Traceback", "pydantic", "sqlalchemy", "sqlite", "RuntimeError", "Errno", ".py", " at 0x")


@pytest.fixture(scope="module")
async def http(server: ServerProcess) -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.key}"}) as session:
        yield session


@pytest.fixture(scope="module")
async def ids(server: ServerProcess, http: aiohttp.ClientSession) -> dict[str, str]:
    """Things of every kind to name in bad requests."""

    async def make(path: str, **body: object) -> str:
        async with http.post(f"{server.url}/v1/{path}", json=body) as reply:
            made = await reply.json()
            assert reply.status == 200, made
            return made["data"][0]["id"] if made.get("object") == "list" else made["id"]

    async def delete(path: str) -> None:
        async with http.delete(f"{server.url}/v1/{path}") as reply:
            assert reply.status == 200

    say, messages = {"model": "scripted", "input": "Hello."}, [{"role": "user", "content": "Hello."}]
    found = {
        "response": await make("responses", **say),
        "unstored": await make("responses", **say, store=False),
        "deleted_response": await make("responses", **say),
        "conversation": await make("conversations"),
        "other": await make("conversations"),
        "deleted_conversation": await make("conversations"),
        "chat": await make("chat/completions", model="scripted", messages=messages, store=True),
        "deleted_chat": await make("chat/completions", model="scripted", messages=messages, store=True),
        "running": await make(
            "responses", model="scripted", background=True, input='!script {"text": "x", "first_token_after": 300}'
        ),
    }
    item = {"type": "message", "role": "user", "content": "Hello."}
    found["item"] = await make(f"conversations/{found['conversation']}/items", items=[item])
    found["other_item"] = await make(f"conversations/{found['other']}/items", items=[item])
    found["in_conversation"] = await make("responses", **say, conversation=found["other"])
    found["orphan"] = await make("responses", **say, previous_response_id=found["deleted_response"])
    await delete(f"responses/{found['deleted_response']}")
    await delete(f"conversations/{found['deleted_conversation']}")
    await delete(f"chat/completions/{found['deleted_chat']}")
    return found


def test_no_two_rows_have_one_name() -> None:
    names = [row.name for row in ROWS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_row(row: Row, server: ServerProcess, http: aiohttp.ClientSession, ids: dict[str, str]) -> None:
    url = URL(server.url + filled(row.path, ids), encoded=True)
    body = payload(row, ids)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    async with http.request(row.method, url, data=body, headers=headers) as reply:
        raw = await reply.read()
    got = json.loads(raw)
    assert reply.status == row.status, got
    assert set(got) == {"error"}
    error = got["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (row.code, row.param or error["param"]), error
    assert error["type"] == "invalid_request_error"
    message = error["message"]
    assert message.endswith(".")
    assert len(message) < 700
    for words in row.says:
        assert words in message
    for words in INTERNALS:
        assert words not in message
    assert reply.headers["x-request-id"].startswith("req_")
    assert reply.content_type == "application/json"
    if row.status == 405:
        assert reply.headers["allow"]


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND"])
async def test_other_methods_are_no_surprise(method: str, server: ServerProcess, http: aiohttp.ClientSession) -> None:
    async with http.request(method, f"{server.url}/v1/models") as reply:
        assert reply.status == 405
        assert reply.headers["x-request-id"]


async def test_both_numbers_are_told(server: ServerProcess, http: aiohttp.ClientSession) -> None:
    body = {"model": "default", "input": "word " * 20_000}
    async with http.post(f"{server.url}/v1/responses", json=body) as reply:
        error = (await reply.json())["error"]
    async with http.post(f"{server.url}/v1/responses/input_tokens", json=body) as reply:
        counted = (await reply.json())["input_tokens"]
    numbers = [int(word.strip(",.")) for word in error["message"].split() if word.strip(",.").isdigit()]
    assert numbers[0] <= 8192
    assert numbers[1] >= counted >= 20_000


async def test_what_is_far_too_long_is_not_counted(server: ServerProcess, http: aiohttp.ClientSession) -> None:
    body = {"model": "default", "input": "word " * 210_000}
    for path in ("responses", "responses/input_tokens"):
        async with http.post(f"{server.url}/v1/{path}", json=body) as reply:
            error = (await reply.json())["error"]
        assert (reply.status, error["code"], error["param"]) == (400, "context_length_exceeded", "input")
        assert "needs at least 10501 (" in error["message"]


async def test_the_last_of_two_equal_keys_counts(server: ServerProcess, http: aiohttp.ClientSession) -> None:
    raw = b'{"model": "nothing", "model": "scripted", "input": "One.", "input": "Two."}'
    async with http.post(f"{server.url}/v1/responses", data=raw) as reply:
        made = await reply.json()
    assert reply.status == 200
    assert made["output"][0]["content"][0]["text"] == "You said: Two."


async def test_a_number_beyond_any_event_is_an_empty_stream(
    server: ServerProcess, http: aiohttp.ClientSession, ids: dict[str, str]
) -> None:
    for number in (10**6, 2**63, 10**40):
        url = f"{server.url}/v1/responses/{ids['response']}?stream=true&starting_after={number}"
        async with http.get(url) as reply:
            assert reply.status == 200
            assert await reply.read() == b"data: [DONE]\n\n"


async def test_afterwards_it_serves_as_before(
    server: ServerProcess, http: aiohttp.ClientSession, ids: dict[str, str]
) -> None:
    async with http.get(f"{server.url}/v1/responses/{ids['running']}") as reply:
        assert (await reply.json())["status"] == "in_progress"
    async with http.post(f"{server.url}/v1/responses/{ids['running']}/cancel") as reply:
        assert (await reply.json())["status"] == "cancelled"
    for model in ("scripted", "default"):
        body = {"model": model, "input": "Say hello.", "max_output_tokens": 8}
        async with http.post(f"{server.url}/v1/responses", json=body) as reply:
            assert reply.status == 200
            assert (await reply.json())["status"] in ("completed", "incomplete")
