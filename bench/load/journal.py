"""Time that storing adds to a token: from the moment an event is made until a reader can see it.

    python -m bench.load.journal --streams 1,4,16,64

In process, on a database on the disk of the temporary directory: what is measured is the group commit alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from earthshine.database import Database
from earthshine.runs.journal.journal import Journal


async def measure(streams: int, rate: float, seconds: float, interval: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}")
        journal = Journal(database, interval)
        journal.start()
        waits: list[float] = []

        async def one(number: int) -> None:
            stream = journal.stream(f"resp_{number}")
            made: list[float] = []

            async def read() -> None:
                seen = 0
                async for batch in stream.read():
                    now = time.perf_counter()
                    waits.extend(now - made[place] for place in range(seen, seen + len(batch)))
                    seen += len(batch)

            reader = asyncio.create_task(read())
            await asyncio.sleep(number / streams / rate)
            for _ in range(int(rate * seconds)):
                made.append(time.perf_counter())
                stream.append(b'{"type":"response.output_text.delta","delta":"' + b"x" * 200 + b'"}', "x")
                await asyncio.sleep(1 / rate)
            await stream.end()
            await reader

        await asyncio.gather(*(one(number) for number in range(streams)))
        await journal.close()
        await database.close()
    waits.sort()

    def pick(share: float) -> float:
        return round(1000 * waits[int(share * (len(waits) - 1))], 1)

    return {
        "bench": "journal",
        "streams": streams,
        "tokens_per_s_each": rate,
        "events": len(waits),
        "added_ms_p50": pick(0.5),
        "added_ms_p95": pick(0.95),
        "added_ms_max": pick(1.0),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", default="1,4,16,64")
    parser.add_argument("--rate", type=float, default=20.0, help="tokens per second and stream")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--interval", type=float, default=0.05)
    given = parser.parse_args()
    for count in given.streams.split(","):
        print(json.dumps(asyncio.run(measure(int(count), given.rate, given.seconds, given.interval))), flush=True)
