"""Background responses: followed by many, from any number on, cancelled, deleted and read while they run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.patience import PATIENCE
from tests.responses.clients import MODEL, async_client, script
from tests.server_process import ServerProcess

WORDS = "one two three four five six seven eight nine ten " * 10


@pytest.fixture(scope="module")
async def client(scripted_server: ServerProcess) -> AsyncGenerator[AsyncOpenAI]:
    async with async_client(scripted_server) as opened:
        yield opened


async def begin(client: AsyncOpenAI, **keys: Any) -> Any:
    made = await client.responses.create(model=MODEL, input=script(**{"text": WORDS, **keys}), background=True)
    assert made.status == "queued"
    assert made.background
    return made


async def follow(client: AsyncOpenAI, response_id: str, after: int | None = None) -> list[Any]:
    more = {} if after is None else {"starting_after": after}
    async with await client.responses.retrieve(response_id, stream=True, **more) as events:
        return [event async for event in events]


async def ended(client: AsyncOpenAI, response_id: str) -> Any:
    async with asyncio.timeout(PATIENCE):
        while (response := await client.responses.retrieve(response_id)).status in ("queued", "in_progress"):
            await asyncio.sleep(0.02)
    return response


async def test_many_readers_from_many_places_see_the_same(client: AsyncOpenAI) -> None:
    made = await begin(client, tokens_per_second=200)

    async def late(seconds: float, after: int | None) -> list[Any]:
        await asyncio.sleep(seconds)
        return await follow(client, made.id, after)

    places = [(0.0, None), (0.0, 0), (0.1, 50), (0.2, None), (0.3, 20), (0.0, 100), (0.4, 1)]
    streams = await asyncio.gather(*(late(*place) for place in places))
    whole = streams[0]
    assert [event.sequence_number for event in whole] == list(range(len(whole)))
    assert whole[-1].response.output_text == WORDS
    for (_, after), events in zip(places, streams, strict=True):
        assert events == whole[0 if after is None else after + 1 :]
    # After the end the same comes from the store.
    for after in (None, 0, 77, len(whole) - 2):
        assert await follow(client, made.id, after) == whole[0 if after is None else after + 1 :]


async def test_numbers_beyond_the_end(client: AsyncOpenAI) -> None:
    made = await begin(client, tokens_per_second=500)
    assert await follow(client, made.id, 10_000) == []
    final = await ended(client, made.id)
    assert final.status == "completed"
    last = (await follow(client, made.id))[-1].sequence_number
    assert await follow(client, made.id, last) == []
    assert await follow(client, made.id, last + 1) == []


async def test_while_it_runs_a_stored_prefix_is_shown(client: AsyncOpenAI) -> None:
    made = await begin(client, tokens_per_second=200)
    shown = []
    while (response := await client.responses.retrieve(made.id)).status != "completed":
        assert response.status in ("queued", "in_progress")
        assert response.usage is None
        shown.append(response.output_text)
        await asyncio.sleep(0.03)
    assert len(set(shown)) > 3
    for earlier, later in zip(shown, [*shown[1:], response.output_text], strict=True):
        assert later.startswith(earlier)
    assert response.output_text == WORDS


async def test_cancelling_is_quick_keeps_what_was_written_and_may_be_repeated(client: AsyncOpenAI) -> None:
    made = await begin(client, tokens_per_second=50)
    reader = asyncio.create_task(follow(client, made.id))
    await asyncio.sleep(0.4)
    begun = time.monotonic()
    cancelled = await client.responses.cancel(made.id)
    assert time.monotonic() - begun < 0.5
    assert cancelled.status == "cancelled"
    assert 0 < len(cancelled.output_text) < len(WORDS)
    events = await reader
    assert events[-1].type == "response.incomplete"
    assert events[-1].response == cancelled
    assert await client.responses.cancel(made.id) == cancelled
    assert await client.responses.retrieve(made.id) == cancelled


async def test_cancelling_what_has_not_begun_or_has_ended(client: AsyncOpenAI) -> None:
    waiting = await begin(client, first_token_after=30)
    assert (await client.responses.cancel(waiting.id)).status == "cancelled"
    quick = await begin(client)
    final = await ended(client, quick.id)
    assert (await client.responses.cancel(quick.id)) == final
    assert final.status == "completed"


async def test_a_hanging_engine_can_be_cancelled(client: AsyncOpenAI) -> None:
    made = await begin(client, hang_after=3)
    await asyncio.sleep(0.2)
    cancelled = await client.responses.cancel(made.id)
    assert (cancelled.status, cancelled.output_text) == ("cancelled", "one two thre")


async def test_deleting_stops_it(client: AsyncOpenAI) -> None:
    made = await begin(client, tokens_per_second=50)
    reader = asyncio.create_task(follow(client, made.id))
    await asyncio.sleep(0.2)
    await client.responses.delete(made.id)
    events = await reader
    assert events[-1].type == "response.incomplete"
    for use in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError):
            await use(made.id)
    with pytest.raises(openai.NotFoundError):
        await follow(client, made.id)


async def test_what_the_model_cannot_do_fails_the_response(client: AsyncOpenAI) -> None:
    """In the background the reply comes at once, so the error stands in the response."""
    made = await begin(client, error_after=1, error="bug")
    failed = await ended(client, made.id)
    assert failed.status == "failed"
    assert failed.error.code == "server_error"
    assert f"under {made.id}" in failed.error.message
    too_long = await client.responses.create(model=MODEL, input="word " * 40_000, background=True)
    failed = await ended(client, too_long.id)
    assert failed.error.code == "invalid_prompt"
    assert "32768" in failed.error.message


async def test_going_on_from_a_running_response_must_wait(client: AsyncOpenAI) -> None:
    made = await begin(client, tokens_per_second=100)
    with pytest.raises(openai.ConflictError, match="Wait until it has ended"):
        await client.responses.create(model=MODEL, input="And?", previous_response_id=made.id)
    await ended(client, made.id)
    assert (await client.responses.create(model=MODEL, input="And?", previous_response_id=made.id)).output_text
