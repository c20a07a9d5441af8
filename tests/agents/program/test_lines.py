"""Plans as texts, and how they go on."""

from __future__ import annotations

import pytest

from earthshine.agents.program.plan import lines
from earthshine.agents.program.plan.lines import Line


def test_a_plan_is_read_as_it_is_shown() -> None:
    plan = [Line("code", "read sales.csv", "done"), Line("get_weather", "of Rabat", "doing"), Line("answer")]
    shown = lines.show(plan)
    assert shown == "1. [x] code: read sales.csv\n2. [>] get_weather: of Rabat\n3. [ ] answer"
    assert lines.read(shown) == plan


@pytest.mark.parametrize("text", ["", "I think that 1. [x] is done.", "1. [?] code: x", "1. [x] code: x\nand more"])
def test_other_thoughts_are_no_plan(text: str) -> None:
    assert lines.read(text) is None


def test_what_a_model_wrote_is_made_sound() -> None:
    said = ["code: read the file", "code: add it up", "fly: to the moon", "shell: run the tests", "answer: the sum"]
    plan = lines.planned(said, ["code", "shell", "answer"])
    assert [(line.verb, line.target, line.state) for line in plan] == [
        ("code", "read the file; then add it up", "doing"),
        ("shell", "run the tests", "todo"),
        ("answer", "", "todo"),
    ]
    assert lines.planned([], ["code", "answer"]) == [Line("answer", state="doing")]


def test_what_fails_leaves_the_answer() -> None:
    plan = lines.begun([Line("code", "a"), Line("shell", "b"), Line("answer")])
    failed = lines.after(plan, "failed")
    assert [line.state for line in failed] == ["failed", "failed", "doing"]
    assert [line.state for line in lines.after(plan, "done")] == ["done", "doing", "todo"]
