"""Two servers on one PostgreSQL: one takes a batch over when the other dies."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import select

from earthshine.database import Database
from earthshine.runs.tables import runs
from tests.batches.conftest import chat, ended, lines_of, open_sdk, results, scripted, send
from tests.postgres import Cluster
from tests.server_process import ServerProcess, start_server

CHAT = "/v1/chat/completions"
LINES = 20


async def start(url: str, data: Path) -> ServerProcess:
    env = {"DATABASE_URL": url, "TAKEOVER_AFTER": "2", "BLOBS": str(data.parent / "blobs")}
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    return await start_server(data, *flags, env={f"EARTHSHINE_{name}": value for name, value in env.items()})


async def test_a_batch_goes_on_where_its_server_died(postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.create()
    first = await start(url, tmp_path / "first")
    with open_sdk(first) as sdk:
        hangs = chat(scripted(first_token_after=600))
        batch_id = send(sdk, lines_of([*[chat("moon")] * LINES, hangs], CHAT), CHAT).id
        while not (counts := sdk.batches.retrieve(batch_id).request_counts) or counts.completed < LINES:
            await asyncio.sleep(0.05)
        second = await start(url, tmp_path / "second")
        try:
            await first.kill()
            database = await Database.open(url)
            takeovers = select(runs.c.takeovers).where(runs.c.id == batch_id)
            while True:
                async with database.read() as connection:
                    if await connection.scalar(takeovers):
                        break
                await asyncio.sleep(0.05)
            await database.close()
            sdk.base_url = f"{second.url}/v1"
            assert sdk.batches.cancel(batch_id).status == "cancelling"
            batch = await asyncio.to_thread(ended, sdk, batch_id)
            assert batch.status == "cancelled"
            assert [each["custom_id"] for each in results(sdk, batch.output_file_id)] == [f"r{n}" for n in range(LINES)]
            assert [each["custom_id"] for each in results(sdk, batch.error_file_id)] == [f"r{LINES}"]
        finally:
            await second.stop()
    postgres.drop(url)
