"""Chat completions, stored and not."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.conformance.uses import MODEL, use


@use("POST /chat/completions")
def create_chat(client: OpenAI) -> Any:
    made = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hello."}], store=True, metadata={"kind": "pair"}
    )
    assert made.choices[0].message.content
    return made


@use("GET /chat/completions")
def list_chats(client: OpenAI) -> None:
    made = create_chat(client)
    assert made.id in [chat.id for chat in client.chat.completions.list(metadata={"kind": "pair"}, limit=1)]


@use("GET /chat/completions/{}")
def retrieve_chat(client: OpenAI) -> None:
    made = create_chat(client)
    assert client.chat.completions.retrieve(made.id).choices == made.choices


@use("POST /chat/completions/{}")
def update_chat(client: OpenAI) -> None:
    made = create_chat(client)
    client.chat.completions.update(made.id, metadata={"kind": "other"})
    assert client.chat.completions.retrieve(made.id).metadata == {"kind": "other"}


@use("DELETE /chat/completions/{}")
def delete_chat(client: OpenAI) -> None:
    made = create_chat(client)
    assert client.chat.completions.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.retrieve(made.id)


@use("GET /chat/completions/{}/messages")
def list_messages(client: OpenAI) -> None:
    # The SDK's type for a stored message allows no role but the assistant's, against the API's own documentation;
    # strict validation can therefore only pass for a conversation that the assistant began.
    made = client.chat.completions.create(
        model=MODEL, messages=[{"role": "assistant", "content": "Hello."}], store=True
    )
    assert [message.content for message in client.chat.completions.messages.list(made.id)] == ["Hello."]
    lenient = client.with_options().chat.completions.messages.with_raw_response.list(create_chat(client).id)
    stored = lenient.http_response.json()["data"]
    assert [(message["role"], message["content"]) for message in stored] == [("user", "Hello.")]
