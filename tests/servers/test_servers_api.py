"""`/earthshine/v1/servers`: from an address and a key to models that answer, in three requests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from earthshine.accounts.tables import audit_logs
from earthshine.database import Database
from earthshine.routing.deployments.tables import deployment_keys
from earthshine.servers import listing
from tests.routing.test_deployments_api import chat, running_app
from tests.servers import programs
from tests.servers.programs import Handler, answering, program, reply_with

KEY = "sk-of-a-vendor-0123456789"


@pytest.fixture(scope="module")
async def http(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[httpx2.AsyncClient]:
    async with running_app(tmp_path_factory.mktemp("servers")) as client:
        yield client


async def discover(http: httpx2.AsyncClient, address: str, key: str = "") -> dict[str, Any]:
    reply = await http.post("/earthshine/v1/servers/models", json={"base_url": address, "api_key": key})
    assert reply.status_code == 200, reply.text
    return reply.json()


async def refusal(http: httpx2.AsyncClient, address: str, key: str = "") -> tuple[str, str]:
    reply = await http.post("/earthshine/v1/servers/models", json={"base_url": address, "api_key": key})
    assert reply.status_code in (400, 502), reply.text
    error = reply.json()["error"]
    assert KEY not in reply.text
    return error["code"], error["message"]


def able(server: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["target"]: {a["ability"]: a["sure"] for a in each["abilities"]} for each in server["models"]}


def contexts(server: dict[str, Any]) -> dict[str, tuple[int | None, str]]:
    return {each["target"]: (each["context_length"], each["context_sure"]) for each in server["models"]}


async def test_ollama(http: httpx2.AsyncClient) -> None:
    async with program(programs.OLLAMA) as at:
        server = await discover(http, at.removeprefix("http://"))
    assert (server["base_url"], server["vendor"]) == (f"{at}/v1", "ollama")
    assert contexts(server) == {
        "qwen3:8b": (16384, "told"),
        "gemma3:4b": (4096, "guessed"),
        "llama3.2:latest": (32768, "told"),
        "nomic-embed-text:latest": (2048, "guessed"),
    }
    found = able(server)
    assert found["gemma3:4b"]["vision"] == "told"
    assert "tools" not in found["gemma3:4b"]
    assert "vision" not in found["qwen3:8b"]
    assert found["nomic-embed-text:latest"] == {"embedding": "told"}
    assert [each["suggested_name"] for each in server["models"]][2:] == ["llama3.2", "nomic-embed-text"]


async def test_vllm(http: httpx2.AsyncClient) -> None:
    async with program(programs.VLLM, key=KEY) as at:
        server = await discover(http, f"{at}/v1/", KEY)
    assert (server["vendor"], server["continues"]) == ("vllm", "vllm")
    assert contexts(server) == {"Qwen/Qwen3-32B": (32768, "told")}
    assert able(server)["Qwen/Qwen3-32B"]["logprobs"] == "guessed"


async def test_lm_studio(http: httpx2.AsyncClient) -> None:
    async with program(programs.LM_STUDIO) as at:
        server = await discover(http, at)
    assert contexts(server)["qwen2.5-vl-7b"] == (8192, "told")
    assert contexts(server)["phi-4"] == (16384, "guessed")
    assert able(server)["qwen2.5-vl-7b"]["vision"] == "told"
    assert able(server)["phi-4"]["tools"] == "told"
    assert able(server)["text-embedding-nomic"] == {"embedding": "told"}


async def test_llama_cpp(http: httpx2.AsyncClient) -> None:
    async with program(programs.LLAMA_CPP) as at:
        server = await discover(http, at)
    assert server["vendor"] == "llamacpp"
    assert contexts(server) == {"gemma-3-4b-it.gguf": (4096, "told")}
    assert able(server)["gemma-3-4b-it.gguf"]["vision"] == "told"


async def test_vendors_with_fields_of_their_own(http: httpx2.AsyncClient) -> None:
    async with program(programs.OPEN_ROUTER) as at:
        server = await discover(http, at)
        assert able(server)["maker/large"] == dict.fromkeys(["chat", "vision", "tools", "json_schema"], "told")
        assert server["models"][0]["price"] == {"input": "3", "cached_input": "0.3", "output": "15"}
        assert able(server)["maker/painter"] == {}
    async with program(programs.MISTRAL) as at:
        server = await discover(http, at)
        assert able(server)["pixtral-12b"]["vision"] == "told"
        assert contexts(server)["pixtral-12b"] == (131072, "told")
        assert able(server)["mistral-embed"] == {"embedding": "guessed"}
    async with program(programs.TOGETHER) as at:
        server = await discover(http, at)
        assert contexts(server)["x/y"] == (8192, "told")
        assert able(server)["flux"] == {}


async def test_a_list_without_extras_is_enough(http: httpx2.AsyncClient) -> None:
    routes = answering([{"id": "m", "owned_by": "library"}]) | {"/api/ps": reply_with([1], 500)}
    async with program(routes) as at:
        assert contexts(await discover(http, at))["m"] == (None, "unknown")
    async with program({"/models": reply_with({"data": [{"id": "at-root"}, 5, None]})}) as at:
        server = await discover(http, f"{at}/v1")
        assert (server["base_url"], list(able(server))) == (at, ["at-root"])
    async with program({"*": reply_with({"error": "no such path"}, 404)}) as at:
        server = await discover(http, at)
        assert (server["listed"], server["models"], server["base_url"]) == (False, [], f"{at}/v1")
    async with program(answering([{"id": f"m{n}"} for n in range(1200)])) as at:
        server = await discover(http, at)
        assert (len(server["models"]), server["left_out"]) == (1000, 200)


@pytest.mark.parametrize(
    ("handler", "code", "word"),
    [
        (programs.web_page, "upstream_not_openai", "not as an OpenAI-compatible server"),
        (reply_with({"hello": "world"}), "upstream_not_openai", "port"),
        (programs.redirect, "upstream_redirects", "https://elsewhere.example/v1/models"),
        (programs.huge, "upstream_failed", "8 MiB"),
        (programs.many_values, "upstream_failed", "values"),
        (reply_with({"error": {"message": "out of order"}}, 500), "upstream_failed", "out of order"),
    ],
)
async def test_what_stands_there_instead_is_told(
    http: httpx2.AsyncClient, handler: Handler, code: str, word: str
) -> None:
    async with program({"*": handler}) as at:
        found, message = await refusal(http, at, KEY)
    assert (found, word in message) == (code, True), message


async def test_keys_that_are_wanted_or_wrong(http: httpx2.AsyncClient) -> None:
    async with program(programs.VLLM, key=KEY) as at:
        assert (await refusal(http, at))[0] == "upstream_key_wanted"
        assert (await refusal(http, at, "sk-other"))[0] == "upstream_key_refused"


async def test_nothing_listens_or_nothing_is_said(http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "refuses the connection" in (await refusal(http, "http://127.0.0.1:9"))[1]
    monkeypatch.setattr(listing, "SECONDS", 0.5)
    async with program({"*": programs.hang}) as at:
        assert (await refusal(http, at))[0] == "upstream_slow"


async def test_a_model_is_tried_before_anything_is_stored(http: httpx2.AsyncClient) -> None:
    async with program(programs.VLLM, key=KEY) as at:
        body: dict[str, Any] = {"base_url": f"{at}/v1", "api_key": KEY, "target": "m"}
        reply = await http.post("/earthshine/v1/servers/test", json=body | {"probes": ["chat", "tools", "vision"]})
        test = reply.json()
        assert test["ok"], test
        assert [each["said"] for each in test["results"]] == ["Hello!", "report_sum", "Red."]
        vectors = (await http.post("/earthshine/v1/servers/test", json=body | {"probes": ["embedding"]})).json()
        assert (vectors["ok"], vectors["results"][0]["said"]) == (True, "2")
        wrong = (await http.post("/earthshine/v1/servers/test", json=body | {"api_key": "sk-wrong"})).json()
        assert (wrong["ok"], wrong["results"][0]["error"]["code"]) == (False, "upstream_key_refused")
    stored = (await http.get("/earthshine/v1/deployments")).json()["data"]
    assert not [each for each in stored if each["base_url"] == f"{at}/v1"]


async def test_several_models_are_saved_with_one_sealed_key(tmp_path: Path) -> None:
    async with running_app(tmp_path) as http, program(programs.VLLM, key=KEY) as at:
        model = {"abilities": ["chat", "vision"], "context_length": 4096}
        body = {
            "base_url": f"{at}/v1",
            "api_key": KEY,
            "models": [model | {"model": name, "target": name} for name in ("a", "b", "c")],
        }
        made = (await http.post("/earthshine/v1/servers", json=body)).json()["data"]
        assert [each["model"] for each in made] == ["a", "b", "c"]
        assert [each["state"]["asked"] for each in made] == [False] * 3
        assert (await chat(http, "b")).json()["choices"][0]["message"]["content"] == "Hello!"
        listed = (await http.get("/earthshine/v1/deployments")).json()["data"]
        assert {each["model"]: each["state"]["asked"] for each in listed if each["model"] in "abc"} == {
            "a": False,
            "b": True,
            "c": False,
        }
        models = {each["id"]: each["earthshine"] for each in (await http.get("/v1/models")).json()["data"]}
        assert ("vision" in models["a"]["abilities"], models["a"]["context_length"]) == (True, 4096)
        # What is too long for the context that was found out is left out, though no upstream counts tokens.
        long = [{"role": "user", "content": "word " * 9000}, {"role": "user", "content": "hello"}]
        cut = await http.post("/v1/responses", json={"model": "b", "input": long, "truncation": "auto"})
        assert (cut.status_code, cut.json().get("status")) == (200, "completed"), cut.text
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'earthshine.db'}")
        try:
            async with database.read() as connection:
                keys = (await connection.execute(select(deployment_keys))).all()
                assert len(keys) == 1
                assert KEY not in keys[0].secret
                # A new key for one of them is for all of them; what is taken away leaves those that are there.
                await http.post(f"/earthshine/v1/deployments/{made[0]['id']}", json={"api_key": "sk-wrong-from-now-on"})
                assert (await chat(http, "b")).status_code == 502
                await http.post(f"/earthshine/v1/deployments/{made[2]['id']}", json={"api_key": KEY})
                await http.delete(f"/earthshine/v1/deployments/{made[0]['id']}")
                checked = await http.post(f"/earthshine/v1/deployments/{made[1]['id']}/check")
                assert checked.json()["error"] == "The upstream answers, but it lists no model 'b'."
                for each in made[1:]:
                    await http.delete(f"/earthshine/v1/deployments/{each['id']}")
            async with database.read() as connection:
                assert not (await connection.execute(select(deployment_keys))).all()
        finally:
            await database.close()


async def test_all_or_none_is_saved(http: httpx2.AsyncClient) -> None:
    model = {"abilities": ["chat"], "target": "m"}

    async def save(*models: dict[str, Any]) -> httpx2.Response:
        return await http.post(
            "/earthshine/v1/servers", json={"base_url": "https://x.example/v1", "models": list(models)}
        )

    price = {"price": {"input": "free"}}
    assert (await save(model | {"model": "one"}, model | {"model": "two"} | price)).status_code == 400
    twice = await save(model | {"model": "one"}, model | {"model": "one"})
    assert (twice.status_code, "'one'" in twice.json()["error"]["message"]) == (400, True)
    alias = await save(model | {"model": "one"}, model | {"model": "default"})
    assert (alias.status_code, alias.json()["error"]["param"]) == (400, "models[1].model")
    assert (await save()).status_code == 400
    assert (await save(model | {"model": "one", "abilities": []})).status_code == 400
    names = {each["model"] for each in (await http.get("/earthshine/v1/deployments")).json()["data"]}
    assert not {"one", "two"} & names


async def test_what_is_served_already_is_said(tmp_path: Path) -> None:
    async with running_app(tmp_path) as http, program(programs.OLLAMA) as at:
        model = {"model": "mine", "target": "qwen3:8b", "abilities": ["chat"]}
        await http.post("/earthshine/v1/servers", json={"base_url": f"{at}/v1", "models": [model]})
        found = {each["target"]: each["served_as"] for each in (await discover(http, at))["models"]}
        assert (found["qwen3:8b"], found["gemma3:4b"]) == ("mine", None)


async def test_private_addresses_are_switched_without_a_restart(tmp_path: Path) -> None:
    async with running_app(tmp_path, host="0.0.0.0") as http, program(programs.VLLM) as at:
        assert (await http.get("/earthshine/v1/servers/private_addresses")).json()["allowed"] is False
        code, message = await refusal(http, at)
        assert (code, "console" in message) == ("upstream_address", True)
        test = await http.post("/earthshine/v1/servers/test", json={"base_url": f"{at}/v1", "target": "m"})
        assert test.json()["error"]["code"] == "upstream_address"
        save = {"base_url": f"{at}/v1", "models": [{"model": "m", "target": "m", "abilities": ["chat"]}]}
        assert (await http.post("/earthshine/v1/servers", json=save)).status_code == 400

        on = (await http.post("/earthshine/v1/servers/private_addresses", json={"allowed": True})).json()
        assert (on["allowed"], on["origin"]) == (True, "console")
        assert (await http.post("/earthshine/v1/servers", json=save)).status_code == 200
        assert (await chat(http, "m")).status_code == 200
        # Off again, nothing is sent there any more, also by what was made meanwhile.
        await http.post("/earthshine/v1/servers/private_addresses", json={"allowed": False})
        assert (await chat(http, "m")).status_code >= 400
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'earthshine.db'}")
        try:
            async with database.read() as connection:
                rows = await connection.execute(
                    select(audit_logs.c.details).where(audit_logs.c.type == "setting.updated")
                )
                assert [row.details["changes_requested"]["value"] for row in rows] == [True, False]
        finally:
            await database.close()


@pytest.mark.parametrize(
    ("more", "allowed", "origin"),
    [
        ({}, True, "default"),
        ({"host": "0.0.0.0"}, False, "default"),
        ({"public_url": "https://ai.example.org"}, False, "default"),
        ({"allow_private_upstreams": False}, False, "settings"),
        ({"host": "::", "allow_private_upstreams": True}, True, "settings"),
    ],
)
async def test_the_settings_go_first_and_a_local_installation_may(
    tmp_path: Path, more: dict[str, Any], allowed: bool, origin: str
) -> None:
    async with running_app(tmp_path, **more) as http:
        private = (await http.get("/earthshine/v1/servers/private_addresses")).json()
        assert (private["allowed"], private["origin"]) == (allowed, origin)
        switched = await http.post("/earthshine/v1/servers/private_addresses", json={"allowed": not allowed})
        assert switched.status_code == (409 if origin == "settings" else 200)


async def test_vendors_are_known_beforehand(http: httpx2.AsyncClient) -> None:
    found = {each["id"]: each for each in (await http.get("/earthshine/v1/servers/vendors")).json()["data"]}
    assert (found["ollama"]["key"], found["ollama"]["local"]) == (False, True)
    assert found["moonshot"]["base_url"] == "https://api.moonshot.ai/v1"
