"""From counted work to a row of the ledger."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from earthshine.accounts.authorization.caller import Caller
from earthshine.metering.limits.counters import Row
from earthshine.metering.prices.money import MOST_PICODOLLARS
from earthshine.metering.prices.price import Price
from earthshine.metering.usage_estimate import CHARGED_SECONDS, Endpoint, Served

if TYPE_CHECKING:
    from earthshine.engines.base import Usage

log = logging.getLogger(__name__)

_MOST_TOKENS = 2**53
"""More than any reply has: an upstream that reports more, or less than nothing, counts wrong."""


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
) -> Row:
    """Return the row of one piece of work, in whole picodollars.

    Counts that an upstream cannot mean (not a number, negative) become zero, and the row says that it is estimated.
    """
    counts = [usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, usage.reasoning_tokens]
    if not all(type(count) is int and 0 <= count <= _MOST_TOKENS for count in counts):
        log.warning("%s was served by %s, which reported an impossible usage: %r", work_id, deployment, usage)
        counts = [count if type(count) is int and 0 <= count <= _MOST_TOKENS else 0 for count in counts]
        estimated = True
    estimated = estimated or usage.estimated
    read, cached, written, thought = counts
    cached = min(cached, read)
    charge = price.charge(
        input_tokens=read,
        cached_tokens=cached,
        output_tokens=written,
        milliseconds=min(int(seconds * 1000), CHARGED_SECONDS * 1000),
    )
    hosted = None
    if served.hosted is not None:
        hosted = served.hosted.charge(input_tokens=read, cached_tokens=cached, output_tokens=written).total
    if charge.total > MOST_PICODOLLARS:
        log.error("%s cost more than a row can hold; it is charged at %d picodollars", work_id, MOST_PICODOLLARS)
        charge = type(charge)(output=MOST_PICODOLLARS)
    return {
        "id": work_id,
        "created_at": int(time.time()),
        "organization": caller.organization,
        "project": caller.project,
        "key_id": caller.key_id,
        "key_family": None if caller.counted_as == caller.key_id else caller.counted_as,
        "user": caller.user,
        "model": served.model,
        "deployment": deployment,
        "endpoint": endpoint,
        "requests": 1,
        "input_tokens": read,
        "cached_tokens": cached,
        "output_tokens": written,
        "reasoning_tokens": min(thought, written),
        "input_cost": charge.input,
        "cached_cost": charge.cached,
        "output_cost": charge.output,
        "time_cost": charge.time,
        "cost": charge.total,
        "hosted_cost": None if hosted is None else min(hosted, MOST_PICODOLLARS),
        "partial": partial,
        "estimated": estimated,
    }
