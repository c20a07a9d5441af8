"""`kill -9` inside a response of seven steps: nothing comes twice or is lost. The bench does it many more times."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.sqlite
async def test_no_kill_doubles_a_step_an_effect_or_a_charge() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.faults.response_kills", "--kills", "6"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-2000:] or out.decode()
    found = json.loads(out)
    # A kill may come late on a busy machine, and then cuts a later step.
    assert (found["ended"], found["unknown"]) == (6, found["cut without a key"])
