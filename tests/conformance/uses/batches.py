"""Batches of requests."""

from __future__ import annotations

import json
from typing import Any

from openai import OpenAI

from tests.conformance.uses import use

URL = "/v1/completions"
LINE = {"custom_id": "a", "method": "POST", "url": URL, "body": {"model": "scripted", "prompt": "moon"}}


@use("POST /batches")
def create_batch(client: OpenAI) -> Any:
    file = client.files.create(file=("in.jsonl", json.dumps(LINE).encode()), purpose="batch")
    made = client.batches.create(input_file_id=file.id, endpoint=URL, completion_window="24h")
    assert made.status == "validating"
    return made


@use("GET /batches")
def list_batches(client: OpenAI) -> None:
    assert create_batch(client).id in [each.id for each in client.batches.list(limit=2)]


@use("GET /batches/{}")
def retrieve_batch(client: OpenAI) -> None:
    made = create_batch(client)
    assert client.batches.retrieve(made.id).input_file_id == made.input_file_id


@use("POST /batches/{}/cancel")
def cancel_batch(client: OpenAI) -> None:
    """It has one line that hangs, so that it is not done before."""
    hangs = LINE | {"body": {"model": "scripted", "prompt": '!script {"first_token_after": 600}'}}
    file = client.files.create(file=("in.jsonl", json.dumps(hangs).encode()), purpose="batch")
    made = client.batches.create(input_file_id=file.id, endpoint=URL, completion_window="24h")
    assert client.batches.cancel(made.id).status in ("cancelling", "cancelled")
