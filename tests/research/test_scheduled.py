"""A research that an automation asks for each week: each report tells what is new since the one before."""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from earthshine.agents.automations.automations import Automations
from tests.patience import PATIENCE
from tests.research.playing import MODEL, NOTE, Desk, good, open_desk
from tests.research.test_program import PAGES

Json = dict[str, Any]
QUESTION = "How long is the Brel bridge?"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Desk]:
    with open_desk(tmp_path_factory.mktemp("scheduled"), PAGES) as opened:
        yield opened


def brief(prompt: str) -> str:
    return "[1]" if NOTE in prompt else good(prompt)


def last_report(desk: Desk, after: str) -> Json:
    """Wait for the report of a newer research than that one."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = desk.ask("GET", "/research?limit=1", who=desk.key)["data"]
        if found and found[0]["id"] != after and found[0]["status"] == "completed":
            return desk.get(found[0]["id"])["report"]
        assert time.monotonic() < deadline and "failed" not in str(found), found
        time.sleep(0.02)


def test_each_week_tells_what_is_new(desk: Desk) -> None:
    desk.player.play = brief
    agent = {"model": MODEL, "tools": [{"type": "web_search"}], "reasoning": {"effort": "low"}}
    body = {"agent": agent, "environment": {"type": "none"}, "input": QUESTION}
    session = desk.ask("POST", "/agents/sessions", body, who=desk.key)["id"]
    reports = [last_report(desk, "")]
    assert "changes" not in reports[0]
    target = {"type": "existing_session", "session_id": session, "instructions": QUESTION}
    weekly = {"type": "periodic", "name": "bridge", "expression": "0 7 * * 1", "timezone": "UTC", "target": target}
    place = f"/agents/automations/{desk.ask('POST', '/agents/automations', weekly, who=desk.key)['id']}/invocations"
    automations = desk.http.app.state.services.get(Automations)  # type: ignore[attr-defined]
    today = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0)
    monday = today + timedelta(days=8 - today.isoweekday())
    for week in range(3):
        # In the second week more is noted of the same pages; in the third nothing else.
        desk.player.play = good if week else brief
        at = (monday + timedelta(weeks=week)).timestamp()
        automations.clock = lambda at=at: at + 1
        assert desk.http.portal is not None
        desk.http.portal.call(automations.on_change)
        reports.append(last_report(desk, reports[-1]["id"]))
        assert desk.ask("GET", place, who=desk.key)["data"][0]["scheduled_at"] == at
    first, second, third = (each["changes"] for each in reports[1:])
    assert [each["changes"]["since"] for each in reports[1:]] == [each["id"] for each in reports[:3]]
    added = [each["text"] for each in reports[2]["claims"] if each["id"] in second["added"]]
    assert first["added"] == third["added"] == [] and any("Ada Morn" in each for each in added)
