"""An installation with neighbours: two projects and organisations, one object of every kind, keys of every sort."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from earthshine.accounts.authorization.route_table import RouteTable
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.addresses import address
from tests.conformance.words import CREDENTIAL, FORMS, write_words
from tests.patience import PATIENCE

ROOT = "sk-es-the-administrators-own-key"

SHARED = frozenset({"model", "capability", "name", "rest", "version", "evidence_id"})
"""Parameters of paths that name no object of anybody's."""

QUERIES = {
    "/usage/": "?start_time=0",
    "/costs": "?start_time=0",
    "/chats/search": "?query=secret",
}
"""What some lists cannot be read without."""

ALERT = {
    "currency": "USD",
    "interval": "month",
    "threshold_amount": 100,
    "notification_channel": {"type": "email", "recipients": ["someone@example.org"]},
}

HOOK = {"name": "A secret", "url": "http://127.0.0.1:9/secret", "event_types": ["response.completed"]}

BODIES: dict[str, Any] = {
    "POST /v1/organization/spend_alerts/{alert_id}": ALERT,
    "POST /v1/organization/users/{user_id}/roles": {"role_id": "role_none"},
    "POST /v1/organization/groups/{group_id}": {"name": "another"},
    "POST /v1/organization/groups/{group_id}/users": {"user_id": "user_none"},
    "POST /v1/organization/groups/{group_id}/roles": {"role_id": "role_none"},
    "POST /v1/uploads/{upload_id}/complete": {"part_ids": ["part_none"]},
    "POST /v1/chat/completions/{completion_id}": {"metadata": {"a": "b"}},
    "POST /v1/conversations/{conversation_id}": {"metadata": {"a": "b"}},
    "PUT /earthshine/v1/chats/{chat_id}/turns/{turn_id}/rating": {"rating": "good"},
    "POST /earthshine/v1/responses/{response_id}/calls/{call_id}": {"outcome": "done"},
    "POST /v1/conversations/{conversation_id}/items": {"items": [{"role": "user", "content": "Hello."}]},
    "PATCH /earthshine/v1/files/{file_id}": {"filename": "another.txt"},
    "POST /earthshine/v1/documents/{file_id}/search": {"query": "secret"},
    "POST /v1/vaults/{vault_id}/credentials": CREDENTIAL,
    "POST /v1/webhook_endpoints/{webhook_endpoint_id}/test": {"event_type": "response.completed"},
    "POST /v1/agents/sessions/{agent_session_id}/events": {"events": [{"type": "agent.session.input.cancel"}]},
    "POST /earthshine/v1/agents/sessions/{agent_session_id}/plan": {"lines": []},
    "POST /v1/agents/environments/{environment_id}/files": {"type": "inline", "path": "/workspace/a", "data": ""},
    "PUT /earthshine/v1/tool_rules": {"rules": []},
    "PUT /earthshine/v1/projects/{project_id}/tool_rules": {"rules": []},
    "POST /earthshine/v1/projects/{project_id}/tool_rules/trial": {"tool": "mcp"},
    "POST /api/show": {"model": "scripted"},
    "POST /earthshine/v1/research/{research_id}/plan": {"questions": [{"text": "A secret?"}]},
    "POST /earthshine/v1/research/{research_id}/sources": {"drop": ["s1"]},
    "POST /earthshine/v1/research/{research_id}/deepen": {"question": "q1"},
    "POST /earthshine/v1/research/{research_id}/steer": {"text": "A secret."},
    "POST /v1/skills/{skill_id}": {"default_version": "1"},
    "POST /earthshine/v1/connectors/{connector_id}/try": {"name": "any"},
    "POST /earthshine/v1/browsers/{browser_id}/actions": {"actions": [{"type": "screenshot"}]},
    "POST /v1/containers/{container_id}/files": {"file_id": "file_none"},
    "POST /v1/vector_stores/{vector_store_id}/search": {"query": "secret"},
    "POST /v1/vector_stores/{vector_store_id}/files": {"file_id": "file_none"},
    "POST /v1/vector_stores/{vector_store_id}/files/{file_id}": {"attributes": {}},
    "POST /v1/vector_stores/{vector_store_id}/file_batches": {"file_ids": ["file_none"]},
}
"""What must be sent for a request to get as far as looking for its object. Elsewhere `{}` does."""

