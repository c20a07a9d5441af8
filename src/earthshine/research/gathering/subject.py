"""Whom a question is about: a small model takes the right sentence about somebody else, so names decide first."""

from __future__ import annotations

import re

from earthshine.research.state import Question
from earthshine.research.weighing.words import content, names
from earthshine.text.normalization import normalise

_LATIN = re.compile("[a-zA-ZÀ-ÿ]")
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")


def subject_of(question: Question, whole: str) -> frozenset[str]:
    """Return the names in a question, or else in the person's own; empty where nothing tells them from other words.

    They are told by their capitals, so only names in Latin letters are known, also within another script.
    """
    return frozenset(normalise(" ".join(_names(question["text"]) or _names(whole))).split())


def named_in(question: Question, whole: str) -> str:
    """Return the names of a question in their order, as words to search for; empty where there are none."""
    return " ".join(_names(question["text"]) or _names(whole))


def _names(text: str) -> list[str]:
    """Return the words with a capital, the first one too, where one of them is certainly a name."""
    latin, letters = len(_LATIN.findall(text)), sum(map(str.isalpha, text))
    if not names(text) and latin >= letters / 2:
        return []
    return [each for each in dict.fromkeys(_CAPITAL.findall(text)) if normalise(each) in names(text) or content(each)]


def mentions(text: str, subject: frozenset[str]) -> bool:
    """Tell whether a text has one of some names; any text has, where there are none."""
    if not subject:
        return True
    plain = f" {normalise(text)} "
    return any(name in plain for name in subject)
