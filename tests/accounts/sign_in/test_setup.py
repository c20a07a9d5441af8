"""From a new installation to the first person, who runs it; and what other people cannot take over."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from earthshine import __version__
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.addresses import address

ROOT = "sk-es-the-administrators-own-key"
PASSWORD = "long enough to be a password, I think"


@pytest.fixture
def http(tmp_path: Path) -> Generator[TestClient]:
    settings = Settings(
        data=tmp_path,
        scripted=True,
        embedded_model=False,
        default_model="scripted",
        bootstrap_key=ROOT,
        site_name="قمر",
        allow_private_upstreams=True,
    )
    with TestClient(create_app(settings)) as client:
        yield client


def ask(http: TestClient, method: str, path: str, body: Any = None, key: str | None = ROOT) -> Any:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    return http.request(method, address(path), json=body, headers=headers)


def done(http: TestClient, path: str, body: Any, key: str | None = ROOT) -> Any:
    reply = ask(http, "POST", path, body, key)
    assert reply.status_code == 200, reply.text
    return reply.json()


def invite(http: TestClient, name: str, key: str = ROOT, role: str = "owner") -> str:
    return done(http, "/organization/invites", {"email": f"{name}@example.org", "role": role}, key)["token"]


def accept(http: TestClient, token: str) -> str:
    session = done(http, "/sessions/invite", {"token": token, "name": "A", "password": PASSWORD}, None)
    http.cookies.clear()
    return session["token"]


def permissions(http: TestClient, token: str) -> set[str]:
    return set(ask(http, "GET", "/sessions/current", key=token).json()["permissions"])


def user(http: TestClient, token: str) -> str:
    return ask(http, "GET", "/sessions/current", key=token).json()["user"]["id"]


def test_setup_says_whether_somebody_can_sign_in(http: TestClient) -> None:
    empty = {
        "object": "setup",
        "people": False,
        "oidc": False,
        "key_file": False,
        "version": __version__,
        "name": "قمر",
    }
    reply = ask(http, "GET", "/setup", key=None)
    assert (reply.json(), reply.headers["cache-control"]) == (empty, "no-store")
    token = invite(http, "amal")
    done(http, "/organization/users", {"email": "no-password@example.org"})
    assert ask(http, "GET", "/setup", key=None).json() == empty
    accept(http, token)
    assert ask(http, "GET", "/setup", key=None).json() == {**empty, "people": True}


def test_the_first_person_runs_the_installation_by_cookie(http: TestClient) -> None:
    token = invite(http, "amal")
    session = done(http, "/sessions/invite", {"token": token, "name": "Amal أمل", "password": PASSWORD}, None)
    assert "installation.manage" in http.get("/earthshine/v1/sessions/current").json()["permissions"]
    upstream = {"model": "far", "kind": "upstream", "base_url": "https://192.0.2.1/v1"}
    assert http.post("/earthshine/v1/deployments", json=upstream).status_code == 403
    safe = {"x-csrf-token": session["csrf_token"]}
    made = http.post("/earthshine/v1/deployments", json=upstream, headers=safe)
    assert made.status_code == 200, made.text
    assert http.get("/metrics").status_code == 200
    assert http.get("/earthshine/v1/organizations").status_code == 200
    assert http.post("/v1/responses", json={"model": "scripted", "input": "Hello."}, headers=safe).status_code == 200


@pytest.mark.parametrize("first", ["invited", "added"])
def test_only_the_first_owner_does(first: str, http: TestClient) -> None:
    # People who are no owners do not count.
    assert "installation.manage" not in permissions(http, accept(http, invite(http, "zoe", role="admin")))
    pending = invite(http, "late")
    if first == "invited":
        amal = accept(http, invite(http, "amal"))
    else:
        account = {"email": "amal@example.org", "password": PASSWORD}
        done(http, "/organization/users", {**account, "role": "owner"})
        amal = done(http, "/sessions", account, None)["token"]
        http.cookies.clear()
    assert "installation.manage" in permissions(http, amal)
    for token in (pending, invite(http, "badr"), invite(http, "carla", key=amal)):
        assert "installation.manage" not in permissions(http, accept(http, token))


def test_an_owner_of_another_organization_does_not(http: TestClient) -> None:
    elsewhere = done(http, "/organizations", {"name": "elsewhere"})["id"]
    key = done(http, f"/organizations/{elsewhere}/admin_api_keys", {"name": "k"})["value"]
    assert "installation.manage" not in permissions(http, accept(http, invite(http, "amal", key)))


def test_an_owner_whom_an_admin_key_makes_does_not(http: TestClient) -> None:
    key = done(http, "/organization/admin_api_keys", {"name": "k"})["value"]
    assert "installation.manage" not in permissions(http, accept(http, invite(http, "amal", key)))


def test_other_owners_cannot_take_it_over(http: TestClient) -> None:
    amal, badr = accept(http, invite(http, "amal")), accept(http, invite(http, "badr"))
    place = f"/organization/users/{user(http, amal)}"
    for body in ({"password": "another good password"}, {"role": "member"}, {"name": "Badr"}):
        assert ask(http, "POST", place, body, badr).status_code == 403, body
    assert ask(http, "DELETE", place, key=badr).status_code == 403
    assert permissions(http, amal) >= {"installation.manage"}
    role = {"role_name": "r", "permissions": ["installation.manage"]}
    assert ask(http, "POST", "/organization/roles", role, amal).status_code == 400


def test_keys_of_the_first_person_do_not_run_the_installation(http: TestClient) -> None:
    amal = accept(http, invite(http, "amal"))
    key = done(http, "/organization/projects/default/api_keys", {"name": "k", "role": "owner"}, amal)["value"]
    admin = done(http, "/organization/admin_api_keys", {"name": "k"}, amal)["value"]
    for each in (key, admin):
        assert ask(http, "GET", "/deployments", key=each).status_code == 403
    assert ask(http, "GET", "/deployments", key=amal).status_code == 200


def test_it_ends_with_the_role_and_the_next_first_owner_gets_it(http: TestClient) -> None:
    amal, badr = accept(http, invite(http, "amal")), accept(http, invite(http, "badr"))
    done(http, f"/organization/users/{user(http, amal)}", {"role": "member"})
    assert "installation.manage" not in permissions(http, amal)
    done(http, f"/organization/users/{user(http, amal)}", {"role": "owner"})
    assert "installation.manage" not in permissions(http, amal) | permissions(http, badr)
    assert "installation.manage" in permissions(http, accept(http, invite(http, "carla")))
