"""What the benches that kill processes inside steps share: their options, and how they report."""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter
from collections.abc import Sequence


def options_of(about: str | None) -> argparse.ArgumentParser:
    """Return the parser of their command lines."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def report(bench: str, options: argparse.Namespace, count: Counter[str], recovery: Sequence[float]) -> None:
    """Print what came of the kills; `recovery` has the seconds from each kill to its run's end."""
    print(
        json.dumps(
            {
                "bench": bench,
                "database": "postgresql" if options.postgresql else "sqlite",
                "processes": options.workers,
                "kills": options.kills,
                **count,
                "seconds_from_kill_to_end_p50": round(statistics.median(recovery), 2),
                "seconds_from_kill_to_end_max": round(max(recovery), 2),
            }
        )
    )
