"""The bodies of `/earthshine/v1/research`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from earthshine.errors import InvalidRequest
from earthshine.research.formats.rendering import Format
from earthshine.wire.strict import Strict, rejection

MOST_QUESTIONS = 8
_MOST_SOURCES = 24
_Id = Annotated[str, StringConstraints(pattern="^[a-z][0-9]{1,4}$")]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Source = Annotated[str, StringConstraints(pattern=r"^(https?://\S+|file[-_][A-Za-z0-9_-]+)$", max_length=2000)]


class EditedQuestion(Strict):
    """A question of a plan: one that is there, by its id, or a new one."""

    id: _Id | None = None
    text: _Text


class PlanEdit(Strict):
    """The body of `POST .../plan`: all questions, in order. Those that are left out are dropped."""

    questions: list[EditedQuestion] = Field(min_length=1, max_length=MOST_QUESTIONS)


class SourcesEdit(Strict):
    """The body of `POST .../sources`."""

    add: list[_Source] = Field(default_factory=list[str], max_length=_MOST_SOURCES)
    """Addresses of pages, and ids of files."""
    drop: list[_Id] = Field(default_factory=list[str], max_length=_MOST_SOURCES)
    """Ids of sources that are not to stand behind anything."""

    @model_validator(mode="after")
    def _says_something(self) -> SourcesEdit:
        if not (self.add or self.drop):
            raise rejection(InvalidRequest("Name a source to `add` or to `drop`."))
        return self


class Deepening(Strict):
    """The body of `POST .../deepen`."""

    question: _Id
    """The id of the question to which more is to be found."""


class ReportQuery(BaseModel):
    """The query of `GET .../report`."""

    model_config = ConfigDict(extra="forbid")

    format: Format = "md"


class Steering(Strict):
    """The body of `POST .../steer`."""

    text: _Text
    """What is to be heeded from now on."""
