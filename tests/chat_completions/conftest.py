from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.chat_completions.app import Served, served


@pytest.fixture(scope="session")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Served]:
    async with served(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.fixture(scope="session")
async def sdk(app: Served) -> AsyncGenerator[AsyncOpenAI]:
    async with app.client() as client:
        yield client


def asked(text: str) -> Any:
    """One user message."""
    return [{"role": "user", "content": text}]


def script(**keys: Any) -> Any:
    """One user message that scripts its reply."""
    return asked(f"!script {json.dumps(keys)}")
