"""Folders of safetensors files as models: used in place, fetched from a hub, removed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from earthshine.catalog import Card, Catalog
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.catalog.machine import Machine
from earthshine.errors import EarthshineError, InvalidRequest, ModelBroken, NotFound, UpstreamFailed
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import write_gguf
from tests.catalog.hub import Hub, running_hub
from tests.catalog.safetensors.folders import model_files, write_folder

MACHINE = Machine(memory=8 * 2**30, disk_free=2**40, cores=2)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    files = model_files(shards=2) | {
        "modeling.py": b"import os",
        "pytorch_model.bin": b"pickle",
        "consolidated.safetensors": b"twice",
        "onnx/model.onnx": b"x",
        "1_Pooling/config.json": b"{}",
    }
    async with running_hub(files={f"owner/Tiny-1B/{name}": content for name, content in files.items()}) as running:
        yield running


def catalog_of(tmp_path: Path, hub: Hub | None = None) -> Catalog:
    return Catalog(Settings(data=tmp_path / "data", hf_endpoint=hub.url if hub else "http://127.0.0.1:9"), MACHINE)


async def test_a_folder_is_used_in_place(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "Tiny-1B", shards=2)
    catalog = catalog_of(tmp_path)
    card = await catalog.add(f"file:{path}")
    assert (card.name, card.engine, card.path, card.family) == ("tiny-1b", "vllm", path, "llama")
    assert card.abilities == {"chat", "tools"}
    assert card.size == sum(file.stat().st_size for file in path.glob("*.safetensors"))
    assert catalog.resolve("tiny-1b") == card
    assert InstalledModels(tmp_path / "data" / "models").cards() == {"tiny-1b": card}
    catalog.remove("tiny-1b")
    assert path.is_dir()


async def test_another_engine_is_chosen_when_it_is_added_again(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "m")
    catalog = catalog_of(tmp_path)
    await catalog.add(f"file:{path}")
    assert (await catalog.add(f"file:{path}", about=Card(name="m", engine="sglang"))).engine == "sglang"
    assert (await catalog.add(f"file:{path}")).engine == "sglang"


async def test_a_shard_that_has_gone_is_noticed(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "m", shards=2)
    catalog = catalog_of(tmp_path)
    await catalog.add(f"file:{path}")
    (path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ModelBroken, match="had"):
        catalog.resolve("m")


async def test_a_gguf_file_takes_no_such_engine(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "m.gguf")
    with pytest.raises(InvalidRequest, match="is a file") as caught:
        await catalog_of(tmp_path).add(f"file:{file}", about=Card(name="m", engine="vllm"))
    assert caught.value.param == "engine"


async def test_default_never_means_one_by_itself(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    installed = InstalledModels(tmp_path / "data" / "models")
    installed.put(Card(name="toy", parameters=100_000_000))
    installed.put(Card(name="big", engine="vllm", parameters=10**9, abilities=frozenset({"chat", "embedding"})))
    assert catalog.resolve("default").name == "toy"
    chosen = Catalog(Settings(data=tmp_path / "data", default_model="big"), MACHINE)
    assert chosen.resolve("default").name == "big"


async def test_a_repository_is_fetched_whole_and_removed(tmp_path: Path, hub: Hub) -> None:
    catalog = catalog_of(tmp_path, hub)
    card = await catalog.add("hf:owner/Tiny-1B")
    folder = tmp_path / "data" / "models" / "tiny-1b"
    assert (card.path, card.source, card.owner, card.licence) == (folder, "hf:owner/Tiny-1B", "owner", "apache-2.0")
    wanted = {*model_files(shards=2), "1_Pooling/config.json"}
    assert {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} == wanted
    assert not (tmp_path / "data" / "models" / ".partial" / "tiny-1b.files").exists()
    # Every file was asked for at the commit that the revision meant.
    asked = [one.path for one in hub.asked if "/resolve/" in one.path]
    assert asked
    assert all("/resolve/c0ffee1/" in path for path in asked)
    catalog.remove("tiny-1b")
    assert not folder.exists()


async def test_goes_on_with_the_files_that_are_whole(tmp_path: Path, hub: Hub) -> None:
    catalog, name = catalog_of(tmp_path, hub), "owner/Tiny-1B/model-00002-of-00002.safetensors"
    whole = hub.behaviour.files[name]
    hub.behaviour.files[name] = whole[:-4]
    with pytest.raises(ModelBroken, match="cut off"):
        await catalog.add("hf:owner/Tiny-1B")
    hub.behaviour.files[name] = whole
    hub.asked.clear()
    await catalog.add("hf:owner/Tiny-1B")
    assert [one.path.rsplit("/", 1)[1] for one in hub.downloads()] == ["model-00002-of-00002.safetensors"]


async def test_two_commits_are_never_mixed(tmp_path: Path, hub: Hub) -> None:
    catalog, name = catalog_of(tmp_path, hub), "owner/Tiny-1B/model-00002-of-00002.safetensors"
    whole = hub.behaviour.files[name]
    hub.behaviour.files[name] = whole[:-4]
    with pytest.raises(ModelBroken, match="cut off"):
        await catalog.add("hf:owner/Tiny-1B")
    assert catalog.kept("tiny-1b") > 0
    hub.behaviour.files[name], hub.behaviour.revision = whole, "c0ffee2"
    hub.asked.clear()
    await catalog.add("hf:owner/Tiny-1B")
    assert len(hub.downloads()) == len(model_files(shards=2)) + 1


@pytest.mark.parametrize("fault", ["wrong_hash", "wrong_blob"])
async def test_files_with_another_checksum_are_refused(tmp_path: Path, hub: Hub, fault: str) -> None:
    setattr(hub.behaviour, fault, True)
    with pytest.raises(UpstreamFailed, match="not what was announced"):
        await catalog_of(tmp_path, hub).add("hf:owner/Tiny-1B")
    assert catalog_of(tmp_path).local() == []


async def test_what_was_begun_can_be_discarded(tmp_path: Path, hub: Hub) -> None:
    hub.behaviour.wrong_hash = True
    catalog = catalog_of(tmp_path, hub)
    with pytest.raises(UpstreamFailed):
        await catalog.add("hf:owner/Tiny-1B")
    assert catalog.kept("tiny-1b") > 0
    catalog.discard("tiny-1b")
    assert catalog.kept("tiny-1b") == 0


async def test_a_repository_without_safetensors_says_what_to_do(tmp_path: Path, hub: Hub) -> None:
    hub.behaviour.files = {"owner/Other/model.gguf": b"x"}
    with pytest.raises(NotFound, match="GGUF"):
        await catalog_of(tmp_path, hub).add("hf:owner/Other")
    with pytest.raises(NotFound):
        await catalog_of(tmp_path, hub).add("hf:owner/Nothing")


@pytest.mark.parametrize("listing", [b"", b"{}", b'{"sha": "../../x", "siblings": []}', b'{"sha": 1, "siblings": 2}'])
async def test_a_listing_that_is_none(tmp_path: Path, listing: bytes) -> None:
    from aiohttp import web

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=listing, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    settings = Settings(data=tmp_path, hf_endpoint=f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        with pytest.raises(EarthshineError, match="not known"):
            await Catalog(settings, MACHINE).add("hf:owner/Tiny-1B")
    finally:
        await runner.cleanup()
