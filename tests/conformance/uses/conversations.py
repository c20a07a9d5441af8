"""Conversations and their items."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.conformance.uses import MODEL, use


@use("POST /conversations")
def create_conversation(client: OpenAI) -> Any:
    return client.conversations.create(
        metadata={"topic": "قمر"}, items=[{"type": "message", "role": "user", "content": "Hello."}]
    )


@use("GET /conversations/{}")
def retrieve_conversation(client: OpenAI) -> None:
    made = create_conversation(client)
    assert client.conversations.retrieve(made.id) == made


@use("POST /conversations/{}")
def update_conversation(client: OpenAI) -> None:
    made = create_conversation(client)
    assert client.conversations.update(made.id, metadata={"topic": "sun"}).metadata == {"topic": "sun"}


@use("DELETE /conversations/{}")
def delete_conversation(client: OpenAI) -> None:
    made = create_conversation(client)
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


@use("POST /conversations/{}/items")
def create_items(client: OpenAI) -> Any:
    made = create_conversation(client)
    added = client.conversations.items.create(
        made.id, items=[{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And now?"}]}]
    )
    return made.id, added.data[0].id


@use("GET /conversations/{}/items")
def list_items(client: OpenAI) -> None:
    made = create_conversation(client)
    client.responses.create(model=MODEL, input="Go on.", conversation=made.id)
    listed = list(client.conversations.items.list(made.id, order="asc", limit=1))
    assert [item.role for item in listed] == ["user", "user", "assistant"]


@use("GET /conversations/{}/items/{}")
def retrieve_item(client: OpenAI) -> None:
    conversation, item = create_items(client)
    assert client.conversations.items.retrieve(item, conversation_id=conversation).id == item


@use("DELETE /conversations/{}/items/{}")
def delete_item(client: OpenAI) -> None:
    conversation, item = create_items(client)
    client.conversations.items.delete(item, conversation_id=conversation)
    assert item not in [left.id for left in client.conversations.items.list(conversation)]
