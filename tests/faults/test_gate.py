"""Closed by default: only health, readiness, sign-in and the website need no key, and a key is all or nothing."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from earthshine.accounts.authorization.route_table import PREFIX, RouteTable
from earthshine.gate import OPEN
from earthshine.server import create_app
from earthshine.settings import Settings
from earthshine.web.routes import PAGES, WEBSITE
from tests.server_process import ServerProcess

PLACES = {"/health", "/openapi.json"}

SIGN_IN = {
    "POST /earthshine/v1/sessions",
    "POST /earthshine/v1/sessions/invite",
    "GET /earthshine/v1/sessions/oidc/start",
    "GET /earthshine/v1/sessions/oidc/callback",
    "GET /earthshine/v1/connectors/callback",
}
"""Where people come in, or come back to; they have no key yet."""

CLIENT = "GET /earthshine/v1/connectors/client.json"
"""What authorization servers of connectors read about this installation: nothing that is anybody's."""

SETUP = "GET /earthshine/v1/setup"
"""What a browser asks before anybody has signed in."""

LINKS = {
    *("GET /earthshine/v1/shares/{token}", "GET /earthshine/v1/shares/{token}/pictures/{place}"),
    "GET /earthshine/v1/agents/shared/{agent_share_token}",
    "GET /earthshine/v1/agents/shared/{agent_share_token}/replay",
}
"""The link is what lets its holder in."""


TABLE: RouteTable = create_app(Settings(data=Path("unused"))).state.services.get(RouteTable)

ROUTES = [(entry.method, entry.path) for entry in TABLE.entries]
"""Every method and path that the application has."""


@pytest.fixture(scope="module")
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def test_the_walk_finds_every_operation_of_the_openapi_document() -> None:
    app = create_app(Settings(data=Path("unused")))
    documented = {(verb.upper(), path) for path, verbs in app.openapi()["paths"].items() for verb in verbs}
    bare = {(method, path.replace(":path", "")) for method, path in ROUTES}
    assert documented <= bare
    assert len(documented) >= 26
    assert {path for _, path in ROUTES} >= PLACES


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda value: str(value))
async def test_no_key_no_answer(
    method: str, path: str, scripted_server: ServerProcess, http: aiohttp.ClientSession
) -> None:
    url = scripted_server.url + path.replace("{", "").replace("}", "")
    if method == "WEBSOCKET":
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await http.ws_connect(url)
        assert caught.value.status in (401, 403)
        return
    async with http.request(method, url) as reply:
        if path in OPEN or f"GET {path}" in (SETUP, CLIENT):
            assert reply.status == 200
            return
        if f"{method} {path}" in SIGN_IN:
            # Without a body, or a provider: but not for want of a key.
            assert reply.status in (400, 404)
            return
        if f"{method} {path}" in LINKS:
            # It leads nowhere; with one that does, see the tests of links.
            assert reply.status == 404
            return
        if path in WEBSITE:
            # 503: the web app is not built here.
            assert reply.status in ((200, 503) if path in PAGES else (200, 404))
            return
        assert reply.status == 401
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.headers["x-request-id"].startswith("req_")
        if method != "HEAD":
            check_refusal(await reply.json(), path)


def test_only_health_readiness_sign_in_links_and_the_website_are_open() -> None:
    assert sorted(OPEN) == ["/health", "/ready"]
    found = {f"{entry.method} {entry.path}" for entry in TABLE.entries if entry.need == "open"}
    files = {f"{method} {path}" for path in WEBSITE for method in ("GET", "HEAD")}
    assert found == SIGN_IN | LINKS | {SETUP, CLIENT} | {f"GET {path}" for path in OPEN} | files


def test_the_website_is_not_in_the_api() -> None:
    assert not [path for path in WEBSITE if path.startswith(("/v1", "/{", "/anthropic", "/api", "/earthshine"))]


