"""The windows that limits count in: minutes, days and months of UTC, all of them fixed on the calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from earthshine.metering.limits.kinds import KINDS, Kind

MINUTE = 60
DAY = 86_400


def day_of(now: int) -> int:
    """Return the number of the day since 1970."""
    return now // DAY


def window_start(kind: Kind, now: int) -> int:
    """Return the Unix second at which this kind's current window began; 0 for what has no window."""
    match KINDS[kind].window:
        case "minute":
            return now - now % MINUTE
        case "day":
            return now - now % DAY
        case "month":
            return _month(now, 0)
        case None:
            return 0


def window_end(kind: Kind, now: int) -> int:
    """Return the Unix second at which this kind's next window begins; `now` for what has no window."""
    match KINDS[kind].window:
        case "minute":
            return now - now % MINUTE + MINUTE
        case "day":
            return now - now % DAY + DAY
        case "month":
            return _month(now, 1)
        case None:
            return now


def _month(now: int, later: int) -> int:
    return _month_of(now // DAY, later)


@lru_cache(8)
def _month_of(day: int, later: int) -> int:
    """Return when the month of a day began, or a later one; asked several times for each request."""
    today = datetime.fromtimestamp(day * DAY, UTC)
    years, month = divmod(today.month - 1 + later, 12)
    return int(datetime(today.year + years, month + 1, 1, tzinfo=UTC).timestamp())
