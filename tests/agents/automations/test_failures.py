"""Whose key is gone, or whose money is spent: an invocation fails with the reason. And a server that was down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.agents.automations.test_automations import new_session
from tests.patience import PATIENCE
from tests.responses.app import People, open_people
from tests.responses.clients import sync_client
from tests.server_process import start_server

DAILY = {"type": "periodic", "name": "daily", "expression": "0 9 * * *", "timezone": "UTC", "target": new_session()}


@pytest.fixture
def people(tmp_path: Path) -> Generator[People]:
    with open_people(tmp_path) as found:
        yield found


def failed(people: People, automation_id: str, key: str) -> Any:
    """Have an automation delivered, and return the error and how the automation is then."""
    place = f"/agents/automations/{automation_id}"
    made = people.ask("POST", f"{place}/invocations", {}, who=key)
    ends = time.monotonic() + PATIENCE
    while (now := people.ask("GET", f"{place}/invocations/{made['id']}", who=key))["status"] == "queued":
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert now["status"] == "failed" and now["session_id"] is None
    return now["error"], people.ask("GET", place, who=key)


def test_a_key_that_was_revoked(people: People) -> None:
    keys = f"/organization/projects/{people.project}/api_keys"
    first = people.ask("POST", keys, {"name": "gone", "role": "member"})
    made = people.ask("POST", "/agents/automations", DAILY, who=first["value"])
    people.ask("DELETE", f"{keys}/{first['id']}")
    error, automation = failed(people, made["id"], people.key)
    assert error["code"] == "permission_denied" and "revoked" in error["message"]
    assert (automation["status"], automation["pause_reason"]) == ("paused", None)


def test_money_that_is_spent(people: People) -> None:
    made = people.ask("POST", "/agents/automations", DAILY, who=people.key)
    limit = {"currency": "USD", "interval": "month", "threshold_amount": 1}
    people.respond(people.key, "Spend it. " * 3000, max_output_tokens=16)
    people.ask("POST", f"/organization/projects/{people.project}/spend_limit", limit)
    error, automation = failed(people, made["id"], people.key)
    assert error["code"] == "insufficient_quota"
    assert automation["status"] == "active", "the next month has money again"


async def test_what_was_missed_fires_once(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        with sync_client(server) as sdk:
            at = int(time.time()) + 8
            made = sdk.beta.agents.automations.create(type="once", run_at=at, name="soon", target=new_session())
        await server.kill()
        await asyncio.sleep(max(0.0, at + 0.5 - time.time()))
        server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            ends, found = time.monotonic() + PATIENCE, []
            while not found or found[0].status == "queued":
                assert time.monotonic() < ends
                await asyncio.sleep(0.1)
                found = list(sdk.beta.agents.automations.invocations.list(made.id))
            (one,) = found
            assert (one.status, one.scheduled_at) == ("completed", at)
            assert sdk.beta.agents.automations.retrieve(made.id).status == "completed"
            assert len(list(sdk.beta.agents.sessions.list())) == 1
    finally:
        await server.stop()
