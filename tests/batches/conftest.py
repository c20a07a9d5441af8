from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterable
from typing import Any

import pytest
from openai import OpenAI
from openai.types import Batch

from tests.notifications.conftest import receiver as receiver
from tests.server_process import ServerProcess

Json = dict[str, Any]


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    """The official SDK in strict mode."""
    with open_sdk(scripted_server) as opened:
        yield opened


def open_sdk(server: ServerProcess) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True)


def chat(words: str, **more: Any) -> Json:
    return {"model": "scripted", "messages": [{"role": "user", "content": words}], **more}


def scripted(**script: Any) -> str:
    return "!script " + json.dumps(script)


def lines_of(bodies: Iterable[Any], url: str) -> bytes:
    asked = [{"custom_id": f"r{n}", "method": "POST", "url": url, "body": body} for n, body in enumerate(bodies)]
    return b"".join(json.dumps(each).encode() + b"\n" for each in asked)


def send(sdk: OpenAI, content: bytes, url: str, **more: Any) -> Batch:
    file = sdk.files.create(file=("in.jsonl", content), purpose="batch")
    given: Any = {"endpoint": url, "input_file_id": file.id, **more}
    return sdk.batches.create(completion_window="24h", **given)


def ended(sdk: OpenAI, batch_id: str) -> Batch:
    while True:
        batch = sdk.batches.retrieve(batch_id)
        if batch.status in ("completed", "failed", "expired", "cancelled"):
            return batch
        time.sleep(0.05)


def results(sdk: OpenAI, file_id: str | None) -> list[Json]:
    if file_id is None:
        return []
    return [json.loads(line) for line in sdk.files.content(file_id).text.splitlines()]
