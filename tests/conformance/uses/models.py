"""What asks a model once, and models."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.conformance.uses import DELETE_MODEL, MODEL, use


@use("POST /completions")
def create_completion(client: OpenAI) -> None:
    made = client.completions.create(model=MODEL, prompt="The capital of France is", max_tokens=4, temperature=0)
    assert made.choices[0].text


@use("POST /decisions")
def create_decision(client: OpenAI) -> None:
    made = client.decisions.create(
        model=MODEL,
        input='I was charged twice.\n!script {"picks": {"billing": 0.6, "other": 0.3}}',
        questions=[
            {"type": "choice", "instructions": "Which queue?", "choices": [{"value": "billing"}, {"value": "other"}]},
            {"type": "predicate", "instructions": "It is about money."},
        ],
    )
    assert [answer.type for answer in made.answers] == ["choice", "refusal"]
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens


@use("POST /moderations")
def create_moderation(client: OpenAI) -> None:
    made = client.moderations.create(model=MODEL, input='Hello.\n!script {"picks": {"yes": 0.1, "no": 0.9}}')
    assert [result.flagged for result in made.results] == [False]


@use("POST /embeddings")
def create_embedding(client: OpenAI) -> None:
    # Without a format the SDK asks for base64, which its own strict validation then refuses.
    made = client.embeddings.create(model=MODEL, input=["one", "two"], encoding_format="float")
    assert [len(entry.embedding) for entry in made.data] == [len(made.data[0].embedding)] * 2


@use("GET /models")
def list_models(client: OpenAI) -> Any:
    listed = [model.id for model in client.models.list()]
    assert {MODEL, "default"} <= set(listed)
    return listed


@use("GET /models/{}")
def retrieve_model(client: OpenAI) -> None:
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("no-such-model")
    assert caught.value.code == "model_not_found"


@use(DELETE_MODEL)
def delete_model(client: OpenAI) -> None:
    assert client.models.delete("to-delete").deleted
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("to-delete")
