"""An application in this process, asked by its first administrator."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from earthshine.server import create_app
from earthshine.settings import Settings
from tests.addresses import address
from tests.patience import PATIENCE

ROOT = "sk-es-the-administrators-own-key"


class Console:
    """A client of the API."""

    def __init__(self, http: TestClient) -> None:
        self._http = http

    def ask(self, method: str, path: str, body: Any = None, *, who: str = ROOT, status: int = 200) -> Any:
        """Send a request and return the reply's body."""
        reply = self._http.request(method, address(path), json=body, headers={"authorization": f"Bearer {who}"})
        assert reply.status_code == status, (method, path, reply.status_code, reply.text)
        return reply.json()

    def text(self, path: str) -> str:
        """Return what stands at an address."""
        reply = self._http.get(path, headers={"authorization": f"Bearer {ROOT}"})
        assert reply.status_code == 200, (path, reply.status_code, reply.text)
        return reply.text

    def project_key(self) -> str:
        """Make a key that administers nothing."""
        project = self.ask("POST", "/organization/projects", {"name": "p"})["id"]
        return self.ask("POST", f"/organization/projects/{project}/api_keys", {"name": "k"})["value"]


@contextmanager
def open_console(data: Path, **more: Any) -> Generator[Console]:
    """Open a server that has only the scripted model."""
    given: dict[str, Any] = {"default_model": "scripted", **more}
    settings = Settings(data=data, scripted=True, embedded_model=False, bootstrap_key=ROOT, **given)
    with TestClient(create_app(settings), raise_server_exceptions=False) as http:
        yield Console(http)


def until(look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Return the first thing that is not None or false."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return found
