"""Every operation of our own OpenAPI document, asked what its author did not think of: no 5xx, no undescribed reply.

`schemathesis` makes requests that fit the document, and requests that do not. The application runs in this process,
with the scripted model. `EARTHSHINE_TEST_FUZZ=300` makes so many examples of each kind instead of a few, and other
ones at each run.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Generator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from earthshine.server import create_app
from earthshine.settings import Settings
from tests.conformance.isolation_world import ENDLESS
from tests.databases import on_postgresql

KEY = "sk-es-fuzz-0123456789abcdef"
ASKED = int(os.environ.get("EARTHSHINE_TEST_FUZZ", "0"))
EXAMPLES = ASKED or 3
PATIENCE = 30.0
"""Seconds that one request may take before it counts as hung."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
KINDS = {"fitting": GenerationMode.POSITIVE, "unfitting": GenerationMode.NEGATIVE}

DOCUMENT = create_app(Settings(data=Path("unused"))).openapi()
EVERY = [operation.ok() for operation in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()]
OPERATIONS = [operation for operation in EVERY if (operation.method.upper(), operation.path) not in ENDLESS]


class Installation:
    """The application in a thread of its own, and real ids to put in the place of made up ones."""

    def __init__(self, data: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="application", daemon=True)
        self._thread.start()
        self._stop = asyncio.Event()
        self._open: Future[None] = Future()
        self._closed = asyncio.run_coroutine_threadsafe(self._serve(data), self._loop)
        self._open.result(60)
        self.ids: dict[str, str] = {"model": "scripted"}

    async def _serve(self, data: Path) -> None:
        try:
            app = create_app(
                Settings(
                    data=data,
                    scripted=True,
                    embedded_model=False,
                    default_model="scripted",
                    bootstrap_key=KEY,
                    body_timeout=5,
                )
            )
            transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
            async with (
                app.router.lifespan_context(app),
                httpx2.AsyncClient(transport=transport, base_url="http://test") as self._http,
            ):
                self._open.set_result(None)
                await self._stop.wait()
        except BaseException as error:
            if not self._open.done():
                self._open.set_exception(error)
            raise

    def send(self, method: str, url: str, **more: Any) -> httpx2.Response:
        """Send one request with the administrator's key."""
        headers = {**more.pop("headers", {}), "authorization": f"Bearer {KEY}"}
        asked = self._http.request(method, url, headers=headers, **more)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(PATIENCE)

    def create(self, path: str, **body: Any) -> str:
        """Create an object and return its id."""
        reply = self.send("POST", path, json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["id"]

    def close(self) -> None:
        """End the application."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._closed.result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Generator[Installation]:
    running = Installation(tmp_path_factory.mktemp("fuzz"))
    try:
        said = {"model": "scripted", "messages": [{"role": "user", "content": "hello"}], "store": True}
        running.ids |= {
            "response_id": running.create("/v1/responses", model="scripted", input="hello"),
            "conversation_id": running.create("/v1/conversations"),
            "completion_id": running.create("/v1/chat/completions", **said),
            "project_id": running.create("/v1/organization/projects", name="fuzz"),
        }
        yield running
    finally:
        running.close()


def send(installation: Installation, case: Case) -> httpx2.Response:
    """Send what was made up, with a real id here and there, so that more than 404s are met."""
    for name, value in installation.ids.items():
        if name == "project_id" and case.operation.label.endswith("/archive"):
            continue  # nothing else could be done with it afterwards
        if case.path_parameters and name in case.path_parameters and len(str(case.path_parameters[name])) % 3:
            case.path_parameters[name] = value
    if isinstance(case.body, dict) and isinstance(case.body.get("model"), str):
        case.body["model"] = "scripted"
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
    # The client of these tests refuses longer ones by itself.
    assume(len(str(asked.url)) < 65_000)
    headers = {name: value for name, value in asked.headers.items() if name.lower() != "authorization"}
    return installation.send(str(asked.method), str(asked.url), content=asked.body, headers=headers)


# Paths have nothing to get wrong that a path which fits has not. What does not fit is refused before any database.
ASKS = [(operation, "fitting") for operation in OPERATIONS]
if not on_postgresql():
    ASKS += [(operation, "unfitting") for operation in OPERATIONS if operation.body or operation.query]


@pytest.mark.parametrize(("operation", "kind"), ASKS, ids=lambda each: getattr(each, "label", each))
def test_no_server_error_and_no_untold_reply(operation: Any, kind: str, installation: Installation) -> None:
    bounded = settings(
        max_examples=EXAMPLES,
        derandomize=not ASKED,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @bounded
    @given(case=operation.as_strategy(generation_mode=KINDS[kind]))
    def ask(case: Case) -> None:
        reply = send(installation, case)
        # Somebody else's server, which nobody runs at an address that was made up.
        away = case.operation.path.startswith("/earthshine/v1/servers") and reply.status_code == 502
        case.validate_response(reply, checks=CHECKS, excluded_checks=[not_a_server_error] if away else [])

    ask()


def test_every_operation_has_a_name_of_its_own_and_says_what_it_takes_and_gives() -> None:
    names = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert {"200", "4XX", "5XX"} <= set(operation["responses"]), (method, path)
            named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert named == {step[1:-1] for step in path.split("/") if step.startswith("{")}, (method, path)
