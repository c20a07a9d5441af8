"""Chats as an ordinary client sees them: an application in this process, with the scripted model."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.testclient import TestClient

from earthshine.server import create_app
from earthshine.services import Services
from tests.addresses import address
from tests.conformance.isolation_world import ROOT, settings
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from fastapi import FastAPI

Json = dict[str, Any]

ENDED = {"completed", "incomplete", "failed", "cancelled"}


def script(**keys: Any) -> str:
    """What to say to the scripted model."""
    return f"\n!script {json.dumps(keys)}"


def text_of(turn: Json) -> str:
    """The visible text of a turn's reply."""
    output = turn["response"]["output"] if turn["response"] else []
    return "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])


class Api:
    """A client with one key."""

    def __init__(self, http: TestClient, key: str = ROOT) -> None:
        self.http = http
        self.headers = {"authorization": f"Bearer {key}"}

    @property
    def services(self) -> Services:
        """The services of the application, for what no client can see."""
        return cast("FastAPI", self.http.app).state.services

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Send a request, and return the reply's body."""
        reply = self.http.request(method, address(path), json=body, headers=self.headers)
        assert reply.status_code == status, (method, path, reply.status_code, reply.text[:500])
        return reply.json()

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("GET", path, status=status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.ask("POST", path, {} if body is None else body, status)

    def chat(self, **fields: Any) -> Chat:
        """Begin a chat."""
        return Chat(self, self.post("/chats", {"settings": {"model": "scripted"}, **fields})["id"])

    def as_new_person(self, name: str) -> Api:
        """Return a client of another owner in a project of its own."""
        project = self.post("/organization/projects", {"name": name})["id"]
        made = self.post(f"/organization/projects/{project}/api_keys", {"name": name, "role": "owner"})
        return Api(self.http, made["value"])


class Chat:
    """One chat."""

    def __init__(self, api: Api, chat_id: str) -> None:
        self.api = api
        self.id = chat_id

    def now(self) -> Json:
        return self.api.get(f"/chats/{self.id}")

    def send(self, said: str | None, parent: str | None = None, status: int = 200, **more: Any) -> Json:
        """Send a turn, and return what comes back at once."""
        body = {"parent_id": parent, **({} if said is None else {"input": said}), **more}
        return self.api.post(f"/chats/{self.id}/turns", body, status)

    def turn(self, turn_id: str) -> Json:
        return self.api.get(f"/chats/{self.id}/turns/{turn_id}")

    def turns(self, **query: Any) -> Json:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return self.api.get(f"/chats/{self.id}/turns?{asked}")

    def cancel(self, turn_id: str) -> Json:
        return self.api.post(f"/chats/{self.id}/turns/{turn_id}/cancel")

    def until(self, turn_id: str, wanted: Callable[[Json], bool]) -> Json:
        """Wait until a turn is as wanted."""
        deadline = time.monotonic() + PATIENCE
        while not wanted(turn := self.turn(turn_id)):
            assert time.monotonic() < deadline, turn
            time.sleep(0.02)
        return turn

    def ended(self, turn_id: str) -> Json:
        """Wait for the end of a turn."""
        return self.until(turn_id, lambda turn: turn["status"] in ENDED)

    def say(self, said: str, parent: str | None = None, **more: Any) -> Json:
        """Send a turn and wait for its end."""
        return self.ended(self.send(said, parent, **more)["id"])


@contextmanager
def serving(data: Path) -> Generator[Api]:
    """Serve a data directory; another time, when it is asked for again."""
    with TestClient(create_app(settings(data)), raise_server_exceptions=False) as http:
        yield Api(http)
