"""Engines that die and files that are no models: the real llama.cpp, in its child process."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from earthshine.catalog import Catalog
from earthshine.settings import Settings
from tests.conftest import DEFAULT_MODEL, install_default_model
from tests.faults.api import Api, Json, api_of, assert_whole, text_of
from tests.server_process import ServerProcess, start_server

pytestmark = pytest.mark.model

SCHEMA = {
    "type": "object",
    "properties": {
        "numbers": {"type": "array", "items": {"enum": ["one", "two", "three"]}, "minItems": 12, "maxItems": 16}
    },
    "required": ["numbers"],
    "additionalProperties": False,
}
PROMPT = "Write a long story about the moon and the sea."


@pytest.fixture(scope="module")
async def own_server(
    default_model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[ServerProcess]:
    """A server with the default model, and with one whose file was spoiled after it was installed."""
    data = tmp_path_factory.mktemp("engine")
    await install_default_model(data, default_model_path)
    spoiled = data / "spoiled.gguf"
    shutil.copyfile(default_model_path, spoiled)
    await Catalog(Settings(data=data)).add(f"file:{spoiled}", "spoiled")
    with spoiled.open("r+b") as file:
        file.seek(0)
        file.write(b"NOT A MODEL" * 1000)
    shorter = data / "shorter.gguf"
    shutil.copyfile(default_model_path, shorter)
    await Catalog(Settings(data=data)).add(f"file:{shorter}", "shorter")
    os.truncate(shorter, shorter.stat().st_size // 2)
    server = await start_server(
        data, "--default-model", DEFAULT_MODEL, "--scripted", "--context", "512", "--slots", "2", "--threads", "1"
    )
    yield server
    assert await server.stop() == 0


@pytest.fixture(scope="module")
async def api(own_server: ServerProcess) -> AsyncGenerator[Api]:
    async with api_of(own_server) as opened:
        yield opened


def engines(server: ServerProcess) -> list[int]:
    """The server's child processes that hold a model."""
    children: list[int] = []
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        children += map(int, (task / "children").read_text().split())
    return [pid for pid in children if "llamacpp.worker" in Path(f"/proc/{pid}/cmdline").read_text()]


async def test_a_killed_engine_goes_unnoticed(own_server: ServerProcess, api: Api) -> None:
    """The reader sees one whole reply, and its limit holds for both of its parts together."""
    ask = {"model": "default", "temperature": 0, "max_output_tokens": 60}
    killed: list[int] = []
    async with api.stream(PROMPT, **ask) as events:
        seen = []
        async for event in events:
            seen.append(event)
            if event["type"] == "response.output_text.delta" and len(seen) > 12 and not killed:
                killed = engines(own_server)
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)
    assert len(killed) == 1
    final = seen[-1]["response"]
    assert final["status"] in ("completed", "incomplete")
    assert_whole(seen, await api.get(final["id"]))
    assert len(final["output"]) == 1
    assert final["usage"]["output_tokens"] <= 60
    assert engines(own_server) != killed


async def test_structured_output_is_valid_after_a_killed_engine(own_server: ServerProcess, api: Api) -> None:
    text = {"format": {"type": "json_schema", "name": "numbers", "schema": SCHEMA, "strict": True}}
    pids = engines(own_server)
    async with api.stream(PROMPT, model="default", text=text, max_output_tokens=200) as events:
        seen = []
        async for event in events:
            seen.append(event)
            if len(seen) == 16:
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)
    assert pids
    assert seen[-1]["type"] == "response.completed"
    jsonschema.validate(json.loads(text_of(seen[-1]["response"])), SCHEMA)


@pytest.mark.parametrize("name", ["spoiled", "shorter"])
async def test_a_file_that_is_no_model_is_named(name: str, api: Api) -> None:
    for _ in range(2):
        async with api.http.post(api.url, json={"model": name, "input": "Hello."}) as reply:
            error = (await reply.json())["error"]
        assert reply.status == 500
        assert (error["type"], error["code"]) == ("model_error", "model_broken")
        assert f"{name}.gguf" in error["message"]
    # Others serve.
    assert text_of(await api.create("Hello.")) == "You said: Hello."
    assert (await api.create("Hello.", model="default", max_output_tokens=4))["status"] in ("completed", "incomplete")


async def test_in_the_background_such_a_file_fails_the_response(api: Api) -> None:
    made = await api.create("Hello.", model="spoiled", background=True)
    assert made["status"] == "queued"
    failed = await api.ended(made["id"])
    assert failed["status"] == "failed"
    assert "spoiled.gguf" in failed["error"]["message"]


async def test_cancelling_frees_the_engine_at_once(api: Api) -> None:
    made = await api.create(PROMPT, model="default", background=True, max_output_tokens=400, temperature=1.5)
    async with asyncio.timeout(60):
        while not text_of(await api.get(made["id"])):
            await asyncio.sleep(0.02)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with api.http.post(f"{api.url}/{made['id']}/cancel") as reply:
        cancelled = await reply.json()
    assert loop.time() - begun < 1
    assert cancelled["status"] == "cancelled"
    assert_whole(await api.events(made["id"]), cancelled)


async def test_a_killed_server_finishes_constrained_replies_validly(default_model_path: Path, tmp_path: Path) -> None:
    """A grammar is taken up in the middle of its text: JSON by schema, and the arguments of a forced call."""
    await install_default_model(tmp_path, default_model_path)
    flags = ("--default-model", DEFAULT_MODEL, "--context", "512", "--slots", "2", "--threads", "1")
    first = await start_server(tmp_path, *flags)
    tool = {"type": "function", "name": "save", "parameters": SCHEMA, "strict": True}
    ask: dict[str, Any] = {"model": "default", "background": True, "max_output_tokens": 200}
    async with api_of(first) as api:
        shaped = await api.create(
            PROMPT, text={"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}}, **ask
        )
        called = await api.create(PROMPT, tools=[tool], tool_choice="required", parallel_tool_calls=False, **ask)
        async with asyncio.timeout(120):
            while len(text_of(await api.get(shaped["id"]))) < 20 or not arguments(await api.get(called["id"])):
                await asyncio.sleep(0.02)
        before = text_of(await api.get(shaped["id"])), arguments(await api.get(called["id"]))
    await first.kill()
    second = await start_server(tmp_path, *flags)
    async with api_of(second) as api:
        shape, call = await api.ended(shaped["id"], 120), await api.ended(called["id"], 120)
        assert_whole(await api.events(shaped["id"]), shape)
    await second.stop()
    assert text_of(shape).startswith(before[0])
    assert arguments(call).startswith(before[1])
    assert [item["type"] for item in call["output"]] == ["function_call"]
    for response, text in ((shape, text_of(shape)), (call, arguments(call))):
        assert response["status"] == "completed"
        jsonschema.validate(json.loads(text), SCHEMA)


def arguments(response: Json) -> str:
    """What the calls of a Response say."""
    return "".join(item["arguments"] for item in response["output"] if item["type"] == "function_call")
