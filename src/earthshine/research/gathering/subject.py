"""Whom a question is about: a small model takes the right sentence about somebody else, so names decide first.

Capitals tell names in Latin letters. Where a question has none of them, the model is asked once which of its words are
names (`plan/names.py`): Arabic and Chinese have no capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from earthshine.research.state import Question
from earthshine.research.weighing.words import content, names
from earthshine.text.normalization import normalise

_LATIN = re.compile("[a-zA-ZÀ-ÿ]")
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+")

Subject = Sequence[str]
"""Names, folded: a text is about it that has one of them; any text is, where there are none."""


def subject_of(question: Question, whole: str, told: Sequence[str] = ()) -> Subject:
    """Return the names in a question, or else in the person's own, `whole`. `told`: the model's, of `whole`."""
    return [normalise(each) for each in _found(question["text"], told) or _found(whole, told)]


def named_in(question: Question, whole: str, told: Sequence[str] = ()) -> str:
    """Return the names of a question in their order, as words to search for; empty where there are none."""
    return " ".join(_found(question["text"], told) or _found(whole, told))


def capitals_of(text: str) -> list[str]:
    """Return the words with a capital, the first one too, where one of them is certainly a name."""
    latin, letters = len(_LATIN.findall(text)), sum(map(str.isalpha, text))
    if not names(text) and latin >= letters / 2:
        return []
    return [each for each in dict.fromkeys(_CAPITAL.findall(text)) if normalise(each) in names(text) or content(each)]


def mentions(text: str, subject: Subject) -> bool:
    """Tell whether a text has one of some names; any text has, where there are none."""
    if not subject:
        return True
    plain = f" {normalise(text)} "
    return any(has(plain, name) for name in subject)


def has(plain: str, name: str) -> bool:
    """Tell whether a folded text has all words of a folded name, whatever is written before them without a space."""
    return all(word in plain for word in name.split())


def _found(text: str, told: Sequence[str]) -> list[str]:
    plain = normalise(text)
    return [*capitals_of(text), *(each for each in told if has(plain, normalise(each)))]