READ_BY_POST = frozenset({"/earthshine/v1/documents/{file_id}/search", "/v1/vector_stores/{vector_store_id}/search"})
"""What is read by POST, as a query may be long."""


def settings(data: Path) -> Settings:
    """A server that has only the scripted model."""
    return Settings(
        data=data,
        scripted=True,
        embedded_model=False,
        default_model="scripted",
        bootstrap_key=ROOT,
        max_wrong_keys=10**9,
        allow_private_upstreams=True,
    )


def table_of(app: FastAPI) -> RouteTable:
    """Return the table of all routes."""
    return app.state.services.get(RouteTable)


ENDLESS = frozenset(
    {
        ("GET", "/earthshine/v1/notifications"),
        ("GET", "/v1/agents/sessions/{agent_session_id}/events"),
    }
)
"""Streams that end with their client, which a client in the same process cannot leave. tests/agents asks for them."""


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return every method and path that the application has, but for what never ends."""
    return [(entry.method, entry.path) for entry in table_of(app).entries if (entry.method, entry.path) not in ENDLESS]


def parameters(path: str) -> set[str]:
    """Return the names in braces."""
    return {name.partition(":")[0] for name in re.findall(r"{([^}]*)}", path)}


@dataclass
class World:
    """Everything that a check needs."""

    http: TestClient
    table: RouteTable
    routes: list[tuple[str, str]]
    objects: dict[str, str]
    """A parameter's name to the id of an object of the first project or organisation."""
    within: dict[str, str]
    """The same for what an organisation and a project both have, in the project."""
    mine: str
    """A key of the project that has the objects, with all rights in it."""
    viewer: str
    """A key of that project that may only read."""
    watcher: str
    """A key of that organisation that may only read."""
    neighbour: str
    """A key of another project of the organisation, with all rights in it."""
    stranger: str
    """A key of another organisation's project, with all rights in it."""
    foreign_owner: str
    """A key that administers another organisation."""
    revoked: str

    def fill(self, path: str) -> str:
        """Return a real address for a route."""
        names = {**self.objects, **(self.within if "{project_id}" in path else {})}
        filled = re.sub(r"{([^}]*)}", lambda match: names[match[1].partition(":")[0]], path)
        return filled + next((query for part, query in QUERIES.items() if part in path), "")

    def ask(self, method: str, path: str, key: str | None, body: Any = None) -> Any:
        """Send a request and return the reply."""
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        if method in ("GET", "HEAD"):
            return self.http.request(method, path, headers=headers, follow_redirects=False)
        return self.http.request(method, path, headers=headers, json={} if body is None else body)


def _delivery(http: TestClient, endpoint_id: str, key: str) -> str:
    """Return the id of the first delivery to an endpoint."""
    place, who = address(f"/webhook_endpoints/{endpoint_id}/deliveries"), {"authorization": f"Bearer {key}"}
    ends = time.monotonic() + PATIENCE
    while not (found := http.get(place, headers=who).json()["data"]):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found[0]["id"]


