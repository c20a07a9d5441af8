"""Deployments and their command: keys that never come back, addresses that are refused, changes without restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from earthshine.accounts.authorization.caller import Caller
from earthshine.cli import main
from earthshine.database import Database
from earthshine.errors import InvalidRequest, ModelBroken
from earthshine.routing.deployment import Deployment
from earthshine.routing.deployments.schemas import CreateDeployment, UpdateDeployment
from earthshine.routing.deployments.store import Deployments
from earthshine.routing.router import Router
from earthshine.sealing import key_file
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.routing import upstreams as up
from tests.routing.upstreams import upstreams

KEY = "sk-es-routing-0123456789"
SECRET = "sk-upstream-that-nobody-may-see"
CALLER = Caller("key", "default")


@asynccontextmanager
async def running_app(data: Path, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    asked = {"scripted": True, "embedded_model": False, "default_model": "scripted", "bootstrap_key": KEY, **more}
    app = create_app(Settings(data=data, **asked))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app),
            base_url="http://test",
            headers={"authorization": f"Bearer {KEY}"},
        ) as http,
    ):
        http.router = app.state.services.get(Router)
        yield http


@pytest.fixture(scope="module")
async def http(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[httpx2.AsyncClient]:
    async with running_app(tmp_path_factory.mktemp("deployments"), allow_private_upstreams=True) as client:
        yield client


async def make(http: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    reply = await http.post("/earthshine/v1/deployments", json=fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def chat(http: httpx2.AsyncClient, model: str, said: str = "hi") -> httpx2.Response:
    body = {"model": model, "messages": [{"role": "user", "content": said}]}
    return await http.post("/v1/chat/completions", json=body)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://api.moonshot.ai/v1", "moonshot.ai"),
        ("https://Models.Example.org:8443/v1", "models.example.org"),
        ("http://10.1.2.3:11434/v1", ""),
        ("http://[fd00::1]:8000/v1", ""),
        ("http://gpu-box:8000/v1", ""),
        ("http://gpu.internal./v1", ""),
        ("http://localhost:11434/v1", ""),
    ],
)
def test_a_server_is_called_by_its_public_name_only(address: str, name: str) -> None:
    assert Deployment(id="dep_1", model="m", kind="upstream", target="t", base_url=address).server == name


async def test_a_reply_says_in_names_where_it_was_written(http: httpx2.AsyncClient) -> None:
    async with upstreams("a") as (a,):
        made = await make(http, model="named", target="big", base_url=a.url, api_key=SECRET)
        reply = (await http.post("/v1/responses", json={"model": "named", "input": "hi"})).json()
        summary = (await http.get(f"/earthshine/v1/responses/{reply['id']}/journal")).json()["summary"]
        assert (summary["served_by"], summary["served_at"]) == (made["id"], {"server": "", "model": "big"})
        assert (await http.get("/earthshine/v1/responses")).json()["data"][0]["served_at"] == summary["served_at"]
        await http.delete(f"/earthshine/v1/deployments/{made['id']}")
        assert (await http.get("/earthshine/v1/responses")).json()["data"][0]["served_at"] is None


async def test_a_deployment_serves_at_once_and_ends_at_once(http: httpx2.AsyncClient) -> None:
    async with upstreams("a") as (a,):
        price = {"input": "0.15", "output": "0.6"}
        made = await make(http, model="new", target="big", base_url=a.url, api_key=SECRET, price=price)
        assert made["key_prefix"] == SECRET[:7]
        assert SECRET not in json.dumps(made)
        assert made["price"] == {"input": "0.15", "cached_input": "0.15", "output": "0.6", "per_hour": "0"}
        reply = await chat(http, "new")
        assert reply.json()["choices"][0]["message"]["content"] == "I am a"
        assert a.keys == [f"Bearer {SECRET}"]
        listed = (await http.get("/v1/models")).json()["data"]
        assert "new" in [model["id"] for model in listed]
        shown = (await http.get(f"/earthshine/v1/deployments/{made['id']}")).json()
        assert shown["state"]["calls"] == {"served": 1}
        assert shown["state"]["circuit"] == "closed"
        everything = await http.get("/earthshine/v1/deployments")
        assert {"scripted", made["id"]} <= {each["id"] for each in everything.json()["data"]}
        assert SECRET not in everything.text
        checked = (await http.post(f"/earthshine/v1/deployments/{made['id']}/check")).json()
        assert checked["ok"] is True
        gone = (await http.delete(f"/earthshine/v1/deployments/{made['id']}")).json()
        assert gone == {"id": made["id"], "object": "deployment.deleted", "deleted": True}
        assert (await chat(http, "new")).status_code == 404
        assert (await http.get(f"/earthshine/v1/deployments/{made['id']}")).status_code == 404


async def test_terms_change_while_it_serves(http: httpx2.AsyncClient) -> None:
    async with upstreams("a", "b") as (a, b):
        made = await make(http, model="two", base_url=a.url, api_key=SECRET, max_parallel=3)
        other = await make(http, model="two", base_url=b.url, priority=1)
        where = f"/earthshine/v1/deployments/{made['id']}"
        changed = (await http.post(where, json={"weight": 2, "max_parallel": None})).json()
        assert (changed["weight"], changed["max_parallel"]) == (2, 3), "null means: not given"
        changed = (await http.post(where, json={"remove": ["max_parallel"]})).json()
        assert changed["max_parallel"] is None
        await http.post(where, json={"enabled": False})
        assert (await chat(http, "two")).json()["choices"][0]["message"]["content"] == "I am b"
        assert (await http.get(where)).json()["state"] is None
        moved = (await http.post(where, json={"enabled": True, "base_url": b.url})).json()
        assert moved["key_prefix"] is None, "a key does not follow to an address that it was not given for"
        await chat(http, "two")
        assert SECRET not in "".join(b.keys)
        for deployment in (made, other):
            await http.delete(f"/earthshine/v1/deployments/{deployment['id']}")


async def test_a_model_here_under_another_name(http: httpx2.AsyncClient) -> None:
    made = await make(http, model="nickname", kind="local", target="scripted", max_parallel=2)
    reply = (await chat(http, "nickname", "hello")).json()
    assert reply["model"] == "nickname"
    assert reply["choices"][0]["message"]["content"] == "You said: hello"
    assert (await http.get(f"/earthshine/v1/deployments/{made['id']}")).json()["state"]["places"] == 2
    await http.delete(f"/earthshine/v1/deployments/{made['id']}")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": "x"}, None),
        ({"model": "default", "base_url": "http://example.com/v1"}, "model"),
        ({"model": "x", "base_url": "ftp://example.com"}, "base_url"),
        ({"model": "x", "base_url": "http://user:pw@example.com/v1"}, "base_url"),
        ({"model": "x", "base_url": "http://example.com/v1?x=1"}, "base_url"),
        ({"model": "x", "base_url": "http://example.com/v1", "weight": 0}, "weight"),
        ({"model": "x", "base_url": "http://example.com/v1", "weight": "1"}, "weight"),
        ({"model": "x", "base_url": "http://example.com/v1", "priority": 10**30}, "priority"),
        ({"model": "x", "base_url": "http://example.com/v1", "price": {"input": "cheap"}}, "price.input"),
        ({"model": "x", "base_url": "http://example.com/v1", "price": {"input": 1.5}}, "price.input"),
        ({"model": "x", "base_url": "http://example.com/v1", "colour": "red"}, "colour"),
        ({"model": "x", "base_url": "http://example.com/v1", "abilities": ["fly"]}, "abilities[0]"),
        ({"model": "x", "kind": "local", "base_url": "http://example.com/v1"}, None),
        ({"model": "x", "kind": "local", "target": "nothing"}, "model"),
        ({"model": "", "base_url": "http://example.com/v1"}, "model"),
    ],
)
async def test_what_cannot_be_is_named(http: httpx2.AsyncClient, fields: dict[str, Any], param: str | None) -> None:
    reply = await http.post("/earthshine/v1/deployments", json=fields)
    assert reply.status_code in (400, 404), reply.text
    if param is not None:
        assert reply.json()["error"]["param"] == param


async def test_what_is_made_elsewhere_is_changed_there(http: httpx2.AsyncClient) -> None:
    for method in ("POST", "DELETE"):
        reply = await http.request(
            method, "/earthshine/v1/deployments/scripted", json={"weight": 2} if method == "POST" else None
        )
        assert reply.status_code == 409, reply.text
    assert (await http.post("/earthshine/v1/deployments/nothing", json={})).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/v1",
        "http://localhost/v1",
        "http://[::1]/v1",
        "http://169.254.169.254/latest",
        "http://10.1.2.3/v1",
    ],
)
async def test_private_addresses_are_the_operators_to_allow(tmp_path: Path, url: str) -> None:
    async with running_app(tmp_path, host="0.0.0.0") as http:
        reply = await http.post("/earthshine/v1/deployments", json={"model": "x", "base_url": url})
        assert reply.status_code == 400
        assert "allow_private_upstreams" in reply.json()["error"]["message"]


async def test_a_key_is_nowhere_on_the_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with upstreams("a") as (a,), running_app(tmp_path, allow_private_upstreams=True) as http:
        a.answer = up.status(401, "this key is unknown")
        made = await make(http, model="x", base_url=a.url, api_key=SECRET)
        reply = await chat(http, "x")
        assert reply.status_code == 502
        assert SECRET not in reply.text
        await http.post(f"/earthshine/v1/deployments/{made['id']}", json={"api_key": SECRET + "-2"})
        assert a.keys
        audited = {one["event"] for one in (await http.get("/v1/organization/audit_logs")).json()["data"]}
        assert audited >= {"deployment.created", "deployment.updated"}
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes(), file
    assert SECRET not in caplog.text
    assert key_file(Settings(data=tmp_path)).stat().st_mode & 0o777 == 0o600


async def test_secret_keys_rotate(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, host="0.0.0.0")
    database = await Database.open(settings.database)
    try:
        store = Deployments(database, settings)
        made = await store.add(CALLER, CreateDeployment(model="x", base_url="https://example.com/v1", api_key=SECRET))
        running = Deployments(database, settings)
        assert [each.api_key for each in await running.load()] == [SECRET]
        before = key_file(settings).read_text()
        assert (await store.rekey(CALLER)).renewed == 1
        after = key_file(settings).read_text()
        assert len(after.split()) == 1
        assert before != after
        assert [each.api_key for each in await running.load()] == [SECRET], "a running server follows"
        other = Deployments(database, settings.model_copy(update={"secret_key": before.strip()}))
        (locked,) = await other.load()
        assert (locked.api_key, bool(locked.fault)) == ("", True)
        with pytest.raises(ModelBroken):
            await other.rekey(CALLER)
        await other.change(CALLER, made.id, UpdateDeployment(api_key="sk-new"))
        assert [each.api_key for each in await other.load()] == ["sk-new"]
        with pytest.raises(InvalidRequest):
            await store.add(CALLER, CreateDeployment(model="x", base_url="http://192.168.0.1/v1"))
    finally:
        await database.close()


async def test_the_command_and_a_running_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("earthshine.routing.router.LOOK_AGAIN", 0.05)

    async def run(*arguments: str, text: str | None = None) -> Any:
        def call() -> Any:
            return CliRunner().invoke(main, ["deployments", "--data", str(tmp_path), *arguments], input=text)

        return await asyncio.to_thread(call)

    async with upstreams("a") as (a,), running_app(tmp_path, allow_private_upstreams=True) as http:
        added = await run("add", "byhand", "--base-url", a.url, "--target", "big", "--api-key-file", "-", text=SECRET)
        assert added.exit_code == 0, added.output
        name = added.stdout.strip()
        listed = await run("list")
        assert name in listed.stdout
        assert SECRET not in listed.stdout
        for _ in range(100):
            if (reply := await chat(http, "byhand")).status_code == 200:
                break
            await asyncio.sleep(0.05)
        assert reply.json()["choices"][0]["message"]["content"] == "I am a"
        assert a.keys[-1] == f"Bearer {SECRET}"
        monkeypatch.setenv("EARTHSHINE_ALLOW_PRIVATE_UPSTREAMS", "true")
        assert "answers" in (await run("check", name)).stdout
        a.models = up.status(401)
        failed = await run("check")
        assert failed.exit_code == 1
        assert "refused the key" in failed.stdout
        assert (await run("rekey")).exit_code == 0
        assert (await run("remove", name)).exit_code == 0
        assert (await run("remove", name)).exit_code == 1
        assert (await run("add", "x")).exit_code == 1
        assert isinstance(http.router, Router)
