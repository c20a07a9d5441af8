"""A report as data: claims, the evidence of each, and how it came about. Every format is made of this.

What a report says is claims, each one sentence; what a claim stands on is evidence, each some sentences that the server
has cut from a source as it was kept. Ids count from 1 in the order in which a thing came: `q1`, `s1`, `e1`, `c1`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from earthshine.wire.objects import Seconds

Language = str
"""A language by its code: `ar`, `en`, `fr`, `zh` or another of ISO 639-1; empty where it is not known."""
SourceKind = Literal["primary", "secondary", "own"]
"""Who speaks: whom it is about (an authority, an institution, the author), somebody else, or the person's own files."""
Dropped = Literal["person", "unreadable", "nothing"]
"""Why a source stands behind nothing: a person dropped it, it could not be read, or it says nothing to the question."""
Stage = Literal["plan", "search", "read", "note", "weigh", "outline", "write", "check", "translate"]


class ResearchSource(TypedDict):
    """A page of the web or a file that was read."""

    id: str
    file_id: str
    """The file in which its bytes are kept; empty for one that could not be read."""
    url: str
    """Where it was fetched; empty for a file."""
    title: str
    kind: SourceKind
    published: str | None
    """The day on which it says that it was published, as `2026-11-30`, or the month or the year alone."""
    fetched_at: Seconds | None
    sha256: str
    """Of its bytes as they came, in hex."""
    language: Language
    copy_of: str | None
    """The source that has the same text: the two count as one."""
    dropped: Dropped | None
    question: str
    """The id of the question for which it was found."""


class Evidence(TypedDict):
    """Words that stand in a source."""

    id: str
    source: str
    start: int
    """Offsets into the source's canonical text, in Unicode characters."""
    end: int
    quote: str
    part: str
    """The label of the page, slide or sheet; empty where there are none."""
    part_number: int
    language: Language
    translation: str
    """In the report's language, marked as ours wherever it is shown; empty where the quotation is in that language."""
    question: str
    """The id of the question that it answers."""


class Claim(TypedDict):
    """A sentence of the report."""

    id: str
    text: str
    evidence: list[str]
    support: float | None
    """How likely its evidence says so, as the model's own probabilities have it; null where nobody asked."""
    quoted: bool
    """Whether it is the words of its evidence, in the place of a sentence that did not hold."""


class Cell(TypedDict):
    """A cell of a table."""

    text: str
    evidence: list[str]
    """What the figure or name stands in; empty for the heading of a row."""


class Table(TypedDict):
    """Figures of the evidence, side by side. The first cell of a row is its heading."""

    title: str
    columns: list[str]
    rows: list[list[Cell]]


class Section(TypedDict):
    """A part of the report: the answer to one question."""

    id: str
    """That of the question."""
    heading: str
    claims: list[str]
    tables: list[Table]


class Side(TypedDict):
    """What one group of sources says."""

    text: str
    evidence: list[str]


class Contradiction(TypedDict):
    """Sources that do not agree, side by side."""

    about: str
    sides: list[Side]


class StageCost(TypedDict):
    """What a stage has taken."""

    stage: Stage
    input_tokens: int
    output_tokens: int
    seconds: float
    calls: int
    """Of the model or of a tool."""


class Method(TypedDict):
    """How the report came about: what was searched, read, dropped and spent. Only what was counted."""

    model: str
    queries: list[str]
    rounds: int
    pages: int
    """Sources that were read."""
    stages: list[StageCost]
    limits: dict[str, float]
    """The budget that was set: `tokens`, `seconds`, `pages`; what is not there was not bounded."""
    stopped: Literal["answered", "nothing_new", "tokens", "seconds", "pages", "person"]
    """Why the search ended: all questions have evidence, new evidence changed nothing, a limit, or a person."""


class Changes(TypedDict):
    """What is new since an earlier report on the same question."""

    since: str
    """The id of the earlier report's response."""
    since_at: Seconds
    added: list[str]
    """Ids of claims whose evidence the earlier report did not have."""
    gone: list[str]
    """Claims of the earlier report, as text, whose evidence is no longer found."""


class ResearchReport(TypedDict):
    """A finished report."""

    object: Literal["research.report"]
    id: str
    """That of the response whose last message it is."""
    created_at: Seconds
    question: str
    title: str
    language: Language
    summary: list[str]
    """Ids of claims, which stand in sections too."""
    sections: list[Section]
    contradictions: list[Contradiction]
    not_found: list[str]
    """Questions to which no source had an answer."""
    claims: list[Claim]
    evidence: list[Evidence]
    sources: list[ResearchSource]
    method: Method
    changes: NotRequired[Changes]


def told_before(sections: Sequence[Section]) -> dict[str, str]:
    """Return of the sections that say only what earlier ones say, by id, the heading of the first of these."""
    headings: dict[str, str] = {}
    found: dict[str, str] = {}
    for each in sections:
        if each["claims"] and all(claim in headings for claim in each["claims"]):
            found[each["id"]] = headings[each["claims"][0]]
        for claim in each["claims"]:
            headings.setdefault(claim, each["heading"])
    return found
