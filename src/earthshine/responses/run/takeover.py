"""Taking over: what a process that ended, or died, left unfinished goes on in one of those that remain.

At the start of a server, and from then on once a second where several share the database.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from earthshine.errors import EarthshineError
from earthshine.instances import Instances
from earthshine.responses.run.ownership import Ownership
from earthshine.responses.run.runs import Runs

log = logging.getLogger(__name__)


class Takeover:
    """Keeps this process's runs in step with what the others do."""

    def __init__(self, runs: Runs, ownership: Ownership, instances: Instances) -> None:
        self._runs = runs
        self._ownership = ownership
        self._instances = instances
        self._task: asyncio.Task[None] | None = None

    async def start(self, *, shared: bool) -> int:
        """Take up what nobody writes; returns how many background runs go on. `shared`: look again and again."""
        taken = await self.claim()
        if shared:
            self._task = asyncio.create_task(self._run(), name="takeover")
        return taken

    async def close(self) -> None:
        """Take nothing over any more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def hand_over(self) -> None:
        """Let another process, if there is one, go on with the background runs of this one, which is about to end."""
        await self.close()
        if len(await self._instances.alive()) > 1:
            await self._runs.hand_over()

    async def claim(self) -> int:
        """Take up whatever nobody writes; returns how many background runs go on."""
        taken = 0
        failed: set[str] = set()
        while rows := await self._ownership.claim(self._runs.busy | failed):
            for row in rows:
                try:
                    await self._runs.take_up(row)
                    taken += row.background
                except EarthshineError as error:
                    log.error("the response %s cannot be taken up yet: %s", row.id, error)
                    failed.add(row.id)
                except Exception:
                    log.exception("the response %s cannot be taken up", row.id)
                    self._runs.set_aside(row.id)
        return taken

    async def look(self) -> None:
        """Let go of what is no longer ours, and stop what others ask to stop."""
        if stored := self._runs.stored:
            changes = await self._ownership.look(stored)
            self._runs.lose(changes.lost)
            self._runs.stop_requested(changes.stop_requested)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._instances.interval)
            try:
                await self.look()
                if taken := await self.claim():
                    log.info("%d background responses of servers that ended go on here", taken)
            except EarthshineError as error:
                log.warning("cannot see what other servers left: %s", error)
            except Exception:
                log.exception("cannot see what other servers left")
