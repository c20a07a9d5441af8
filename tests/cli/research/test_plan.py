"""Lines that change a plan."""

from __future__ import annotations

import pytest

from earthshine.cli.research.plan import edited, shown

PLAN = [{"id": "q1", "text": "How long?"}, {"id": "q2", "text": "How old?"}]


def test_a_line_changes_drops_or_adds() -> None:
    assert edited(PLAN, "2 Who paid?") == [PLAN[0], {"id": "q2", "text": "Who paid?"}]
    assert edited(PLAN, " 1. كم طوله؟ ") == [{"id": "q1", "text": "كم طوله؟"}, PLAN[1]]
    assert edited(PLAN, "-1") == PLAN[1:]
    assert edited(PLAN, "+ 2 questions?") == [*PLAN, {"text": "2 questions?"}]
    assert edited(PLAN, "+Why?")[-1] == {"text": "Why?"}


@pytest.mark.parametrize("line", ["3 What?", "0 What?", "What?", "-", "-3", "2", "+", "- 1 What?"])
def test_what_is_no_change_is_said(line: str) -> None:
    with pytest.raises(ValueError, match=r"Enter: begin|of some words"):
        edited(PLAN, line)


def test_a_plan_keeps_a_question_and_has_eight_at_most() -> None:
    with pytest.raises(ValueError, match="needs a question"):
        edited(PLAN[:1], "-1")
    with pytest.raises(ValueError, match="8 questions"):
        edited(PLAN * 4, "+ One more?")


def test_what_would_command_the_terminal_is_shown_as_a_sign() -> None:
    assert "\x1b" not in shown([{"text": "\x1b[31mred"}])
