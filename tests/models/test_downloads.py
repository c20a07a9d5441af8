"""Downloads that the server runs: begun, watched, stopped, resumed, and still known after a restart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.gguf.gguf_writer import large_gguf
from tests.catalog.hub import Hub, running_hub
from tests.catalog.safetensors.folders import model_files
from tests.models.console import Console, open_console, until

SOURCE = "hf:owner/repo/tiny.gguf"


@contextmanager
def hub_in_a_thread(**options: object) -> Generator[Hub]:
    """Run the hub beside the application's own loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = running_hub(**options)
    try:
        yield asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def weights() -> bytes:
    """A whole GGUF file of some size."""
    return large_gguf(2 * 2**20)


def ended(console: Console, download_id: str) -> Any:
    def look() -> Any:
        found = console.ask("GET", f"/catalog/downloads/{download_id}")
        return found if found["state"] != "running" else None

    return until(look)


def test_a_model_is_fetched_and_can_be_named(tmp_path: Path, weights: bytes) -> None:
    with (
        hub_in_a_thread(files={"owner/repo/tiny.gguf": weights}) as hub,
        open_console(tmp_path / "data", hf_endpoint=hub.url) as console,
    ):
        begun = console.ask("POST", "/catalog/downloads", {"source": SOURCE, "name": "my-tiny"})
        assert (begun["object"], begun["state"], begun["model"]) == ("catalog.download", "running", "my-tiny")
        done = ended(console, begun["id"])
        assert (done["state"], done["error"]) == ("completed", None)
        assert done["bytes_done"] == done["bytes_total"] == len(weights)
        assert console.ask("GET", "/models/my-tiny")["earthshine"]["size"] == len(weights)
        rows = console.ask("GET", "/organization/audit_logs")["data"]
        assert [row["event"] for row in rows if row["event"].startswith("model.")] == ["model.download.started"]


def test_a_repository_is_fetched_for_the_engine_that_was_asked_for(tmp_path: Path) -> None:
    files = {f"owner/Tiny-1B/{name}": content for name, content in model_files(shards=2).items()}
    with (
        hub_in_a_thread(files=files) as hub,
        open_console(tmp_path / "data", hf_endpoint=hub.url) as console,
    ):
        refused = console.ask("POST", "/catalog/downloads", {"name": "qwen3-4b", "engine": "vllm"}, status=400)
        assert refused["error"]["param"] == "engine"
        begun = console.ask("POST", "/catalog/downloads", {"source": "hf:owner/Tiny-1B", "engine": "sglang"})
        done = ended(console, begun["id"])
        assert (done["state"], done["model"]) == ("completed", "tiny-1b")
        shown = console.ask("GET", "/models/tiny-1b")["earthshine"]
        assert shown["engine"] == "sglang"


def test_a_stopped_download_goes_on_where_it_was_also_after_a_restart(tmp_path: Path, weights: bytes) -> None:
    with hub_in_a_thread(files={"owner/repo/tiny.gguf": weights}, slow=0.3) as hub:
        with open_console(tmp_path / "data", hf_endpoint=hub.url) as console:
            begun = console.ask("POST", "/catalog/downloads", {"source": SOURCE})["id"]
            assert console.ask("POST", "/catalog/downloads", {"source": SOURCE})["id"] == begun
            part = tmp_path / "data" / "models" / ".partial" / "tiny.part"
            until(lambda: len(hub.downloads()) == 1)
            stopped = console.ask("DELETE", f"/catalog/downloads/{begun}")
            assert (stopped["state"], stopped["error"]) == ("cancelled", None)
            assert part.exists()
            assert console.ask("POST", "/catalog/downloads", {"source": SOURCE})["id"] == begun
            until(lambda: len(hub.downloads()) == 2)
        with open_console(tmp_path / "data", hf_endpoint=hub.url) as console:
            (left,) = console.ask("GET", "/catalog/downloads")["data"]
            assert (left["id"], left["state"]) == (begun, "running")
            hub.behaviour.slow = 0
            assert ended(console, begun)["state"] == "completed"
            assert "Range" in hub.downloads()[-1].headers
            assert console.ask("GET", "/models/tiny")["id"] == "tiny"


def test_what_fails_says_why_and_can_be_forgotten(tmp_path: Path) -> None:
    with open_console(tmp_path / "data") as console:
        broken = tmp_path / "broken.gguf"
        broken.write_bytes(b"no weights at all")
        begun = console.ask("POST", "/catalog/downloads", {"source": f"file:{broken}"})["id"]
        failed = ended(console, begun)
        assert failed["state"] == "failed"
        assert "broken.gguf" in failed["error"]["message"]
        assert console.ask("DELETE", f"/catalog/downloads/{begun}")["id"] == begun
        assert console.ask("GET", "/catalog/downloads")["data"] == []
        console.ask("GET", f"/catalog/downloads/{begun}", status=404)
        assert not list((tmp_path / "data" / "models" / ".partial").glob("*.download"))


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "name"),
        ({"name": 3}, 400, "name"),
        ({"name": "qwen3-4b", "speed": 1}, 400, "speed"),
        ({"source": "qwen3-4b"}, 400, "source"),
        ({"source": "ftp:somewhere"}, 400, None),
        ({"source": SOURCE, "name": "القمر"}, 400, "name"),
        ({"source": SOURCE, "name": "../../etc"}, 400, "name"),
        ({"source": SOURCE, "name": "scripted"}, 409, "name"),
        ({"name": "no-such-model"}, 404, None),
        ({"name": "kimi-k2"}, None, None),
    ],
)
def test_what_cannot_be_fetched_is_refused_at_once(
    body: Any, status: int | None, param: str | None, tmp_path: Path
) -> None:
    with open_console(tmp_path / "data") as console:
        if status is None:
            served_elsewhere = [each["name"] for each in console.ask("GET", "/catalog")["data"] if each["server"]]
            body, status, param = {"name": served_elsewhere[0]}, 400, "model"
        error = console.ask("POST", "/catalog/downloads", body, status=status)["error"]
        assert param is None or error["param"] == param
        assert console.ask("GET", "/catalog/downloads")["data"] == []
