"""The meter: no work without a reservation, no reservation without an end.

A dialect admits a request, has it served, and settles what was counted before the last byte of the reply leaves:

    with await meter.admit(caller, model, estimate, headers) as reservation:
        async with router.use(model, caller) as loaded:
            limit = reservation.begin()
            ...
            reservation.settle(completion_id, usage, deployment=end.served_by)

What leaves the block unsettled was not done, and gives back all that it had reserved.

Work of several steps is admitted once and charged step by step, each charge naming the whole as its parent:

    with await meter.admit(caller, model, estimate, headers) as whole:
        with whole.split(run_id) as step:  # what was reserved is the first step's; the place among parallel ones stays
            step.settle(charge_id(run_id, 1), usage)
        with await whole.extend(Amount("web_search", "searches", 1), run_id) as step:
            step.settle(charge_id(run_id, 2), Amount("web_search", "searches", 1))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from earthshine.accounts.authorization.caller import Caller
from earthshine.errors import ModelNotAllowed
from earthshine.ids import new_id
from earthshine.metering.ledger.writer import Ledger
from earthshine.metering.limits.counters import Claim, Counters, LimitExceeded, ReservationRecord, Row
from earthshine.metering.limits.kinds import KINDS, SPEND
from earthshine.metering.limits.refusals import ratelimit_headers, refusal
from earthshine.metering.limits.store import Limit, Limits
from earthshine.metering.prices.price import Price, Prices
from earthshine.metering.reservation import Reservation
from earthshine.metering.units import Amount
from earthshine.metering.usage_estimate import Served, UsageEstimate, WorstCase, worst_case
from earthshine.telemetry.request_context import RequestContext
from earthshine.telemetry.spans import step


class Meter:
    """Admits work and settles it."""

    def __init__(
        self,
        limits: Limits,
        prices: Prices,
        counters: Counters,
        ledger: Ledger,
        served: Callable[[str], Served],
        *,
        default_output: int,
        batch_discount: float = 0,
    ) -> None:
        """`served` resolves a model's name and raises `ModelNotFound`; `default_output` see `worst_case`.

        `batch_discount`: percent that models cost less in batches.
        """
        self.prices = prices
        self.ledger = ledger
        self._limits = limits
        self._counters = counters
        self._served = served
        self._default_output = default_output
        self._batch_discount = batch_discount
        self.open = 0
        """Reservations that are neither settled nor released."""
        self.on_settled: Callable[[Row, RequestContext | None], None] | None = None
        """Called with each ledger row, and with the request that it was made for."""

    async def admit(
        self,
        caller: Caller,
        model: str,
        estimate: UsageEstimate,
        headers: dict[str, str] | None = None,
        *,
        forced: bool = False,
    ) -> Reservation:
        """Let work begin, with its worst case reserved; `headers` receives `x-ratelimit-*`.

        `forced` counts work that was admitted once already, before a crash, and is never refused.

        Raises `ModelNotFound`, `ModelNotAllowed`, `RateLimited`, `QuotaExceeded`, and `StorageFull` when it could not
        be accounted for.
        """
        with step("admission", model=model[:200]):
            served = self._served(model)
            if not forced:
                self._check_model(caller, model, served.model)
            return await self.reserve(caller, served, estimate, headers, forced=forced)

    async def reserve(
        self,
        caller: Caller,
        served: Served,
        estimate: UsageEstimate,
        headers: dict[str, str] | None = None,
        *,
        forced: bool = False,
        parent_id: str | None = None,
    ) -> Reservation:
        """Reserve a model's work, with `parent_id` as a further part of work that is admitted. For `Reservation`."""
        if not forced:
            self.ledger.check()
        found = self._limits.of(caller, served.model)
        if caller.batched:
            # A batch waits for idle slots instead, and takes nothing of what its owner may ask for meanwhile.
            found = [limit for limit in found if KINDS[limit.kind].window in ("day", "month")]
        if parent_id is not None:
            found = [limit for limit in found if KINDS[limit.kind].unit != "requests"]
        if not found:
            return Reservation(self, caller, served, estimate.endpoint, _nothing(caller), parent_id=parent_id)
        spends = any(limit.kind in SPEND for limit in found)
        worst = worst_case(estimate, served, self.prices, default_output=self._default_output)
        record = await self._take(caller, _claims(found, estimate, worst), headers, forced=forced)
        limit = worst.output_limit if spends and estimate.output_limit is None and worst.cost else None
        return Reservation(self, caller, served, estimate.endpoint, record, limit, parent_id=parent_id)

    async def reserve_amount(self, caller: Caller, amount: Amount, *, forced: bool = False) -> ReservationRecord:
        """Reserve what a part of admitted work uses besides a model's tokens. For `Reservation`."""
        if not forced:
            self.ledger.check()
        cost = self.prices.of(amount.of).charge_units(amount.unit, amount.quantity).total
        claims: list[Claim] = []
        for limit in self._limits.of(caller, amount.of):
            if limit.kind in SPEND and cost:
                claims.append(Claim(limit, cost))
            elif KINDS[limit.kind].unit == amount.unit:
                claims.append(Claim(limit, amount.quantity))
        return await self._take(caller, claims, None, forced=forced) if claims else _nothing(caller)

    def price(self, caller: Caller, deployment: str) -> Price:
        """Return what a deployment's work costs this caller."""
        price = self.prices.of(deployment)
        return price.discounted(self._batch_discount) if caller.batched else price

    async def charge(self, caller: Caller, amount: Amount, work_id: str) -> None:
        """Charge what is used without a request, such as storage: never refused, and once for each `work_id`."""
        record = await self.reserve_amount(caller, amount, forced=True)
        Reservation(self, caller, Served(amount.of), "tools", record).settle(work_id, amount)

    async def _take(
        self, caller: Caller, claims: Sequence[Claim], headers: dict[str, str] | None, *, forced: bool
    ) -> ReservationRecord:
        now = int(time.time())
        record = ReservationRecord(new_id("hold"), caller.organization, tuple(claims), now)
        try:
            statuses = await self._counters.reserve(record, forced=forced)
        except LimitExceeded as refused:
            if headers is not None:
                headers.update(ratelimit_headers([refused.status], now))
            raise refusal(refused, now) from None
        if headers is not None:
            headers.update(ratelimit_headers(statuses, now))
        return record

    def end(self, record: ReservationRecord, row: Row | None, request: RequestContext | None) -> None:
        """Count what was held: as `row` says, or as not done. For `Reservation` alone."""
        self.open -= 1
        if row is not None:
            self._counters.settle(record, row)
            if self.on_settled is not None:
                self.on_settled(row, request)
        elif record.claims:
            self._counters.release(record)

    def _check_model(self, caller: Caller, asked: str, model: str) -> None:
        if caller.models and asked not in caller.models and model not in caller.models:
            raise ModelNotAllowed(asked, f"API key `{caller.key_id}`")
        if not self._limits.may_use(caller.project, model):
            raise ModelNotAllowed(asked, f"Project `{caller.project}`")


def _nothing(caller: Caller) -> ReservationRecord:
    return ReservationRecord("", caller.organization, (), 0)


def _claims(found: Sequence[Limit], estimate: UsageEstimate, worst: WorstCase) -> tuple[Claim, ...]:
    claims: list[Claim] = []
    for limit in found:
        if limit.kind in SPEND:
            if worst.cost:
                claims.append(Claim(limit, worst.cost))
        elif limit.kind == "tokens_per_minute":
            # Without an output limit the client's reply counts when it is there, or nothing but the shortest would
            # pass. One that is larger than the whole limit waits for an unused minute.
            tokens = worst.input_tokens + (worst.output_tokens if estimate.output_limit is not None else 0)
            claims.append(Claim(limit, min(tokens, max(1, limit.amount))))
        elif KINDS[limit.kind].unit in ("requests", "seconds"):
            # Nobody knows how long it will take; it may begin while any time is left.
            claims.append(Claim(limit, 1))
    return tuple(claims)
