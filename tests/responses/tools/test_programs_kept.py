"""Programs under the operator's rules, and through `kill -9`: calls are asked about, and none is made twice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.responses.tools.test_file_search_kills import client_of as strict_client
from tests.responses.tools.test_file_search_kills import ended
from tests.responses.tools.test_mcp import tool
from tests.server_process import ServerProcess, start_server
from tests.tools.line_tools import FILE, PAUSE, install
from tests.tools.mcp.servers import Shop, serve

PROGRAMS: Any = {"type": "programmatic_tool_calling"}
KEEP: Any = {"type": "keep_line", "allowed_callers": ["programmatic"]}
FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
ASK = {"EARTHSHINE_TOOL_RULES": json.dumps([{"tool": "mcp", "touches": "outside", "decision": "ask"}])}


def client_of(server: ServerProcess) -> AsyncOpenAI:
    """A client that takes tools of other types than OpenAI's."""
    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=8)


def said(text: str) -> str:
    code = {"tool_call": {"name": "programmatic_tool_calling", "arguments": {"code": text}}}
    return f"Go.\n!script {json.dumps([code, {'text': 'Done.'}])}"


@pytest.mark.parametrize("yes", [True, False])
async def test_a_call_that_is_asked_about_stops_the_program_until_it_is_answered(tmp_path: Path, yes: bool) -> None:
    shop = Shop()
    server = await start_server(tmp_path / "data", *FLAGS, env=ASK)
    text = "p = shop__price(thing='lamp')\ntry: print(shop__sell(thing='lamp'))\nexcept ToolError as e: print('no:', e)"
    try:
        client = strict_client(server)
        with serve(shop.app()) as shop.url:
            tools: Any = [PROGRAMS, {**tool(shop), "allowed_callers": ["programmatic"]}]
            made: Any = await client.responses.create(model="scripted", input=said(text), tools=tools)
            kinds = [each.type for each in made.output]
            assert kinds == ["mcp_list_tools", "program", "mcp_call", "mcp_approval_request"]
            assert shop.sold == []
            await server.kill()
            server = await start_server(tmp_path / "data", *FLAGS, env=ASK)
            answer: Any = {"type": "mcp_approval_response", "approve": yes, "approval_request_id": made.output[3].id}
            last: Any = await strict_client(server).responses.create(
                model="scripted", input=[answer], previous_response_id=made.id, tools=tools
            )
            assert shop.sold == (["lamp"] if yes else [])
            assert [each.type for each in last.output] == [*["mcp_call"] * yes, "program_output", "message"]
            assert last.output[-2].result.startswith("no: The user refused") is not yes
    finally:
        await server.stop()


@pytest.mark.parametrize("kills", [1, 3])
async def test_no_kill_doubles_or_loses_what_a_program_called(tmp_path: Path, kills: int) -> None:
    install(tmp_path / "packages")
    lines = tmp_path / "lines"
    env = {FILE: str(lines), PAUSE: "0.3", "PYTHONPATH": f"{tmp_path / 'packages'}:{Path.cwd()}"}
    server = await start_server(tmp_path / "data", *FLAGS, env=env)
    text = "keep_line('first')\nkeep_line.map(['a', 'b'])\nfor n in range(4): print(keep_line(line=str(n)))"
    try:
        made = await client_of(server).responses.create(
            model="scripted", input=said(text), tools=[PROGRAMS, KEEP], background=True
        )
        for kill in range(kills):
            for _ in range(300):
                if lines.exists() and len(lines.read_text().splitlines()) > 2 * kill:
                    break
                await asyncio.sleep(0.05)
            await server.kill()
            server = await start_server(tmp_path / "data", *FLAGS, env=env)
        whole = await ended(client_of(server), made.id)
        assert whole.status == "completed"
        assert [each.type for each in whole.output].count("function_call") == 7
        assert whole.output[-2].result == "\n".join(f"Added: {n}" for n in range(4))
        # Two that are made side by side are done in any order.
        assert sorted(each.split(" ")[1] for each in lines.read_text().splitlines()) == [*sorted("0123ab"), "first"]
    finally:
        await server.stop()


async def test_a_program_that_was_cut_and_then_does_something_else_ends_honestly(tmp_path: Path) -> None:
    install(tmp_path / "packages")
    lines = tmp_path / "lines"
    env = {FILE: str(lines), PAUSE: "0.5", "PYTHONPATH": f"{tmp_path / 'packages'}:{Path.cwd()}"}
    server = await start_server(tmp_path / "data", *FLAGS, env=env)
    text = "import time\nfor n in range(3): keep_line(f'{n} {time.time()}')"
    try:
        made = await client_of(server).responses.create(
            model="scripted", input=said(text), tools=[PROGRAMS, KEEP], background=True
        )
        while not lines.exists() or len(lines.read_text().splitlines()) < 2:
            await asyncio.sleep(0.05)
        await server.kill()
        server = await start_server(tmp_path / "data", *FLAGS, env=env)
        whole = await ended(client_of(server), made.id)
        assert whole.status == "completed"
        assert "asked for something else: its call 1 was" in whole.output[-2].result
        assert [each.split(" ")[1] for each in lines.read_text().splitlines()] == ["0", "1"]
        assert whole.output[-1].content[0].text == "Done."
    finally:
        await server.stop()
