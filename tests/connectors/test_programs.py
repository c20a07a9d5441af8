"""Programs that speak MCP over stdio, in real sandboxes: the `mcp` package's own server, and bad ones."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earthshine.connectors.program import Program
from earthshine.connectors.programs import Programs
from earthshine.errors import InvalidRequest
from earthshine.sandboxes.registry import Sandboxes
from earthshine.settings import Settings
from earthshine.tools.mcp.client import McpClient
from earthshine.tools.mcp.failure import McpFailed
from earthshine.tools.mcp.listing import cleaned
from earthshine.tools.mcp.results import text_of

Json = dict[str, Any]

REAL = """
import os, pathlib, time, urllib.request
from mcp.server.mcpserver import MCPServer
server = MCPServer("notes")
@server.tool()
def note(text: str) -> str:
    "Keep a note."
    with open("notes.txt", "a") as file: file.write(text + "\\n")
    return pathlib.Path("notes.txt").read_text()
@server.tool()
def variable(name: str) -> str:
    "Return a variable."
    return os.environ.get(name, "none")
@server.tool()
def pid() -> int:
    "Return who it is."
    return os.getpid()
@server.tool()
async def wait(seconds: float) -> str:
    "Wait."
    import asyncio
    await asyncio.sleep(seconds)
    return "Waited."
@server.tool()
def block(seconds: float) -> str:
    "Let nothing else happen."
    time.sleep(seconds)
    return "Blocked."
@server.tool()
def die() -> str:
    "End in the middle of a call."
    print("The disk is on fire.", file=__import__("sys").stderr, flush=True)
    os._exit(7)
@server.tool()
def fetch(url: str) -> str:
    "Fetch a page."
    try:
        return urllib.request.urlopen(url, timeout=5).read().decode()
    except OSError as error:
        return f"It cannot be: {error}"
server.run("stdio")
"""
"""A real server."""
PLAIN = """
import json, sys, time
silent = False
def answer(asked, **result): print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    method = asked.get("method")
    if method == "initialize":
        answer(asked, protocolVersion="2025-06-18", capabilities={}, serverInfo={"name": "x", "version": "1"})
    elif method == "ping":
        answer(asked)
    elif method == "tools/list":
        %s
    elif method == "server/discover" and not silent:
        error = {"code": -32601, "message": "No such method."}
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}), flush=True)
"""
"""An older one."""


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncGenerator[Programs]:
    settings = Settings(data=tmp_path, container_disk=64)
    made = Programs(settings, Sandboxes(settings))
    yield made
    await made.close()


def row_of(command: list[str], name: str = "connector_1", *, version: int = 1, domains: Sequence[str] = ()) -> Any:
    """Return what a connector's row has of a program."""
    return SimpleNamespace(id=name, version=version, name="notes", command=command, allowed_domains=list(domains))


async def program(programs: Programs, code: str, *, version: int = 1, **env: str) -> Program:
    return await programs.get(row_of(["python3", "-c", code], version=version), env)


async def call(made: Program, tool: str, **arguments: Any) -> str:
    return text_of(await McpClient(made).call(tool, arguments, None, seconds=20))


async def test_a_real_server_keeps_its_files_and_ends_with_the_server(programs: Programs, tmp_path: Path) -> None:
    made = await program(programs, REAL, API_KEY="a secret")
    assert not made.lives
    names = [tool["name"] for tool in cleaned((await McpClient(made).list_tools()).tools)]
    assert names[:2] == ["note", "variable"]
    assert await call(made, "note", text="One.") == "One.\n"
    assert await call(made, "variable", name="API_KEY") == "a secret"
    assert await call(made, "variable", name="EARTHSHINE_DATA") == "none"
    first = await call(made, "pid")
    assert await call(made, "pid") == first
    await programs.end("connector_1")
    again = await program(programs, REAL)
    assert await call(again, "note", text="Two.") == "One.\nTwo.\n"
    assert (tmp_path / "connectors" / "connector_1" / "notes.txt").exists()
    await programs.remove("connector_1")
    assert programs.kept() == []


async def test_it_has_no_network(programs: Programs) -> None:
    made = await program(programs, REAL)
    assert "refused" in await call(made, "fetch", url="http://127.0.0.1:9/")


async def test_it_reaches_only_what_it_may(programs: Programs) -> None:
    made = await programs.get(row_of(["python3", "-c", REAL], domains=["example.org"]), {})
    assert "403" in await call(made, "fetch", url="http://other.example/")


