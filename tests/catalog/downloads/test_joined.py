"""Weights in several parts: joined as they come, resumed part by part, and mended part by part."""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog import Card, Catalog
from earthshine.catalog.downloads.progress import Step
from earthshine.catalog.sources import open_pieces, split_files
from earthshine.errors import Conflict, InvalidRequest, ModelBroken, StorageFull, UpstreamFailed
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import F32, gguf_bytes, large_gguf
from tests.catalog.hub import Hub, running_hub, wheel
from tests.catalog.test_process import pull

WEIGHTS = large_gguf(900_000)
CHUNKS = [WEIGHTS[:300_000], WEIGHTS[300_000:600_000], WEIGHTS[600_000:]]
SOURCE = "pypi:tiny-part{1..3}==1.0/tiny_part{1..3}/data/part{01..03}.bin"
ABOUT = Card("joined", size=len(WEIGHTS), sha256=hashlib.sha256(WEIGHTS).hexdigest())


def wheels(chunks: list[bytes]) -> dict[str, bytes]:
    return {
        f"tiny_part{number}-1.0-py3-none-any.whl": wheel({f"tiny_part{number}/data/part{number:02}.bin": chunk})
        for number, chunk in enumerate(chunks, 1)
    }


@pytest.fixture
async def index() -> AsyncGenerator[Hub]:
    async with running_hub(files=wheels(CHUNKS)) as running:
        yield running


def settings_of(hub: Hub, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", package_index=f"{hub.url}/simple", hf_endpoint=hub.url)


def catalog(hub: Hub, tmp_path: Path) -> Catalog:
    return Catalog(settings_of(hub, tmp_path))


def fetched(hub: Hub) -> list[str]:
    """Return the numbers of the wheels that were asked for, in order."""
    return [one.path.split("tiny_part")[1][0] for one in hub.downloads()]


def left_over(tmp_path: Path) -> list[str]:
    partial = tmp_path / "data" / "models" / ".partial"
    return [file.name for file in partial.glob("*") if not file.name.endswith(".lock")]


async def test_parts_of_several_wheels_are_joined_in_order(index: Hub, tmp_path: Path) -> None:
    steps: list[Step] = []
    card = await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT, progress=steps.append)
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    assert (card.source, card.size, card.sha256) == (SOURCE, ABOUT.size, ABOUT.sha256)
    assert fetched(index) == ["1", "2", "3"]
    assert left_over(tmp_path) == []
    done = [step.done for step in steps if step.stage == "downloading"]
    assert done == sorted(done), "progress never goes back"
    assert {step.total for step in steps if step.stage == "downloading"} == {len(WEIGHTS)}


async def test_disk_never_holds_more_than_the_whole_and_one_part(index: Hub, tmp_path: Path) -> None:
    index.behaviour.slow = 0.01
    most = 0
    partial = tmp_path / "data" / "models" / ".partial"

    def watch(step: Step) -> None:
        nonlocal most
        most = max(most, sum(file.stat().st_size for file in partial.glob("*")))

    await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT, progress=watch)
    assert most < len(WEIGHTS) + 320_000


async def test_a_line_cut_in_the_second_part_costs_only_what_was_on_it(index: Hub, tmp_path: Path) -> None:
    index.behaviour.cut_after = [400_000, 150_000]
    card = await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    assert fetched(index) == ["1", "2", "2", "3"]
    assert "Range" in index.downloads()[2].headers


async def test_parts_that_came_before_a_failure_are_not_fetched_again(index: Hub, tmp_path: Path) -> None:
    third = index.behaviour.files.pop("tiny_part3-1.0-py3-none-any.whl")
    from earthshine.errors import NotFound

    with pytest.raises(NotFound, match="no wheel of tiny-part3"):
        await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    assert catalog(index, tmp_path).kept("joined") == 600_000
    index.behaviour.files["tiny_part3-1.0-py3-none-any.whl"] = third
    await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    assert fetched(index) == ["1", "2", "3"]


async def test_only_the_part_that_this_disk_spoiled_is_fetched_again(index: Hub, tmp_path: Path) -> None:
    third = index.behaviour.files.pop("tiny_part3-1.0-py3-none-any.whl")
    with pytest.raises(Exception, match="tiny-part3"):
        await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    joined = tmp_path / "data" / "models" / ".partial" / "joined.joined"
    content = bytearray(joined.read_bytes())
    content[350_000] ^= 0xFF
    joined.write_bytes(content)
    index.behaviour.files["tiny_part3-1.0-py3-none-any.whl"] = third
    card = await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    assert fetched(index) == ["1", "2", "3", "2"]


