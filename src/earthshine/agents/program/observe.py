"""When the rest of a plan is made anew: functions tell what nobody knew when the first plan was made."""

from __future__ import annotations

from earthshine.agents.program.actions import CODE, SHELL
from earthshine.agents.program.state import State

_MOST_FAILURES = 6
"""Calls in a row that may fail before the line is given up."""


def learnt(state: State) -> bool:
    """Tell whether the rest is to be planned after a function has answered.

    After the first one, before which nothing was known, and when nothing is left; not after a call that told what an
    earlier one had told.
    """
    *before, last = state.every
    if any((each.same, each.result) == (last.same, last.result) for each in before):
        return False
    return state.is_last_work or not state.done


def failed_again(state: State) -> bool:
    """Tell whether a function makes room for another plan: it was corrected, and failed again."""
    return len(state.tries) > 1 and not any(each.ok for each in state.tries)


def is_hopeless(state: State) -> bool:
    """Tell whether so many calls have failed in a row that no other plan is made."""
    return _failures(state) >= _MOST_FAILURES


def spent(state: State) -> set[str]:
    """Return the functions that are not to be called next.

    Those that failed since something last worked, and what has just answered and takes no arguments.
    """
    count = _failures(state)
    names = {each.name for each in state.every[len(state.every) - count :]}
    if not count and state.every and state.every[-1].written in ("", "{}"):
        names.add(state.every[-1].name)
    return names - {CODE, SHELL}


def _failures(state: State) -> int:
    """Return how many of the last actions failed in a row."""
    return next((at for at, each in enumerate(reversed(state.every)) if each.ok), len(state.every))
