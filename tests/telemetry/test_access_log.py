"""A whole server with JSON logs: one line for each request, no secret and no prompt in any."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.server_process import KEY, start_server
from tests.telemetry.conftest import script

PROMPT = "zanzibar-prompt-words"
REPLY = "xylophone-reply-words"
UPSTREAM_KEY = "sk-upstream-0123456789abcdef"


@pytest.fixture(scope="module")
async def lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    """The log of a server that met all kinds of requests: the text, and its lines."""
    data = tmp_path_factory.mktemp("log")
    (data / "earthshine.toml").write_text(
        f'[upstreams.far]\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "{UPSTREAM_KEY}"\nmodels = {{ far = "far" }}\n'
    )
    server = await start_server(
        data, "--scripted", "--no-embedded-model", "--default-model", "scripted", "--log-format", "json"
    )
    headers = {"authorization": f"Bearer {KEY}"}
    said = script(text=REPLY, reasoning=PROMPT)
    chat = {"model": "scripted", "messages": [{"role": "user", "content": PROMPT}, {"role": "user", "content": said}]}
    bug = script(text=f"{REPLY} two", error_after=1, error="bug")
    async with aiohttp.ClientSession(headers=headers) as http:

        async def send(method: str, path: str, **more: Any) -> None:
            async with http.request(method, server.url + path, **more) as reply:
                await reply.read()

        named = {"x-request-id": "client-made-1"}
        await send("POST", "/v1/chat/completions", json=chat, headers=named)
        await send("POST", "/v1/chat/completions", json={**chat, "stream": True})
        await send("POST", "/v1/chat/completions", json={**chat, "surprise": PROMPT})
        await send("POST", "/v1/chat/completions", json={"model": "far", "messages": chat["messages"]})
        await send(
            "POST", "/v1/chat/completions", json={"model": "scripted", "messages": [{"role": "user", "content": bug}]}
        )
        await send("POST", "/v1/chat/completions", data=f'{{"model": "{PROMPT}'.encode())
        await send("POST", "/v1/responses", json={"model": "scripted", "input": said, "instructions": PROMPT})
        await send("POST", "/v1/responses", json={"model": "scripted", "input": bug, "stream": True})
        await send("POST", "/v1/embeddings", json={"model": "scripted", "input": PROMPT})
        await send("POST", "/v1/conversations", json={"items": [{"role": "user", "content": PROMPT}]})
        await send("GET", f"/v1/models/{PROMPT}")
        await send("GET", f"/v1/{PROMPT}?key={KEY}")
        await send("GET", "/v1/models", headers={"authorization": "Bearer sk-es-somebody-elses"})
        made = {"name": "logged"}
        async with http.post(f"{server.url}/v1/organization/projects/default/api_keys", json=made) as reply:
            created = (await reply.json()).get("value") or (await reply.json())["key"]
        await send("GET", "/v1/models", headers={"authorization": f"Bearer {created}"})
    assert await server.stop() == 0
    text = server.log.read_text()
    for secret in (KEY, UPSTREAM_KEY, created, "sk-es-somebody-elses", PROMPT, REPLY):
        assert secret not in text, f"{secret} is in the log:\n{text}"
    return text, [json.loads(line) for line in text.splitlines()]


def access(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["logger"] == "earthshine.access"]


async def test_every_line_is_json_and_holds_no_secret(lines: tuple[str, list[dict[str, Any]]]) -> None:
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines[1])


async def test_each_request_has_one_line(lines: tuple[str, list[dict[str, Any]]]) -> None:
    found = access(lines[1])
    assert len(found) == 15
    first = found[0]
    assert first["request_id"] == "client-made-1"
    assert (first["method"], first["route"], first["status"]) == ("POST", "/v1/chat/completions", 200)
    assert first["ms"] > 0
    assert first["address"] == "127.0.0.1"
    assert first["project"] == "default" and first["key_id"].startswith("key_")
    assert first["model"] == "scripted"
    assert first["tokens"]["input"] > 0 and first["tokens"]["output"] > 0
    by_route = {(line["route"], line["status"]): line for line in found}
    assert by_route["/v1/responses", 200]["tokens"]["output"] > 0
    assert by_route["/v1/models/{model}", 404]["project"] == "default"
    assert "key_id" not in by_route["none", 401]


async def test_a_broken_request_is_found_by_its_id(lines: tuple[str, list[dict[str, Any]]]) -> None:
    broken = next(line for line in access(lines[1]) if line["status"] == 500)
    told = [line for line in lines[1] if line.get("request_id") == broken["request_id"] and "error" in line]
    assert told and "RuntimeError" in told[0]["error"]