async def test_a_program_that_dies_in_a_call_says_its_last_words_and_is_started_again(programs: Programs) -> None:
    made = await program(programs, REAL)
    client = McpClient(made)
    await client.list_tools()
    with pytest.raises(McpFailed, match=r"ended\. It said: .*The disk is on fire") as caught:
        await client.call("die", {}, None, seconds=20)
    assert caught.value.sent and not made.lives
    # The same client finds the new one, and greets it.
    assert "Three." in text_of(await client.call("note", {"text": "Three."}, None, seconds=20))


async def test_many_speak_with_one_program_at_a_time(programs: Programs) -> None:
    made = await program(programs, REAL)
    await McpClient(made).list_tools()
    begun = time.monotonic()
    results = await asyncio.gather(*(call(made, "wait", seconds=1) for _ in range(8)))
    assert results == ["Waited."] * 8 and time.monotonic() - begun < 4


async def test_a_call_that_is_slow_is_cut_and_its_program_goes_on(programs: Programs) -> None:
    made = await program(programs, REAL)
    client = McpClient(made)
    await client.list_tools()
    with pytest.raises(McpFailed, match="did not answer within"):
        await client.call("wait", {"seconds": 30}, None, seconds=0.5)
    assert made.lives
    assert await call(made, "variable", name="HOME") != "none"


async def test_a_program_that_says_nothing_any_more_is_ended(programs: Programs) -> None:
    made = await program(programs, PLAIN % "time.sleep(60)")
    with pytest.raises(McpFailed, match="did not answer within"):
        await McpClient(made)._request("tools/list", {}, seconds=1, most=2**20)
    assert not made.lives


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("print('x' * 9_000_000, flush=True); time.sleep(60)", "more than 4096 KiB in one message"),
        ("print('[' + '[],' * 30_000 + '1]', flush=True); time.sleep(60)", "objects and lists"),
        ("sys.exit(3)", "ended"),
        ("print('noise'); print(7); print('[]'); answer(asked, tools=7)", "lists no tools"),
    ],
)
async def test_hostile_output_is_bounded(programs: Programs, code: str, words: str) -> None:
    made = await program(programs, PLAIN % code)
    with pytest.raises(McpFailed, match=words):
        await McpClient(made).list_tools()


async def test_a_server_of_today_that_begins_slowly(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earthshine.connectors.program._DISCOVER_SECONDS", 0.3)
    made = await program(programs, f"import time; time.sleep(1)\n{REAL}")
    client = McpClient(made)
    assert len((await client.list_tools()).tools) == 7
    assert client.known is not None and client.known.stateless


async def test_a_server_that_answers_nothing_that_it_does_not_know(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.connectors.program._DISCOVER_SECONDS", 1)
    made = await program(programs, (PLAIN % "answer(asked, tools=[])").replace("silent = False", "silent = True"))
    assert (await McpClient(made).list_tools()).tools == []


async def test_what_it_asks_is_declined(programs: Programs) -> None:
    asks = (
        "print(json.dumps({'jsonrpc': '2.0', 'id': 'q', 'method': 'sampling/createMessage'}), flush=True)\n"
        "        told = json.loads(sys.stdin.readline())\n"
        "        answer(asked, tools=[{'name': told['error']['message'][:11], 'inputSchema': {}}])"
    )
    made = await program(programs, PLAIN % asks)
    assert (await McpClient(made).list_tools()).tools[0]["name"] == "This client"


async def test_a_hostile_list_is_cut(programs: Programs) -> None:
    many = "answer(asked, tools=[{'name': f't{n}', 'description': 'd' * 5000, 'inputSchema': {}} for n in range(500)])"
    made = await program(programs, PLAIN % many)
    tools = cleaned((await McpClient(made).list_tools()).tools)
    assert len(tools) == 128 and all(len(tool["description"]) == 1024 for tool in tools)


async def test_a_program_that_is_not_there(programs: Programs) -> None:
    made = await programs.get(row_of(["no-such-program"]), {})
    with pytest.raises((McpFailed, InvalidRequest), match=r"no-such-program|ended"):
        await McpClient(made).list_tools()


async def test_a_changed_connector_gets_a_new_program(programs: Programs) -> None:
    made = await program(programs, REAL)
    first = await call(made, "variable", name="KEY")
    changed = await program(programs, REAL, version=2, KEY="new")
    assert not made.lives
    assert (first, await call(changed, "variable", name="KEY")) == ("none", "new")


async def test_what_rests_is_ended(programs: Programs) -> None:
    made = await program(programs, REAL)
    await McpClient(made).list_tools()
    await programs.rest()
    assert made.lives
    made.used_at -= 3600
    await programs.rest()
    assert not made.lives and os.path.isdir(programs._folder)