def open_world(http: TestClient, app: FastAPI) -> World:
    """Make all objects, by the API itself."""

    def post(path: str, body: Any, key: str = ROOT) -> Any:
        content = body if body in FORMS else {"json": body}
        reply = http.post(address(path), **content, headers={"authorization": f"Bearer {key}"})
        assert reply.status_code == 200, (path, reply.text)
        return reply.json()

    def project(name: str, admin: str = ROOT) -> str:
        return post("/organization/projects", {"name": name}, admin)["id"]

    def key(place: str, role: str, admin: str = ROOT) -> Any:
        return post(f"/organization/projects/{place}/api_keys", {"name": role, "role": role}, admin)

    home, other = project("home"), project("other")
    mine, viewer = key(home, "owner")["value"], key(home, "viewer")["value"]
    foreign = post("/organizations", {"name": "elsewhere"})["id"]
    foreign_owner = post(f"/organizations/{foreign}/admin_api_keys", {"name": "owner"})["value"]
    gone = key(home, "owner")
    http.delete(f"/v1/organization/projects/{home}/api_keys/{gone['id']}", headers={"authorization": f"Bearer {ROOT}"})

    written = write_words(
        post, lambda path: http.get(address(path), headers={"authorization": f"Bearer {mine}"}).json(), mine
    )
    password = "long enough to be a password, I think"
    user = post(
        "/organization/users",
        {
            "email": "someone@example.org",
            "name": "Someone",
            "password": password,
            "projects": [{"id": home, "role": "member"}],
        },
    )["id"]
    role = {"role_name": "looks on", "permissions": ["project.read"]}
    role_id = post("/organization/roles", {**role, "permissions": ["organization.read"]})["id"]
    project_role = post(f"/projects/{home}/roles", role)["id"]
    post(f"/organization/users/{user}/roles", {"role_id": role_id})
    post(f"/projects/{home}/users/{user}/roles", {"role_id": project_role})
    group = post("/organization/groups", {"name": "A secret group"})["id"]
    post(f"/organization/groups/{group}/users", {"user_id": user})
    post(f"/organization/groups/{group}/roles", {"role_id": role_id})
    post(f"/organization/projects/{home}/groups", {"group_id": group, "role": project_role})
    session = post("/sessions", {"email": "someone@example.org", "password": password})
    rate_limits = http.get(
        f"/v1/organization/projects/{home}/rate_limits", headers={"authorization": f"Bearer {ROOT}"}
    ).json()
    limit = {"scope": "organization", "kind": "parallel_requests", "amount": 1000}
    spending = {"currency": "USD", "interval": "month", "threshold_amount": 10**6}
    for place in ("/organization", f"/organization/projects/{home}"):
        post(f"{place}/spend_limit", spending)
    post(f"/organization/projects/{home}/model_permissions", {"mode": "allow_list", "model_ids": ["scripted"]})
    hook = post("/webhook_endpoints", HOOK, mine)["id"]
    post("/responses", {"model": "scripted", "input": "A secret.", "background": True}, mine)
    upstream = {"model": "far", "kind": "upstream", "base_url": "http://127.0.0.1:9/v1"}
    objects = {
        **written,
        "project_id": home,
        "organization_id": "default",
        "api_key_id": key(home, "member")["id"],
        "service_account_id": post(
            f"/organization/projects/{home}/service_accounts", {"name": "s", "create_service_account_only": True}
        )["id"],
        "user_id": user,
        "role_id": role_id,
        "group_id": group,
        "invite_id": post("/organization/invites", {"email": "new@example.org", "role": "reader"})["id"],
        "key_id": post("/organization/admin_api_keys", {"name": "another"})["id"],
        "session_id": session["id"],
        "download_id": post("/catalog/downloads", {"source": "file:/nowhere/secret.gguf"})["id"],
        "deployment_id": post("/deployments", upstream)["id"],
        "rate_limit_id": rate_limits["data"][0]["id"],
        "limit_id": post("/organization/limits", limit)["id"],
        "alert_id": post("/organization/spend_alerts", ALERT)["id"],
        "webhook_endpoint_id": hook,
        "delivery_id": _delivery(http, hook, mine),
        "model": "scripted",
        "name": "site_name",
        "capability": "completions",
        "rest": "anything",
    }
    # Signing in left a cookie, which is as good as a key.
    http.cookies.clear()
    return World(
        http=http,
        table=table_of(app),
        routes=routes(app),
        objects=objects,
        within={"role_id": project_role, "alert_id": post(f"/organization/projects/{home}/spend_alerts", ALERT)["id"]},
        mine=mine,
        viewer=viewer,
        watcher=post("/organization/admin_api_keys", {"name": "watcher", "role": "reader"})["value"],
        neighbour=key(other, "owner")["value"],
        stranger=key(project("theirs", foreign_owner), "owner", foreign_owner)["value"],
        foreign_owner=foreign_owner,
        revoked=gone["value"],
    )


def new_app(data: Path) -> FastAPI:
    """Return an application whose rooms are still closed."""
    return create_app(settings(data))
