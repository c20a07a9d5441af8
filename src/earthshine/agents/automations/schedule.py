"""When an automation is due: five fields of cron, in a time zone.

Clocks that are put forward or back: where an expression names hours, an hour that does not exist fires at the first
moment after the gap, and one that comes twice fires the first time. Where it takes every hour (`*`, `*/2`), it goes by
the time that passes, as `cron` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from earthshine.errors import InvalidRequest

SHORTEST = 300
"""Seconds between two occurrences, at least."""
_LOOKED_AT = 300
"""Occurrences of which the distances are looked at."""


def check_schedule(expression: str, zone: str) -> None:
    """Raise `InvalidRequest` for an unknown zone, and an expression that is none, never fires, or fires too often."""
    check_zone(zone)
    start = datetime(2024, 1, 1)
    seen: list[datetime] = []
    try:
        if len(expression.split()) == 5:
            simulated = CronSim(expression, start)
            for moment in simulated:
                seen.append(moment)
                if len(seen) == _LOOKED_AT:
                    break
    except CronSimError as error:
        raise InvalidRequest(f"{expression[:200]!r} is no cron expression: {error}.", param="expression") from None
    if not seen:
        raise InvalidRequest(
            f"{expression[:200]!r} never fires, or has not five fields: minute, hour, day of the month, month, day of "
            "the week, such as '0 9 * * 1-5'.",
            param="expression",
        )
    if any((later - earlier).total_seconds() < SHORTEST for earlier, later in pairwise(seen)):
        raise InvalidRequest(
            f"{expression[:200]!r} fires more often than every {SHORTEST // 60} minutes.", param="expression"
        )


def check_zone(zone: str) -> None:
    """Raise `InvalidRequest` for a time zone that is not known here."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise InvalidRequest(
            f"{zone[:100]!r} is no time zone of IANA's. Give one such as 'Africa/Casablanca' or 'UTC'.",
            param="timezone",
        ) from None


def next_due(expression: str, zone: str, after: float) -> int | None:
    """Return the first occurrence after a moment, both in Unix seconds; None where there is none any more."""
    place = ZoneInfo(zone)
    now = datetime.fromtimestamp(after, place)
    if expression.split()[1].startswith("*"):
        found = next(CronSim(expression, now), None)
        return None if found is None else int(found.timestamp())
    for wall in CronSim(expression, now.replace(tzinfo=None)):
        moment = _moment(wall, place)
        if moment > after:
            return moment
    return None


def _moment(wall: datetime, place: ZoneInfo) -> int:
    """Return when clocks on the wall first show a time, or pass over it."""
    for each in _minutes(wall):
        moment = each.replace(tzinfo=place).astimezone(UTC)
        if moment.astimezone(place).replace(tzinfo=None) == each:
            return int(moment.timestamp())
    raise AssertionError("no gap is as long")


def _minutes(wall: datetime) -> Iterator[datetime]:
    """Yield the minutes of two days: a zone may leave out a whole day."""
    for minutes in range(2 * 24 * 60):
        yield wall + timedelta(minutes=minutes)
