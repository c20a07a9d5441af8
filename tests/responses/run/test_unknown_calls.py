"""A call that was cut, of which nobody knows whether it was done: it is told, and whoever knows may say so."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from earthshine.tools import registry
from tests.patience import PATIENCE
from tests.responses.app import People, open_people
from tests.tools.line_tools import FILE, PAUSE, install, keys

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    install(tmp_path / "packages")
    monkeypatch.setenv(FILE, str(tmp_path / "lines"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages"), *sys.path])
    forget()
    yield
    forget()


def forget() -> None:
    registry._entries.cache_clear()
    registry._load.cache_clear()


def get(people: People, response_id: str) -> Json:
    return people.ask("GET", f"/responses/{response_id}", who=people.key)


def until(people: People, response_id: str, wanted: Callable[[Json], bool]) -> Json:
    deadline = time.monotonic() + PATIENCE
    while not wanted(made := get(people, response_id)):
        assert time.monotonic() < deadline, made
        time.sleep(0.05)
    return made


def ended(response: Json) -> bool:
    return response["status"] not in ("queued", "in_progress")


def cut(data: Path, monkeypatch: pytest.MonkeyPatch, tool: str = "add_line") -> tuple[str, str, str]:
    """Have a server end while a tool runs; returns the key, the response and the call."""
    monkeypatch.setenv(PAUSE, "60")
    with open_people(data) as people:
        replies = [{"tool_call": {"name": tool, "arguments": {"line": "x"}}}, {"text": "Done."}]
        body = {"tools": [{"type": tool}], "background": True}
        made = people.respond(people.key, f"!script {json.dumps(replies)}", **body)
        deadline = time.monotonic() + PATIENCE
        while f"{tool}.adding" not in json.dumps(
            people.ask("GET", f"/responses/{made['id']}/journal?limit=1000", who=people.key)
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        call = get(people, made["id"])["output"][0]["call_id"]
        key = people.key
    monkeypatch.setenv(PAUSE, "0")
    return key, made["id"], call


@pytest.mark.parametrize(
    ("body", "output", "lines"),
    [
        ({"outcome": "done", "output": "It is there."}, "It is there.", 0),
        ({"outcome": "done"}, "It was done; what it returned is not known.", 0),
        ({"outcome": "failed", "output": "The disk is full."}, "The disk is full.", 0),
        ({"outcome": "not_done"}, "Added: x", 1),
    ],
)
def test_whoever_knows_says_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: Json, output: str, lines: int
) -> None:
    key, response_id, call = cut(tmp_path / "data", monkeypatch)
    with open_people(tmp_path / "data") as people:
        people.key = key
        waiting = until(people, response_id, lambda made: len(made["output"]) == 2)
        answer = waiting["output"][1]
        assert (answer["status"], answer["call_id"], waiting["status"]) == ("incomplete", call, "in_progress")
        assert "Nobody knows" in answer["output"]
        place = f"/responses/{response_id}/calls/{call}"
        for wrong, param in (({"outcome": "maybe"}, "outcome"), ({"outcome": "not_done", "output": "x"}, "output")):
            error = people.ask("POST", place, wrong, who=key, status=400)["error"]
            assert error["param"] == param
        people.ask("POST", f"/responses/{response_id}/calls/call_no", body, who=key, status=404)
        people.ask("POST", place, body, who=key)
        made = until(people, response_id, ended)
        assert made["status"] == "completed"
        assert [item["type"] for item in made["output"]] == ["function_call", "function_call_output", "message"]
        assert (made["output"][1]["output"], made["output"][1]["status"]) == (output, "completed")
        assert made["output"][1]["id"] == answer["id"]
        assert len(keys()) == lines
        people.ask("POST", place, {"outcome": "failed"}, who=key, status=409)


def test_what_waits_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, response_id, _ = cut(tmp_path / "data", monkeypatch)
    with open_people(tmp_path / "data") as people:
        people.key = key
        until(people, response_id, lambda made: len(made["output"]) == 2)
        made = people.ask("POST", f"/responses/{response_id}/cancel", {}, who=key)
        assert made["status"] == "cancelled"
        assert made["output"][1]["status"] == "incomplete"


@pytest.mark.parametrize("tool", ["sure_line", "keep_line"])
def test_a_tool_that_can_find_out_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str) -> None:
    key, response_id, _ = cut(tmp_path / "data", monkeypatch, tool)
    with open_people(tmp_path / "data") as people:
        people.key = key
        made = until(people, response_id, ended)
        assert (made["status"], made["output"][1]["output"]) == ("completed", "Added: x")
        assert len(keys()) == 1


def test_what_is_cancelled_while_a_tool_runs_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PAUSE, "60")
    with open_people(tmp_path / "data") as people:
        replies = [{"tool_call": {"name": "add_line", "arguments": {"line": "x"}}}]
        body = {"tools": [{"type": "add_line"}], "background": True}
        made = people.respond(people.key, f"!script {json.dumps(replies)}", **body)
        until(people, made["id"], lambda response: len(response["output"]) == 1)
        ended = people.ask("POST", f"/responses/{made['id']}/cancel", {}, who=people.key)
    answer = ended["output"][-1]
    assert (ended["status"], answer["type"], answer["status"]) == ("cancelled", "function_call_output", "incomplete")


def test_a_response_whose_tool_was_removed_fails_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, response_id, _ = cut(tmp_path / "data", monkeypatch)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each != str(tmp_path / "packages")])
    forget()
    with open_people(tmp_path / "data") as people:
        people.key = key
        made = until(people, response_id, ended)
    assert made["status"] == "failed"
    assert "add_line" in made["error"]["message"]
