"""How a chore is written down: its files as text, and the outcomes that prove its checker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.agents.task import Check, Outcome, Task


def data(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """Return files as bytes."""
    return {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}


def made(
    before: Mapping[str, bytes], answer: str = "", changed: Mapping[str, str | bytes | None] | None = None
) -> Outcome:
    """Return an outcome: the files as they were, with what is changed; None takes one away."""
    files = dict(before)
    for name, text in (changed or {}).items():
        files.pop(name, None)
        if text is not None:
            files.update(data({name: text}))
    return Outcome(answer, files)


def chore(
    name: str,
    goal: str,
    check: Check,
    files: Mapping[str, str | bytes] | None = None,
    *,
    right: Any,
    wrong: Any,
    language: str = "en",
    **more: Any,
) -> Task:
    """Return a chore. `right` and `wrong`: an answer, the files that are changed, or both in this order."""
    before = data(files or {})

    def outcome(given: Any) -> Outcome:
        answer, changed = given if isinstance(given, tuple) else (given, {}) if isinstance(given, str) else ("", given)
        return made(before, answer, changed)

    proofs = {"right": outcome(right), "wrong": outcome(wrong)}
    return Task(f"chores/{name}", goal, check, before, language, **proofs, **more)
