"""What `/rerank` replies with: what Cohere's clients read, and what Jina's do."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from earthshine.harness.rerank import Judge


class RankedText(TypedDict):
    """A document's own text."""

    text: str


class RankedDocument(TypedDict):
    """One document."""

    index: int
    """Its place in the request."""
    relevance_score: float
    """Comparable with the others of this reply only."""
    document: NotRequired[RankedText]


class RerankUsage(TypedDict):
    """What was read."""

    prompt_tokens: int
    total_tokens: int


class RerankMore(TypedDict):
    """What the others' APIs have no field for."""

    judged_by: Judge


class Reranked(TypedDict):
    """Documents, best first."""

    id: str
    object: Literal["list"]
    model: str
    results: list[RankedDocument]
    usage: RerankUsage
    meta: dict[str, Any]
    """The version of Cohere's API, and the tokens in its words."""
    earthshine: RerankMore
