"""Downloads as runs: they survive their process, other servers see and stop them, earlier versions' are taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from earthshine.catalog import Catalog
from earthshine.database import Database
from earthshine.models.downloads import Download, Downloads
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import large_gguf
from tests.catalog.hub import Hub, running_hub
from tests.patience import PATIENCE
from tests.postgres import Cluster
from tests.runs.workers import Worker, worker
from tests.server_process import start_server

SOURCE = "hf:owner/repo/tiny.gguf"
WEIGHTS = large_gguf(2 * 2**20)


@pytest.fixture
async def hub() -> AsyncGenerator[Hub]:
    async with running_hub(files={"owner/repo/tiny.gguf": WEIGHTS}, slow=0.1) as running:
        yield running


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """Return the first thing that is not None or false."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):
            await asyncio.sleep(0.02)
        return found


def downloads_of(performing: Worker, data: Path, hub_url: str = "http://127.0.0.1:1") -> Downloads:
    catalog = Catalog(Settings(data=data, hf_endpoint=hub_url, embedded_model=False))
    made = Downloads(performing.database, performing.instances, performing.runs, catalog, data.name)
    performing.runs.register(made)
    return made


@asynccontextmanager
async def one_server(url: str, data: Path, hub: Hub) -> AsyncGenerator[Downloads]:
    database = await Database.open(url)
    try:
        async with worker(database, data.name) as performing:
            made = downloads_of(performing, data, hub.url)
            await performing.runs.open()
            yield made
    finally:
        await database.close()


async def test_a_download_goes_on_by_itself_after_kill_9(tmp_path: Path, hub: Hub) -> None:
    part = tmp_path / "models" / ".partial" / "tiny.part"
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags, env={"EARTHSHINE_HF_ENDPOINT": hub.url})
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {server.key}"}) as http:
        begun = (await http.post(f"{server.url}/earthshine/v1/catalog/downloads", json={"source": SOURCE})).json()["id"]

        async def came() -> bool:
            return part.exists() and part.stat().st_size > 0

        await until(came)
        await server.kill()
        assert part.stat().st_size < len(WEIGHTS)
        hub.behaviour.slow = 0
        server = await start_server(tmp_path, *flags, env={"EARTHSHINE_HF_ENDPOINT": hub.url})

        async def completed() -> bool:
            reply = await http.get(f"{server.url}/earthshine/v1/catalog/downloads/{begun}")
            return reply.json()["state"] == "completed"

        await until(completed)
        model = (await http.get(f"{server.url}/v1/models/tiny")).json()
        assert model["earthshine"]["size"] == len(WEIGHTS)
    await server.stop()
    assert "Range" in hub.downloads()[-1].headers


async def test_other_servers_see_a_download_and_can_stop_it(tmp_path: Path, hub: Hub, postgres: Cluster) -> None:
    url = postgres.create()
    async with one_server(url, tmp_path / "a", hub) as first, one_server(url, tmp_path / "b", hub) as second:
        begun = await first.start([SOURCE])
        assert await first.start([SOURCE]) is begun

        async def seen() -> Download | None:
            found = await second.get(begun.id)
            return found if found.done else None

        told = await until(seen)
        assert (told.state, told.model, told.stage, told.total) == ("running", "tiny", "downloading", len(WEIGHTS))
        assert [each.id for each in await second.list()] == [begun.id]
        assert await second.own() == []
        assert (await second.stop(begun.id)).state == "cancelled"
        assert (await first.get(begun.id)).state == "cancelled"
        again = await second.start([SOURCE])
        assert again.id != begun.id, "the same model on another machine is another download"
    async with one_server(url, tmp_path / "a", hub) as first:
        states = {each.id: each.state for each in await first.list()}
        assert states == {begun.id: "cancelled", again.id: "interrupted"}, "nobody fetches what is for another machine"
        assert (await first.stop(again.id)).state == "cancelled", "its server may never come back"
        hub.behaviour.slow = 0
        resumed = await first.start([SOURCE])
        assert resumed.id == begun.id

        async def completed() -> bool:
            return (await first.get(begun.id)).state == "completed"

        await until(completed)
        assert "Range" in hub.downloads()[-1].headers


async def test_what_an_earlier_version_noted_in_files_is_taken_over(tmp_path: Path, database: Database) -> None:
    async with worker(database) as performing:
        downloads = downloads_of(performing, tmp_path)
        partial = tmp_path / "models" / ".partial"
        partial.mkdir(parents=True)
        for state, model in (("running", "a"), ("completed", "b"), ("failed", "c"), ("cancelled", "d")):
            noted: dict[str, Any] = {"id": f"download_{model}", "model": model, "source": f"hf:o/r/{model}.gguf"}
            noted |= {"state": state, "created_at": 5, "done": 7, "total": 9, "ended_at": None, "error": None}
            if state == "failed":
                noted |= {"ended_at": 6, "error": {"code": "storage_full", "message": "The disk is full."}}
            (partial / f"{model}.download").write_bytes(orjson.dumps(noted))
        (partial / "broken.download").write_bytes(b"{")
        await downloads.open()
        found = {each.model: each for each in await downloads.list()}
        states = {model: each.state for model, each in found.items()}
        assert states == {"a": "failed", "b": "completed", "c": "failed", "d": "cancelled"}
        assert (found["a"].error or {})["code"] == "download_interrupted"
        assert (found["c"].done, found["c"].total, found["c"].ended_at) == (7, 9, 6)
        assert [file.name for file in partial.glob("*.download")] == ["broken.download"]
        await downloads.open()
        assert len(await downloads.list()) == 4
