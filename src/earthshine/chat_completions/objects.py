"""The objects of `/v1/chat/completions`: OpenAI's, described as far as tells them apart."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion


class ChatCompletion(TypedDict, extra_items=Any):
    """A chat completion, as in OpenAI's API."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]


class StoredMessage(TypedDict, extra_items=Any):
    """A message of a stored chat completion, as in OpenAI's API."""

    id: str
    role: str


class DeletedChatCompletion(Deletion):
    """What was removed."""

    object: Literal["chat.completion.deleted"]
