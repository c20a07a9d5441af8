"""From counted work to a row of the ledger: a model's tokens, or an amount of another unit."""

from __future__ import annotations

import logging
import time

from earthshine.accounts.authorization.caller import Caller
from earthshine.metering.limits.counters import Row
from earthshine.metering.prices.money import MOST_PICODOLLARS
from earthshine.metering.prices.price import Charge, Price
from earthshine.metering.units import Amount
from earthshine.metering.usage import Usage
from earthshine.metering.usage_estimate import CHARGED_SECONDS, Endpoint, Served

log = logging.getLogger(__name__)

_MOST = 2**53
"""More than any work uses: an upstream that reports more tokens, or less than none, counts wrong."""

UNCOUNTED: Row = {
    **dict.fromkeys(("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"), 0),
    "milliseconds": 0,
    "unit": "tokens",
    "quantity": 0,
    "unit_cost": 0,
    "hosted_cost": None,
    "partial": False,
    "estimated": False,
    "key_family": None,
    "parent_id": None,
    "batch": False,
}
"""What a row says of what it does not count; one that an earlier version spooled lacks some of it."""


def ledger_row(
    work_id: str,
    caller: Caller,
    served: Served,
    deployment: str,
    endpoint: Endpoint,
    usage: Usage,
    price: Price,
    *,
    seconds: float,
    partial: bool,
    estimated: bool,
    parent_id: str | None = None,
) -> Row:
    """Return the row of a model's work, in whole picodollars.

    Counts that an upstream cannot mean (not a number, negative) become zero, and the row says that it is estimated.
    """
    counts = [usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, usage.reasoning_tokens]
    if not all(type(count) is int and 0 <= count <= _MOST for count in counts):
        log.warning("%s was served by %s, which reported an impossible usage: %r", work_id, deployment, usage)
        counts = [count if type(count) is int and 0 <= count <= _MOST else 0 for count in counts]
        estimated = True
    estimated = estimated or usage.estimated
    read, cached, written, thought = counts
    cached = min(cached, read)
    milliseconds = min(int(seconds * 1000), CHARGED_SECONDS * 1000)
    charge = price.charge(input_tokens=read, cached_tokens=cached, output_tokens=written, milliseconds=milliseconds)
    hosted = None
    if served.hosted is not None:
        hosted = served.hosted.charge(input_tokens=read, cached_tokens=cached, output_tokens=written).total
    return {
        **_row(work_id, caller, charge, parent_id),
        "model": served.model,
        "deployment": deployment,
        "endpoint": endpoint,
        "input_tokens": read,
        "cached_tokens": cached,
        "output_tokens": written,
        "reasoning_tokens": min(thought, written),
        "milliseconds": milliseconds,
        "hosted_cost": None if hosted is None else min(hosted, MOST_PICODOLLARS),
        "partial": partial,
        "estimated": estimated,
    }


def unit_row(
    charge_id: str, caller: Caller, amount: Amount, price: Price, *, partial: bool, parent_id: str | None
) -> Row:
    """Return the row of something else than a model's tokens, in whole picodollars.

    Raises `ValueError` for a quantity that nothing can use.
    """
    if not 0 <= amount.quantity <= _MOST:
        raise ValueError(f"{amount.of} used {amount.quantity} {amount.unit}")
    timed = amount.unit == "seconds"
    return {
        **_row(charge_id, caller, price.charge_units(amount.unit, amount.quantity), parent_id),
        "model": amount.of,
        "deployment": amount.of,
        "endpoint": "tools",
        "unit": amount.unit,
        "quantity": 0 if timed else amount.quantity,
        "milliseconds": amount.quantity if timed else 0,
        "partial": partial,
    }


def _row(work_id: str, caller: Caller, charge: Charge, parent_id: str | None) -> Row:
    """Return the columns that all rows have, and zeros for what some have."""
    if charge.total > MOST_PICODOLLARS:
        log.error("%s cost more than a row can hold; it is charged at %d picodollars", work_id, MOST_PICODOLLARS)
        charge = Charge(output=MOST_PICODOLLARS)
    return {
        **UNCOUNTED,
        "id": work_id,
        "created_at": int(time.time()),
        "organization": caller.organization,
        "project": caller.project,
        "key_id": caller.key_id,
        "key_family": None if caller.counted_as == caller.key_id else caller.counted_as,
        "user": caller.user,
        "requests": 1,
        "input_cost": charge.input,
        "cached_cost": charge.cached,
        "output_cost": charge.output,
        "time_cost": charge.time,
        "unit_cost": charge.unit,
        "cost": charge.total,
        "parent_id": parent_id,
        "batch": caller.batched,
    }
