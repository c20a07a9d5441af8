"""Every endpoint of a real server: what clients are told, and what the ledger says of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, PermissionDeniedError, RateLimitError
from sqlalchemy import select

from earthshine.database import Database
from earthshine.metering.tables import ledger
from tests.server_process import ServerProcess, start_server

PRICES = '{"scripted": {"input": "1", "cached_input": "0.5", "output": "2"}}'


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    running = await start_server(
        tmp_path_factory.mktemp("settling"),
        *("--scripted", "--no-embedded-model", "--default-model", "scripted"),
        env={"EARTHSHINE_PRICES": PRICES, "EARTHSHINE_DEFAULT_OUTPUT_LIMIT": "30"},
    )
    try:
        yield running
    finally:
        code = await running.stop()
    assert code == 0


@pytest.fixture(scope="module")
async def client(server: ServerProcess) -> AsyncGenerator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True
    ) as opened:
        yield opened


def lenient(client: AsyncOpenAI) -> AsyncOpenAI:
    """Return a client for streamed completions: the SDK's type for them forbids the null that OpenAI itself sends."""
    return AsyncOpenAI(base_url=client.base_url, api_key=client.api_key, max_retries=0)


def script(**fields: Any) -> str:
    return f"!script {json.dumps(fields)}"


async def rows(server: ServerProcess, patience: float = 5) -> dict[str, Any]:
    """Return the ledger by id, once nothing has come for a while."""
    database = await Database.open(f"sqlite+aiosqlite:///{server.data / 'earthshine.db'}")
    try:
        before = -1
        while True:
            async with database.read() as connection:
                found = {row.id: row for row in (await connection.execute(select(ledger))).all()}
            if len(found) == before:
                return found
            before = len(found)
            await asyncio.sleep(0.4)
    finally:
        await database.close()


@asynccontextmanager
async def limited(server: ServerProcess, kind: str, amount: Any, scope: str = "project") -> AsyncGenerator[None]:
    """Set a limit, and take it away."""
    headers = {"authorization": f"Bearer {server.key}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers) as http:
        body = {"scope": scope, "kind": kind, "amount": amount}
        if scope == "project":
            body["scope_id"] = "default"
        made = await http.post("/v1/organization/limits", json=body)
        assert made.status_code == 200, made.text
        try:
            yield
        finally:
            gone = await http.delete(f"/v1/organization/limits/{made.json()['id']}")
            assert gone.status_code == 200


async def test_every_endpoint_is_charged_what_its_usage_says(server: ServerProcess, client: AsyncOpenAI) -> None:
    said = script(text="one two three", cached_tokens=1)
    messages: Any = [{"role": "user", "content": said}]
    seen: dict[str, tuple[int, int, str]] = {}

    chat = await client.chat.completions.create(model="default", messages=messages, n=2)
    assert chat.usage
    seen[chat.id] = (chat.usage.prompt_tokens, chat.usage.completion_tokens, "chat.completions")
    async for chunk in await client.chat.completions.create(
        model="scripted", messages=messages, stream=True, stream_options={"include_usage": True}
    ):
        if chunk.usage:
            seen[chunk.id] = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens, "chat.completions")
    text = await client.completions.create(model="scripted", prompt=[said, said], n=2)
    assert text.usage
    seen[text.id] = (text.usage.prompt_tokens, text.usage.completion_tokens, "completions")
    async for piece in await lenient(client).completions.create(
        model="scripted", prompt=said, stream=True, stream_options={"include_usage": True}
    ):
        if piece.usage:
            seen[piece.id] = (piece.usage.prompt_tokens, piece.usage.completion_tokens, "completions")
    for stored in (True, False):
        response = await client.responses.create(model="scripted", input=said, store=stored)
        assert response.usage
        seen[response.id] = (response.usage.input_tokens, response.usage.output_tokens, "responses")
    waiting = await client.responses.create(model="scripted", input=said, background=True)
    while waiting.status in ("queued", "in_progress"):
        await asyncio.sleep(0.05)
        waiting = await client.responses.retrieve(waiting.id)
    assert waiting.usage
    seen[waiting.id] = (waiting.usage.input_tokens, waiting.usage.output_tokens, "responses")
    compacted = await client.responses.compact(model="scripted", input="Remember the milk.")
    seen[compacted.id] = (compacted.usage.input_tokens, compacted.usage.output_tokens, "responses")
    embedded = await client.embeddings.create(model="scripted", input=["one two", "three"], encoding_format="float")
    decided = await client.decisions.create(
        model="scripted", input=said, questions=[{"type": "predicate", "instructions": "It is short."}]
    )

    found = await rows(server)
    charged = {
        row.id: (row.input_tokens, row.output_tokens, row.endpoint)
        for row in found.values()
        if row.endpoint not in ("embeddings", "decisions")
    }
    assert charged == seen
    (vectors,) = (row for row in found.values() if row.endpoint == "embeddings")
    assert vectors.input_tokens == embedded.usage.prompt_tokens
    (asked,) = (row for row in found.values() if row.endpoint == "decisions")
    assert (asked.input_tokens, asked.output_tokens) == (decided.usage.input_tokens, decided.usage.output_tokens)
    for row in found.values():
        assert row.cost == (row.input_tokens - row.cached_tokens) * 10**6 + row.cached_tokens * 500_000 + (
            row.output_tokens * 2 * 10**6
        )
        assert (row.model, row.deployment, row.partial, row.estimated) == ("scripted", "scripted", False, False)
    assert found[chat.id].cached_tokens == 1