async def test_joined_bytes_that_are_others_are_refused_and_thrown_away(index: Hub, tmp_path: Path) -> None:
    index.behaviour.files = wheels([CHUNKS[1], CHUNKS[0], CHUNKS[2]])
    with pytest.raises(ModelBroken, match="known to be good"):
        await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    assert left_over(tmp_path) == []
    assert catalog(index, tmp_path).local() == []


async def test_parts_of_more_bytes_than_the_whole_are_refused_at_once(index: Hub, tmp_path: Path) -> None:
    about = replace(ABOUT, size=400_000)
    with pytest.raises(ModelBroken, match="more than the 400000 bytes"):
        await catalog(index, tmp_path).add(SOURCE, "joined", about=about)
    assert fetched(index) == ["1", "2"]


async def test_full_disk_is_said_and_survived(index: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from earthshine import disk

    free = [10**12]
    monkeypatch.setattr(disk, "free_bytes", lambda _: free[0])

    def fill(step: Step) -> None:
        if step.done > 300_000:
            free[0] = 0

    with pytest.raises(StorageFull, match="too full"):
        await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT, progress=fill)
    free[0] = 10**12
    card = await catalog(index, tmp_path).add(SOURCE, "joined", about=ABOUT)
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    assert fetched(index).count("1") == 1


async def test_goes_on_after_kill_9_in_the_second_part(index: Hub, tmp_path: Path) -> None:
    large = large_gguf(6_000_000)
    index.behaviour.files = wheels([large[:2_000_000], large[2_000_000:4_000_000], large[4_000_000:]])
    index.behaviour.slow = 0.02
    data = tmp_path / "data"
    options = {"source": SOURCE, "name": "joined", "index": f"{index.url}/simple"}
    process = await pull(index, data, **options)
    joined, part = (data / "models" / ".partial" / f"joined{end}" for end in (".joined", ".part"))
    async with asyncio.timeout(60):
        while not (joined.exists() and joined.stat().st_size == 2_000_000 and part.exists() and part.stat().st_size):
            await asyncio.sleep(0.005)
    process.kill()
    await process.communicate()
    index.behaviour.slow = 0
    process = await pull(index, data, **options)
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert json.loads(output)["sha256"] == hashlib.sha256(large).hexdigest()
    assert fetched(index).count("1") == 1


async def test_files_of_this_machine_are_joined_too(tmp_path: Path) -> None:
    for number, chunk in enumerate(CHUNKS):
        (tmp_path / f"w.gguf.{number}").write_bytes(chunk)
    mine = Catalog(Settings(data=tmp_path / "data"))
    card = await mine.add(f"file:{tmp_path}/w.gguf.{{0..2}}", "joined")
    assert card.path is not None
    assert card.path.read_bytes() == WEIGHTS
    mine.remove("joined")
    assert not card.path.exists()
    assert (tmp_path / "w.gguf.0").exists()


async def test_parts_need_a_name(index: Hub, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="give one"):
        await catalog(index, tmp_path).add(SOURCE)


@pytest.mark.parametrize("text", ["file:/{1..3}/{1..2}", "file:/{3..1}", "file:/{1..1}", "file:/{1..100000}"])
def test_ranges_that_cannot_be(text: str) -> None:
    with pytest.raises(InvalidRequest, match="same number of parts"):
        open_pieces(text, Settings())


# --- several sources -------------------------------------------------------------------------------------------------


async def test_the_next_source_is_taken_where_the_first_cannot_be_had(index: Hub, tmp_path: Path) -> None:
    card = await catalog(index, tmp_path).add(["hf:owner/repo/gone.gguf", SOURCE], "joined", about=ABOUT)
    assert card.source == SOURCE
    # It is the same model, whichever of its sources is asked for.
    assert await catalog(index, tmp_path).add(["hf:owner/repo/gone.gguf", SOURCE], "joined", about=ABOUT) == card
    with pytest.raises(Conflict, match="Another model has the name"):
        await catalog(index, tmp_path).add("hf:owner/repo/gone.gguf", "joined", about=ABOUT)


async def test_what_was_begun_is_gone_on_with(index: Hub, tmp_path: Path) -> None:
    third = index.behaviour.files.pop("tiny_part3-1.0-py3-none-any.whl")
    both = ["hf:owner/repo/whole.gguf", SOURCE]
    with pytest.raises(UpstreamFailed, match="any of its sources"):
        await catalog(index, tmp_path).add(both, "joined", about=ABOUT)
    index.behaviour.files |= {"owner/repo/whole.gguf": WEIGHTS, "tiny_part3-1.0-py3-none-any.whl": third}
    card = await catalog(index, tmp_path).add(both, "joined", about=ABOUT)
    assert card.source == SOURCE


