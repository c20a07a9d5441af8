"""The object of `/v1/moderations`, as in OpenAI's API."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class ModerationResult(TypedDict):
    """What was found in one text."""

    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, float]
    """Probabilities."""
    category_applied_input_types: dict[str, list[Literal["text"]]]


class ModerationMore(TypedDict):
    """What OpenAI's API has no field for."""

    judged_by: Literal["decisions"]
    """The probabilities of a chat model's answers; not a model that was trained to moderate."""


class Moderation(TypedDict):
    """A result for each text."""

    id: str
    model: str
    """The model that judged."""
    results: list[ModerationResult]
    earthshine: ModerationMore
