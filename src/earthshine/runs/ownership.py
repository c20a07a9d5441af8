"""Who performs a run: one process at a time, and none that has lost it.

Each row names its owner. A process that dies, or is taken for dead, loses its runs to whoever claims them first;
should it wake up again, it finds at its next commit that they are no longer its own, and nothing of that commit is
stored for them. So readers, who see only what is stored, never see two versions, and no step begins twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.instances import Instances
from earthshine.runs.records import UNFINISHED, RunRecord, now_ms
from earthshine.runs.tables import runs

_AT_ONCE = 100
"""Runs claimed in one transaction, so that several survivors share the work."""


@dataclass(frozen=True, slots=True)
class OwnershipChanges:
    """What others did to the runs that are being performed here."""

    lost: frozenset[str]
    """Taken over, or deleted."""
    stop_requested: frozenset[str]
    """To be stopped."""


class Ownership:
    """The runs that this process may perform."""

    def __init__(self, database: Database, instances: Instances) -> None:
        self._database = database
        self._instances = instances
        self.on_stop_requested: Callable[[Collection[str]], None] | None = None
        """Called with the ids of runs that another process asks to stop."""
        self._turns: Counter[tuple[str, str]] = Counter()
        """When a run of each kind and project was last claimed here, as a number that grows."""

    @property
    def id(self) -> str:
        """The owner that rows written here name."""
        return self._instances.id

    async def held(self, connection: Connection, ids: Collection[str]) -> frozenset[str]:
        """Return those of `ids` that are still ours, and keep them so until the transaction ends."""
        if not self._database.shared:
            return frozenset(ids)
        rows = await connection.execute(
            select(runs.c.id, runs.c.cancelling)
            .where(among(connection, runs.c.id, ids), self._ours)
            .order_by(runs.c.id)
            .with_for_update(key_share=True)
        )
        held = {row.id: row.cancelling for row in rows}
        if self.on_stop_requested is not None and (asked := [key for key, cancelling in held.items() if cancelling]):
            self.on_stop_requested(asked)
        return frozenset(held)

    async def look(self, ids: Collection[str]) -> OwnershipChanges:
        """Say what others did to `ids`, all of which were ours."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(runs.c.id, runs.c.cancelling).where(among(connection, runs.c.id, ids), self._ours)
            )
            ours = {row.id: row.cancelling for row in rows}
        asked = frozenset(key for key, cancelling in ours.items() if cancelling)
        return OwnershipChanges(lost=frozenset(ids) - ours.keys(), stop_requested=asked)

    async def claim(self, busy: Collection[str], room: Mapping[str, int | None]) -> list[RunRecord]:
        """Make runs ours that nobody performs and that can go on, and return them as they were: at most a hundred.

        `busy`: those that are being performed here. `room`: how many more of each kind may begin here, None for any
        number; a kind that is not named is left alone. Of several processes that claim at once, one gets each.
        """
        unbounded = [kind for kind, most in room.items() if most is None]
        async with self._database.write() as connection:
            claimed = await self._take(connection, self._free(connection, busy) & runs.c.kind.in_(unbounded))
            for kind, most in room.items():
                if most:
                    free = self._free(connection, busy) & (runs.c.kind == kind)
                    chosen = await self._next(connection, free, kind, most)
                    claimed += await self._take(connection, free & among(connection, runs.c.id, chosen))
        return claimed

    async def release(self, ids: Collection[str]) -> None:
        """Give up runs at once, for others to claim."""
        async with self._database.write() as connection:
            ours = among(connection, runs.c.id, ids) & self._ours
            await connection.execute(update(runs).where(ours).values(owner=None))

    async def request_stop(self, run_id: str) -> None:
        """Ask whoever performs a run to stop; also whoever will take it over."""
        unfinished = (runs.c.id == run_id) & runs.c.status.in_(UNFINISHED)
        async with self._database.write() as connection:
            await connection.execute(update(runs).where(unfinished).values(cancelling=True))

    async def _take(self, connection: Connection, which: ColumnElement[bool]) -> list[RunRecord]:
        free = select(runs).where(which).order_by(runs.c.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
        taken = [RunRecord.of(row) for row in await connection.execute(free)]
        again = case((runs.c.status == "running", 1), else_=0)
        await connection.execute(
            update(runs)
            .where(among(connection, runs.c.id, [each.id for each in taken]))
            .values(owner=self.id, status="running", wake_ms=None, takeovers=runs.c.takeovers + again)
        )
        return taken

    def _free(self, connection: Connection, busy: Collection[str]) -> ColumnElement[bool]:
        due = or_(runs.c.status != "waiting", runs.c.wake_ms <= now_ms(), runs.c.cancelling)
        unowned = or_(self._instances.dead(runs.c.owner), self._ours)
        return and_(runs.c.status.in_(UNFINISHED), due, unowned, ~among(connection, runs.c.id, busy))

    async def _next(self, connection: Connection, free: ColumnElement[bool], kind: str, most: int) -> list[str]:
        """Return the ids of the free runs of a kind that are next: priority first, then projects in turn, then age."""
        place = func.row_number().over(partition_by=runs.c.project, order_by=(runs.c.priority.desc(), runs.c.id))
        numbered = select(runs.c.id, runs.c.project, runs.c.priority, place.label("place")).where(free).subquery()
        waiting = list((await connection.execute(select(numbered).where(numbered.c.place <= most))).all())
        performed = (
            select(runs.c.project, func.count())
            .where(runs.c.kind == kind, runs.c.status == "running", runs.c.owner.is_not(None))
            .group_by(runs.c.project)
        )
        running: Counter[str] = Counter({row[0]: row[1] for row in await connection.execute(performed)})
        chosen: list[str] = []
        while waiting and len(chosen) < most:
            first = min(
                waiting,
                key=lambda row: (-row.priority, running[row.project], self._turns[kind, row.project], row.id),
            )
            waiting.remove(first)
            running[first.project] += 1
            self._turns[kind, first.project] = 1 + max(self._turns.values(), default=0)
            chosen.append(first.id)
        return chosen

    @property
    def _ours(self) -> ColumnElement[bool]:
        return runs.c.owner == self.id
