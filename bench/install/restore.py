"""A restore drill: minutes to save and to restore a database of some size, with equal hashes.

    python -m bench.install.restore --gb 1
    python -m bench.install.restore --gb 0.05 --postgres       restored on PostgreSQL

`earthshine backup` and `earthshine restore` as users run them; then the restored database is backed up again, and the
hashes of both archives must be the same. `--postgres` takes a throw-away cluster of the tests.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.shared.filled import fill

_BYTES_PER_RESPONSE = 6_700
"""Of the database's file: one response with twenty events, and three rows of the ledger."""


def run(*arguments: str) -> tuple[float, dict[str, object]]:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "earthshine", *arguments, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}")
    return time.perf_counter() - begun, json.loads(done.stdout)


def hashes(manifest: dict) -> dict[str, str]:
    return {table["name"]: table["sha256"] for table in manifest["tables"]}


def measure(gigabytes: float, *, postgres: bool) -> dict[str, object]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        old, new, first, second = (folder / name for name in ("old", "new", "first", "second"))
        old.mkdir()
        count = int(gigabytes * 2**30 / _BYTES_PER_RESPONSE)
        fill(old / "earthshine.db", responses=count, events=20, ledger=3 * count)
        size = (old / "earthshine.db").stat().st_size
        there = ["--data", str(new)]
        if postgres:
            from tests.postgres import running_cluster

            there += ["--database-url", stack.enter_context(running_cluster()).create()]
        saving, manifest = run("backup", str(first), "--data", str(old))
        restoring, restored = run("restore", str(first), *there)
        _, again = run("backup", str(second), *there)
        return {
            "gigabytes": round(size / 2**30, 3),
            "rows": restored["rows"],
            "archive_gigabytes": round(first.stat().st_size / 2**30, 3),
            "backup_minutes": round(saving / 60, 2),
            "restore_minutes": round(restoring / 60, 2),
            "restored_on": "postgresql" if postgres else "sqlite",
            "equal": hashes(manifest) == hashes(again) == restored["tables"],
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--gb", type=float, default=1.0)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    print(json.dumps(measure(given.gb, postgres=given.postgres), indent=2))
