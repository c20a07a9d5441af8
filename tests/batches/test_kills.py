"""A server that is killed goes on with its batches; what a batch costs; the end of a batch's time."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from openai import OpenAI

from tests.batches.conftest import Json, chat, ended, lines_of, open_sdk, results, scripted, send
from tests.server_process import ServerProcess, start_server

CHAT = "/v1/chat/completions"
LINES = 400
PRICES = {"scripted": {"input": "2", "output": "10"}}


async def start(data: Path) -> ServerProcess:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    return await start_server(data, *flags, env={"EARTHSHINE_PRICES": json.dumps(PRICES)})


def usage_by_batch(server: ServerProcess) -> dict[bool, Json]:
    path = "/v1/organization/usage/completions"
    query = {"start_time": int(time.time()) - 3600, "bucket_width": "1d", "group_by[]": "batch"}
    reply = httpx2.get(server.url + path, params=query, headers={"authorization": f"Bearer {server.key}"})
    assert reply.status_code == 200, reply.text
    found = [each for bucket in reply.json()["data"] for each in bucket["results"]]
    return {each["batch"]: each for each in found}


def completed(sdk: OpenAI, batch_id: str) -> int:
    counts = sdk.batches.retrieve(batch_id).request_counts
    return counts.completed if counts is not None else 0


@pytest.mark.sqlite
async def test_no_line_is_lost_or_doubled_and_what_is_late_expires(tmp_path: Path) -> None:
    server = await start(tmp_path)
    try:
        with open_sdk(server) as sdk:
            late = [chat("moon"), *(chat(scripted(first_token_after=600)) for _ in range(9))]
            expires = send(sdk, lines_of(late, CHAT), CHAT).id
            # Of two models that are one, so that neither batch waits for the other's hanging lines.
            bodies = [chat("moon") | {"model": "default"} for _ in range(LINES)]
            whole = send(sdk, lines_of(bodies, CHAT), CHAT).id
            for batch_id, least in ((expires, 1), (whole, 60)):
                while completed(sdk, batch_id) < least:
                    await asyncio.sleep(0.01)
            await server.kill()
            with closing(sqlite3.connect(tmp_path / "earthshine.db")) as database, database:
                database.execute("UPDATE batches SET expires_at = 1 WHERE id = ?", (expires,))
            server = await start(tmp_path)
            sdk.base_url = f"{server.url}/v1"
            batch = ended(sdk, whole)
            assert batch.request_counts is not None
            assert batch.request_counts.to_dict() == {"total": LINES, "completed": LINES, "failed": 0}
            assert [each["custom_id"] for each in results(sdk, batch.output_file_id)] == [f"r{n}" for n in range(LINES)]

            batch = ended(sdk, expires)
            assert batch.status == "expired"
            assert batch.expired_at is not None
            assert batch.request_counts is not None
            assert batch.request_counts.to_dict() == {"total": 10, "completed": 1, "failed": 9}
            assert [each["custom_id"] for each in results(sdk, batch.output_file_id)] == ["r0"]
            [*_, last] = missed = results(sdk, batch.error_file_id)
            assert [each["custom_id"] for each in missed] == [f"r{n}" for n in range(1, 10)]
            message = "This request could not be executed before the completion window expired."
            assert (last["response"], last["error"]) == (None, {"code": "batch_expired", "message": message})

            sdk.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "moon"}])
        while len(asked := usage_by_batch(server)) < 2:
            await asyncio.sleep(0.05)
        # Those that were asked twice, too; those that were cut are not charged.
        assert asked[True]["num_model_requests"] == LINES + 1
        whole_price, discounted = (asked[batched]["earthshine"]["cost"]["value"] for batched in (False, True))
        assert discounted / asked[True]["num_model_requests"] == pytest.approx(whole_price / 2)
    finally:
        await server.stop()
