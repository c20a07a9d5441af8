"""How often a step is tried, and what each try begins from: the failure of the last one, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earthshine.agents.program import fences
from earthshine.agents.program.actions import Action
from earthshine.agents.program.rules import Rules
from earthshine.agents.program.state import State

Json = dict[str, Any]

_SAMPLES = {None: 2, "none": 1, "minimal": 1, "low": 1, "medium": 2, "high": 4, "xhigh": 6, "max": 8}
"""Attempts from the beginning, by the `reasoning.effort` of the agent; they share one prompt, computed once."""
_REPAIRS = 2
"""Corrections of each such attempt."""
HEAT = 0.7
"""The temperature of an attempt that must differ from another one."""
MOST_ACTIONS = 32
"""Actions of one turn."""


@dataclass(frozen=True, slots=True)
class Try:
    """What the next try of a step begins from."""

    failed: Action | None
    """What it is to correct; None for one from the beginning."""
    heat: float
    number: int
    """From 0."""


def is_good(state: State, rules: Rules, checks: str) -> bool:
    """Tell whether the last try has done the step; that of the last step must stand the goal's check, too."""
    if not state.tries or not state.tries[-1].ok:
        return False
    if not (checks and rules.check and state.is_last_work):
        return True
    return state.checked is not None and state.checked.ok


def next_try(state: State, rules: Rules, effort: str | None) -> Try | None:
    """Return the next try of the step that is being done; None where there were enough."""
    # What a crash has cut is nobody's failure, so it is no try.
    number = sum(not each.cut for each in state.tries)
    each = 1 + (_REPAIRS if rules.recover else 0)
    samples = _SAMPLES.get(effort, 2) if rules.samples else 1
    if number >= each * samples or len(state.every) >= MOST_ACTIONS:
        return None
    if number % each or (state.tries and state.tries[-1].cut):
        return Try(state.tries[-1], 0.0, number)
    return Try(None, HEAT if number else 0.0, number)


def ways(attempt: Try) -> list[tuple[Action | None, float]]:
    """Return what is asked for a try until it is none that was made before: warmer, then from the beginning."""
    return [(attempt.failed, attempt.heat), (attempt.failed, HEAT), (None, HEAT)]


def is_repeated(name: str, written: str, tried: Sequence[Action]) -> bool:
    """Tell whether the same was done before, so that it would come to the same."""
    now = fences.bare(written, name)
    return any(each.name == name and not each.cut and fences.bare(each.written, name) == now for each in tried)


def figures(state: State, malformed: int) -> Json:
    """Return the four numbers of a turn, and how many calls were none.

    `valid`: calls that were made; `executable`: those of them in which nothing failed; `correct` and `wrong`: those of
    the executable ones that a check of the goal has found right, or wrong.
    """
    return {
        "valid": len(state.every),
        "executable": sum(each.ok for each in state.every),
        "correct": sum(each.ok for each in state.checks),
        "wrong": sum(not each.ok for each in state.checks),
        "malformed": malformed,
    }
