"""The official SDK in strict mode, and containers without a server."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from openai import OpenAI

from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    """The official SDK in strict mode."""
    with OpenAI(
        base_url=f"{scripted_server.url}/v1",
        api_key=scripted_server.key,
        max_retries=0,
        _strict_response_validation=True,
    ) as opened:
        yield opened
