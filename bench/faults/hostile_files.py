"""What do hostile files do to a server that reads them? Each kind is read once, the big ones too.

    python -m bench.faults.hostile_files [--only TEXT]

Prints how each ended, in which time, and the memory that this process grew by; at the end those that broke the rule:
each ends with one of the statuses that fit it, this process grows by at most 150 MiB, and nothing is written anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.documents.hostile import KINDS, READ, Hostile

from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.child import DocumentReaders
from earthshine.processes.child import resident
from earthshine.processes.memory import MemoryBudget

MOST_GROWTH = 150 * 2**20


async def end_of(kind: Hostile, folder: Path) -> tuple[str, int]:
    """Return how the reading of a file ended, and the most bytes that this process had meanwhile."""
    most = resident(os.getpid())
    try:
        async with DocumentReaders(MemoryBudget(2**33)).reading(folder / "stored", kind.name) as it:
            async for _ in it.parts():
                most = max(most, resident(os.getpid()))
    except UnreadableFile as error:
        return error.reason, most
    return READ, most


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="kinds whose name has this in it")
    only = options.parse_args().only
    ends, broken = Counter[str](), list[str]()
    longest = 0.0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for kind in KINDS.values():
            if only not in kind.name:
                continue
            (folder / "stored").write_bytes(kind.make())
            before, began = resident(os.getpid()), time.monotonic()
            end, most = await end_of(kind, folder)
            took = time.monotonic() - began
            longest = max(longest, took)
            ends[end] += 1
            grown = max(0, most - before)
            print(f"{kind.name[-40:]!r:45} {end:20} {took:6.1f} s {grown / 2**20:6.1f} MiB", flush=True)
            if end not in kind.ends or grown > MOST_GROWTH or os.listdir(folder) != ["stored"]:
                broken.append(kind.name[-40:])
    print(f"{sum(ends.values())} kinds, {dict(ends.most_common())}; the longest took {longest:.1f} s")
    print("broke the rule:", ", ".join(broken) or "none")
    sys.exit(bool(broken))


if __name__ == "__main__":
    asyncio.run(main())
