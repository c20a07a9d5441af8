"""Signing in through a real OpenID provider, which runs as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2 as httpx
import pytest

from tests.patience import PATIENCE
from tests.server_process import ServerProcess, start_server

PEOPLE = {
    "sun-1": {"email": "amal@example.org", "email_verified": True, "name": "Amal أمل 🌙"},
    "sun-2": {"email": "stranger@evil.example", "email_verified": True},
    "sun-3": {"email": "unverified@example.org"},
}


@asynccontextmanager
async def provider_process(port: int, log: Path) -> AsyncGenerator[str]:
    """Run `oidc-provider-mock`, which makes new keys at each start, and yield its issuer."""
    url = f"http://127.0.0.1:{port}"
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "True"),
            stdout=stderr,
            stderr=stderr,
            env={name: value for name, value in os.environ.items() if not name.startswith("EARTHSHINE_")},
        )
    try:
        async with aiohttp.ClientSession() as http:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    async with http.get(f"{url}/.well-known/openid-configuration") as reply:
                        assert (await reply.json())["issuer"] == url
                        break
                except aiohttp.ClientError:
                    assert process.returncode is None, log.read_text()
                    assert time.monotonic() < deadline, log.read_text()
                    await asyncio.sleep(0.05)
            for subject, claims in PEOPLE.items():
                async with http.put(f"{url}/users/{subject}", json=claims) as reply:
                    assert reply.status == 204
        yield url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
async def provider_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
async def oidc_server(provider_port: int, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    env = {
        "EARTHSHINE_OIDC_ISSUER": f"http://127.0.0.1:{provider_port}",
        "EARTHSHINE_OIDC_CLIENT_ID": "earthshine",
        "EARTHSHINE_OIDC_CLIENT_SECRET": "a secret",
        "EARTHSHINE_OIDC_CREATE": "true",
        "EARTHSHINE_OIDC_DOMAINS": "example.org",
    }
    data = tmp_path_factory.mktemp("oidc")
    running = await start_server(data, "--scripted", "--no-embedded-model", "--default-model", "scripted", env=env)
    try:
        yield running
    finally:
        await running.stop()


def at_the_provider(browser: httpx.Client, subject: str, action: str = "") -> httpx.Response:
    """Begin at our server, sign in at the provider's page, and return the provider's answer, not yet followed."""
    begun = browser.get("/earthshine/v1/sessions/oidc/start", params={"return_to": "/earthshine/v1/sessions/current"})
    assert begun.status_code == 303, begun.text
    data = {"action": action} if action else {"sub": subject}
    answered = browser.post(begun.headers["location"], data=data)
    assert answered.status_code == 302, answered.text
    return answered


def browse(server: ServerProcess) -> httpx.Client:
    return httpx.Client(base_url=server.url)


async def test_a_person_comes_in_and_the_keys_are_changed(
    oidc_server: ServerProcess, provider_port: int, tmp_path: Path
) -> None:
    seen: list[dict[str, Any]] = []
    for _ in range(2):
        # The second process has other keys.
        async with provider_process(provider_port, tmp_path / "log"):
            with browse(oidc_server) as browser:
                answered = await asyncio.to_thread(at_the_provider, browser, "sun-1")
                came_in = await asyncio.to_thread(browser.get, answered.headers["location"])
                assert came_in.status_code == 303, came_in.text
                assert came_in.headers["location"] == "/earthshine/v1/sessions/current"
                current = await asyncio.to_thread(browser.get, came_in.headers["location"])
                seen.append(current.json())
                # The same answer of the provider, once more.
                replayed = await asyncio.to_thread(browser.get, answered.headers["location"])
                assert (replayed.status_code, replayed.json()["error"]["code"]) == (401, "oidc_refused")
    first, second = seen
    assert (first["user"]["email"], first["user"]["name"]) == ("amal@example.org", "Amal أمل 🌙")
    assert (first["method"], first["project"]) == ("oidc", "default")
    assert (second["user"]["id"], second["id"] != first["id"]) == (first["user"]["id"], True)


async def test_who_does_not_come_in(oidc_server: ServerProcess, provider_port: int, tmp_path: Path) -> None:
    async with provider_process(provider_port, tmp_path / "log"):
        with browse(oidc_server) as browser, browse(oidc_server) as other:
            for subject, code in (("sun-2", "domain_not_allowed"), ("sun-3", "email_not_verified")):
                answered = await asyncio.to_thread(at_the_provider, browser, subject)
                refused = await asyncio.to_thread(browser.get, answered.headers["location"])
                assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)
            answered = await asyncio.to_thread(at_the_provider, browser, "", "deny")
            assert "access_denied" in answered.headers["location"]
            # The provider's refusal carries no state, so it is the answer to nothing.
            denied = await asyncio.to_thread(browser.get, answered.headers["location"])
            assert denied.status_code in (400, 401)
            # Somebody's link, opened in another person's browser, signs nobody in.
            answered = await asyncio.to_thread(at_the_provider, browser, "sun-1")
            await asyncio.to_thread(other.get, "/earthshine/v1/sessions/oidc/start")
            lured = await asyncio.to_thread(other.get, answered.headers["location"])
            assert (lured.status_code, lured.json()["error"]["code"]) == (401, "oidc_refused")
            # A code that the provider gave to another sign-in.
            mine = await asyncio.to_thread(at_the_provider, browser, "sun-1")
            theirs = await asyncio.to_thread(at_the_provider, other, "sun-1")
            state = httpx.URL(mine.headers["location"]).params["state"]
            code = httpx.URL(theirs.headers["location"]).params["code"]
            swapped = await asyncio.to_thread(
                browser.get, urlsplit(mine.headers["location"]).path, params={"state": state, "code": code}
            )
            assert swapped.status_code == 401
            assert "earthshine_session" not in dict(browser.cookies)
            assert "earthshine_session" not in dict(other.cookies)
    log = oidc_server.log.read_text()
    assert "a secret" not in log


async def test_a_provider_that_is_away_is_a_502(provider_port: int, tmp_path: Path) -> None:
    env = {"EARTHSHINE_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}", "EARTHSHINE_OIDC_CLIENT_ID": "earthshine"}
    running = await start_server(tmp_path, "--scripted", "--no-embedded-model", env=env)
    try:
        with browse(running) as browser:
            reply = await asyncio.to_thread(browser.get, "/earthshine/v1/sessions/oidc/start")
            assert (reply.status_code, reply.json()["error"]["code"]) == (502, "upstream_failed")
    finally:
        await running.stop()


async def test_without_a_provider_the_door_says_so(scripted_server: ServerProcess) -> None:
    with browse(scripted_server) as browser:
        reply = await asyncio.to_thread(browser.get, "/earthshine/v1/sessions/oidc/start")
        assert (reply.status_code, "oidc_issuer" in reply.text) == (404, True)
