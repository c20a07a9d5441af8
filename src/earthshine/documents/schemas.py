"""What requests about documents say."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from earthshine.wire.strict import Strict


class PartsQuery(BaseModel):
    """Which parts."""

    model_config = ConfigDict(extra="forbid")

    first: int = Field(default=0, ge=0, le=10**9)
    """The number of the first part, from 0."""
    last: int | None = Field(default=None, ge=0, le=10**9)
    """The number of the last part; at most 50 parts, or two million characters, come at once."""


class SearchDocument(Strict):
    """What to look for in a document."""

    query: Annotated[str, Field(max_length=500)]
    """Words or their beginnings; what stands in quotation marks stands together."""
    limit: int = Field(default=50, ge=1, le=200)
    after: int = Field(default=0, ge=0)
    """Where in the text to begin, in Unicode characters."""
