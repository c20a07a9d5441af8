"""`kill -9` under load: the ledger is what clients saw. The bench does the same many more times."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.sqlite
async def test_after_kills_the_ledger_equals_the_usage_that_clients_saw() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.faults.ledger_kills"),
        *("--kills", "2", "--clients", "6", "--tokens", "30", "--window", "0.8"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-2000:] or out.decode()
    found = json.loads(out)
    assert found["usage_seen"] > 0
    assert found["lost"] == found["doubled"] == found["different"] == found["unexplained_rows"] == 0
    assert found["tokens_charged_for_them"] == found["tokens_seen"]
