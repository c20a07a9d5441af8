"""A server that is killed six times in the middle of agents' turns: `bench/faults/agent_kills.py`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.sqlite  # on PostgreSQL it starts a cluster of its own
async def test_turns_go_on_and_nothing_is_lost_or_doubled() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.faults.agent_kills", "--kills", "6"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()[-4000:]
    told = json.loads(out.splitlines()[-1])
    assert told["turns finished"] == 5 + 2 * 6
    assert told.keys() <= {"bench", "database", "kills", "turns finished", "told as cut", "s_from_ready_to_end"}
