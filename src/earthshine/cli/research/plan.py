"""A plan as a person changes it at the terminal, one line at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from earthshine.cli.chat.steps import plain

Json = dict[str, Any]

HELP = "Enter: begin.  2 words: other words for the second.  -2: without it.  + words: one more."
_MOST = 8
_LINE = re.compile(r"\s*(?P<sign>[+-]?)\s*(?P<number>\d{1,2})?[.:)]?\s*(?P<text>.*)", re.DOTALL)


def shown(questions: Sequence[Json]) -> str:
    """Return the questions with their numbers, a line for each."""
    return "\n".join(f"{number}. {plain(each['text'])}" for number, each in enumerate(questions, 1))


def edited(questions: Sequence[Json], line: str) -> list[Json]:
    """Return the questions as a line changes them; see `HELP`. Raises `ValueError` in words for the person."""
    found = _LINE.fullmatch(line)
    assert found is not None
    sign, number, text = found["sign"], found["number"], found["text"].strip()
    if sign == "+":
        words = f"{number or ''} {text}".strip()
        if not words or len(questions) >= _MOST:
            raise ValueError(f"A plan has {_MOST} questions at most, each of some words.")
        return [*questions, {"text": words}]
    place = int(number or 0) - 1
    if not 0 <= place < len(questions) or bool(text) == (sign == "-"):
        raise ValueError(HELP)
    if sign == "-":
        if len(questions) == 1:
            raise ValueError("A plan needs a question.")
        return [*questions[:place], *questions[place + 1 :]]
    return [*questions[:place], {**questions[place], "text": text}, *questions[place + 1 :]]
