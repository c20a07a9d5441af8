"""SIGTERM: nothing new is taken in, what runs may finish, what does not is told so, and nobody gets a 500."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.conftest import DEFAULT_MODEL, install_default_model
from tests.faults.api import Api, api_of, script
from tests.server_process import ServerProcess, start_server
from tests.tools.line_tools import FILE, STUBBORN, install

HANG = script(text="one two three", hang_after=2)
SLOW = script(pieces=20, tokens_per_second=10, text="slow ")


async def scripted(data: Path, drain_seconds: float) -> ServerProcess:
    return await start_server(
        data, "--scripted", "--no-embedded-model", "--drain-seconds", str(drain_seconds), own_group=True
    )


def terminate(server: ServerProcess) -> None:
    server.process.send_signal(signal.SIGTERM)


async def ended(server: ServerProcess, within: float) -> None:
    """The server ends well, and its log has no broken thing in it."""
    async with asyncio.timeout(within):
        assert await server.process.wait() == 0
    log = server.log.read_text()
    assert "Traceback" not in log and "ERROR" not in log, log


async def draining(api: Api) -> dict[str, Any]:
    """Wait until `/ready` says that the server drains; returns its body."""
    async with asyncio.timeout(5):
        while True:
            async with api.http.get(api.url.removesuffix("/v1/responses") + "/ready") as reply:
                if reply.status == 503:
                    return await reply.json()
            await asyncio.sleep(0.02)


def chat(said: str, **more: Any) -> dict[str, Any]:
    return {"model": "scripted", "messages": [{"role": "user", "content": said}], **more}


async def test_streams_end_while_everything_new_is_refused(tmp_path: Path) -> None:
    server = await scripted(tmp_path, 20)
    async with api_of(server) as api, api.stream(SLOW) as events:
        assert (await anext(events))["type"] == "response.created"
        async with api.http.get(f"{server.url}/ready") as reply:
            assert (reply.status, await reply.json()) == (200, {"status": "ready"})
        terminate(server)
        assert await draining(api) == {"status": "unavailable", "failing": ["draining"]}
        async with api.http.get(f"{server.url}/health") as reply:
            assert reply.status == 200
        async with api.http.post(api.url, json={"model": "scripted", "input": "hello"}) as reply:
            assert reply.status == 503
            assert (await reply.json())["error"]["code"] == "shutting_down"
            assert reply.headers["connection"] == "close"
            assert int(reply.headers["retry-after"]) >= 1
            assert reply.headers["x-request-id"].startswith("req_")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await api.http.ws_connect(api.url)
        rest = [event async for event in events]
        assert rest[-1]["type"] == "response.completed"
        # Nothing is left to wait for.
        await ended(server, within=4)


async def test_what_outlives_the_drain_is_told_so_and_is_no_500(tmp_path: Path) -> None:
    server = await scripted(tmp_path, 0.6)
    async with api_of(server) as api, AsyncExitStack() as open_replies:

        async def post(path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            async with api.http.post(f"{server.url}{path}", json=body) as reply:
                return reply.status, await reply.json()

        whole = [
            asyncio.create_task(post("/v1/chat/completions", chat(HANG))),
            asyncio.create_task(post("/v1/completions", {"model": "scripted", "prompt": HANG})),
            asyncio.create_task(post("/v1/responses", {"model": "scripted", "input": HANG})),
        ]
        streams = [
            await open_replies.enter_async_context(api.http.post(f"{server.url}{path}", json=body))
            for path, body in (
                ("/v1/chat/completions", chat(HANG, stream=True)),
                ("/v1/responses", {"model": "scripted", "input": HANG, "stream": True}),
            )
        ]
        socket = await open_replies.enter_async_context(api.http.ws_connect(api.url))
        await socket.send_json({"type": "response.create", "model": "scripted", "input": HANG})
        await socket.receive(timeout=5)
        await asyncio.sleep(0.3)
        terminate(server)
        for status, body in await asyncio.gather(*whole):
            assert (status, body["error"]["code"]) == (503, "shutting_down")
        for stream in streams:
            text = (await stream.read()).decode()
            assert '"code":"shutting_down"' in text.rpartition("event: error\n")[2]
        async with asyncio.timeout(5):
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert message.data == 1012
        await ended(server, within=5)


async def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    server = await scripted(tmp_path, 600)
    async with api_of(server) as api, api.stream(HANG) as events:
        await anext(events)
        terminate(server)
        await draining(api)
        begun = time.monotonic()
        terminate(server)
        await ended(server, within=5)
        assert time.monotonic() - begun < 4


async def test_idle_websockets_hold_nothing_up_and_busy_ones_end_their_turn(tmp_path: Path) -> None:
    server = await scripted(tmp_path, 600)
    async with api_of(server) as api, api.http.ws_connect(api.url) as idle, api.http.ws_connect(api.url) as busy:
        await busy.send_json({"type": "response.create", "model": "scripted", "input": SLOW})
        await busy.receive(timeout=5)
        terminate(server)
        closed = await idle.receive(timeout=5)
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1012)
        last = ""
        async with asyncio.timeout(10):
            while (message := await busy.receive()).type is aiohttp.WSMsgType.TEXT:
                last = message.data
        assert '"type":"response.completed"' in last
        assert message.data == 1012
        await ended(server, within=4)


async def test_background_runs_hold_nothing_up_and_go_on_at_the_next_start(tmp_path: Path) -> None:
    server = await scripted(tmp_path, 600)
    async with api_of(server) as api:
        made = await api.create(script(pieces=15, tokens_per_second=5, text="on and on "), background=True)
        await asyncio.sleep(0.3)
        terminate(server)
        await ended(server, within=5)
    again = await scripted(tmp_path, 1)
    try:
        async with api_of(again) as api:
            final = await api.ended(made["id"], patience=20)
            assert final["status"] == "completed"
    finally:
        assert await again.stop() == 0


async def test_a_tool_that_is_slow_to_stop_does_not_keep_the_server(tmp_path: Path) -> None:
    install(tmp_path / "packages")
    here = os.pathsep.join([str(tmp_path / "packages"), str(Path(__file__).parents[2])])
    flags = ("--scripted", "--no-embedded-model", "--drain-seconds", "0.2")
    server = await start_server(tmp_path / "data", *flags, env={"PYTHONPATH": here, FILE: str(tmp_path / "lines")})
    said = f"!script {json.dumps([{'tool_call': {'name': 'add_line', 'arguments': {'line': 'x'}}}])}"
    async with api_of(server) as api, api.stream(said, tools=[{"type": "add_line", "mood": "stubborn"}]) as events:
        async for event in events:
            if event["type"] == "response.output_item.done":
                break
        await asyncio.sleep(0.3)
        terminate(server)
        async with asyncio.timeout(STUBBORN + 15):
            assert await server.process.wait() == 0


@pytest.mark.model
async def test_a_signal_to_the_whole_group_leaves_the_engine_to_the_server(
    tmp_path: Path, default_model_path: Path
) -> None:
    """As a terminal's Ctrl-C and a service manager's stop send it: to the server and to its children."""
    await install_default_model(tmp_path, default_model_path)
    server = await start_server(tmp_path, "--default-model", DEFAULT_MODEL, "--drain-seconds", "60", own_group=True)
    async with api_of(server) as api:
        async with api.stream("Count to one hundred.", model="default", max_output_tokens=60) as events:
            async for event in events:
                if event["type"] == "response.output_text.delta":
                    break
            os.killpg(server.pid, signal.SIGTERM)
            rest = [event async for event in events]
        assert rest[-1]["type"] in ("response.completed", "response.incomplete")
        await ended(server, within=10)
    assert "died" not in server.log.read_text()
