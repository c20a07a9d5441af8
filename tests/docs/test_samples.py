"""Every code sample in the pages runs as printed, but for the port: each test server has a free one."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Sample, samples
from tests.server_process import ServerProcess

SAMPLES = list(samples())


def test_there_are_samples_of_both_kinds() -> None:
    assert {sample.language for sample in SAMPLES if sample.runs} >= {"python", "sh"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_runs_or_says_why_not(sample: Sample) -> None:
    assert sample.runs or sample.mark.startswith("not run: "), (
        "put `<!-- run -->` or `<!-- not run: REASON -->` before it"
    )


EXCERPT = "not run: from "


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample.mark.startswith(EXCERPT)], ids=lambda sample: sample.name
)
def test_an_excerpt_stands_in_its_file(sample: Sample) -> None:
    assert sample.code in (ROOT / sample.mark.removeprefix(EXCERPT)).read_text()


@pytest.mark.model
@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample.runs], ids=lambda sample: sample.name)
async def test_sample(sample: Sample, server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "administrator.key").write_text(server.key + "\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    code = sample.code.replace("http://127.0.0.1:8000", server.url)
    command = [sys.executable, "-c", code] if sample.language == "python" else ["bash", "-euo", "pipefail", "-c", code]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "EARTHSHINE_PORT": server.url.rpartition(":")[2]},
    )
    try:
        async with asyncio.timeout(200):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, err.decode()
    assert "print(" not in code or out.strip(), "it printed nothing"
    assert "capital of France" not in code or b"Paris" in out, f"the first thing a new user sees is {out.decode()}"
