"""How the tests of accounts speak to a server: the official SDK, strict, and our own extensions called as it calls."""

from __future__ import annotations

import itertools
from typing import Any

import httpx2 as httpx
from openai import OpenAI

from tests.server_process import ServerProcess

SECURITY: Any = {"security": {"admin_api_key_auth": True}}
"""Options with which the SDK sends the administrator's key."""
PASSWORD = "correct horse battery staple"
numbers = itertools.count()
"""For names that nobody has yet."""


def sdk(server: ServerProcess, key: str, *, project: str | None = None) -> OpenAI:
    """A strict client, one key or session for inference and administration."""
    return OpenAI(
        base_url=f"{server.url}/v1",
        api_key=key,
        admin_api_key=key,
        project=project,
        max_retries=0,
        _strict_response_validation=True,
    )


def make_key(root: OpenAI, project: str, **body: Any) -> Any:
    """Make a key of a project."""
    return root.post(f"/organization/projects/{project}/api_keys", body=body, cast_to=object, options=SECURITY)


def new_email(name: str = "person") -> str:
    """Return an address that nobody has."""
    return f"{name}{next(numbers)}@example.org"


def add(root: OpenAI, **body: Any) -> dict[str, Any]:
    """Add a person."""
    body = {"email": new_email(), "password": PASSWORD, **body}
    made: Any = root.post("/organization/users", body=body, cast_to=object, options=SECURITY)
    return made


def sign_in(server: ServerProcess, email: str, password: str = PASSWORD) -> str:
    """Return the token of a new session."""
    reply = httpx.post(f"{server.url}/earthshine/v1/sessions", json={"email": email, "password": password})
    assert reply.status_code == 200, reply.text
    return reply.json()["token"]
