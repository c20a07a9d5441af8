"""What requests about files say."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from earthshine.wire import BoundedModel
from earthshine.wire.pagination import ListQuery

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
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


class FileListQuery(ListQuery):
    """One page of files."""

    limit: int = Field(default=10_000, ge=1, le=10_000)
    order: Literal["asc", "desc"] = "desc"
    purpose: AnyPurpose | None = None
