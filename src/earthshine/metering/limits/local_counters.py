"""Counters in memory: exact for the one process that serves an SQLite database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from earthshine.database import Database
from earthshine.metering.limits.counters import (
    Claim,
    Counters,
    LimitExceeded,
    LimitStatus,
    ReservationRecord,
    Row,
    scopes_of,
)
from earthshine.metering.limits.kinds import SPEND, corrected_when_settled, counted, kept_until_settled
from earthshine.metering.limits.windows import DAY, day_of, window_end, window_start
from earthshine.metering.tables import spend

_Key = tuple[str, str, str, str, str]
"""Organisation, scope, its id, kind, model or nothing."""
_Scope = tuple[str, str, str, str]
"""Organisation, scope, its id, model or nothing."""


@dataclass(slots=True)
class _Window:
    start: int
    used: int = 0


@dataclass(slots=True)
class _Spend:
    """What one scope spent in the latest day and month in which it spent anything."""

    day: int = 0
    in_day: int = 0
    month: int = 0
    in_month: int = 0

    def add(self, cost: int, day: int, month: int) -> None:
        if day > self.day:
            self.day, self.in_day = day, 0
        if month > self.month:
            self.month, self.in_month = month, 0
        # A clock that was set back dates a row before the current window.
        self.in_day += cost if day == self.day else 0
        self.in_month += cost if month == self.month else 0


class LocalCounters(Counters):
    """One process. No method waits in its middle, so each is one step for all tasks."""

    def __init__(self, database: Database) -> None:
        """Nothing is read before `open`."""
        self._database = database
        self._windows: dict[_Key, _Window] = {}
        self._reserved: dict[_Key, int] = {}
        self._spend: dict[_Scope, _Spend] = {}

    async def open(self) -> None:
        """Read what was spent in this month."""
        month = window_start("spend_per_month", int(time.time()))
        query = select(spend).where(spend.c.day >= day_of(month)).order_by(spend.c.day)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        for row in rows:
            self._spent(row.organization, [(row.scope, row.scope_id)], row.model, row.cost, row.day * DAY)

    async def reserve(self, record: ReservationRecord, *, forced: bool = False) -> list[LimitStatus]:
        """Take all claims or none."""
        now = record.admitted_at
        statuses = [self._status(record, claim, now) for claim in record.claims]
        if not forced:
            for status, claim in zip(statuses, record.claims, strict=True):
                if status.used + claim.amount > claim.limit.amount:
                    raise LimitExceeded(status, claim)
        after: list[LimitStatus] = []
        for status, claim in zip(statuses, record.claims, strict=True):
            key = _key(record, claim)
            if kept_until_settled(claim.limit.kind):
                self._reserved[key] = self._reserved.get(key, 0) + claim.amount
            else:
                self._window(key, claim, now).used += claim.amount
            after.append(LimitStatus(claim.limit, status.used + claim.amount, status.resets_at))
        return after

    def settle(self, record: ReservationRecord, row: Row) -> None:
        """Count the cost in every scope, and the tokens and other units that were really used in their windows."""
        if row["cost"]:
            self._spent(record.organization, scopes_of(row), row["model"], row["cost"], row["created_at"])
        self._unreserve(record)
        for claim in record.claims:
            kind = claim.limit.kind
            if corrected_when_settled(kind):
                self._correct(record, claim, counted(kind, row) - claim.amount, row["created_at"])

    def release(self, record: ReservationRecord) -> None:
        """Give back reservations, and what was never used of a window; the request itself was made, and counts."""
        self._unreserve(record)
        for claim in record.claims:
            if corrected_when_settled(claim.limit.kind):
                self._correct(record, claim, -claim.amount, int(time.time()))

    @property
    def reserved(self) -> int:
        """The sum of all that is reserved, of whatever kind; zero when nothing is in progress."""
        return sum(self._reserved.values())

    def _status(self, record: ReservationRecord, claim: Claim, now: int) -> LimitStatus:
        limit, key = claim.limit, _key(record, claim)
        used = self._reserved.get(key, 0)
        if limit.kind in SPEND:
            spent = self._spend.get((record.organization, limit.scope, limit.scope_id, limit.model or ""))
            if spent is not None and limit.kind == "spend_per_day":
                used += spent.in_day if spent.day == window_start(limit.kind, now) else 0
            elif spent is not None:
                used += spent.in_month if spent.month == window_start(limit.kind, now) else 0
        elif not kept_until_settled(limit.kind):
            used = self._window(key, claim, now).used
        return LimitStatus(limit, used, window_end(limit.kind, now))

    def _window(self, key: _Key, claim: Claim, now: int) -> _Window:
        start = window_start(claim.limit.kind, now)
        window = self._windows.get(key)
        if window is None or window.start != start:
            window = self._windows[key] = _Window(start)
        return window

    def _correct(self, record: ReservationRecord, claim: Claim, difference: int, now: int) -> None:
        """Replace what was claimed by what was counted; units of a past window can only be added to this one."""
        window = self._window(_key(record, claim), claim, now)
        if window.start == window_start(claim.limit.kind, record.admitted_at) or difference > 0:
            window.used += difference

    def _unreserve(self, record: ReservationRecord) -> None:
        for claim in record.claims:
            if not kept_until_settled(claim.limit.kind):
                continue
            key = _key(record, claim)
            left = self._reserved[key] - claim.amount
            if left:
                self._reserved[key] = left
            else:
                del self._reserved[key]

    def _spent(self, organization: str, scopes: Sequence[tuple[str, str]], model: str, cost: int, now: int) -> None:
        day, month = window_start("spend_per_day", now), window_start("spend_per_month", now)
        for scope, scope_id in scopes:
            for name in ("", model):
                key = (organization, scope, scope_id, name)
                total = self._spend.get(key)
                if total is None:
                    total = self._spend[key] = _Spend()
                total.add(cost, day, month)


def _key(record: ReservationRecord, claim: Claim) -> _Key:
    limit = claim.limit
    return record.organization, limit.scope, limit.scope_id, limit.kind, limit.model or ""
