"""A plan: a few lines, each a verb and what it is to do, with how far each is. Its text is what readers see of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

State = Literal["todo", "doing", "done", "failed"]

ANSWER = "answer"
"""The verb of the last line: to tell the user."""
MOST_LINES = 6
MOST_TARGET = 160
"""Characters of what a line is to do."""
_MARKS: dict[State, str] = {"todo": " ", "doing": ">", "done": "x", "failed": "!"}
_STATES: dict[str, State] = {mark: state for state, mark in _MARKS.items()}
_LINE = re.compile(r"\d+\. \[([ >x!])\] ([\w-]{1,64})(?:: (.*))?")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan."""

    verb: str
    """`code`, `shell`, the name of a function, or `answer`."""
    target: str = ""
    state: State = "todo"


def show(lines: Sequence[Line]) -> str:
    """Return a plan as a text, the same in every language but for what the model wrote."""
    return "\n".join(
        f"{number}. [{_MARKS[line.state]}] {line.verb}" + (f": {line.target}" if line.target else "")
        for number, line in enumerate(lines, 1)
    )


def read(text: str) -> list[Line] | None:
    """Return the plan that a text shows; None for a text that shows none."""
    found = [_LINE.fullmatch(line) for line in text.split("\n")]
    if not found or len(found) > MOST_LINES + 1:
        return None
    lines: list[Line] = []
    for each in found:
        if each is None:
            return None
        lines.append(Line(each[2], each[3] or "", _STATES[each[1]]))
    return lines


def planned(said: Sequence[str], verbs: Sequence[str]) -> list[Line]:
    """Return the plan that a model wrote as `VERB: target`, made sound.

    What has no verb of `verbs` is left out; neighbours that are code, or that are commands, are one line, as one piece
    of code does all of it; the last line, and no other, answers.
    """
    lines: list[Line] = []
    for each in said:
        verb, _, target = each.partition(":")
        verb, target = verb.strip(), clean(target)
        if verb not in verbs or verb == ANSWER:
            continue
        if lines and verb in ("code", "shell") and lines[-1].verb == verb:
            joined = f"{lines[-1].target.rstrip('.')}; then {target}"
            lines[-1] = replace(lines[-1], target=joined[:MOST_TARGET])
        else:
            lines.append(Line(verb, target))
    return begun([*lines[:MOST_LINES], Line(ANSWER)])


def clean(target: str) -> str:
    """Return what a line is to do, on one line and short."""
    return " ".join(target.split())[:MOST_TARGET]


def begun(lines: Sequence[Line]) -> list[Line]:
    """Return a plan whose first line that is not done is being done."""
    here = next((place for place, line in enumerate(lines) if line.state in ("todo", "doing")), None)
    return [
        replace(line, state="doing" if place == here else "todo" if line.state == "doing" else line.state)
        for place, line in enumerate(lines)
    ]


def after(lines: Sequence[Line], state: Literal["done", "failed"]) -> list[Line]:
    """Return a plan after the line that was being done; what fails leaves nothing but to answer."""
    marked = [replace(line, state=state) if line.state == "doing" else line for line in lines]
    if state == "failed":
        marked = [
            replace(line, state="failed") if line.state == "todo" and line.verb != ANSWER else line for line in marked
        ]
    return begun(marked)
