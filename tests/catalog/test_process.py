"""`earthshine pull` as a process: killed, stopped, run twice, and in want of disk."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.gguf.gguf_writer import large_gguf
from tests.catalog.hub import Hub, running_hub
from tests.patience import PATIENCE

CONTENT = large_gguf(6_000_000)
KEY = "owner/repo/tiny.gguf"


@pytest.fixture
async def hub() -> AsyncGenerator[Hub]:
    async with running_hub(files={KEY: CONTENT}) as running:
        yield running


async def pull(
    hub: Hub,
    data: Path,
    *,
    limit: Callable[[], Any] | None = None,
    source: str = f"hf:{KEY}",
    name: str = "",
    index: str = "",
) -> Process:
    command = [sys.executable, "-m", "earthshine", "pull", source, "--json", "--data", str(data)]
    command += ["--hf-endpoint", hub.url, "--name", name, "--package-index", index]

    def prepare() -> None:
        # Where the tests run in the background, children would inherit that Ctrl-C is ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if limit is not None:
            limit()

    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, preexec_fn=prepare)


async def part_of(data: Path, size: int) -> Path:
    """Wait until the part has this size."""
    part = data / "models" / ".partial" / "tiny.part"
    async with asyncio.timeout(60):
        while not part.exists() or part.stat().st_size < size:
            await asyncio.sleep(0.01)
    return part


async def test_goes_on_after_kill_9(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.slow = 0.05
    process = await pull(hub, tmp_path)
    part = await part_of(tmp_path, 1_000_000)
    process.kill()
    await process.communicate()
    kept = part.stat().st_size
    assert 1_000_000 <= kept < len(CONTENT)
    assert not (tmp_path / "models" / "tiny.gguf").exists()
    hub.asked.clear()
    hub.behaviour.slow = 0
    process = await pull(hub, tmp_path)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    facts = json.loads(out)
    assert Path(facts["path"]).read_bytes() == CONTENT
    assert [one.headers.get("Range") for one in hub.downloads()] == [f"bytes={kept}-"]


async def test_ctrl_c_says_how_to_go_on(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.slow = 0.3
    process = await pull(hub, tmp_path)
    part = await part_of(tmp_path, 1_000_000)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert out == b""
    assert f"`earthshine pull hf:{KEY}` goes on" in err.decode()
    assert b"Traceback" not in err
    assert part.stat().st_size >= 1_000_000


async def test_two_processes_fetch_once(hub: Hub, tmp_path: Path) -> None:
    hub.behaviour.slow = 0.01
    processes = [await pull(hub, tmp_path) for _ in range(2)]
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert json.loads(outputs[0][0]) == json.loads(outputs[1][0])
    assert len(hub.downloads()) == 1


async def test_limit_on_file_size_is_a_full_disk(hub: Hub, tmp_path: Path) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

    process = await pull(hub, tmp_path, limit=limit)
    _, err = await process.communicate()
    assert process.returncode == 1
    assert "too full" in err.decode()
    assert b"Traceback" not in err
    part = await part_of(tmp_path, 2_000_000)
    assert part.read_bytes() == CONTENT[:2_000_000]
    process = await pull(hub, tmp_path)
    await process.communicate()
    assert process.returncode == 0
    assert (tmp_path / "models" / "tiny.gguf").read_bytes() == CONTENT
