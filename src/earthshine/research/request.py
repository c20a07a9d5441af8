"""What a request for a research says besides OpenAI's fields, and what its program is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from earthshine.wire.strict import Strict

LanguageCode = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}$")]
MOST_LANGUAGES = 4
MOST_QUESTION = 4000
"""Characters of a question: it is part of each prompt, also of models with a small context."""


class ResearchLimits(Strict):
    """A budget. At its end the report is written of what there is."""

    tokens: int | None = Field(default=None, ge=2000, le=2**31 - 1)
    """Of all calls of the model, prompts included."""
    seconds: int | None = Field(default=None, ge=10, le=7 * 86_400)
    pages: int | None = Field(default=None, ge=1, le=1000)
    """Sources that are read."""


class ResearchOptions(Strict):
    """The fields of `earthshine.research`."""

    clarify: bool = False
    """Whether it may first ask one question back."""
    approve: bool = False
    """Whether it waits until a person has approved its plan."""
    language: LanguageCode | None = None
    """Of the report; that of the question where it is not given."""
    languages: list[LanguageCode] | None = Field(default=None, min_length=1, max_length=MOST_LANGUAGES)
    """In which is searched; that of the question where they are not given."""
    limits: ResearchLimits | None = None
    since: str | None = Field(default=None, max_length=64)
    """The id of an earlier report's response: the new one tells what has changed."""


class Extension(Strict):
    """The field `earthshine` of a request."""

    research: ResearchOptions = Field(default_factory=ResearchOptions)


class _Settings(TypedDict):
    name: str
    """That of the program."""
    model: str
    """That which is asked."""
    question: str
    clarify: bool
    approve: bool
    language: str | None
    languages: list[str]
    """Empty for that of the question."""
    limits: dict[str, int]
    """`tokens`, `seconds`, `pages`; what is not there is not bounded."""
    since: str | None


class ResearchSettings(_Settings, TypedDict("From", {"from": str | None})):
    """What the program of a research is told. It is stored with the run.

    `from`: the earlier report's response that this one goes on from, and whose evidence it has.
    """
