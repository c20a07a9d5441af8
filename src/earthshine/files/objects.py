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
    status: Literal["uploaded", "processed", "error"]
    """`uploaded` until the text of a file for `file-extract` is read; `processed` for all others."""
    status_details: str | None
    """Why its text cannot be read."""


class DeletedFile(Deletion):
    """What was removed."""

    object: Literal["file"]


class ExtractedText(TypedDict):
    """What a file for `file-extract` says, as Moonshot's and Alibaba's platforms show it."""

    content: str
    file_type: str
    """Its media type, told by its bytes."""
    filename: str
    title: str
    type: Literal["file"]
