from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from anthropic import Anthropic
from tests.server_process import ServerProcess

MODEL = "scripted"


@pytest.fixture(scope="session")
def client(scripted_server: ServerProcess) -> Generator[Anthropic]:
    """The official SDK, strict."""
    with Anthropic(
        base_url=scripted_server.url,
        api_key=scripted_server.key,
        max_retries=0,
        _strict_response_validation=True,
    ) as opened:
        yield opened


def asked(text: str) -> Any:
    """One user message."""
    return [{"role": "user", "content": text}]


def script(*replies: dict[str, Any], **keys: Any) -> Any:
    """One user message that scripts its reply, or several."""
    return asked(f"!script {json.dumps(list(replies) or keys)}")
