"""A stream begins before proxies lose patience, and shows signs of life; errors keep their status while they can."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from itertools import pairwise
from typing import Any

import httpx2
import openai
import pytest

from tests.server_process import ServerProcess, start_server


@pytest.fixture(scope="module")
async def brisk(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    flags = ("--scripted", "--no-embedded-model", "--stream-patience", "0.6", "--stream-heartbeat", "0.4")
    running = await start_server(tmp_path_factory.mktemp("brisk"), *flags)
    yield running
    assert await running.stop() == 0


def body_of(path: str, script: str) -> dict[str, Any]:
    said = f"!script {script}"
    match path:
        case "chat/completions":
            return {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": said}]}
        case "completions":
            return {"model": "scripted", "stream": True, "prompt": said}
        case _:
            return {"model": "scripted", "stream": True, "input": said}


PATHS = ("chat/completions", "completions", "responses")


@pytest.mark.parametrize("path", PATHS)
async def test_a_slow_first_token_and_a_pause_are_bridged(path: str, brisk: ServerProcess) -> None:
    said = body_of(path, '{"text": "one two", "first_token_after": 1.7, "tokens_per_second": 0.8}')
    headers, arrivals = {"authorization": f"Bearer {brisk.key}"}, list[float]()
    async with httpx2.AsyncClient(base_url=f"{brisk.url}/v1/", headers=headers, timeout=20) as http:
        begun = time.monotonic()
        async with http.stream("POST", path, json=said) as reply:
            assert reply.status_code == 200
            assert time.monotonic() - begun < 1.5, "the head comes before the first token"
            text = ""
            async for piece in reply.aiter_text():
                arrivals.append(time.monotonic())
                text += piece
    gaps = [after - before for before, after in pairwise(arrivals)]
    assert max(gaps) < 1.1, "no silence is much longer than a heartbeat"
    lines = text.split("\n\n")
    assert lines.count(":") >= 3
    assert lines[-2] == "data: [DONE]"
    assert "one" in text and "two" in text


@pytest.mark.parametrize("path", PATHS)
async def test_an_early_error_has_its_status_and_a_late_one_is_an_event(path: str, brisk: ServerProcess) -> None:
    async with openai.AsyncOpenAI(base_url=f"{brisk.url}/v1", api_key=brisk.key, max_retries=0) as client:

        async def ask(script: str) -> None:
            said = body_of(path, script)
            create: Any = {
                "chat/completions": client.chat.completions.create,
                "completions": client.completions.create,
                "responses": client.responses.create,
            }[path]
            failed = (
                [event async for event in await create(**said) if event.type == "response.failed"]
                if (path == "responses")
                else [event async for event in await create(**said)]
            )
            # The Responses API tells a failure of the model by an event of its own.
            assert path == "responses" and failed

        if path != "responses":
            with pytest.raises(openai.RateLimitError):
                await ask('{"error_after": 0, "error": "rate_limited"}')
            with pytest.raises(openai.APIError) as caught:
                await ask('{"first_token_after": 1.2, "error_after": 0, "error": "rate_limited"}')
            assert not isinstance(caught.value, openai.APIStatusError)
            assert caught.value.code == "rate_limit_exceeded"
        else:
            with pytest.raises(openai.NotFoundError):
                await client.responses.create(model="none", input="hi", stream=True)
            await ask('{"first_token_after": 1.2, "error_after": 0, "error": "rate_limited"}')
