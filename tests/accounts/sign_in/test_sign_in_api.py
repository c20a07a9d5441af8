"""Signing in over HTTP: tokens, cookies, and what another site's page cannot do with them."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import Any

import httpx2 as httpx
import pytest

from tests.server_process import ServerProcess

PASSWORD = "correct horse battery staple"
_numbers = itertools.count()


@pytest.fixture
def http(scripted_server: ServerProcess) -> Generator[httpx.Client]:
    with httpx.Client(base_url=scripted_server.url) as client:
        yield client


@pytest.fixture
def root(scripted_server: ServerProcess) -> Generator[httpx.Client]:
    headers = {"authorization": f"Bearer {scripted_server.key}"}
    with httpx.Client(base_url=scripted_server.url, headers=headers) as client:
        yield client


@pytest.fixture
def person(root: httpx.Client) -> dict[str, Any]:
    body = {"email": f"visitor{next(_numbers)}@example.org", "name": "Visitor", "password": PASSWORD}
    return root.post("/v1/organization/users", json=body).json()


def sign_in(http: httpx.Client, person: dict[str, Any]) -> dict[str, Any]:
    reply = http.post("/earthshine/v1/sessions", json={"email": person["email"], "password": PASSWORD})
    assert reply.status_code == 200, reply.text
    assert reply.headers["cache-control"] == "no-store"
    return reply.json()


def test_a_token_is_a_bearer(http: httpx.Client, person: dict[str, Any]) -> None:
    made = sign_in(http, person)
    cookie = http.cookies.jar
    known = [each for each in cookie if each.name.startswith("earthshine_device_")]
    assert [(each.path, each.secure) for each in known] == [("/earthshine/v1/sessions", False)]
    assert [(each.name, each.value, each.path, each.secure) for each in cookie if each not in known] == [
        ("earthshine_session", made["token"], "/", False)
    ]
    http.cookies.clear()
    assert http.get("/earthshine/v1/sessions/current").status_code == 401
    headers = {"authorization": f"Bearer {made['token']}"}
    current = http.get("/earthshine/v1/sessions/current", headers=headers).json()
    assert {**current, "user": None} == {
        **{name: value for name, value in made.items() if name != "token"},
        "last_seen_at": current["last_seen_at"],
        "current": True,
        "organization": "default",
        "project": "default",
        "permissions": ["project.read", "project.write"],
        "user": None,
    }
    assert current["user"]["id"] == person["id"]
    gone = http.delete("/earthshine/v1/sessions/current", headers=headers)
    assert gone.json() == {"id": made["id"], "object": "session.deleted", "deleted": True}
    assert http.get("/v1/models", headers=headers).status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts(http: httpx.Client, person: dict[str, Any]) -> None:
    reply = http.post("/earthshine/v1/sessions", json={"email": person["email"], "password": PASSWORD})
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=2592000" in cookie
    assert (
        reply.json()["token"]
        not in http.delete(
            "/earthshine/v1/sessions/current", headers={"x-csrf-token": reply.json()["csrf_token"]}
        ).headers["set-cookie"]
    )


def test_a_cookie_changes_nothing_without_the_csrf_token(http: httpx.Client, person: dict[str, Any]) -> None:
    made = sign_in(http, person)
    body = {"model": "scripted", "input": "Hello."}
    assert http.get("/v1/models").status_code == 200
    for headers in ({}, {"x-csrf-token": ""}, {"x-csrf-token": made["csrf_token"][:-1]}, {"x-csrf-token": "\u00e9"}):
        encoded = {name: value.encode() for name, value in headers.items()}
        reply = http.post("/v1/responses", json=body, headers=encoded)
        assert (reply.status_code, reply.json()["error"]["code"]) == (403, "wrong_csrf_token")
    for method in ("DELETE", "POST"):
        assert http.request(method, "/earthshine/v1/sessions/current").status_code == 403
    assert http.post("/v1/responses", json=body, headers={"x-csrf-token": made["csrf_token"]}).status_code == 200
    # A key in the header is what counts, and a page of another site cannot set it.
    reply = http.get("/earthshine/v1/sessions/current", headers={"authorization": "Bearer wrong"})
    assert reply.status_code == 401


def test_a_form_of_another_site_cannot_sign_somebody_in(http: httpx.Client, person: dict[str, Any]) -> None:
    text = f'{{"email": "{person["email"]}", "password": "{PASSWORD}"}}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        reply = http.post("/earthshine/v1/sessions", content=text, headers={"content-type": kind})
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_content_type")
    assert not http.cookies


async def test_a_websocket_with_the_cookie_comes_from_this_site_only(
    scripted_server: ServerProcess, http: httpx.Client, person: dict[str, Any]
) -> None:
    import aiohttp

    made = sign_in(http, person)
    cookies = {"earthshine_session": made["token"]}
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        session.cookie_jar.update_cookies(cookies, aiohttp.client.URL(scripted_server.url))
        for origin in ("https://evil.example", "null", None):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"{scripted_server.url}/v1/responses", origin=origin)
        socket = await session.ws_connect(f"{scripted_server.url}/v1/responses", origin=scripted_server.url)
        await socket.close()


def test_nobody_unknown_sends_much(http: httpx.Client) -> None:
    reply = http.post("/earthshine/v1/sessions", json={"email": "a@example.org", "password": "x" * 2**16})
    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "body_too_large")
    reply = http.post("/earthshine/v1/sessions", content=b"[1", headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_json")


def test_an_administrator_lists_and_ends_sessions_of_others(
    http: httpx.Client, root: httpx.Client, person: dict[str, Any]
) -> None:
    first, second = sign_in(http, person), sign_in(http, person)
    listed = root.get("/earthshine/v1/sessions", params={"user": person["id"], "limit": 1}).json()
    assert [each["id"] for each in listed["data"]] == [second["id"]]
    assert listed["has_more"]
    rest = root.get("/earthshine/v1/sessions", params={"user": person["id"], "after": second["id"]}).json()
    assert [each["id"] for each in rest["data"]] == [first["id"]]
    assert first["token"] not in str(rest)
    assert root.get("/earthshine/v1/sessions").json()["data"] == []
    assert root.get("/earthshine/v1/sessions/current").status_code == 404
    assert root.get("/earthshine/v1/sessions", params={"user": "user_none"}).status_code == 404
    place = f"/earthshine/v1/sessions?user={person['id']}"
    looked = root.get("/v1/organization/audit_logs", params={"resource_ids[]": place}).json()["data"]
    assert len(looked) == 2
    own = http.get("/earthshine/v1/sessions").json()["data"]
    assert {each["id"]: each["current"] for each in own} == {first["id"]: False, second["id"]: True}
    assert http.get("/earthshine/v1/sessions", params={"user": "user_other"}).status_code == 404
    assert root.delete(f"/earthshine/v1/sessions/{second['id']}").status_code == 200
    assert http.get("/v1/models").status_code == 401
    assert root.post("/earthshine/v1/sessions/password", json={}).status_code == 400


def test_one_changes_one_s_own_name(http: httpx.Client, root: httpx.Client, person: dict[str, Any]) -> None:
    headers = {"x-csrf-token": sign_in(http, person)["csrf_token"]}
    changed = http.post("/earthshine/v1/sessions/name", json={"name": "Aïcha أمينة"}, headers=headers)
    assert (changed.json()["id"], changed.json()["name"]) == (person["id"], "Aïcha أمينة")
    assert root.get(f"/v1/organization/users/{person['id']}").json()["name"] == "Aïcha أمينة"
    for name in ("x" * 257, "a\x00b", None, 7):
        assert http.post("/earthshine/v1/sessions/name", json={"name": name}, headers=headers).status_code == 400
    assert http.post("/earthshine/v1/sessions/name", json={"name": "Somebody"}).status_code == 403
    assert root.post("/earthshine/v1/sessions/name", json={"name": "Nobody"}).status_code == 400
    logged = root.get("/v1/organization/audit_logs", params={"resource_ids[]": person["id"]}).json()["data"]
    assert logged[0]["user.updated"]["changes_requested"] == {"name": "Aïcha أمينة"}


def test_one_own_password_is_changed_over_http(http: httpx.Client, person: dict[str, Any]) -> None:
    made = sign_in(http, person)
    headers = {"x-csrf-token": made["csrf_token"]}
    body = {"current_password": PASSWORD, "new_password": "another good one"}
    assert http.post("/earthshine/v1/sessions/password", json=body, headers=headers).json()["user"] == person["id"]
    assert http.get("/v1/models").status_code == 200


def test_no_secret_is_in_the_log(scripted_server: ServerProcess, http: httpx.Client, person: dict[str, Any]) -> None:
    made = sign_in(http, person)
    http.post("/earthshine/v1/sessions", json={"email": person["email"], "password": "a wrong password"})
    log = scripted_server.log.read_text()
    for secret in (made["token"], made["csrf_token"], PASSWORD, "a wrong password"):
        assert secret not in log