async def test_other_weights_at_one_source_are_no_reason_to_try_the_next(index: Hub, tmp_path: Path) -> None:
    index.behaviour.files["owner/repo/other.gguf"] = large_gguf(5000)
    with pytest.raises(ModelBroken, match="known to be good"):
        await catalog(index, tmp_path).add(["hf:owner/repo/other.gguf", SOURCE], "joined", about=ABOUT)
    assert fetched_wheels(index) == []


def fetched_wheels(hub: Hub) -> list[str]:
    return [one.path for one in hub.downloads() if one.path.endswith(".whl")]


# --- models split by their publishers --------------------------------------------------------------------------------


def split_model(count: int = 3) -> dict[str, bytes]:
    """Return a model of `count` files, the first with all metadata."""
    files: dict[str, bytes] = {}
    for number in range(count):
        metadata: dict[str, Any] = {"split.no": number, "split.count": count, "split.tensors.count": count}
        tensors = {f"blk.{number}.weight": ((20_000,), F32)}
        name = f"owner/repo/big-{number + 1:05}-of-{count:05}.gguf"
        files[name] = gguf_bytes(metadata=metadata, tensors=tensors, seed=number)
    return files


async def test_a_split_model_is_fetched_whole_and_stays_split(index: Hub, tmp_path: Path) -> None:
    index.behaviour.files = split_model()
    card = await catalog(index, tmp_path).add("hf:owner/repo/big-00001-of-00003.gguf")
    assert card.name == "big"
    assert card.path is not None
    assert [file.read_bytes() for file in split_files(card.path)] == list(split_model().values())
    assert card.parameters == 60_000
    assert card.size == sum(len(content) for content in split_model().values())
    catalog(index, tmp_path).resolve("big")
    split_files(card.path)[1].unlink()
    with pytest.raises(ModelBroken, match="cannot be read"):
        catalog(index, tmp_path).resolve("big")
    catalog(index, tmp_path).remove("big")
    assert list((tmp_path / "data" / "models").glob("*.gguf")) == []


async def test_files_of_a_split_model_that_came_are_not_fetched_again(
    index: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earthshine.catalog.downloads.download._LONGEST_PAUSE", 0.01)
    index.behaviour.files = split_model()
    index.behaviour.fail = []
    index.behaviour.cut_after = [10**9, 1000] + [0] * 8
    with pytest.raises(UpstreamFailed):
        await catalog(index, tmp_path).add("hf:owner/repo/big-00001-of-00003.gguf")
    index.behaviour.cut_after = []
    index.asked.clear()
    card = await catalog(index, tmp_path).add("hf:owner/repo/big-00001-of-00003.gguf")
    assert [one.path[-19:-14] for one in index.downloads()] == ["00002", "00003"]
    assert card.parameters == 60_000
    assert left_over(tmp_path) == []


async def test_a_split_model_of_this_machine_is_used_in_place(tmp_path: Path) -> None:
    for name, content in split_model().items():
        (tmp_path / Path(name).name).write_bytes(content)
    mine = Catalog(Settings(data=tmp_path / "data"))
    card = await mine.add(f"file:{tmp_path}/big-00001-of-00003.gguf")
    assert card.path == tmp_path / "big-00001-of-00003.gguf"
    mine.remove("big")
    assert card.path.exists()


async def test_files_of_another_model_are_found(tmp_path: Path) -> None:
    for name, content in split_model().items():
        (tmp_path / Path(name).name).write_bytes(content)
    first, second = tmp_path / "big-00001-of-00003.gguf", tmp_path / "big-00002-of-00003.gguf"
    second.write_bytes(first.read_bytes())
    mine = Catalog(Settings(data=tmp_path / "data"))
    with pytest.raises(ModelBroken, match="file 0 of 3, and is 1 of 3"):
        await mine.add(f"file:{first}")
    with pytest.raises(InvalidRequest, match="name the first one"):
        await mine.add(f"file:{second}")


# --- packages made to do harm ----------------------------------------------------------------------------------------


async def test_a_wheel_that_would_fill_the_disk_is_refused(index: Hub, tmp_path: Path) -> None:
    index.behaviour.files = {"bomb-1.0-py3-none-any.whl": wheel({"bomb/w.gguf": bytes(200 * 2**20)})}
    with pytest.raises(ModelBroken, match="no weights do"):
        await catalog(index, tmp_path).add("pypi:bomb==1.0/bomb/w.gguf")
    assert left_over(tmp_path) == []


async def test_a_wheel_with_millions_of_names_is_refused(index: Hub, tmp_path: Path) -> None:
    content = bytearray(wheel({"bomb/w.gguf": b"GGUF"}))
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<I", content, end + 12, 2**30)
    index.behaviour.files = {"bomb-1.0-py3-none-any.whl": bytes(content)}
    with pytest.raises(ModelBroken, match="list of files takes"):
        await catalog(index, tmp_path).add("pypi:bomb==1.0/bomb/w.gguf")
