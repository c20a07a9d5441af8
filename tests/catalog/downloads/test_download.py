from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from earthshine import disk as disk_module
from earthshine.catalog import Catalog, Step
from earthshine.catalog.downloads.download import Downloader
from earthshine.catalog.gguf.header import Header, verify
from earthshine.catalog.sources import open_source
from earthshine.errors import (
    Conflict,
    EarthshineError,
    InvalidRequest,
    ModelBroken,
    NotFound,
    PermissionDenied,
    StorageFull,
    UpstreamFailed,
)
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import gguf_bytes, large_gguf, write_gguf
from tests.catalog.hub import Hub, running_hub

CONTENT = large_gguf(3_000_000)
KEY = "owner/repo/sub/tiny.gguf"
SOURCE = f"hf:{KEY}"


@pytest.fixture
async def hub() -> AsyncGenerator[Hub]:
    async with running_hub(files={KEY: CONTENT}) as running:
        yield running


def settings_of(hub: Hub, tmp_path: Path, **options: object) -> Settings:
    return Settings(data=tmp_path / "data", hf_endpoint=hub.url, **options)


async def fetch(
    hub: Hub, tmp_path: Path, *, attempts: int = 4, steps: list[Step] | None = None, pinned: str = "", **options: object
) -> tuple[Path, Header]:
    """Fetch with short pauses; return the file and its header."""
    source = open_source(SOURCE, settings_of(hub, tmp_path, **options))
    downloader = Downloader(tmp_path / ".partial", attempts=attempts, pause=0.001)
    progress = steps.append if steps is not None else (lambda step: None)
    target = tmp_path / "tiny.gguf"
    try:
        artifact = await downloader.describe(source, progress)
        sha256, header = await downloader.fetch("tiny", source, artifact, target, verify, progress, pinned)
    finally:
        await source.close()
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256
    return target, header


def parts(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / ".partial").iterdir())


async def test_fetches_checks_and_renames(hub: Hub, tmp_path: Path) -> None:
    steps: list[Step] = []
    target, header = await fetch(hub, tmp_path, steps=steps)
    assert target.read_bytes() == CONTENT
    assert header.parameters == 750_000
    assert parts(tmp_path) == []
    loaded = [step.done for step in steps if step.stage == "downloading"]
    assert loaded == sorted(loaded)
    assert loaded[-1] == len(CONTENT)
    assert all(step.total == len(CONTENT) for step in steps if step.stage == "downloading")


