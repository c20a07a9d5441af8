"""The object of `/v1/completions`: OpenAI's, described as far as tells it apart."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict


class Completion(TypedDict, extra_items=Any):
    """A completion, as in OpenAI's API."""

    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
