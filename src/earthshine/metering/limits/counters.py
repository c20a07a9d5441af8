"""Counters: how much of each limit is used and reserved, checked and taken in one step.

Two implementations keep this contract: `LocalCounters` in memory, for one process, and `SharedCounters` in tables,
for several. Requests, tokens and other units count in the window in which they were admitted. Money is reserved before
the work, whatever the window; when the work is settled the reservation ends and the cost counts in the day and month of
its ledger row. So spent plus reserved is never less than what will have been spent.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from earthshine.database import Connection
from earthshine.metering.limits.store import Limit

Row = dict[str, Any]
"""A row of the ledger."""


class Claim(NamedTuple):
    """What one request takes of one limit."""

    limit: Limit
    amount: int
    """In the smallest parts of the unit that the limit counts."""


class LimitStatus(NamedTuple):
    """One limit, as a request found it."""

    limit: Limit
    used: int
    """Used and reserved, without this request until it is admitted."""
    resets_at: int
    """Unix second of the end of its window."""


@dataclass(frozen=True, slots=True)
class ReservationRecord:
    """What one reservation holds until it is settled or released, as counters keep it."""

    id: str
    organization: str
    claims: tuple[Claim, ...]
    admitted_at: int


class LimitExceeded(Exception):
    """A limit has no room; nothing was taken of any."""

    def __init__(self, status: LimitStatus, claim: Claim) -> None:
        super().__init__(status, claim)
        self.status = status
        self.claim = claim


class Counters(ABC):
    """The contract."""

    @abstractmethod
    async def open(self) -> None:
        """Learn what was spent; once, after the ledger is complete."""

    @abstractmethod
    async def reserve(self, record: ReservationRecord, *, forced: bool = False) -> list[LimitStatus]:
        """Take all claims, or raise `LimitExceeded` and take none; `forced` takes them whatever there is.

        Returns where each limit stands afterwards.
        """

    @abstractmethod
    def settle(self, record: ReservationRecord, row: Row) -> None:
        """The work has ended and `row` will be in the ledger: count it, and end what was reserved. Cannot fail."""

    @abstractmethod
    def release(self, record: ReservationRecord) -> None:
        """The work was not done. Cannot fail; reservations end now or with the next batch."""

    async def store(self, connection: Connection, settled: Sequence[tuple[ReservationRecord, Row | None]]) -> None:  # noqa: B027 - some have nothing to do here
        """Write what settling changed, in the transaction that brings the rows into the ledger.

        None stands for a row that was there already: only its reservations are to end.
        """

    async def sweep(self) -> None:  # noqa: B027 - some have nothing to do here
        """Write what releasing changed, and end what dead processes had reserved. Called every few moments."""

    async def close(self) -> None:  # noqa: B027 - some have nothing to do here
        """Stop."""


def scopes_of(row: Row) -> list[tuple[str, str]]:
    """Return the scopes and their ids in which a row counts."""
    key = row.get("key_family") or row["key_id"]
    scopes = [("organization", row["organization"]), ("project", row["project"]), ("key", key)]
    return [*scopes, ("user", row["user"])] if row["user"] else scopes
