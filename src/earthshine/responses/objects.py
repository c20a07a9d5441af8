"""The objects of `/v1/responses`: OpenAI's, described as far as tells them apart."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion

Status = Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]


class Response(TypedDict, extra_items=Any):
    """A response, as in OpenAI's API."""

    id: str
    object: Literal["response"]
    created_at: int
    status: Status
    model: str
    output: list[dict[str, Any]]
    usage: dict[str, Any] | None


class CompactedResponse(TypedDict, extra_items=Any):
    """A condensed conversation, as in OpenAI's API."""

    id: str
    object: str


class InputTokens(TypedDict):
    """A count."""

    object: Literal["response.input_tokens"]
    input_tokens: int


class DeletedResponse(Deletion):
    """What was removed."""

    object: Literal["response"]
