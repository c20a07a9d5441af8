"""A process that stores a content and stops at a stage, to be killed there: `python -m tests.blobs.worker STAGE`."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from earthshine.blobs import Blobs, open_store
from earthshine.database import Database
from earthshine.errors import StorageFull
from earthshine.settings import Settings

STAGES = ("writing", "kept", "held")


async def main(stage: str, url: str, data: Path, place: str, node: str) -> None:
    """Say the stage, and wait for the end. `full` lets no file grow beyond a megabyte instead."""
    database = await Database.open(url)
    blobs = Blobs(database, open_store(Settings(data=data, blobs=place), node), node)
    if stage == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
        try:
            async with blobs.incoming(10**9) as incoming:
                for _ in range(64):
                    await incoming.write(bytes(65_536))
                await blobs.keep(incoming)
        except StorageFull as error:
            _say(error.message)
        return
    async with blobs.incoming(10**9) as incoming:
        await incoming.write(bytes(3_000_000))
        if stage != "writing":
            await blobs.keep(incoming)
        if stage != "held":
            _say(stage)
            await asyncio.sleep(60)
        async with database.write() as connection:
            await blobs.hold(connection, incoming, "file_1", "home")
        _say(stage)
        await asyncio.sleep(60)


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4], sys.argv[5]))
