"""MCP servers that are programs of a session's environment, and tokens that are renewed."""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openai import BadRequestError, OpenAI

from tests.agents.environments.making import hosted, inline
from tests.agents.talking import begin, script, until
from tests.tools.mcp.servers import TOKEN, Shop, serve

SERVER = b"""
import os, sys
from mcp.server.mcpserver import MCPServer
server = MCPServer("notes")

@server.tool()
def note(text: str) -> str:
    open("notes.txt", "a").write(text)
    return os.getcwd().rpartition("/")[2] + " " + os.environ["WORD"] + " " + open("notes.txt").read()

server.run("stdio")
"""


def test_a_program_runs_in_the_environment_with_its_files_and_variables(sdk: OpenAI) -> None:
    program: Any = {
        "type": "mcp",
        "server_label": "notes",
        "transport": {
            "type": "stdio",
            "command": "python3",
            "args": ["../server.py"],
            "cwd": "/workspace/folder",
            "env_vars": ["WORD"],
        },
    }
    environment = hosted(
        files=[inline("/workspace/server.py", SERVER), inline("/workspace/folder/notes.txt", b"before ")],
        env={"WORD": "word"},
    )
    said = script({"tool_call": {"name": "notes__note", "arguments": {"text": "after"}}}, {"text": "Noted."})
    agent: Any = {"model": "scripted", "tools": [program]}
    made = sdk.beta.agents.sessions.create(environment=environment, agent=agent, input=said)
    until(sdk, made, "idle")
    (call,) = [each for each in sdk.beta.agents.sessions.items.list(made.id) if each.type == "mcp_call"]
    assert (call.output, call.error) == ("folder word before after", None)
    shown = sdk.beta.agents.sessions.retrieve(made.id).agent.tools[0]
    assert shown.type == "mcp" and shown.transport.type == "stdio" and shown.connection_origin == "environment"
    with pytest.raises(BadRequestError) as refused:
        begin(sdk, "Hello.", tools=[program])
    assert refused.value.param == "agent.tools[0].transport"


class TokenEndpoint:
    """Gives a new token for each refresh token, once."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        form = dict(parse_qsl(body.decode()))
        self.asked.append(form)
        time.sleep(0.2)
        good = form.get("refresh_token") == "refresh-1"
        answer = (
            b'{"access_token": "%s", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-2"}'
            % TOKEN.encode()
            if good
            else b'{"error": "invalid_grant"}'
        )
        await send({"type": "http.response.start", "status": 200 if good else 400, "headers": []})
        await send({"type": "http.response.body", "body": answer})


def test_a_token_that_has_expired_is_renewed_once_for_many(sdk: OpenAI) -> None:
    shop, endpoint = Shop(), TokenEndpoint()
    with serve(shop.app(token=TOKEN)) as url, serve(endpoint) as token_url:
        vault = sdk.beta.agents.vaults.create()
        auth: Any = {
            "type": "mcp_oauth",
            "mcp_server_url": url,
            "access_token": "old",
            "expires_at": "2020-01-01T00:00:00Z",
            "refresh": {
                "token_endpoint": token_url,
                "client_id": "me",
                "refresh_token": "refresh-1",
                "token_endpoint_auth": {"type": "none"},
                "scope": "sell",
            },
        }
        credential = sdk.beta.agents.vaults.credentials.create(vault.id, name="shop", auth=auth)
        server: Any = {"type": "mcp", "server_label": "shop", "transport": {"type": "http", "server_url": url}}
        said = script({"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}}, {"text": "Sold."})
        made: list[Any] = []
        threads = [
            threading.Thread(target=lambda: made.append(begin(sdk, said, tools=[server], vault_ids=[vault.id])))
            for _ in range(3)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        for each in made:
            until(sdk, each, "idle")
        assert shop.sold == ["lamp"] * 3
        assert [each["refresh_token"] for each in endpoint.asked] == ["refresh-1"]
        assert endpoint.asked[0]["scope"] == "sell" and endpoint.asked[0]["client_id"] == "me"
        now = sdk.beta.agents.vaults.credentials.retrieve(credential.id, vault_id=vault.id)
        assert now.auth.type == "mcp_oauth" and now.auth.expires_at is not None and now.auth.expires_at > "2026"
        assert TOKEN not in now.to_json()

        broken = {**auth, "refresh": {**auth["refresh"], "refresh_token": "used"}}
        other = sdk.beta.agents.vaults.create()
        sdk.beta.agents.vaults.credentials.create(other.id, name="shop", auth=broken)
        failing = begin(sdk, said, tools=[server], vault_ids=[other.id])
        until(sdk, failing, "idle")
        (turn,) = sdk.beta.agents.sessions.turns.list(failing.id)
        assert turn.error is not None and "refresh token is not accepted" in turn.error.message
