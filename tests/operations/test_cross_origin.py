"""Other origins, HEAD and OPTIONS on every address, and replies that no browser takes for something else."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from types import SimpleNamespace

import httpx2
import pytest
from starlette.requests import HTTPConnection

from earthshine.accounts.sign_in.cookies import session_cookie
from earthshine.errors import PermissionDenied
from earthshine.services import Services
from earthshine.settings import Settings
from tests.conformance.isolation_world import ENDLESS
from tests.server_process import ServerProcess, start_server

APP = "http://localhost:5173"
ASKING = {"access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type"}


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    flags = ("--scripted", "--no-embedded-model", "--cors-origins", f"{APP}, https://app.example.org/")
    running = await start_server(tmp_path_factory.mktemp("shared"), *flags)
    yield running
    assert await running.stop() == 0


@pytest.fixture
async def http(shared: ServerProcess) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=shared.url, timeout=60) as client:
        yield client


async def test_a_preflight_of_a_named_origin(http: httpx2.AsyncClient) -> None:
    for path in ("/v1/chat/completions", "/v1/models/a/b", "/earthshine/v1/sessions", "/health"):
        reply = await http.options(path, headers={"origin": APP, **ASKING})
        assert reply.status_code == 204
        assert reply.headers["access-control-allow-origin"] == APP
        assert reply.headers["access-control-allow-headers"] == "authorization, content-type"
        assert "origin" in reply.headers["vary"]
    assert "POST" in (await http.options("/v1/responses", headers={"origin": APP, **ASKING})).headers["allow"]
    other = await http.options("/v1/responses", headers={"origin": "https://evil.example", **ASKING})
    assert other.status_code == 204
    assert not [name for name in other.headers if name.startswith("access-control")]


async def test_replies_errors_and_streams_to_a_named_origin(http: httpx2.AsyncClient, shared: ServerProcess) -> None:
    key = {"authorization": f"Bearer {shared.key}", "origin": "https://app.example.org"}
    said = {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    for reply in (
        await http.get("/v1/models", headers=key),
        await http.get("/v1/models", headers={**key, "authorization": "Bearer wrong"}),
        await http.get("/v1/nowhere", headers=key),
        await http.post("/v1/chat/completions", headers=key, json=said),
        await http.post("/v1/chat/completions", headers=key, content=b"{"),
    ):
        assert reply.headers["access-control-allow-origin"] == "https://app.example.org"
        assert reply.headers["access-control-allow-credentials"] == "true"
        assert "x-request-id" in reply.headers["access-control-expose-headers"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers.get_list("access-control-allow-origin") == ["https://app.example.org"]
    evil = await http.get("/v1/models", headers={**key, "origin": "https://app.example.org.evil"})
    assert "access-control-allow-origin" not in evil.headers


@pytest.mark.parametrize(
    ("origin", "host", "known"),
    [
        (APP, "ai.example.org", True),
        ("https://ai.example.org", "ai.example.org", True),
        ("https://evil.example", "ai.example.org", False),
        ("https://app.example.org.evil", "ai.example.org", False),
        ("", "ai.example.org", False),
        ("null", "ai.example.org", False),
    ],
)
def test_pages_whose_websockets_may_use_a_session(origin: str, host: str, known: bool) -> None:
    settings = Settings(cors_origins=f"{APP}, https://app.example.org/")
    app = SimpleNamespace(state=SimpleNamespace(services=Services(settings)))
    headers = [(b"cookie", b"earthshine_session=s"), (b"host", host.encode()), (b"origin", origin.encode())]
    connection = HTTPConnection({"type": "websocket", "headers": headers, "app": app})
    if known:
        assert session_cookie(connection) == "s"
    else:
        with pytest.raises(PermissionDenied):
            session_cookie(connection)


async def test_nothing_is_shared_by_default(scripted_server: ServerProcess) -> None:
    async with httpx2.AsyncClient(base_url=scripted_server.url) as http:
        for reply in (
            await http.options("/v1/models", headers={"origin": APP, **ASKING}),
            await http.get("/health", headers={"origin": APP}),
        ):
            assert not [name for name in reply.headers if name.startswith("access-control")]
            assert "vary" not in reply.headers


async def test_head_wherever_get_is(http: httpx2.AsyncClient, shared: ServerProcess) -> None:
    key = {"authorization": f"Bearer {shared.key}"}
    document = (await http.get("/openapi.json", headers=key)).json()
    ends = [path for path in document["paths"] if ("GET", path) not in ENDLESS and "{" not in path]
    paths = [path for path in ends if "get" in document["paths"][path]]
    assert len(paths) > 25
    for path in ["/", "/health", "/ready", "/openapi.json", *paths]:
        got, head = await http.get(path, headers=key), await http.head(path, headers=key)
        assert head.status_code == got.status_code, path
        assert head.content == b""
        assert head.headers["content-type"] == got.headers["content-type"]
    assert (await http.head("/v1/models")).status_code == 401
    assert (await http.head("/v1/chat/completions/none/x", headers=key)).status_code == 404
    assert (await http.head("/v1/embeddings", headers=key)).status_code == 405


async def test_options_tells_the_methods(http: httpx2.AsyncClient) -> None:
    assert (await http.options("/earthshine/v1/machine")).headers["allow"] == "GET, HEAD, OPTIONS"
    assert (await http.options("/v1/embeddings")).headers["allow"] == "POST, OPTIONS"
    assert (await http.options("/earthshine/v1/chats/c/turns/t/rating/")).headers["allow"] == "PUT, DELETE, OPTIONS"
    assert (await http.options("/v1/nowhere")).status_code in (401, 404)
