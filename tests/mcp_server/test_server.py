"""The server, used by the official client of the `mcp` package: both kinds of revision, over HTTP and over stdio."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
import pytest
import pytest_asyncio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from openai import AsyncOpenAI

from tests.patience import PATIENCE
from tests.server_process import ServerProcess, start_server

Json = dict[str, Any]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class World:
    server: ServerProcess
    store: str

    @asynccontextmanager
    async def client(self, mode: Any, wire: str = "http", key: str | None = None) -> AsyncGenerator[Client]:
        """Yield the official client."""
        key = self.server.key if key is None else key
        if wire == "stdio":
            env = {"EARTHSHINE_URL": self.server.url, "EARTHSHINE_KEY": key}
            command = StdioServerParameters(command=sys.executable, args=["-m", "earthshine", "mcp"], env=env)
            async with Client(command, mode=mode) as opened:
                yield opened
            return
        async with httpx2.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=60) as http:
            wired = streamable_http_client(f"{self.server.url}/mcp", http_client=http)
            async with Client(wired, mode=mode) as opened:
                yield opened

    async def post(self, message: Any, **headers: str) -> httpx.Response:
        """Send a message as it is."""
        told = {"authorization": f"Bearer {self.server.key}", "accept": "application/json"}
        named = {name.replace("_", "-"): each for name, each in headers.items()}
        async with httpx.AsyncClient() as http:
            body = message if isinstance(message, bytes) else json.dumps(message)
            return await http.post(f"{self.server.url}/mcp", content=body, headers={**told, **named})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World]:
    server = await start_server(tmp_path_factory.mktemp("mcp") / "data", "--scripted")
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key) as openai:
        text = b"The tower is 330 metres high. It was built in 1889."
        file = await openai.files.create(file=("tower.md", text), purpose="assistants")
        store = await openai.vector_stores.create(name="Places", file_ids=[file.id])
        async with asyncio.timeout(60):
            while (await openai.vector_stores.retrieve(store.id)).file_counts.completed < 1:
                await asyncio.sleep(0.1)
    yield World(server, store.id)
    await server.stop()


@pytest.mark.parametrize("wire", ["http", "stdio"])
@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
async def test_the_official_client_uses_every_tool(world: World, mode: str, wire: str) -> None:
    async with world.client(mode, wire) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["list_models", "ask_model", "list_vector_stores", "search"]
        models = await client.call_tool("list_models", {})
        assert "scripted" in models.structured_content["models"]
        asked = f"!script {json.dumps({'text': 'Hello there.'})}"
        said = await client.call_tool("ask_model", {"question": asked, "model": "scripted"})
        assert (said.content[0].text, said.is_error) == ("Hello there.", False)
        stores = await client.call_tool("list_vector_stores", {})
        assert stores.structured_content["vector_stores"] == [{"id": world.store, "name": "Places", "files": 1}]
        found = await client.call_tool("search", {"query": "how high", "vector_store_ids": [world.store]})
        assert "330 metres" in found.content[0].text
        assert found.structured_content["passages"][0]["filename"] == "tower.md"


async def test_an_answer_from_files_is_cited(world: World) -> None:
    search = {"tool_call": {"name": "file_search", "arguments": {"queries": ["tower"]}}}
    asked = f"!script {json.dumps([search, {'text': 'It is 330 metres high [1].'}])}"
    async with world.client("auto") as client:
        arguments = {"question": asked, "model": "scripted", "vector_store_ids": [world.store]}
        said = await client.call_tool("ask_model", arguments)
    assert said.structured_content["answer"] == "It is 330 metres high."
    assert said.structured_content["citations"][0] == {"file": "tower.md", "quote": "The tower is 330 metres high."}


async def test_what_goes_wrong_is_told_in_words(world: World) -> None:
    async with world.client("auto") as client:
        for name, arguments, words in (
            ("ask_model", {"question": "x", "model": "no-such-model"}, "no-such-model"),
            ("search", {"query": "x", "vector_store_ids": ["vs_none"]}, "vs_none"),
            ("search", {"query": "x", "vector_store_ids": []}, "vector_store_ids"),
            ("ask_model", {"question": "x", "surprise": 1}, "surprise"),
            ("ask_model", {"question": "x", "model": "../../earthshine/v1/keys"}, "model"),
        ):
            told = await client.call_tool(name, arguments)
            assert told.is_error and words in told.content[0].text


async def test_a_key_is_needed_and_its_rights_hold(world: World) -> None:
    async with httpx.AsyncClient() as http:
        told = await http.post(f"{world.server.url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert (told.status_code, told.headers["www-authenticate"]) == (401, "Bearer")
        owner = {"authorization": f"Bearer {world.server.key}"}
        project = await http.get(f"{world.server.url}/v1/organization/projects", headers=owner)
        path = f"{world.server.url}/v1/organization/projects/{project.json()['data'][0]['id']}/api_keys"
        reader = await http.post(path, json={"name": "reader", "role": "reader"}, headers=owner)
        assert reader.status_code == 200, reader.text
    async with world.client("auto", key=reader.json()["value"]) as client:
        assert not (await client.call_tool("list_models", {})).is_error
        refused = await client.call_tool("ask_model", {"question": "x", "model": "scripted"})
        assert refused.is_error and "project.write" in refused.content[0].text


CLIENT = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


def stateless(method: str, meta: Any = None, **params: Any) -> Json:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, "_meta": meta or CLIENT}}


@pytest.mark.parametrize(
    ("message", "headers", "status", "code"),
    [
        (b"{", {}, 400, -32600),
        (b"[]", {}, 400, -32600),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": True, "method": "ping"}, {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "resources/list"}, {}, 200, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "rm"}}, {}, 200, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"mcp_protocol_version": "2026-07-28"}, 400, -32020),
        (stateless("ping"), {"mcp_protocol_version": "2026-07-28", "mcp_method": "ping"}, 404, -32601),
        (stateless("tools/list"), {"mcp_protocol_version": "2026-07-28", "mcp_method": "ping"}, 400, -32020),
        (stateless("tools/list"), {}, 400, -32020),
        (
            stateless("tools/list", {**CLIENT, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}),
            {"mcp_protocol_version": "2031-01-01", "mcp_method": "tools/list"},
            400,
            -32022,
        ),
        (
            stateless("tools/call", name="search"),
            {"mcp_protocol_version": "2026-07-28", "mcp_method": "tools/call", "mcp_name": "ask_model"},
            400,
            -32020,
        ),
    ],
)
async def test_a_message_that_is_wrong(world: World, message: Any, headers: Json, status: int, code: int) -> None:
    told = await world.post(message, **headers)
    assert (told.status_code, told.json()["error"]["code"]) == (status, code)


async def test_notifications_are_taken_and_other_methods_of_http_refused(world: World) -> None:
    told = await world.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (told.status_code, told.content) == (202, b"")
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {world.server.key}"}) as http:
        for method in ("GET", "DELETE"):
            assert (await http.request(method, f"{world.server.url}/mcp")).status_code == 405


async def test_a_call_ends_when_its_client_goes_away(world: World) -> None:
    slow = f"!script {json.dumps({'text': 'x', 'pieces': 5000, 'tokens_per_second': 1})}"
    call = {"name": "ask_model", "arguments": {"question": slow, "model": "scripted"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"authorization": f"Bearer {world.server.key}"}

    async def gone() -> bool:
        """Tell whether the inner request was given up."""
        async with httpx.AsyncClient(headers=headers) as http:
            text = (await http.get(f"{world.server.url}/metrics")).text
        return 'route="/v1/responses",status="499"' in text

    assert not await gone()
    async with httpx.AsyncClient(headers=headers) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post(f"{world.server.url}/mcp", json=message, timeout=1)
    async with asyncio.timeout(PATIENCE):
        while not await gone():
            await asyncio.sleep(0.1)


async def test_what_goes_wrong_over_stdio_is_an_answer(world: World) -> None:
    lines = [b"{", b"[]", b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}', b""]
    lines += [b'{"jsonrpc":"2.0","id":3,"method":"ping"}']
    for url, key, words in (
        ("http://127.0.0.1:9", "k", "Is the server running?"),
        (world.server.url, "wrong", "API key"),
    ):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "earthshine", "mcp", "--url", url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"EARTHSHINE_KEY": key},
        )
        out, _ = await asyncio.wait_for(process.communicate(b"\n".join(lines) + b"\n"), 60)
        told = [json.loads(line) for line in out.splitlines()]
        assert [(each["id"], each["error"]["code"]) for each in told] == [(None, -32700), (None, -32600), (3, -32603)]
        assert words in told[2]["error"]["message"]
        assert process.returncode == 0


async def test_our_own_tool_uses_our_own_server(world: World) -> None:
    """The two ends meet: a model of ours is given the tools of our server."""
    async with AsyncOpenAI(
        base_url=f"{world.server.url}/v1", api_key=world.server.key, _strict_response_validation=True
    ) as client:
        tools: Any = [
            {
                "type": "mcp",
                "server_label": "here",
                "server_url": f"{world.server.url}/mcp",
                "authorization": world.server.key,
                "require_approval": "never",
            }
        ]
        search = {"name": "here__search", "arguments": {"query": "high", "vector_store_ids": [world.store]}}
        asked = f"!script {json.dumps([{'tool_call': search}, {'text': 'So.'}])}"
        made: Any = await client.responses.create(model="scripted", input=asked, tools=tools)
    listed, called, _ = made.output
    assert len(listed.tools) == 4 and listed.tools[3].annotations["readOnlyHint"] is True
    assert "330 metres" in called.output
