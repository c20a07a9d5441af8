"""Two people of one project, and a third of another one, on a server in this process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from earthshine.database import Database
from earthshine.server import create_app
from earthshine.settings import Settings
from tests.addresses import address

ROOT = "sk-es-the-administrators-own-key"
PASSWORD = "long enough to be a password, I think"


@dataclass(frozen=True)
class Person:
    """Somebody who signed in."""

    http: TestClient
    token: str
    project: str
    user: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request under `/v1`, and return the reply."""
        headers = {"authorization": f"Bearer {self.token}", "openai-project": self.project}
        return self.http.request(method, address(path), json=body, headers=headers)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that succeeds, and return its object."""
        reply = self.ask(method, path, body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str | None]:
        """Send a request that fails, and return its status and the parameter at fault."""
        reply = self.ask(method, path, body)
        assert reply.status_code >= 400, reply.text
        return reply.status_code, reply.json()["error"]["param"]


@dataclass(frozen=True)
class People:
    """Who is there."""

    amal: Person
    badr: Person
    stranger: Person
    database: Database

    def call(self, function: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """Call what takes the database first, in the server's own event loop."""
        portal = self.amal.http.portal
        assert portal is not None
        return portal.call(function, self.database, *arguments)


@pytest.fixture(scope="package")
def people(tmp_path_factory: pytest.TempPathFactory) -> Generator[People]:
    settings = Settings(
        data=tmp_path_factory.mktemp("personal"),
        scripted=True,
        embedded_model=False,
        default_model="scripted",
        bootstrap_key=ROOT,
    )
    app: FastAPI = create_app(settings)
    with TestClient(app) as http:

        def post(path: str, body: Any) -> Any:
            reply = http.post(address(path), json=body, headers={"authorization": f"Bearer {ROOT}"})
            assert reply.status_code == 200, reply.text
            return reply.json()

        home, other = (post("/organization/projects", {"name": name})["id"] for name in ("home", "other"))

        def person(name: str, project: str) -> Person:
            address = {"email": f"{name}@example.org", "password": PASSWORD}
            user = post("/organization/users", {**address, "projects": [{"id": project, "role": "member"}]})
            token = post("/sessions", address)["token"]
            http.cookies.clear()
            return Person(http, token, project, user["id"])

        yield People(
            person("amal", home), person("badr", home), person("stranger", other), app.state.services.get(Database)
        )