async def test_a_cut_stream_is_charged_for_what_was_written(server: ServerProcess, client: AsyncOpenAI) -> None:
    slow = script(text="slow and long ", pieces=1000, tokens_per_second=100)
    names: set[str] = set()
    stream = await client.chat.completions.create(
        model="scripted", messages=[{"role": "user", "content": slow}], stream=True
    )
    async for chunk in stream:
        names.add(chunk.id)
        if chunk.choices[0].delta.content:
            break
    await stream.close()
    texts = await lenient(client).completions.create(model="scripted", prompt=slow, stream=True, max_tokens=500)
    async for piece in texts:
        names.add(piece.id)
        break
    await texts.close()
    for stored in (True, False):
        events = await client.responses.create(model="scripted", input=slow, stream=True, store=stored)
        async for event in events:
            if event.type == "response.created":
                names.add(event.response.id)
            if event.type == "response.output_text.delta":
                break
        await events.close()
    await asyncio.sleep(0.3)
    found = await rows(server)
    for name in names:
        assert found[name].partial
        assert 1 <= found[name].output_tokens < 900
        assert found[name].input_tokens > 0


async def test_a_failure_is_charged_for_what_was_written_before_it(server: ServerProcess, client: AsyncOpenAI) -> None:
    before = await rows(server)
    broken = script(text="a b c d e f", error_after=3, error_always=True, error="upstream_failed")
    reply = await client.responses.create(model="scripted", input=broken, background=True)
    while reply.status in ("queued", "in_progress"):
        await asyncio.sleep(0.05)
        reply = await client.responses.retrieve(reply.id)
    assert reply.status == "failed"
    at_once = script(text="a b c", error_after=0, error_always=True, error="upstream_failed")
    with pytest.raises(Exception, match="failure"):
        await client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": at_once}])
    new = {name: row for name, row in (await rows(server)).items() if name not in before}
    assert [(row.id, row.output_tokens, row.partial) for row in new.values()] == [(reply.id, 3, True)]


async def test_limits_are_told_in_headers_and_a_refusal_says_when_to_come_back(
    server: ServerProcess, client: AsyncOpenAI
) -> None:
    async with limited(server, "requests_per_minute", 2):
        for left in ("1", "0"):
            raw = await client.chat.completions.with_raw_response.create(
                model="scripted", messages=[{"role": "user", "content": "hello"}], max_tokens=5
            )
            assert raw.headers["x-ratelimit-limit-requests"] == "2"
            assert raw.headers["x-ratelimit-remaining-requests"] == left
        for call in (
            client.responses.create(model="scripted", input="hello", stream=True),
            client.completions.create(model="scripted", prompt="hello"),
            client.embeddings.create(model="scripted", input="hello"),
            client.decisions.create(
                model="scripted", input="hello", questions=[{"type": "predicate", "instructions": "It is short."}]
            ),
            client.responses.input_tokens.count(model="scripted", input="hello"),
            client.responses.compact(model="scripted", input="hello"),
        ):
            with pytest.raises(RateLimitError) as refused:
                await call
            assert refused.value.code == "rate_limit_exceeded"
            assert "project default reached its limit of 2 requests per minute" in refused.value.message
            assert 1 <= int(refused.value.response.headers["retry-after"]) <= 60
            assert refused.value.response.headers["x-ratelimit-remaining-requests"] == "0"
    await client.completions.create(model="scripted", prompt="hello")


async def test_a_crowd_cannot_overspend_a_budget(server: ServerProcess, client: AsyncOpenAI) -> None:
    before = sum(row.cost for row in (await rows(server)).values())
    budget = before + 4 * 10**9
    async with limited(server, "spend_per_month", f"0.{budget:012}", scope="organization"):
        answers: list[Any] = await asyncio.gather(
            *(
                client.chat.completions.create(
                    model="scripted", messages=[{"role": "user", "content": script(text="x ", pieces=50)}]
                )
                for _ in range(40)
            ),
            return_exceptions=True,
        )
    served = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert served and refused
    for answer in served:
        # No client gave a limit; the one that was reserved was sent.
        assert answer.usage.completion_tokens == 30
        assert answer.choices[0].finish_reason == "length"
    for error in refused:
        assert isinstance(error, RateLimitError)
        assert error.code == error.type == "insufficient_quota"
        assert "The organization default reached its limit" in error.message
    after = sum(row.cost for row in (await rows(server)).values())
    assert after <= budget
    assert after - before == sum(
        10**6 * (answer.usage.prompt_tokens + 2 * answer.usage.completion_tokens) for answer in served
    )


async def test_a_model_that_the_project_may_not_use_is_refused(server: ServerProcess, client: AsyncOpenAI) -> None:
    headers = {"authorization": f"Bearer {server.key}"}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers) as http:
        path = "/v1/organization/projects/default/model_permissions"
        set_ = await http.post(path, json={"mode": "deny_list", "model_ids": ["scripted"]})
        assert set_.status_code == 200, set_.text
        try:
            with pytest.raises(PermissionDeniedError) as refused:
                await client.responses.create(model="default", input="hello")
            assert refused.value.code == "model_not_found"
            assert "Project `default` does not have access to model `default`" in refused.value.message
        finally:
            assert (await http.delete(path)).status_code == 200
    await client.responses.create(model="default", input="hello")
