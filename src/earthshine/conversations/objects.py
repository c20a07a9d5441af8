"""The objects of `/v1/conversations`: OpenAI's, described as far as tells them apart."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion


class Conversation(TypedDict, extra_items=Any):
    """A conversation, as in OpenAI's API."""

    id: str
    object: Literal["conversation"]
    created_at: int


class Item(TypedDict, extra_items=Any):
    """An item of a conversation, as in OpenAI's API."""

    id: str
    type: str


class DeletedConversation(Deletion):
    """What was removed."""

    object: Literal["conversation.deleted"]
