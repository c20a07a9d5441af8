"""What the wire says under `/earthshine/v1/research`."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.research.report import Evidence, Language, ResearchReport, ResearchSource
from earthshine.research.state import ResearchState
from earthshine.responses.objects import Status
from earthshine.wire.objects import Seconds


class ResearchSummary(TypedDict):
    """A research in a list."""

    id: str
    """That of its response."""
    object: Literal["research"]
    created_at: Seconds
    question: str
    title: str
    """Of the report; empty until it is there."""
    status: Status
    language: Language
    pages: int
    """Sources that the report has read."""
    claims: int


class Research(ResearchState):
    """A research as far as it has come."""

    id: str
    object: Literal["research"]
    created_at: Seconds
    status: Status
    """The response's."""
    question: str
    waiting: Literal["plan", "clarify", "paused"] | None
    """For a person who approves the plan, answers its question, or lets it go on."""
    report: ResearchReport | None
    limits: dict[str, int]


class EvidenceInPlace(TypedDict):
    """Evidence with what stands around it."""

    evidence: Evidence
    source: ResearchSource
    before: str
    after: str
    verified: bool
    """Whether the words stand at their place in the source as it is kept now."""
