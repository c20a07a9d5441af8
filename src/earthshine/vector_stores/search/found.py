"""What a search is told, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from earthshine.vector_stores.schemas import RankingOptions


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found."""

    id: int
    """Within its store."""
    vector_store_id: str
    file_id: str
    filename: str
    attributes: Mapping[str, Any]
    score: float
    """0 to 1."""
    start: int
    """In the document's canonical text, in Unicode characters."""
    end: int
    part: int
    """The number of the document's part, from 0."""
    label: str
    """The part's."""
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """How results are ordered, and which are good enough."""

    rerank: bool = True
    """Whether a model that ranks passages is asked, where there is one."""
    threshold: float = 0.0
    weights: tuple[float, float] | None = None
    """How much words and meaning count; None: as far as each says something."""

    @classmethod
    def of(cls, options: RankingOptions) -> Ranking:
        """Return what a request asks for."""
        hybrid = options.hybrid_search
        weights = None if hybrid is None else (hybrid.text_weight, hybrid.embedding_weight)
        return cls(options.ranker != "none", options.score_threshold, weights)


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, the best first."""

    found: list[Found]
    queries: Sequence[str]
    """What was looked for."""
    by_meaning: bool
    """Whether it was looked for by meaning too: no engine may have answered, or none made the stores' vectors."""


def found_of(row: Row[Any]) -> Found:
    """Return what a row of a passage, with its file's name and attributes, says; without a score."""
    return Found(
        id=row.id,
        vector_store_id=row.vector_store_id,
        file_id=row.file_id,
        filename=row.filename,
        attributes=row.attributes or {},
        score=0.0,
        start=row.start,
        end=row.end,
        part=row.part,
        label=row.label,
        heading=row.heading,
        text=row.text,
    )
