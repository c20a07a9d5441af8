"""The published compliance suite `llm-comply`, run against our server with the real default model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog import Catalog
from earthshine.catalog.curated import embedded
from earthshine.settings import Settings
from tests.server_process import ServerProcess, start_server

FORMATS = {"open-responses": 13, "openai-chat": 9, "anthropic": 9}
IMAGE_TESTS = {"image-input", "chat-image-input", "anth-image-input"}
"""The default model does not see: these must be refused with a 400 that says so."""


REASONING_NAME = "default-like-o1-and-claude-4"


def run(fmt: str, url: str, key: str, model: str) -> dict[str, Any]:
    """Run one format of the suite and return its report."""
    # A model that thinks for long, on cores that other tests use too, is no fault of the format.
    command = [Path(sys.executable).with_name("llm-comply"), "run", "--format", fmt, "--json", "--timeout", "280"]
    done = subprocess.run(
        [*command, "-u", f"{url}/v1", "-k", key, "-m", model], capture_output=True, text=True, timeout=600, check=False
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
async def server(default_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    """A server whose default model is named like one that reasons."""
    data = tmp_path_factory.mktemp("comply")
    # Under this name the suite does not skip its reasoning tests.
    await Catalog(Settings(data=data)).add(f"file:{default_model_path}", REASONING_NAME, about=embedded())
    running = await start_server(data, "--default-model", REASONING_NAME, env={"EARTHSHINE_CONTEXT": "2048"})
    yield running
    await running.stop()


@pytest.mark.model
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fmt", FORMATS)
def test_llm_comply(fmt: str, server: ServerProcess) -> None:
    report = run(fmt, server.url, server.key, REASONING_NAME)
    results = report["results"]
    assert len(results) == FORMATS[fmt], [result["id"] for result in results]
    wrong = []
    for result in results:
        if result["id"] in IMAGE_TESTS:
            continue
        if result["status"] != "passed" or result.get("warnings"):
            wrong.append((result["id"], result["status"], result.get("errors"), result.get("warnings")))
    assert not wrong, json.dumps(wrong, indent=1)
