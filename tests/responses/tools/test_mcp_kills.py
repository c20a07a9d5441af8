"""`kill -9` while a server of the Model Context Protocol works on a call: it is not called again, and that is said."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
from openai import AsyncOpenAI

from tests.responses.tools.test_mcp import call, tool
from tests.server_process import ServerProcess, start_server
from tests.tools.mcp.servers import TOKEN, Shop, serve

Json = dict[str, Any]


def client_of(server: ServerProcess) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=8, _strict_response_validation=True)


async def until(client: AsyncOpenAI, response_id: str, wanted: Any) -> Any:
    async with asyncio.timeout(60):
        while not wanted(made := await client.responses.retrieve(response_id)):
            await asyncio.sleep(0.1)
    return made


async def begun(client: AsyncOpenAI, shop: Shop, asked: Any, **more: Any) -> Any:
    """Begin a response, and wait for its call to reach the shop."""
    before = len(shop.sold)
    made = await client.responses.create(model="scripted", input=asked, background=True, **more)
    async with asyncio.timeout(60):
        while len(shop.sold) == before:
            await asyncio.sleep(0.05)
    return made


async def settled(server: ServerProcess, response_id: str, call_id: str, body: Json) -> None:
    path = f"{server.url}/earthshine/v1/responses/{response_id}/calls/{call_id}"
    async with httpx.AsyncClient() as http:
        told = await http.post(path, json=body, headers={"authorization": f"Bearer {server.key}"})
    assert told.status_code == 200, told.text


async def test_a_call_that_was_cut_is_told_as_unknown_and_not_made_again(tmp_path: Path) -> None:
    shop = Shop()
    server = await start_server(tmp_path / "data", "--scripted")
    with serve(shop.app(token=TOKEN)) as shop.url:
        try:
            client = client_of(server)
            replies = [call("slow", seconds=600), call("price", thing="lamp"), {"text": "Done."}]
            shops = [tool(shop, authorization=TOKEN)]
            made = await begun(client, shop, f"!script {json.dumps(replies)}", tools=shops)
            await server.kill()
            server = await start_server(tmp_path / "data", "--scripted")
            client = client_of(server)
            now = await until(client, made.id, lambda now: now.output[-1].to_dict().get("error"))
            cut = now.output[-1].to_dict()
            assert (now.status, cut["type"], cut["status"]) == ("in_progress", "mcp_call", "incomplete")
            assert "Nobody knows" in cut["error"]["message"]
            await settled(server, made.id, cut["call_id"], {"outcome": "done", "output": "Sold a snail."})
            ended = await until(client, made.id, lambda now: now.status == "completed")
            listed, sold, price, message = ended.output
            assert (sold.id, sold.status, sold.output, sold.error) == (cut["id"], "completed", "Sold a snail.", None)
            # The token outlived the crash, for the call that came after it.
            assert (price.output, message.content[0].text) == ("lamp costs 7 dinars.", "Done.")
            assert shop.sold == ["snail"]
            events = [event async for event in await client.responses.retrieve(made.id, stream=True)]
            assert [event.sequence_number for event in events] == list(range(len(events)))
            assert listed.type == "mcp_list_tools"
        finally:
            await server.stop()


async def test_an_approval_outlives_a_crash_and_its_call_is_made_once(tmp_path: Path) -> None:
    shop = Shop()
    server = await start_server(tmp_path / "data", "--scripted")
    with serve(shop.app()) as shop.url:
        try:
            client = client_of(server)
            asking = [tool(shop, require_approval="always")]
            said = f"!script {json.dumps([call('slow', seconds=600), {'text': 'Done.'}])}"
            made = await client.responses.create(model="scripted", input=said, tools=asking)
            await server.kill()
            server = await start_server(tmp_path / "data", "--scripted")
            client = client_of(server)
            yes = {"type": "mcp_approval_response", "approval_request_id": made.output[-1].id, "approve": True}
            then = await begun(client, shop, [yes], previous_response_id=made.id, tools=asking)
            await server.kill()
            server = await start_server(tmp_path / "data", "--scripted")
            client = client_of(server)
            now = await until(client, then.id, lambda now: now.output and now.output[-1].to_dict().get("error"))
            assert [each.type for each in now.output] == ["mcp_call"]
            await settled(server, then.id, now.output[0].to_dict()["call_id"], {"outcome": "failed", "output": "No."})
            ended = await until(client, then.id, lambda now: now.status == "completed")
            assert [each.type for each in ended.output] == ["mcp_call", "message"]
            assert (ended.output[0].status, ended.output[0].error.message) == ("failed", "No.")
            assert shop.sold == ["snail"]
        finally:
            await server.stop()
