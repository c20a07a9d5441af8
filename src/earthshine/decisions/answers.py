"""Odds as the answers that the wire shows."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.decisions.schemas import Choice, Predicate, Score
from earthshine.harness.decide import Odds, Question


class PredicateAnswer(TypedDict):
    """How likely it is that the statement is true."""

    type: Literal["predicate"]
    name: str | None
    probability: float


class ChoiceProbability(TypedDict):
    """How likely it is that one choice fits."""

    value: str | bool
    probability: float


class ChoiceAnswer(TypedDict):
    """The likeliest choice, how likely it is, and how likely all are."""

    type: Literal["choice"]
    name: str | None
    choice: str | bool
    confidence: float
    probabilities: list[ChoiceProbability]


class LevelProbability(TypedDict):
    """How likely it is that one level fits; `value` counts the levels from 0."""

    label: str
    value: int
    probability: float


class ScoreAnswer(TypedDict):
    """The level to be expected, and how likely the likeliest one is."""

    type: Literal["score"]
    name: str | None
    score: float
    confidence: float
    probabilities: list[LevelProbability]


class RefusalAnswer(TypedDict):
    """The model answered with something that is none of the options."""

    type: Literal["refusal"]
    name: str | None


Answer = PredicateAnswer | ChoiceAnswer | ScoreAnswer | RefusalAnswer


class Decision(TypedDict, extra_items=Any):
    """Answers with probabilities, as in OpenAI's API."""

    model: str
    answers: list[Answer]
    usage: dict[str, Any]


def answer(asked: Predicate | Choice | Score, question: Question, odds: Odds | None) -> Answer:
    """Return the answer to what was asked as `question`."""
    if odds is None:
        return {"type": "refusal", "name": asked.name}
    match asked:
        case Predicate():
            return {"type": "predicate", "name": asked.name, "probability": odds[0]}
        case Choice():
            best = question.likeliest(odds)
            return {
                "type": "choice",
                "name": asked.name,
                "choice": asked.choices[best].value,
                "confidence": odds[best],
                "probabilities": [
                    {"value": choice.value, "probability": each}
                    for choice, each in zip(asked.choices, odds, strict=True)
                ],
            }
        case Score():
            return {
                "type": "score",
                "name": asked.name,
                "score": sum(value * each for value, each in enumerate(odds)),
                "confidence": max(odds),
                "probabilities": [
                    {"label": level.label, "value": value, "probability": each}
                    for value, (level, each) in enumerate(zip(asked.levels, odds, strict=True))
                ],
            }