async def test_token_goes_to_the_hub_and_to_no_other_host(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.token = "hf_secret"
    await fetch(hub, tmp_path, hf_token="hf_secret")
    by_server = {(one.server, one.headers.get("Authorization")) for one in hub.asked}
    assert by_server == {("hub", "Bearer hf_secret"), ("elsewhere", None)}


async def test_gated_repository_says_what_to_do(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.token = "hf_secret"
    with pytest.raises(PermissionDenied, match="EARTHSHINE_HF_TOKEN") as caught:
        await fetch(hub, tmp_path, hf_token="wrong")
    assert "wrong" not in caught.value.message


async def test_renamed_repository_is_followed(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.files["renamed/repo/x.gguf"] = b"moved"
    hub.behaviour.files["owner/repo/x.gguf"] = CONTENT
    source = open_source("hf:renamed/repo/x.gguf", settings_of(hub, tmp_path))
    artifact = await source.describe()
    await source.close()
    assert artifact.size == len(CONTENT)


async def test_missing_file(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.files.clear()
    with pytest.raises(NotFound, match="does not exist"):
        await fetch(hub, tmp_path)


async def test_goes_on_where_the_line_was_cut(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.cut_after = [1_000_000, 500_000]
    steps: list[Step] = []
    target, _ = await fetch(hub, tmp_path, steps=steps)
    assert target.read_bytes() == CONTENT
    ranges = [one.headers.get("Range") for one in hub.downloads()]
    assert ranges[0] is None
    assert len(ranges) == 3
    assert all(text is not None and int(text[6:-1]) > 0 for text in ranges[1:])
    assert sum(step.stage == "retrying" for step in steps) == 2


async def test_gives_up_after_failures_in_a_row_and_goes_on_next_time(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.cut_after = [1_000_000]
    hub.behaviour.fail = []
    source_fails = [503] * 3
    steps: list[Step] = []

    def refuse_after_the_cut(step: Step) -> None:
        if step.stage == "retrying" and source_fails:
            hub.behaviour.fail, source_fails[:] = source_fails[:], []

    source = open_source(SOURCE, settings_of(hub, tmp_path))
    downloader = Downloader(tmp_path / ".partial", attempts=3, pause=0.001)
    artifact = await source.describe()
    with pytest.raises(UpstreamFailed, match="bytes are kept") as caught:
        await downloader.fetch("tiny", source, artifact, tmp_path / "tiny.gguf", verify, refuse_after_the_cut)
    await source.close()
    assert caught.value.code == "download_interrupted"
    assert parts(tmp_path) == ["tiny.part", "tiny.state"]
    kept = (tmp_path / ".partial" / "tiny.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    hub.asked.clear()
    hub.behaviour.fail = []
    await fetch(hub, tmp_path, steps=steps)
    assert [one.headers["Range"] for one in hub.downloads()] == [f"bytes={kept}-"]
    assert any(step.stage == "checking" for step in steps)


async def test_passing_failures_are_retried(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.fail = [500, 429, 503]
    target, _ = await fetch(hub, tmp_path)
    assert target.read_bytes() == CONTENT


async def test_no_server_at_all(tmp_path: Path) -> None:
    source = open_source(SOURCE, Settings(data=tmp_path, hf_endpoint="http://127.0.0.1:9"))
    with pytest.raises(UpstreamFailed, match=r"127\.0\.0\.1"):
        await Downloader(tmp_path, attempts=2, pause=0.001).describe(source, lambda step: None)
    await source.close()


async def test_server_without_ranges_is_read_from_the_start(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.ranges = False
    hub.behaviour.cut_after = [2_000_000]
    target, _ = await fetch(hub, tmp_path)
    assert target.read_bytes() == CONTENT


async def begin(hub: Hub, tmp_path: Path) -> None:
    """Leave a part of about a third behind."""
    hub.behaviour.cut_after = [1_000_000] + [0] * 20
    with pytest.raises(UpstreamFailed):
        await fetch(hub, tmp_path, attempts=2)
    hub.behaviour.cut_after = []
    assert (tmp_path / ".partial" / "tiny.part").stat().st_size > 0
    hub.asked.clear()


@pytest.mark.parametrize("tells", [True, False])
async def test_changed_remote_file_starts_again(hub: Hub, tmp_path: Path, tells: bool) -> None:
    hub.behaviour.tells = tells
    await begin(hub, tmp_path)
    changed = large_gguf(3_000_000, seed=1)
    hub.behaviour.files[KEY] = changed
    target, _ = await fetch(hub, tmp_path)
    assert target.read_bytes() == changed


async def test_shrunk_remote_file_starts_again(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.tells = False
    await begin(hub, tmp_path)
    hub.behaviour.files[KEY] = gguf_bytes()
    target, _ = await fetch(hub, tmp_path)
    assert target.read_bytes() == gguf_bytes()


async def test_damaged_part_is_noticed_and_fetched_again(hub: Hub, tmp_path: Path) -> None:
    await begin(hub, tmp_path)
    with (tmp_path / ".partial" / "tiny.part").open("r+b") as file:
        file.seek(5000)
        file.write(b"damaged on the disk")
    target, _ = await fetch(hub, tmp_path)
    assert target.read_bytes() == CONTENT
    assert [one.headers.get("Range") is None for one in hub.downloads()] == [False, True]


async def test_broken_state_file_starts_again(hub: Hub, tmp_path: Path) -> None:
    await begin(hub, tmp_path)
    (tmp_path / ".partial" / "tiny.state").write_text("{half")
    target, _ = await fetch(hub, tmp_path)
    assert target.read_bytes() == CONTENT


async def test_wrong_checksum_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.wrong_hash = True
    with pytest.raises(UpstreamFailed, match="SHA-256") as caught:
        await fetch(hub, tmp_path)
    assert caught.value.code == "checksum_mismatch"
    assert not (tmp_path / "tiny.gguf").exists()


async def test_other_checksum_than_the_pinned_one_is_refused(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="known to be good"):
        await fetch(hub, tmp_path, pinned="0" * 64)
    assert parts(tmp_path) == []


@pytest.mark.parametrize("content", [CONTENT[:-100], b"<html>Sign in</html>" * 99, b"GGUF" + bytes(5000)])
async def test_what_is_no_whole_gguf_is_refused_and_thrown_away(hub: Hub, tmp_path: Path, content: bytes) -> None:
    hub.behaviour.files[KEY] = content
    with pytest.raises(ModelBroken):
        await fetch(hub, tmp_path)
    assert not (tmp_path / "tiny.gguf").exists()
    assert parts(tmp_path) == []


async def test_endless_redirects_and_foreign_schemes_are_refused(tmp_path: Path) -> None:
    from aiohttp import web

    async def turn(request: web.Request) -> web.Response:
        away = "file:///etc/passwd" if "scheme" in request.path else f"{request.path}x"
        return web.Response(status=302, headers={"Location": away})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", turn)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        settings = Settings(data=tmp_path, hf_endpoint=f"http://127.0.0.1:{runner.addresses[0][1]}")
        for name, says in (("loop", "without end"), ("scheme", "do not follow")):
            source = open_source(f"hf:owner/{name}/x.gguf", settings)
            with pytest.raises(UpstreamFailed, match=says):
                await source.describe()
            await source.close()
    finally:
        await runner.cleanup()


async def test_full_disk_is_said_before_a_byte_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_module, "free_bytes", lambda directory: 1_000_000)
    with pytest.raises(StorageFull, match=f"{len(CONTENT)} bytes are needed") as caught:
        await fetch(hub, tmp_path)
    assert "1000000 are free" in caught.value.message
    assert hub.downloads() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
async def test_disk_that_fills_up_on_the_way_keeps_the_part(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disks can be mounted here")
    monkeypatch.setattr(disk_module, "_RESERVE", -(2**40))  # as if the space vanished after the check
    try:
        with pytest.raises(StorageFull, match="nothing that is stored already is lost"):
            await fetch(hub, small)
        kept = (small / ".partial" / "tiny.part").stat().st_size
        assert kept > 1_000_000
        hub.asked.clear()
        subprocess.run(["mount", "-o", "remount,size=16m", str(small)], check=True)
        target, _ = await fetch(hub, small)
        assert target.read_bytes() == CONTENT
        assert [one.headers["Range"] for one in hub.downloads()] == [f"bytes={kept}-"]
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


async def test_two_pulls_at_once_fetch_once(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.slow = 0.01
    settings = settings_of(hub, tmp_path)
    steps: list[Step] = []
    first = asyncio.create_task(Catalog(settings).add(SOURCE))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(Catalog(settings).add(SOURCE, progress=steps.append))
    cards = await asyncio.gather(first, second)
    assert cards[0] == cards[1]
    assert len(hub.downloads()) == 1
    assert any(step.stage == "waiting" for step in steps)


async def test_same_name_from_another_source_is_a_conflict(hub: Hub, tmp_path: Path) -> None:
    catalog = Catalog(settings_of(hub, tmp_path))
    await catalog.add(SOURCE, "mine")
    other = write_gguf(tmp_path / "other.gguf")
    with pytest.raises(Conflict, match="came from hf:owner"):
        await catalog.add(f"file:{other}", "mine")


async def test_installed_model_is_not_fetched_again_unless_its_file_is_gone(hub: Hub, tmp_path: Path) -> None:
    catalog = Catalog(settings_of(hub, tmp_path))
    card = await catalog.add(SOURCE)
    assert card.name == "tiny"
    hub.asked.clear()
    assert await catalog.add(SOURCE) == card
    assert hub.asked == []
    assert card.path is not None
    card.path.unlink()
    with pytest.raises(ModelBroken, match="cannot be read"):
        catalog.resolve("tiny")
    await catalog.add(SOURCE)
    assert catalog.resolve("tiny").path == card.path


@pytest.mark.parametrize(
    "source",
    ["", "tiny", "ftp:x", "hf:", "hf:owner/file.gguf", "hf:owner/repo/../x.gguf", "hf:a/b/c.gguf@../x", "hf:a//c.gguf"],
)
async def test_sources_that_cannot_be(tmp_path: Path, source: str) -> None:
    with pytest.raises(InvalidRequest):
        await Catalog(Settings(data=tmp_path)).add(source)


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "a b", "x" * 101, "ä"])
async def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    weights = write_gguf(tmp_path / "m.gguf")
    with pytest.raises(InvalidRequest, match="name"):
        await Catalog(Settings(data=tmp_path / "data")).add(f"file:{weights}", name)


@pytest.mark.parametrize("name", ["default", "default-embedding", "scripted", "recommended"])
async def test_names_that_mean_something_else(tmp_path: Path, name: str) -> None:
    weights = write_gguf(tmp_path / "m.gguf")
    with pytest.raises(Conflict):
        await Catalog(Settings(data=tmp_path / "data")).add(f"file:{weights}", name)


async def test_every_failure_is_one_of_ours(hub: Hub, tmp_path: Path) -> None:
    for status in (400, 402, 403, 404, 405, 410, 418, 451):
        hub.behaviour.status = status
        with pytest.raises(EarthshineError):
            await fetch(hub, tmp_path)
