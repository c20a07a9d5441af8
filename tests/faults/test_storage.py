"""Storage that fails for a while: nothing is lost, only later; what cannot be begun is refused in plain words."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.api import Api, api_of, assert_whole, script, text_of
from tests.server_process import ServerProcess, start_server

# A full disk is brought about by a limit on the files of the server's own process, a lock by another SQLite connection.
pytestmark = pytest.mark.sqlite

STORY = "The disk was full and nobody lost a word. " * 12


async def start(data: Path) -> ServerProcess:
    return await start_server(data, "--scripted", "--no-embedded-model", "--default-model", "scripted")


@contextmanager
def full_disk(server: ServerProcess) -> Generator[None]:
    """Let no file of the server grow: every write beyond a file's first block fails, as on a full disk."""
    limit = resource.RLIMIT_FSIZE
    _, hard = resource.prlimit(server.pid, limit)
    resource.prlimit(server.pid, limit, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(server.pid, limit, (hard, hard))


async def check_whole(api: Api, response_id: str) -> None:
    final = await api.ended(response_id)
    assert final["status"] == "completed"
    assert text_of(final) == STORY
    assert_whole(await api.events(response_id), final)


async def test_a_full_disk(tmp_path: Path) -> None:
    server = await start(tmp_path)
    slow = script(text=STORY, tokens_per_second=120)
    async with api_of(server) as api:
        background = await api.create(slow, background=True)
        async with api.stream(slow) as events:
            seen = [await anext(events) for _ in range(8)]
            with full_disk(server):
                await asyncio.sleep(0.3)
                for body in ({"input": "x"}, {"input": "x", "background": True}, {"input": "x", "stream": True}):
                    async with api.http.post(api.url, json={"model": "scripted", **body}) as reply:
                        error = (await reply.json())["error"]
                        assert reply.status == 507
                        assert error["code"] == "storage_full"
                        assert "Free some space" in error["message"]
                        assert int(reply.headers["retry-after"]) >= 1
                # What needs no storage is served: what is stored, what is not to be stored, other models and lists.
                stuck = await api.get(background["id"])
                assert stuck["status"] == "in_progress"
                assert text_of(await api.create("Hello.", store=False)) == "You said: Hello."
                async with api.http.get(f"{server.url}/health") as reply:
                    assert reply.status == 200
                # Nobody sees what is not stored.
                await asyncio.sleep(0.7)
                assert text_of(await api.get(background["id"])) == text_of(stuck)
            seen += [event async for event in events]
        assert_whole(seen, await api.ended(seen[0]["response"]["id"]))
        assert seen[-1]["type"] == "response.completed"
        await check_whole(api, background["id"])
        assert text_of(await api.create("Hello.")) == "You said: Hello."
    assert await server.stop() == 0
    again = await start(tmp_path)
    async with api_of(again) as api:
        await check_whole(api, background["id"])
    await again.stop()


async def test_a_database_that_another_process_holds_for_two_seconds(tmp_path: Path) -> None:
    server = await start(tmp_path)
    async with api_of(server) as api:
        background = await api.create(script(text=STORY, tokens_per_second=100), background=True)
        async with api.stream(script(text=STORY, tokens_per_second=100)) as events:
            seen = [await anext(events) for _ in range(5)]
            with closing(sqlite3.connect(tmp_path / "earthshine.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                locked = time.monotonic()
                newcomer = asyncio.create_task(api.create("Hello."))
                await asyncio.sleep(2)
                assert not newcomer.done()
                assert (await api.get(background["id"]))["status"] == "in_progress"
                other.execute("ROLLBACK")
            assert text_of(await newcomer) == "You said: Hello."
            assert time.monotonic() - locked < 6
            seen += [event async for event in events]
        assert_whole(seen, await api.ended(seen[0]["response"]["id"]))
        await check_whole(api, background["id"])
    assert await server.stop() == 0
