"""Minutes to move an installation from SQLite to PostgreSQL, with equal hashes: `earthshine migrate` as users run it.

    python -m bench.install.migrate                                          100,000 responses, a million ledger rows
    python -m bench.install.migrate --responses 2000 --ledger 20000          smaller
    python -m bench.install.migrate --to postgresql://USER@HOST/EMPTY        a PostgreSQL of yours

Without `--to`, PostgreSQL is a throw-away cluster of the tests on this machine, which does not wait for its disk.
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


def measure(responses: int, events: int, ledger: int, to: str) -> dict[str, object]:
    with ExitStack() as stack:
        if not to:
            from tests.postgres import running_cluster

            to = stack.enter_context(running_cluster()).create()
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        filled = fill(data / "earthshine.db", responses=responses, events=events, ledger=ledger)
        size = (data / "earthshine.db").stat().st_size
        command = [sys.executable, "-m", "earthshine", "migrate", "--data", str(data), "--to", to, "--json"]
        begun = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - begun
        if done.returncode:
            raise SystemExit(f"migrate ended with {done.returncode}")
        facts = json.loads(done.stdout)
    rows = sum(table["rows"] for table in facts["tables"])
    hashes = [(table["sha256"], table["target_sha256"]) for table in facts["tables"]]
    return {
        "responses": responses,
        "events": responses * events,
        "ledger": ledger,
        "rows": rows,
        "megabytes": round(size / 2**20, 1),
        "seconds_to_fill": round(filled, 1),
        "minutes": round(seconds / 60, 2),
        "rows_per_second": round(rows / seconds),
        "equal": facts["equal"] and all(one == other for one, other in hashes),
        "tables": len(hashes),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=20, help="of each response")
    parser.add_argument("--ledger", type=int, default=1_000_000, help="rows")
    parser.add_argument("--to", default="", help="URL of an empty PostgreSQL database")
    given = parser.parse_args()
    print(json.dumps(measure(given.responses, given.events, given.ledger, given.to), indent=2))
