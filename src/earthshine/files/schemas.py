"""What requests about files say."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, field_validator

from earthshine.errors import InvalidRequest
from earthshine.text.filenames import safe_filename
from earthshine.wire import BoundedModel
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Strict, rejection

EXTRACT = "file-extract"
"""The purpose of a file whose content is to be its text, as on Moonshot's and Alibaba's platforms."""
Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals", "file-extract"]
"""What clients may give files for."""
AnyPurpose = Literal[Purpose, "assistants_output", "batch_output", "fine-tune-results"]
"""And what the server itself makes files for."""


class ExpiresAfter(BoundedModel):
    """When a file goes by itself."""

    model_config = ConfigDict(extra="forbid")

    anchor: Literal["created_at"]
    seconds: int = Field(ge=3_600, le=2_592_000)


class FileCreate(BoundedModel):
    """The fields of a form beside the file."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    expires_after: ExpiresAfter | None = None


class FileUpdate(Strict):
    """The body of `PATCH /earthshine/v1/files/{id}`."""

    filename: str = Field(min_length=1, max_length=1024)
    """Made safe like the name of a new file."""

    @field_validator("filename")
    @classmethod
    def _a_name(cls, value: str) -> str:
        name = safe_filename(value, fallback="")
        if not name:
            raise rejection(InvalidRequest("A file name needs at least one visible character beside dots and slashes."))
        return name
        return name


class FileListQuery(ListQuery):
    """One page of files."""

    limit: int = Field(default=10_000, ge=1, le=10_000)
    order: Literal["asc", "desc"] = "desc"
    purpose: AnyPurpose | None = None
