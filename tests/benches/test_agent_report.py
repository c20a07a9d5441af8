"""What the report of the agents' task suite says about results."""

from __future__ import annotations

from typing import Any

import pytest

from bench.agents.report import ablation, grouped, on_common, summed, table, verdict, wilson
from bench.agents.run import chosen
from bench.agents.task import Task

Json = dict[str, Any]


def tried(agent: str, task: str, solved: bool, seed: int = 0, without: str = "", **more: Any) -> Json:
    about = {"agent": agent, "without": without, "revision": "1", "model": "m", "task": task, "seed": seed}
    spent = {"model_calls": 2, "input": 800, "cached": 100, "output": 50, "seconds": 10.0, "end": "answer"}
    return {**about, "solved": solved, **spent, "calls": 2, "valid": 2, "executable": 1, "loops": 0, **more}


LINES = [
    *(tried("earthshine", f"t{number}", number < 4, seed) for number in range(6) for seed in range(3)),
    tried("earthshine", "t4", True, 1),
    *(tried("bare", f"t{number}", number == 0) for number in range(5)),
    *(tried("qwen-agent", f"t{number}", number < 2, valid=1) for number in range(5)),
    *(tried("earthshine", f"t{number}", number < 2, without="plan", seconds=5.0) for number in range(5)),
]


def test_wilson_as_in_the_literature() -> None:
    low, high = wilson(0.5, 10)
    assert (round(low, 3), round(high, 3)) == (0.237, 0.763)
    assert wilson(0.0, 40)[0] == 0.0 and 0.08 < wilson(0.0, 40)[1] < 0.09
    assert wilson(0.0, 0) == (0.0, 1.0)


def test_tries_of_one_task_count_for_a_share() -> None:
    ours = summed([line for line in LINES if line["agent"] == "earthshine" and not line["without"]])
    assert ours["tasks"] == 6 and ours["tries"] == 19
    assert ours["solved"] == pytest.approx(4.25)
    assert ours["prompt"] == 400


def test_agents_are_compared_on_what_all_of_them_tried() -> None:
    groups = grouped([line for line in LINES if not line["without"]])
    assert all(len({line["task"] for line in lines}) == 5 for lines in on_common(groups).values())
    said = verdict(groups)
    assert "the best peer, qwen-agent, 2.0" in said and "2.12 times as many (bar 2.0: kept)" in said
    assert [row[0] for row in table(groups)[1:]] == ["bare (1)", "earthshine (1)", "qwen-agent (1)"]


def test_a_rule_is_worth_what_is_lost_without_it() -> None:
    heading, plan = ablation(grouped(LINES))
    assert plan[:5] == ["plan", "5", "2.0", "4.2", "45"]
    assert plan[heading.index("seconds")] == "5"


def test_the_same_tasks_are_chosen_each_time() -> None:
    found = [Task(f"chores/{number}", "", lambda _: "") for number in range(30)]
    first = [task.name for task in chosen(found, [], 8)]
    assert first == [task.name for task in chosen(found[::-1], [], 8)] != [task.name for task in found[:8]]
    assert [task.name for task in chosen(found, ["chores/3"], None)] == ["chores/3"]
