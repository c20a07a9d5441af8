"""Whom a question is about: a small model takes the right sentence about somebody else, so names decide first."""

from __future__ import annotations

import re

from earthshine.research.state import Question
from earthshine.research.weighing.words import names
from earthshine.text.normalization import normalise

_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")


def subject_of(question: Question, whole: str) -> frozenset[str]:
    """Return the names in a question, or else in the person's own; empty where nothing tells them from other words.

    They are told by their capitals, so only names in Latin letters are known; where there are some, the first word of
    a sentence may be one, too.
    """
    text = question["text"] if names(question["text"]) else whole
    known = names(text)
    return known | frozenset(normalise(" ".join(_CAPITAL.findall(text))).split()) if known else known


def mentions(text: str, subject: frozenset[str]) -> bool:
    """Tell whether a text has one of some names; any text has, where there are none."""
    if not subject:
        return True
    plain = f" {normalise(text)} "
    return any(name in plain for name in subject)
