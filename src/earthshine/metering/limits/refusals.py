"""How a limit is told to a client: OpenAI's `x-ratelimit-*` headers, and a 429 that names it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from earthshine.errors import QuotaExceeded, RateLimited
from earthshine.metering.limits.counters import LimitExceeded, LimitStatus
from earthshine.metering.limits.kinds import KINDS, SPEND
from earthshine.metering.limits.store import Limit
from earthshine.metering.prices.money import dollars, plain

_HEADERS = {"requests": ("requests_per_minute", "requests_per_day"), "tokens": ("tokens_per_minute",)}


def ratelimit_headers(statuses: Sequence[LimitStatus], now: int) -> dict[str, str]:
    """Return the headers about the tightest limit on requests, and on tokens; none where there is no such limit."""
    headers: dict[str, str] = {}
    for unit, kinds in _HEADERS.items():
        found = [status for status in statuses if status.limit.kind in kinds]
        if not found:
            continue
        tightest = min(found, key=_left)
        headers[f"x-ratelimit-limit-{unit}"] = str(tightest.limit.amount)
        headers[f"x-ratelimit-remaining-{unit}"] = str(_left(tightest))
        headers[f"x-ratelimit-reset-{unit}"] = duration(tightest.resets_at - now)
    return headers


def refusal(refused: LimitExceeded, now: int) -> RateLimited:
    """Return the error for a limit that has no room."""
    limit, status, asked = refused.status.limit, refused.status, refused.claim.amount
    wait = max(1, status.resets_at - now)
    named = f"{_holder(limit)} reached its limit of {_amount(limit, limit.amount)} {_counts(limit)}"
    if limit.model is not None:
        named += f" for the model {limit.model}"
    if limit.kind == "parallel_requests":
        return RateLimited(f"{named}. Try again when one of them has ended.", retry_after=1)
    ends = f"It ends at {datetime.fromtimestamp(status.resets_at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    state = f"used and reserved {_amount(limit, status.used)}, requested {_amount(limit, asked)}"
    if limit.kind not in SPEND:
        return RateLimited(f"{named}: {state}. {ends}; try again in {duration(wait)}.", retry_after=wait)
    advice = "Set a lower output limit, or ask an administrator to raise the budget"
    return QuotaExceeded(f"{named}: {state} at most. {ends}. {advice}.", retry_after=wait)


def duration(seconds: int) -> str:
    """Write seconds as OpenAI does: `6m0s`, `1h2m3s`, `59s`."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _left(status: LimitStatus) -> int:
    return max(0, status.limit.amount - status.used)


def _holder(limit: Limit) -> str:
    return f"The {limit.scope} {limit.scope_id}"


def _counts(limit: Limit) -> str:
    terms = KINDS[limit.kind]
    unit = "dollars" if terms.unit == "usd" else terms.unit.replace("_", " ")
    return f"{unit} per {terms.window}" if terms.window else f"{unit} at the same time"


def _amount(limit: Limit, amount: int) -> str:
    parts = KINDS[limit.kind].parts
    # What is not whole is rounded up: nobody is told that there is room where there is none.
    return plain(dollars(amount)) if limit.kind in SPEND else str(-(-amount // parts))
