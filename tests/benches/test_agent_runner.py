"""The runner of the agents' task suite: real tries, by a scripted model, and the file that they are kept in."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.agents import results
from bench.agents.attempt import attempt as real_attempt
from bench.agents.attempt import key_for
from bench.agents.checks import says
from bench.agents.chores.sites import Site
from bench.agents.kinds.job import Job
from bench.agents.task import Outcome, Task
from tests.server_process import ServerProcess

Json = dict[str, Any]
Attempt = Callable[[Task, Job], tuple[Json, list[Json]]]
BLANK: Json = {"turns": [], "functions": [], "bridge": "", "files": True, "steps": 5, "seed": 0, "without": []}


@pytest.fixture
def job(scripted_server: ServerProcess) -> Callable[..., Job]:
    def make(agent: str, **more: Any) -> Job:
        about = {"url": f"{scripted_server.url}/v1", "key": scripted_server.key, "model": "scripted", "seconds": 60.0}
        return Job(agent=agent, **{**about, **BLANK, **more})

    return make


def scripted(*replies: Json) -> str:
    return f"!script {json.dumps(replies)}"


@pytest.fixture
def attempt(scripted_server: ServerProcess) -> Attempt:
    url, root = f"{scripted_server.url}/v1", scripted_server.key
    key_id, key = key_for(url, root, "bench")
    return lambda task, job: real_attempt(task, replace(job, key=key), root, key_id)


def test_our_agent_works_in_a_container(job: Callable[..., Job], attempt: Attempt) -> None:
    commands = {"commands": ["wc -l < a.txt | tee lines.txt", "cat nowhere"]}
    goal = scripted({"tool_call": {"name": "shell", "arguments": commands}}, {"text": "There are 2 lines."})
    seen: list[Outcome] = []

    def check(outcome: Outcome) -> str:
        seen.append(outcome)
        return says(2)(outcome)

    line, events = attempt(Task("chores/x", goal, check, {"a.txt": b"one\ntwo\n"}), job("earthshine"))
    assert (line["solved"], line["end"], line["calls"], line["valid"], line["executable"]) == (True, "answer", 1, 1, 0)
    assert line["input"] > 0 and line["output"] > 0 and line["model_calls"] == 2
    assert seen[0].text("lines.txt") == "2\n" and seen[0].text("a.txt") == "one\ntwo\n"
    assert any("No such file" in str(each.get("result")) for each in events)


def test_our_agent_calls_what_a_task_brings(job: Callable[..., Job], attempt: Attempt) -> None:
    class Fixed(Site):
        def __init__(self) -> None:
            super().__init__({"": "<p>The price is 58.50"})
            self.words = {"site": self.words["site"], "arguments": json.dumps({"url": self.words["site"]})}

    goal = scripted(
        {"tool_call": {"name": "read_page", "arguments": {"url": "http://127.0.0.1:1/"}}},
        {"tool_call": {"name": "read_page", "arguments": "{}"}},
        {"text": "It is 58.50."},
    )
    with closing(Fixed()):
        line, events = attempt(Task("functions/x", goal, says(58.5), world=Fixed), job("earthshine"))
    assert line["solved"] and line["end"] == "answer"
    assert (line["calls"], line["valid"], line["executable"], line["correct"]) == (2, 1, 0, 0)
    results_ = [each["result"] for each in events if "call" in each]
    assert "Only pages of" in results_[0] and "required" in results_[1]


def test_a_try_ends_when_its_time_is_up(job: Callable[..., Job], attempt: Attempt) -> None:
    goal = scripted({"text": "word " * 4000, "tokens_per_second": 5})
    for agent in ("earthshine", "bare"):
        line, _ = attempt(Task("chores/x", goal, says("never said")), job(agent, seconds=3.0))
        assert (line["solved"], line["end"]) == (False, "limit"), agent
        assert line["seconds"] < 40


def test_the_bare_model_writes_files_and_loses_none_outside(job: Callable[..., Job], attempt: Attempt) -> None:
    seen: list[Outcome] = []
    goal = scripted({"text": "```../out.txt\nno\n```\n```b.txt\nyes\n```"})

    def check(outcome: Outcome) -> str:
        seen.append(outcome)
        return ""

    line, _ = attempt(Task("chores/x", goal, check, {"a.txt": b"one"}), job("bare"))
    assert line["solved"] and line["model_calls"] == 1
    assert seen[0].files == {"a.txt": b"one", "b.txt": b"yes\n"}


def test_a_call_that_only_stands_in_the_answer_is_malformed(job: Callable[..., Job], attempt: Attempt) -> None:
    goal = scripted({"text": '{"name": "shell", "arguments": {"command": "ls"}}'})
    line, _ = attempt(Task("chores/x", goal, says("done")), job("bare"))
    assert (line["calls"], line["valid"]) == (1, 0)


def _line(**more: Any) -> Json:
    about = {"agent": "bare", "without": "", "revision": "1", "model": "m", "temperature": 0.2, "limit": 60.0}
    return {**about, "task": "chores/x", "seed": 0, "solved": False, **more}


def test_results_survive_a_line_that_was_cut_short(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    results.append(file, _line())
    with file.open("a") as opened:
        opened.write('{"agent": "ba')
    results.append(file, _line(seed=1))
    results.append(file, _line(solved=True))
    found = results.read([file])
    assert [(each["seed"], each["solved"]) for each in found] == [(0, True), (1, False)]
