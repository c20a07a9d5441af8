"""The list of tasks for people: titles, and how far each is."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
from openai import OpenAI

from tests.agents.talking import WEATHER, bearer, begin, call, script, until
from tests.server_process import ServerProcess


def tasks(server: ServerProcess, **query: Any) -> dict[str, dict[str, Any]]:
    reply = httpx.get(f"{server.url}/earthshine/v1/agents/tasks", params=query, headers=bearer(server))
    assert reply.status_code == 200, reply.text
    return {task["id"]: task for task in reply.json()["data"]}


def test_each_task_says_what_it_is_and_how_far(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    done = begin(sdk, "قم بالعدّ\nsecond line")
    named = begin(sdk, "Hello.", metadata={"title": "A named one"})
    waits = begin(sdk, f"Look.\n{script(call('Rabat'))}", tools=[WEATHER])
    fails = begin(sdk, f"Break.\n{script({'text': 'One two', 'error_after': 1, 'error_always': True})}")
    for each, status in ((done, "idle"), (named, "idle"), (waits, "requires_action")):
        until(sdk, each, status)
    until(sdk, fails, "idle", "failed")
    found = tasks(scripted_server)
    assert [found[each.id]["status"] for each in (done, named, waits, fails)] == ["done", "done", "waiting", "failed"]
    assert [found[each.id]["title"] for each in (done, named, waits)] == ["قم بالعدّ", "A named one", "Look."]
    cancel: Any = {"type": "agent.session.input.cancel"}
    sdk.beta.agents.sessions.events.create(waits.id, events=[cancel])
    until(sdk, waits, "idle")
    assert tasks(scripted_server)[waits.id]["status"] == "stopped"
    newest = tasks(scripted_server, limit=1)
    assert list(newest) == [fails.id]
