"""A server that is killed while tools run, ten times, and asked to end three times: `bench/faults/tool_kills.py`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


# In a process of its own: it takes in the orphans of the servers that it kills, to count them.
async def bench(kills: int, signal: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.faults.tool_kills", "--kills", str(kills), "--signal", signal),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()[-4000:]
    return json.loads(out.splitlines()[-1])


@pytest.mark.sqlite  # where it looks how far steps were
async def test_effects_come_once_and_nothing_is_left_when_the_server_is_killed_in_tools() -> None:
    told = await bench(10, "KILL")
    assert told["responses"] >= 15
    assert sum(many for what, many in told.items() if what.startswith("killed ")) == 20


@pytest.mark.sqlite
async def test_a_server_that_is_asked_to_end_in_tools_ends_in_time() -> None:
    told = await bench(3, "TERM")
    assert told["s_server_ended"][1] < 6
