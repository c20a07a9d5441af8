"""Looking for runs to perform: those that are queued, that waited long enough, and that another process left.

At the start of a server, whenever something may have become due, and once a second where several share the database.
"""

from __future__ import annotations

import logging
from collections.abc import Set
from math import inf

from sqlalchemy import func, select

from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.instances import Instances
from earthshine.periodic import Periodic
from earthshine.runs.journal.journal import Journal
from earthshine.runs.kinds import Kind
from earthshine.runs.live import LiveRuns
from earthshine.runs.ownership import Ownership
from earthshine.runs.records import RunRecord, now_ms
from earthshine.runs.run import Run
from earthshine.runs.steps import load_steps
from earthshine.runs.tables import runs

log = logging.getLogger(__name__)


class Dispatcher:
    """Takes up what can go on and nobody performs."""

    def __init__(
        self, database: Database, instances: Instances, ownership: Ownership, journal: Journal, live: LiveRuns
    ) -> None:
        self.kinds: dict[str, Kind] = {}
        self.opening: set[str] = set()
        """Runs that are being stored by whoever starts them here."""
        self._opened: set[str] = set()
        """Those that have been since a claim began: it may find their rows, though they are performed already."""
        self._database = database
        self._instances = instances
        self._ownership = ownership
        self._journal = journal
        self._live = live
        self._looks = Periodic("runs", self._look_and_claim, instances.interval, first=0)
        self._again = False
        """Whether something could not be taken up, and is tried again."""

    def wake(self) -> None:
        """Look now; does not wait."""
        self._looks.soon()

    def start(self) -> None:
        """Go on looking."""
        self._looks.start()

    async def close(self) -> None:
        """Take nothing up any more."""
        await self._looks.close()

    async def claim(self) -> int:
        """Take up what is due; returns how many background runs were."""
        taken = 0
        failed: set[str] = set()
        while claimed := await self._claim(failed):
            for record in claimed:
                if record.id in self._opened:
                    continue
                try:
                    await self._take_up(record)
                    taken += record.background
                except EarthshineError as error:
                    log.error("the run %s cannot be taken up yet: %s", record.id, error)
                    failed.add(record.id)
                except Exception:
                    log.exception("the run %s cannot be taken up", record.id)
                    self._live.broken.add(record.id)
        self._again = bool(failed)
        return taken

    async def _claim(self, failed: Set[str]) -> list[RunRecord]:
        self._opened = set()
        return await self._ownership.claim(self._busy | failed, self._room())

    def open(self, run_id: str) -> None:
        """Note that a run is being stored here, and will be performed here, before it is."""
        self.opening.add(run_id)
        self._opened.add(run_id)

    async def look(self) -> None:
        """Let go of what is no longer ours, and stop what others ask to stop."""
        if stored := self._live.stored:
            changes = await self._ownership.look(stored)
            self._live.lose(changes.lost)
            self._live.request_stop(changes.stop_requested)

    @property
    def _busy(self) -> set[str]:
        return self._live.by_id.keys() | self.opening | self._live.broken

    def _room(self) -> dict[str, int | None]:
        """Return how many more runs of each kind may begin here; None for any number."""
        here = self._live.of_kind
        return {
            name: None if kind.at_once is None else max(0, kind.at_once - here[name])
            for name, kind in self.kinds.items()
        }

    async def _take_up(self, record: RunRecord) -> None:
        events, written = await self._journal.load(record.id)
        steps = await load_steps(self._database, record.id)
        stream = self._journal.stream(record.id, events)
        kind = self.kinds[record.kind]
        taken_up = record.status == "running"
        self._live.begin(Run(record, stream, settle=kind.settle, steps=steps, written=written, taken_up=taken_up), kind)

    async def _look_and_claim(self) -> float:
        """Look once; returns the seconds until something may be due of which nobody here is told."""
        if self._database.shared:
            await self.look()
        await self.claim()
        if self._database.shared or self._again:
            return self._instances.interval
        async with self._database.read() as connection:
            first = await connection.scalar(select(func.min(runs.c.wake_ms)).where(runs.c.status == "waiting"))
        return inf if first is None else max(0.0, (first - now_ms()) / 1000)
