"""What tests do with vector stores by the SDK, and what it would not send."""

from __future__ import annotations

import time
from typing import Any

import httpx2
from openai import OpenAI

from tests.patience import PATIENCE

MOON = "The moon is lit by the earth.\n\nA cat sat on the mat."
ARABIC = "القمر يضيئه نور الأرض.\n\nوالكتاب على الطاولة."


def send(sdk: OpenAI, content: str = MOON, name: str = "moon.txt") -> str:
    return sdk.files.create(file=(name, content.encode()), purpose="assistants").id


def make(sdk: OpenAI, *file_ids: str, **more: Any) -> str:
    """Make a store, and wait until its files are ingested."""
    store = sdk.vector_stores.create(file_ids=list(file_ids), **more).id
    ready(sdk, store)
    return store


def ready(sdk: OpenAI, store: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while (now := sdk.vector_stores.retrieve(store)).status == "in_progress":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return now


def post(sdk: OpenAI, path: str, body: Any) -> Any:
    headers = {"authorization": f"Bearer {sdk.api_key}"}
    return httpx2.post(f"{str(sdk.base_url).rstrip('/')}/vector_stores{path}", json=body, headers=headers)
