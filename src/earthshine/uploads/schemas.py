"""What requests about uploads say."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from earthshine.files.schemas import ExpiresAfter, Purpose
from earthshine.wire import BoundedModel

MOST_PARTS = 10_000
"""Parts of one file."""


class UploadCreate(BoundedModel):
    """A file that is to be sent in parts."""

    model_config = ConfigDict(extra="forbid")

    bytes: int = Field(ge=1, le=2**62)
    filename: str = Field(min_length=1, max_length=4096)
    mime_type: str = Field(min_length=1, max_length=255)
    purpose: Purpose
    expires_after: ExpiresAfter | None = None


class PartCreate(BoundedModel):
    """The fields of a part's form beside its bytes: none."""

    model_config = ConfigDict(extra="forbid")


class UploadComplete(BoundedModel):
    """Which parts the file is made of, in this order."""

    model_config = ConfigDict(extra="forbid")

    part_ids: list[str] = Field(min_length=1, max_length=MOST_PARTS)
    md5: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{32}$")
