"""A piece of admitted work, from its admission to its end: settled, or released."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection
from earthshine.metering.ledger.row import ledger_row, unit_row
from earthshine.metering.ledger.writer import Ledger
from earthshine.metering.limits.counters import ReservationRecord, Row
from earthshine.metering.limits.kinds import KINDS
from earthshine.metering.prices.price import Price, Prices
from earthshine.metering.units import Amount
from earthshine.metering.usage import Usage
from earthshine.metering.usage_estimate import Endpoint, Served, UsageEstimate
from earthshine.telemetry.request_context import RequestContext, request_context

Write = Callable[[Connection], Awaitable[None]]


class Holder(Protocol):
    """What holds what is reserved, and counts it in the end: the meter, which says what these do."""

    open: int
    prices: Prices
    ledger: Ledger

    def price(self, caller: Caller, deployment: str) -> Price: ...

    async def reserve(
        self, caller: Caller, served: Served, estimate: UsageEstimate, *, forced: bool, parent_id: str
    ) -> Reservation: ...

    async def reserve_amount(self, caller: Caller, amount: Amount, *, forced: bool) -> ReservationRecord: ...

    def end(self, record: ReservationRecord, row: Row | None, request: RequestContext | None) -> None: ...


class Reservation:
    """One piece of admitted work. Settled once, or released by leaving the `with` block."""

    __slots__ = (
        "_begun",
        "_caller",
        "_endpoint",
        "_meter",
        "_open",
        "_parent_id",
        "_prices",
        "_record",
        "_request",
        "_served",
        "output_limit",
    )

    def __init__(
        self,
        meter: Holder,
        caller: Caller,
        served: Served,
        endpoint: Endpoint,
        record: ReservationRecord,
        output_limit: int | None = None,
        *,
        parent_id: str | None = None,
    ) -> None:
        """Made by `Meter.admit`, and by `split` and `extend`."""
        self._meter = meter
        self._caller = caller
        self._served = served
        # What was reserved is what is charged, also when a price changes meanwhile.
        self._prices = {name: meter.price(caller, name) for name in served.deployments}
        self._endpoint: Endpoint = endpoint
        self._record = record
        self._parent_id = parent_id
        self._open = True
        self._begun = 0.0
        self._request = request_context()
        meter.open += 1
        self.output_limit = output_limit
        """When not None: the output limit to send to the engine, since the client gave none and money is limited."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give back what was not settled."""
        self.release()

    @property
    def settled(self) -> bool:
        """Whether this has ended: charged, or released."""
        return not self._open

    def begin(self) -> int | None:
        """The model is ready: from now on time counts. Returns `output_limit`."""
        self._begun = time.monotonic()
        return self.output_limit

    def split(self, parent_id: str) -> Reservation:
        """Return the reservation of the work's first step, which takes over all but a place among parallel requests.

        What stays here is to be released when the whole has ended.
        """
        stays = [claim for claim in self._record.claims if KINDS[claim.limit.kind].window is None]
        goes = [claim for claim in self._record.claims if KINDS[claim.limit.kind].window is not None]
        first = replace(self._record, claims=tuple(goes))
        self._record = replace(self._record, claims=tuple(stays))
        return Reservation(
            self._meter, self._caller, self._served, self._endpoint, first, self.output_limit, parent_id=parent_id
        )

    async def extend(self, more: UsageEstimate | Amount, parent_id: str, *, forced: bool = False) -> Reservation:
        """Reserve a further step of the same work: another call of the model, or so much of a unit.

        `forced` counts what was admitted before a crash. Raises `RateLimited`, `QuotaExceeded` and `StorageFull`.
        """
        if not isinstance(more, Amount):
            return await self._meter.reserve(self._caller, self._served, more, forced=forced, parent_id=parent_id)
        record = await self._meter.reserve_amount(self._caller, more, forced=forced)
        return Reservation(self._meter, self._caller, Served(more.of), "tools", record, parent_id=parent_id)

    def settle(
        self,
        work_id: str,
        usage: Usage | Amount,
        *,
        deployment: str = "",
        partial: bool = False,
        estimated: bool = False,
    ) -> None:
        """Charge the work; when this returns, no death of the process can lose it.

        `partial` says that it was cut before its end, `estimated` that its tokens were not counted by anybody.
        """
        if partial and self._caller.batched:
            # A line is charged when it is answered; one that was cut is asked again.
            self.release()
        elif self._open:
            row = self._row(work_id, usage, deployment, partial, estimated)
            self._meter.ledger.add(self._record, row)
            self._end(row)

    def settle_within(
        self,
        work_id: str,
        usage: Usage | Amount,
        *,
        deployment: str = "",
        partial: bool = False,
        estimated: bool = False,
    ) -> Write:
        """Charge the work in a transaction of the caller's: returns what is to be called in it, at its end."""
        row = self._row(work_id, usage, deployment, partial, estimated)

        async def write(connection: Connection) -> None:
            # Also when it is called again, because the transaction failed.
            await self._meter.ledger.write(connection, [(self._record, row)])
            self._end(row)

        return write

    def release(self) -> None:
        """End without charging: the work was not done. Nothing happens when it is settled or released already."""
        self._end(None)

    def _end(self, row: Row | None) -> None:
        if self._open:
            self._open = False
            self._meter.end(self._record, row, self._request)

    def _row(self, work_id: str, usage: Usage | Amount, deployment: str, partial: bool, estimated: bool) -> Row:
        if self._caller.batched and self._parent_id is None:
            # Asked again after a crash, a line is the same work.
            work_id = self._caller.batch_line
        if isinstance(usage, Amount):
            price = self._prices.get(usage.of) or self._meter.prices.of(usage.of)
            return unit_row(work_id, self._caller, usage, price, partial=partial, parent_id=self._parent_id)
        name = deployment or self._served.model
        return ledger_row(
            work_id,
            self._caller,
            self._served,
            name,
            self._endpoint,
            usage,
            self._prices.get(name) or self._meter.price(self._caller, name),
            seconds=time.monotonic() - self._begun if self._begun else 0.0,
            partial=partial,
            estimated=estimated,
            parent_id=self._parent_id,
        )
