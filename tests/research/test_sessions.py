"""Researches of agents and automations: a session whose agent's model is asked for a research."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.research.entry import END, MODEL, World, open_world

Json = dict[str, Any]
QUESTION = f"What is new about bridges? {END}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    with open_world(tmp_path_factory.mktemp("sessions")) as opened:
        yield opened


@pytest.fixture(scope="module")
def session(world: World) -> str:
    agent = {"model": MODEL, "instructions": "Be brief.", "tools": [{"type": "web_search"}]}
    own = {"rules": {"program": True}}
    body = {"agent": agent, "environment": {"type": "none"}, "input": QUESTION, "earthshine": own}
    made = world.ask("POST", "/agents/sessions", body, who=world.key)
    _rest(world, made["id"], 1)
    return made["id"]


def _rest(world: World, session_id: str, turns: int) -> None:
    """Wait until a session has that many turns, all ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = world.ask("GET", f"/agents/sessions/{session_id}/turns", who=world.key)["data"]
        if len(found) == turns and {each["status"] for each in found} == {"completed"}:
            return
        assert time.monotonic() < deadline and "failed" not in str(found), found
        time.sleep(0.02)


def _last(world: World) -> tuple[str, Json]:
    return list(world.program.told.items())[-1]


def test_the_agents_model_says_that_a_research_is_written(world: World, session: str) -> None:
    response_id, told = _last(world)
    assert (told["name"], told["model"], told["question"]) == ("research", "scripted", QUESTION)
    assert world.get(response_id)["report"]["title"] == "The bridge"
    items = world.ask("GET", f"/agents/sessions/{session}/items?order=asc", who=world.key)["data"]
    assert items[-1]["content"][0]["text"] == "The report."


def test_an_automation_asks_again_and_is_told_what_is_new(world: World, session: str) -> None:
    first, _ = _last(world)
    said = {"role": "user", "content": [{"type": "input_text", "text": f"And who? {END}"}]}
    events = [{"type": "agent.session.input.message", "input": [said]}]
    headers = {"authorization": f"Bearer {world.key}"}
    told_so = world.http.post(f"/v1/agents/sessions/{session}/events", json={"events": events}, headers=headers)
    assert told_so.status_code == 202, told_so.text
    _rest(world, session, 2)
    follow_up, told = _last(world)
    assert (told["from"], told["since"]) == (first, None)
    wake = {"type": "existing_session", "session_id": session, "instructions": QUESTION}
    daily = {"type": "periodic", "name": "news", "expression": "0 9 * * *", "timezone": "UTC", "target": wake}
    automation = world.ask("POST", "/agents/automations", daily, who=world.key)["id"]
    for turns, since in ((3, first), (4, None)):
        before, _ = _last(world)
        world.ask("POST", f"/agents/automations/{automation}/invocations", {}, who=world.key)
        _rest(world, session, turns)
        _, told = _last(world)
        assert (told["question"], told["since"], told["from"]) == (QUESTION, since or before, None)
    assert follow_up != first


def test_an_automation_with_new_sessions_is_told_what_is_new_too(world: World) -> None:
    agent = {"model": MODEL, "tools": [{"type": "web_search"}]}
    said = {"role": "user", "content": [{"type": "input_text", "text": f"What is new in Sfax? {END}"}]}
    target = {"type": "new_session", "environment": {"type": "none"}, "agent": agent, "input": [said]}
    weekly = {"type": "periodic", "name": "Sfax", "expression": "0 9 * * 1", "timezone": "UTC", "target": target}
    automation = world.ask("POST", "/agents/automations", weekly, who=world.key)["id"]
    before = None
    for _ in range(2):
        fired = world.ask("POST", f"/agents/automations/{automation}/invocations", {}, who=world.key)
        place, deadline = f"/agents/automations/{automation}/invocations/{fired['id']}", time.monotonic() + PATIENCE
        while (now := world.ask("GET", place, who=world.key))["status"] == "queued":
            assert time.monotonic() < deadline, now
            time.sleep(0.02)
        _rest(world, now["session_id"], 1)
        response_id, told = _last(world)
        assert (told["since"], told["from"]) == (before, None)
        before = response_id
