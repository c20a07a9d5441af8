"""What the wire says under `/v1/batches`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from earthshine.files.schemas import ExpiresAfter
from earthshine.wire.strict import Metadata, Strict


class BatchCreate(Strict):
    """The body of `POST /v1/batches`."""

    input_file_id: str = Field(min_length=1, max_length=256)
    endpoint: str = Field(min_length=1, max_length=256)
    """The path that all requests of the file are for."""
    completion_window: Literal["24h"]
    metadata: Metadata | None = None
    output_expires_after: ExpiresAfter | None = None
