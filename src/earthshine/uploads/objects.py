"""The objects of `/v1/uploads`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.files.objects import File
from earthshine.wire.objects import Seconds


class Upload(TypedDict, extra_items=Any):
    """A file that is sent in parts."""

    id: str
    object: Literal["upload"]
    bytes: int
    created_at: Seconds
    expires_at: Seconds
    filename: str
    purpose: str
    status: str
    file: File | None


class UploadPart(TypedDict):
    """A part of a file that is sent in parts."""

    id: str
    object: Literal["upload.part"]
    created_at: Seconds
    upload_id: str
