"""What the wire says under `/v1/conversations`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from earthshine.conversations.items import ItemParam
from earthshine.wire.strict import Metadata, Strict

MAX_ITEMS = 20
"""Items that one request may add."""


class ConversationCreate(Strict):
    """The body of `POST /v1/conversations`."""

    items: Annotated[list[ItemParam], Field(max_length=MAX_ITEMS)] = Field(default_factory=list[ItemParam])
    metadata: Metadata = Field(default_factory=dict[str, str])


class ConversationUpdate(Strict):
    """The body of `POST /v1/conversations/{id}`: all of the new metadata; null removes it."""

    metadata: Metadata

    @model_validator(mode="before")
    @classmethod
    def _null_is_none(cls, value: Any) -> Any:
        return {"metadata": {}} if value == {"metadata": None} else value


class ItemsCreate(Strict):
    """The body of `POST /v1/conversations/{id}/items`."""

    items: Annotated[list[ItemParam], Field(min_length=1, max_length=MAX_ITEMS)]
