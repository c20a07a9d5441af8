"""The object of `/v1/embeddings`: OpenAI's, described as far as tells it apart."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict


class EmbeddingList(TypedDict, extra_items=Any):
    """Vectors, as in OpenAI's API."""

    object: Literal["list"]
    model: str
    data: list[dict[str, Any]]
    usage: dict[str, Any]