def check_refusal(body: dict[str, Any], path: str = "") -> None:
    error = body["error"]
    if path.startswith("/anthropic/"):
        assert (body["type"], error["type"]) == ("error", "authentication_error")
        assert "Authorization: Bearer" in error["message"]
        return
    assert set(body) == {"error"}
    if path.startswith("/api/"):
        assert "Authorization: Bearer" in error, "Ollama's errors are words alone"
        return
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["code"], error["param"]) == ("authentication_error", "invalid_api_key", None)
    assert "Authorization: Bearer" in error["message"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer sk-es-test-administrato",
        "Bearer sk-es-test-administrator2",
        "Bearer SK-ES-TEST-ADMINISTRATOR",
        "Bearer sk-es-test-administrator extra",
        "Basic c2stZXMtdGVzdC1hZG1pbmlzdHJhdG9y",
        "Token sk-es-test-administrator",
        "sk-es-test-administrator",
        "Bearer  \t ",
        "Bearer قمر",
        "Bearer " + "x" * 30_000,
        "Bearer ' OR 1=1 --",
    ],
)
async def test_wrong_keys(value: str, scripted_server: ServerProcess, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{scripted_server.url}/v1/models", headers={"Authorization": value}) as reply:
        assert reply.status == 401
        check_refusal(await reply.json())


@pytest.mark.parametrize("value", [b"Bearer \xff\xfe\x80", b"Bearer \xed\xa0\x80", b"\xc3"])
def test_keys_with_odd_bytes(value: bytes, scripted_server: ServerProcess) -> None:
    host, port = scripted_server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: " + value + b"\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 401"), answer[:100]


@pytest.mark.parametrize("value", ["Bearer {key}", "bearer {key}", "BEARER   {key}  "])
async def test_right_keys(value: str, scripted_server: ServerProcess, http: aiohttp.ClientSession) -> None:
    headers = {"Authorization": value.format(key=scripted_server.key)}
    async with http.get(f"{scripted_server.url}/v1/models", headers=headers) as reply:
        assert reply.status == 200


async def test_unknown_places_do_not_show_that_they_are_unknown(
    scripted_server: ServerProcess, http: aiohttp.ClientSession
) -> None:
    for path in ("/nothing", "/v1/nothing", "/docs", "/redoc", "/health/", "/health/x", "//health", "/HEALTH"):
        async with http.get(scripted_server.url + path, allow_redirects=False) as reply:
            assert reply.status == 401, path


def test_the_key_is_in_no_file(scripted_server: ServerProcess) -> None:
    """It is stored as a hash, and never logged."""
    for file in scripted_server.data.rglob("*"):
        if file.is_file() and file.name != "administrator.key":
            assert scripted_server.key.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("path", ["/v1/responses/a%00b", "/v1/organization/users/%00", "/v1/conversations?after=a%00"])
async def test_no_name_contains_nul(path: str, scripted_server: ServerProcess, http: aiohttp.ClientSession) -> None:
    url = URL(scripted_server.url + path, encoded=True)
    async with http.get(url, headers={"Authorization": f"Bearer {scripted_server.key}"}) as reply:
        assert (reply.status, (await reply.json())["error"]["type"]) == (400, "invalid_request_error")


OURS = [(method, path) for method, path in ROUTES if path.startswith(PREFIX)]


def test_what_openai_does_not_have_is_under_a_prefix_of_its_own() -> None:
    first = {path.split("/")[2] for _, path in ROUTES if path.startswith("/v1/")}
    assert first == {
        *(
            "chat",
            "completions",
            "conversations",
            "decisions",
            "embeddings",
            "files",
            "models",
            "moderations",
            "organization",
        ),
        *("projects", "responses", "skills", "uploads", "vector_stores", "containers", "agents", "vaults"),
        *("webhook_endpoints", "webhook_event_types", "batches", "moderations", "rerank"),
    }
    assert {path.split("/")[2] for _, path in OURS} == {"v1"}


EARLIER = [(method, path) for method, path in OURS if method != "WEBSOCKET" and path != f"{PREFIX}/v1/agents/tasks"]
"""Those whose address without the prefix is nobody else's: a saved agent could have the id `tasks`."""


@pytest.mark.parametrize(("method", "path"), EARLIER, ids=lambda value: str(value))
async def test_an_earlier_address_says_where_to_go(
    method: str, path: str, scripted_server: ServerProcess, http: aiohttp.ClientSession
) -> None:
    old = path.removeprefix(PREFIX).replace("{", "").replace("}", "")
    opens = next(each for each in TABLE.entries if (each.method, each.path) == (method, path)).need == "open"
    headers = {} if opens else {"authorization": f"Bearer {scripted_server.key}"}
    async with http.request(method, scripted_server.url + old, headers=headers) as reply:
        error = (await reply.json())["error"]
        assert (reply.status, error["code"]) == (404, "moved"), error
        assert f"{PREFIX}{old}" in error["message"]
    if not opens:
        async with http.request(method, scripted_server.url + old) as reply:
            assert reply.status == 401
