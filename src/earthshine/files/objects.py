"""The objects of `/v1/files`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class File(TypedDict, extra_items=Any):
    """A stored file."""

    id: str
    object: Literal["file"]
    bytes: int
    created_at: Seconds
    expires_at: Seconds | None
    filename: str
    purpose: str
    status: Literal["processed"]


class DeletedFile(Deletion):
    """What was removed."""

    object: Literal["file"]
