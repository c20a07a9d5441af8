"""The objects of `/v1/batches`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Seconds


class BatchError(TypedDict):
    """What is wrong with the input file, and where."""

    code: str
    line: int | None
    """Its number in the file, from 1."""
    message: str
    param: str | None


class Errors(TypedDict):
    """All that is wrong, up to a hundred."""

    object: Literal["list"]
    data: list[BatchError]


class RequestCounts(TypedDict):
    """How many requests are where; what stands here is stored."""

    total: int
    completed: int
    failed: int
    """In the end, those of the error file."""


class BatchUsage(TypedDict):
    """Tokens of all requests that were answered."""

    input_tokens: int
    input_tokens_details: dict[str, int]
    output_tokens: int
    output_tokens_details: dict[str, int]
    total_tokens: int


class Batch(TypedDict):
    """A file of requests that is answered."""

    id: str
    object: Literal["batch"]
    endpoint: str
    model: str | None
    errors: Errors | None
    input_file_id: str
    completion_window: str
    status: str
    output_file_id: str | None
    error_file_id: str | None
    created_at: Seconds
    in_progress_at: Seconds | None
    expires_at: Seconds
    finalizing_at: Seconds | None
    completed_at: Seconds | None
    failed_at: Seconds | None
    expired_at: Seconds | None
    cancelling_at: Seconds | None
    cancelled_at: Seconds | None
    request_counts: RequestCounts
    usage: BatchUsage
    metadata: dict[str, str] | None


def serialize(row: Row[Any]) -> Batch:
    """Return a batch as OpenAI's API shows it."""
    total = row.total or 0
    # What was not come to has its place in the error file, too.
    left = total - row.completed - row.failed if row.status in ("expired", "cancelled") else 0
    return {
        "id": row.id,
        "object": "batch",
        "endpoint": row.endpoint,
        "model": row.model,
        "errors": {"object": "list", "data": row.errors} if row.errors else None,
        "input_file_id": row.input_file_id,
        "completion_window": "24h",
        "status": row.status,
        "output_file_id": row.output_file_id,
        "error_file_id": row.error_file_id,
        "created_at": row.created_at,
        "in_progress_at": row.in_progress_at,
        "expires_at": row.expires_at,
        "finalizing_at": row.finalizing_at,
        "completed_at": row.completed_at,
        "failed_at": row.failed_at,
        "expired_at": row.expired_at,
        "cancelling_at": row.cancelling_at,
        "cancelled_at": row.cancelled_at,
        "request_counts": {"total": total, "completed": row.completed, "failed": row.failed + left},
        "usage": {
            "input_tokens": row.input_tokens,
            "input_tokens_details": {"cached_tokens": row.cached_tokens},
            "output_tokens": row.output_tokens,
            "output_tokens_details": {"reasoning_tokens": row.reasoning_tokens},
            "total_tokens": row.input_tokens + row.output_tokens,
        },
        "metadata": row.metadata,
    }
