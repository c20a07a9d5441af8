"""Turns over one WebSocket, through the official SDK's `responses.connect()` and by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI

from tests.patience import PATIENCE
from tests.responses.clients import LOOK_UP, MODEL, async_client, script
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
async def client(scripted_server: ServerProcess) -> AsyncGenerator[AsyncOpenAI]:
    async with async_client(scripted_server) as opened:
        yield opened


async def turn(connection: Any, **create: Any) -> list[Any]:
    """Ask for one response, and return its events."""
    await connection.response.create(model=MODEL, **create)
    return await rest(connection)


async def rest(connection: Any) -> list[Any]:
    events: list[Any] = []
    async with asyncio.timeout(PATIENCE):
        while not events or events[-1].type not in (
            "response.completed",
            "response.incomplete",
            "response.failed",
            "error",
        ):
            events.append(await connection.recv())
    return events


async def test_turn_after_turn(client: AsyncOpenAI) -> None:
    async with client.responses.connect() as connection:
        first = await turn(connection, input="One.")
        second = await turn(connection, input="Two.", previous_response_id=first[-1].response.id)
        called = await turn(
            connection, input=script(tool_call={"name": "look_up", "arguments": {"word": "x"}}), tools=[LOOK_UP]
        )
    assert first[0].type == "response.created"
    assert [event.sequence_number for event in first] == list(range(len(first)))
    assert second[-1].response.output_text == "You said: Two."
    assert second[-1].response.usage.input_tokens > first[-1].response.usage.input_tokens
    assert called[-1].response.output[0].name == "look_up"
    assert (await client.responses.retrieve(second[-1].response.id)).output_text == "You said: Two."


async def test_the_same_connection_synchronously(scripted_server: ServerProcess) -> None:
    from tests.responses.clients import sync_client

    def talk() -> str:
        with sync_client(scripted_server) as client, client.responses.connect() as connection:
            connection.response.create(model=MODEL, input="One.")
            for event in connection:
                if event.type == "response.completed":
                    return event.response.output_text
        raise AssertionError("no end")

    assert await asyncio.to_thread(talk) == "You said: One."


async def test_what_is_not_stored_is_remembered_by_the_connection_alone(client: AsyncOpenAI) -> None:
    async with client.responses.connect() as connection:
        first = await turn(connection, input="One.", store=False)
        second = await turn(connection, input="Two.", store=False, previous_response_id=first[-1].response.id)
        assert second[-1].type == "response.completed"
        assert second[-1].response.usage.input_tokens > first[-1].response.usage.input_tokens
    async with client.responses.connect() as other:
        lost = await turn(other, input="Three.", previous_response_id=second[-1].response.id)
        assert lost[-1].type == "error"
        assert lost[-1].error.code == "previous_response_not_found"


async def test_context_without_an_answer(client: AsyncOpenAI) -> None:
    async with client.responses.connect() as connection:
        warm = await turn(connection, input="Remember the moon.", generate=False)
        assert [event.type for event in warm] == ["response.created", "response.in_progress", "response.completed"]
        assert warm[-1].response.output == []
        alone = await turn(connection, input="Well?")
        after = await turn(connection, input="Well?", previous_response_id=warm[-1].response.id)
        assert after[-1].response.usage.input_tokens > alone[-1].response.usage.input_tokens


async def test_errors_end_the_turn_and_not_the_connection(client: AsyncOpenAI) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"input": "x", "temperature": 5}, "temperature"),
        ({"input": "x", "model": "nothing"}, "model"),
        ({"input": "x", "background": True}, "background"),
        ({"input": "x", "stream": True}, "stream"),
        ({"input": "x", "previous_response_id": "resp_x"}, "previous_response_id"),
        ({"input": "x", "frobnicate": 1}, "frobnicate"),
        ({}, "input"),
    ]
    async with client.responses.connect() as connection:
        for body, param in wrong:
            await connection.send({"type": "response.create", "model": MODEL, **body})
            (event,) = await rest(connection)
            assert (event.type, event.error.param) == ("error", param)
            assert event.status in (400, 404)
        failed = await turn(connection, input=script(text="one two", error_after=1, error="bug"))
        assert failed[-1].type == "response.failed"
        assert (await turn(connection, input="Fine?"))[-1].response.output_text == "You said: Fine?"


async def test_rubbish_by_hand(scripted_server: ServerProcess) -> None:
    headers = {"Authorization": f"Bearer {scripted_server.key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.ws_connect(f"{scripted_server.url}/v1/responses") as ws,
    ):
        for text in (
            "",
            "hello",
            "[]",
            "{}",
            '{"type": "response.steer"}',
            '{"type": 5}',
            '{"type":"response.create"}',
            "\0",
        ):
            await ws.send_str(text)
            event = await ws.receive_json(timeout=PATIENCE)
            assert event["type"] == "error"
            assert set(event["error"]) == {"message", "type", "param", "code"}
        await ws.send_bytes(b"\xff\xfe")
        assert (await ws.receive_json(timeout=PATIENCE))["error"]["code"] == "invalid_json"
        # Sent ahead, answered in order.
        for number in range(5):
            await ws.send_json({"type": "response.create", "model": MODEL, "input": f"Number {number}"})
        said = []
        while len(said) < 5:
            event = await ws.receive_json(timeout=PATIENCE)
            if event["type"] == "response.completed":
                said.append(event["response"]["output"][0]["content"][0]["text"])
        assert said == [f"You said: Number {number}" for number in range(5)]


@pytest.mark.parametrize("ahead", [0, 30])
@pytest.mark.parametrize("polite", [True, False])
async def test_closing_cancels_the_turn(
    polite: bool, ahead: int, client: AsyncOpenAI, scripted_server: ServerProcess
) -> None:
    """Also when more messages are waiting than the server takes in, and when nothing more would be sent."""
    hanging = {"type": "response.create", "model": MODEL, "input": script(text="on and on ", pieces=9, hang_after=5)}
    headers = {"Authorization": f"Bearer {scripted_server.key}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        ws = await http.ws_connect(f"{scripted_server.url}/v1/responses")
        for _ in range(1 + ahead):
            await ws.send_json(hanging)
        events: list[Any] = []
        while not events or events[-1]["type"] != "response.output_text.delta":
            events.append(await ws.receive_json(timeout=PATIENCE))
        refused = [event["error"]["code"] for event in events if event["type"] == "error"]
        assert set(refused) <= {"rate_limit_exceeded"}
        if polite:
            await ws.close()
    response_id = next(event["response"]["id"] for event in events if event["type"] == "response.created")
    async with asyncio.timeout(PATIENCE):
        while (response := await client.responses.retrieve(response_id)).status == "in_progress":
            await asyncio.sleep(0.05)
    assert response.status == "cancelled"
    assert response.output_text.startswith("on")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_no_key_no_connection(headers: dict[str, str], scripted_server: ServerProcess) -> None:
    async with aiohttp.ClientSession(headers=headers) as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await http.ws_connect(f"{scripted_server.url}/v1/responses")
    assert caught.value.status in (401, 403)
