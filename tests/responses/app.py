"""An application in this process with people who share a project."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from earthshine.server import create_app
from earthshine.settings import Settings
from tests.addresses import address

ROOT = "sk-es-the-administrators-own-key"
PASSWORD = "long enough to be a password, I think"


class People:
    """A project with members, each of whom signs in."""

    def __init__(self, http: TestClient, data: Path) -> None:
        """`data`: the directory of the server's data."""
        self.http, self.data = http, data
        self.project: str = self.ask("POST", "/organization/projects", {"name": "shared"})["id"]
        place = f"/organization/projects/{self.project}/api_keys"
        self.key: str = self.ask("POST", place, {"name": "k", "role": "member"})["value"]

    def ask(self, method: str, path: str, body: Any = None, *, who: str = ROOT, status: int = 200) -> Any:
        """Send a request, as a key or as a session's token, and return the reply's body."""
        headers = {"authorization": f"Bearer {who}"}
        if who.startswith("sess-"):
            headers["openai-project"] = self.project
        content = body if isinstance(body, dict) and "files" in body else {"json": body}
        reply = self.http.request(method, address(path, method), **content, headers=headers)
        assert reply.status_code == status, (method, path, reply.status_code, reply.text)
        return reply.json()

    def sign_in(self, name: str, role: str = "member", organization_role: str = "member") -> tuple[str, str]:
        """Make a person of the project, and return the id and a session's token."""
        email = f"{name}@example.org"
        body = {
            "email": email,
            "name": name,
            "password": PASSWORD,
            "role": organization_role,
            "projects": [{"id": self.project, "role": role}] if role else [],
        }
        made = self.ask("POST", "/organization/users", body)
        reply = self.http.post("/earthshine/v1/sessions", json={"email": email, "password": PASSWORD})
        assert reply.status_code == 200, reply.text
        token = next(value for value in self.http.cookies.values() if value.startswith("sess-"))
        self.http.cookies.clear()
        return made["id"], token

    def respond(self, who: str, said: str = "Hello.", **more: Any) -> Any:
        """Write a response."""
        return self.ask("POST", "/responses", {"model": "scripted", "input": said, **more}, who=who)


@contextmanager
def open_people(data: Path) -> Generator[People]:
    """Open a server that has only the scripted model, at a price."""
    settings = Settings.model_validate(
        {
            "data": data,
            "scripted": True,
            "embedded_model": False,
            "default_model": "scripted",
            "bootstrap_key": ROOT,
            "prices": {"scripted": {"input": "1", "output": "2"}},
        }
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield People(http, data)
