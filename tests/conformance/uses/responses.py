"""Responses."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.conformance.uses import MODEL, use


@use("POST /responses")
def create_response(client: OpenAI) -> Any:
    response = client.responses.create(model=MODEL, input="Say something.")
    assert response.status == "completed"
    assert response.output_text
    assert response.usage
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    return response


@use("GET /responses/{}")
def retrieve_response(client: OpenAI) -> None:
    made = create_response(client)
    assert client.responses.retrieve(made.id) == made
    with client.responses.retrieve(made.id, stream=True, starting_after=2) as events:
        numbers = [event.sequence_number for event in events]
    assert numbers == list(range(3, 3 + len(numbers)))


@use("DELETE /responses/{}")
def delete_response(client: OpenAI) -> None:
    made = create_response(client)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.delete(made.id)


@use("POST /responses/{}/cancel")
def cancel_response(client: OpenAI) -> None:
    slow = '!script {"pieces": 1000, "tokens_per_second": 20}'
    made = client.responses.create(model=MODEL, input=slow, background=True)
    assert made.status in ("queued", "in_progress")
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).status == "cancelled"
    assert client.responses.cancel(made.id).status == "cancelled"


@use("GET /responses/{}/input_items")
def list_input_items(client: OpenAI) -> None:
    made = client.responses.create(
        model=MODEL,
        input=[
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "3"},
        ],
    )
    items = list(client.responses.input_items.list(made.id, limit=2, order="asc"))
    assert [item.role for item in items] == ["user", "assistant", "user"]


@use("POST /responses/compact")
def compact_response(client: OpenAI) -> None:
    made = create_response(client)
    compacted = client.responses.compact(model=MODEL, previous_response_id=made.id)
    assert compacted.output[-1].type == "compaction"
    followed = client.responses.create(
        model=MODEL, input=[*[item.to_dict() for item in compacted.output], {"role": "user", "content": "Go on."}]
    )
    assert followed.status == "completed"


@use("POST /responses/input_tokens")
def count_input_tokens(client: OpenAI) -> None:
    few = client.responses.input_tokens.count(model=MODEL, input="one").input_tokens
    many = client.responses.input_tokens.count(model=MODEL, input="one two three four five six").input_tokens
    assert 0 < few < many
