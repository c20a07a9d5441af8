"""Every reply of a GET route fits the schema that the OpenAPI document gives for it, and no schema is loose.

The web app's types are generated from the document, so a field that is missing there is missing in the app. Routes are
read from the application: a new one is checked here without another line.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from tests.conformance.isolation_world import ROOT, World, new_app, open_world

LOOSE = {"type": "object"}
"""What a route that says nothing about its reply is described with."""

NOT_JSON = frozenset({"/metrics", "/openapi.json"})
ELSEWHERE = frozenset({"/earthshine/v1/sessions/oidc/start", "/earthshine/v1/sessions/oidc/callback"})
"""They send a browser on."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    app = new_app(tmp_path_factory.mktemp("replies"))
    with TestClient(app, raise_server_exceptions=False) as http:
        yield open_world(http, app)


@pytest.fixture(scope="module")
def document(world: World) -> Any:
    return world.ask("GET", "/openapi.json", ROOT).json()


def schema_of(document: Any, path: str, method: str) -> Any:
    """Return the schema of a JSON reply, with everything that it refers to."""
    place = path.replace(":path}", "}")
    content = document["paths"][place][method]["responses"]["200"]["content"]
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else {**schema, "components": document["components"]}


def told(path: str) -> bool:
    return path.startswith(("/v1/", "/earthshine/v1/", "/anthropic/v1/")) and path not in ELSEWHERE


def test_no_reply_is_described_loosely(document: Any) -> None:
    loose = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if told(path)
        and any(content.get("schema") == LOOSE for content in operation["responses"]["200"]["content"].values())
    ]
    assert not loose, "say @gives(...) of:\n" + "\n".join(loose)


def test_replies_fit_their_schemas(world: World, document: Any) -> None:
    failures: list[str] = []
    checked = 0
    for method, path in world.routes:
        if method != "GET" or not told(path):
            continue
        schema = schema_of(document, path, "get")
        if schema is None:
            continue
        replies = [world.ask("GET", world.fill(path), key) for key in (ROOT, world.mine)]
        for reply in replies:
            if reply.status_code == 200 and reply.headers["content-type"].startswith("application/json"):
                checked += 1
                failures += [f"GET {path}: {each}" for each in faults(schema, reply.json())]
    assert not failures, "\n".join(failures)
    assert checked > 50


def faults(schema: Any, value: Any) -> list[str]:
    validator: Any = Draft202012Validator(schema)
    found = validator.iter_errors(value)
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in found]


def test_reports_with_something_in_them_fit(world: World, document: Any) -> None:
    hours = "?start_time={}&bucket_width=1d&limit=7"
    made = world.ask("GET", f"/v1/responses/{world.objects['response_id']}", world.mine).json()["created_at"]
    usage, costs = "/v1/organization/usage/{capability}", "/v1/organization/costs"
    grouped = "".join(f"&group_by={name}" for name in ("project_id", "user_id", "api_key_id"))
    for path, more in ((usage, "&group_by=model&group_by=batch"), (costs, "&group_by=line_item"), (costs, "")):
        address = path.format(capability="completions") + hours.format(made - 86400) + grouped + more
        reply = world.ask("GET", address, ROOT)
        assert reply.status_code == 200, reply.text
        assert any(bucket["results"] for bucket in reply.json()["data"])
        assert not faults(schema_of(document, path, "get"), reply.json())


def test_what_is_made_fits_too(world: World, document: Any) -> None:
    """Replies to POST and DELETE, which show what no GET shows: a new key's value, a session's token."""
    project = world.objects["project_id"]
    user = world.objects["user_id"]
    keys = f"/v1/organization/projects/{project}/api_keys"
    place = "/v1/organization/projects/{project_id}/api_keys"

    def check(method: str, address: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"authorization": f"Bearer {ROOT}", **headers}
        reply = world.http.request(method, address, json=body, headers=sent)
        assert reply.status_code == 200, (address, reply.text)
        assert not faults(schema_of(document, path, method.lower()), reply.json()), address
        return reply.json()

    key = check("POST", keys, place, {"name": "made"})
    check("POST", f"{keys}/{key['id']}/rotate", f"{place}/{{api_key_id}}/rotate", {})
    check("DELETE", f"{keys}/{key['id']}", f"{place}/{{api_key_id}}")
    admin = "/v1/organization/admin_api_keys"
    made = check("POST", admin, admin, {"name": "made"})
    check("POST", f"{admin}/{made['id']}/rotate", f"{admin}/{{key_id}}/rotate", {})
    accounts = "/v1/organization/projects/{project_id}/service_accounts"
    account = check("POST", accounts.format(project_id=project), accounts, {"name": "made"})
    check(
        "POST",
        f"{accounts.format(project_id=project)}/{account['id']}/api_keys",
        f"{accounts}/{{service_account_id}}/api_keys",
        {"name": "another"},
    )
    check("GET", keys, place)
    invites = "/v1/organization/invites"
    invite = check("POST", invites, invites, {"email": "made@example.org", "role": "reader"})
    roles = "/v1/organization/users/{user_id}/roles"
    role = world.objects["role_id"]
    check("DELETE", f"{roles.format(user_id=user)}/{role}", f"{roles}/{{role_id}}")
    check("POST", roles.format(user_id=user), roles, {"role_id": role})
    check(
        "POST",
        f"/earthshine/v1/deployments/{world.objects['deployment_id']}/check",
        "/earthshine/v1/deployments/{deployment_id}/check",
    )
    password = "long enough to be a password, I think"
    session = check(
        "POST",
        "/earthshine/v1/sessions",
        "/earthshine/v1/sessions",
        {"email": "someone@example.org", "password": password},
    )
    world.http.cookies.clear()
    bearer = {"authorization": f"Bearer {session['token']}"}
    check("GET", "/earthshine/v1/sessions/current", "/earthshine/v1/sessions/current", None, **bearer)
    check("GET", "/earthshine/v1/sessions", "/earthshine/v1/sessions", None, **bearer)
    check("POST", "/earthshine/v1/sessions/name", "/earthshine/v1/sessions/name", {"name": "Another name"}, **bearer)
    joined = {"token": invite["token"], "name": "Made", "password": password}
    check("POST", "/earthshine/v1/sessions/invite", "/earthshine/v1/sessions/invite", joined)
    world.http.cookies.clear()
    check("DELETE", "/earthshine/v1/sessions/current", "/earthshine/v1/sessions/current", None, **bearer)
    # By now the trail has sessions, people, service accounts and keys in it.
    check("GET", "/v1/organization/audit_logs?limit=100", "/v1/organization/audit_logs")
