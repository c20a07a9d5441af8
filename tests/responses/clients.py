"""The official SDK, strict, talking to the server that has only the scripted model."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from openai import AsyncOpenAI, OpenAI

from tests.server_process import ServerProcess

MODEL = "scripted"


def script(**keys: Any) -> str:
    """What to say to the scripted model."""
    return f"!script {json.dumps(keys)}"


def sync_client(server: ServerProcess) -> OpenAI:
    """A client whose every reply must fit the SDK's types."""
    return OpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True)


@asynccontextmanager
async def async_client(server: ServerProcess) -> AsyncGenerator[AsyncOpenAI]:
    """The same, asynchronous."""
    async with AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True
    ) as opened:
        yield opened


LOOK_UP: dict[str, Any] = {
    "type": "function",
    "name": "look_up",
    "description": "Looks a word up.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    },
}
SAVE: dict[str, Any] = {**LOOK_UP, "name": "save", "description": "Saves a word."}
