"""`kill -9` of the server while a connector works: its program ends too, the call is not made again, sign-ins stay."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.connectors.oauth.guarded_shop import guarded_shop
from tests.connectors.oauth.test_sign_in import agree
from tests.connectors.test_programs import REAL
from tests.patience import PATIENCE
from tests.responses.tools.test_mcp_kills import client_of, until
from tests.sandboxes.conftest import processes_with
from tests.server_process import ServerProcess, start_server

Json = dict[str, Any]
HOME = "/earthshine/v1/connectors"


async def ask(server: ServerProcess, path: str, body: Json) -> Any:
    headers = {"authorization": f"Bearer {server.key}"}
    async with httpx.AsyncClient(timeout=60) as http:
        reply = await http.post(f"{server.url}{path}", json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def nobody_with(word: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while processes_with(word):
            await asyncio.sleep(0.1)


async def test_a_program_ends_with_its_server_and_its_call_is_told_as_unknown(tmp_path: Path) -> None:
    mark = f"mark-{uuid4().hex}"
    server = await start_server(tmp_path / "data", "--scripted")
    try:
        body = {"name": "notes", "command": ["python3", "-c", REAL, mark], "require_approval": "never"}
        kept = await ask(server, HOME, body)
        calls = [
            {"tool_call": {"name": "notes__note", "arguments": {"text": "Before."}}},
            {"tool_call": {"name": "notes__wait", "arguments": {"seconds": 600}}},
        ]
        offered: Any = [{"type": "mcp", "server_label": "notes", "connector_id": kept["id"]}]
        client = client_of(server)
        asked = f"!script {json.dumps([*calls, {'text': 'Done.'}])}"
        made = await client.responses.create(model="scripted", input=asked, background=True, tools=offered)
        await until(client, made.id, lambda now: len(now.output) > 2)
        await asyncio.sleep(0.5)
        assert processes_with(mark)
        await server.kill()
        await nobody_with(mark)
        server = await start_server(tmp_path / "data", "--scripted")
        now = await until(client_of(server), made.id, lambda now: now.output[-1].to_dict().get("error"))
        assert "Nobody knows" in now.output[-1].to_dict()["error"]["message"]
        # Its files are there, and it is started again.
        tried = await ask(server, f"{HOME}/{kept['id']}/try", {"name": "note", "arguments": {"text": "After."}})
        assert tried["text"] == "Before.\nAfter.\n"
    finally:
        await server.stop()
    await nobody_with(mark)


async def test_a_sign_in_outlives_a_kill_and_is_refreshed_after_it(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", "--scripted")
    with guarded_shop() as shop:
        try:
            kept = await ask(server, HOME, {"name": "shop", "url": shop.url, "require_approval": "never"})
            begun = await ask(server, f"{HOME}/{kept['id']}/sign_in", {})
            await server.kill()
            server = await start_server(tmp_path / "data", "--scripted")
            back = await asyncio.to_thread(agree, begun["authorization_url"])
            await ask(server, f"{HOME}/{kept['id']}/sign_in", {"callback_url": back})
            await server.kill()
            shop.provider.expire()
            server = await start_server(tmp_path / "data", "--scripted")
            calls = [{"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}}, {"text": "Sold."}]
            offered: Any = [{"type": "mcp", "server_label": "shop", "connector_id": kept["id"]}]
            asked = f"!script {json.dumps(calls)}"
            made = await client_of(server).responses.create(model="scripted", input=asked, tools=offered)
            assert made.output[1].to_dict()["output"] == "Sold lamp."
            assert (shop.sold, shop.provider.refreshed) == (["lamp"], 1)
        finally:
            await server.stop()
