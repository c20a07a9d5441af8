"""When automations are due: across both changes of a clock, in zones with odd ones, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from earthshine.agents.automations.schedule import check_schedule, next_due
from earthshine.errors import InvalidRequest


def due(expression: str, zone: str, after: str, count: int) -> list[str]:
    """Return the next occurrences after a moment of UTC, as clocks of the zone show them."""
    moment: float = datetime.fromisoformat(after).replace(tzinfo=UTC).timestamp()
    found: list[str] = []
    for _ in range(count):
        following = next_due(expression, zone, moment)
        assert following is not None and following > moment
        moment = following
        found.append(datetime.fromtimestamp(moment, ZoneInfo(zone)).isoformat()[5:])
    return found


@pytest.mark.parametrize(
    ("expression", "zone", "after", "expected"),
    [
        # An hour that does not exist: the first moment after it, once.
        (
            "0,30 2 * * *",
            "Europe/Paris",
            "2026-03-28T01:10",
            ["03-28T02:30:00+01:00", "03-29T03:00:00+02:00", "03-30T02:00:00+02:00"],
        ),
        # An hour that comes twice: the first time, also where the look comes in the middle, or in the second one.
        ("30 2 * * *", "Europe/Paris", "2026-10-24T12:00", ["10-25T02:30:00+02:00", "10-26T02:30:00+01:00"]),
        ("30 2 * * *", "Europe/Paris", "2026-10-25T00:45", ["10-26T02:30:00+01:00"]),
        ("30 2 * * *", "Europe/Paris", "2026-10-25T01:10", ["10-26T02:30:00+01:00"]),
        # Every hour goes by the time that passes.
        (
            "0 * * * *",
            "Europe/Paris",
            "2026-10-24T23:30",
            ["10-25T02:00:00+02:00", "10-25T02:00:00+01:00", "10-25T03:00:00+01:00"],
        ),
        # Half an hour, and a whole day that was left out.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00", ["10-04T02:30:00+11:00", "10-05T02:15:00+11:00"]),
        ("0 9 * * *", "Pacific/Apia", "2011-12-29T20:00", ["12-31T00:00:00+14:00", "12-31T09:00:00+14:00"]),
        # The other half of the world, and one without changes.
        ("30 2 * * *", "America/Santiago", "2026-04-04T12:00", ["04-05T02:30:00-04:00"]),
        ("0 8 * * 1-5", "Africa/Lagos", "2026-11-27T08:00", ["11-30T08:00:00+01:00", "12-01T08:00:00+01:00"]),
    ],
)
def test_due(expression: str, zone: str, after: str, expected: list[str]) -> None:
    assert due(expression, zone, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "zone", "says"),
    [
        ("* * * * *", "UTC", "every 5 minutes"),
        ("0,1 9 * * *", "UTC", "every 5 minutes"),
        ("0 0 30 2 *", "UTC", "no cron expression"),
        ("61 * * * *", "UTC", "no cron expression"),
        ("0 9 * * * *", "UTC", "five fields"),
        ("@daily", "UTC", "five fields"),
        ("0 9 * * *", "Mars/Olympus", "no time zone"),
        ("0 9 * * *", "../../etc/passwd", "no time zone"),
        ("0 9 * * *", "", "no time zone"),
    ],
)
def test_refused(expression: str, zone: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        check_schedule(expression, zone)


def test_taken() -> None:
    for expression in ("*/5 * * * *", "0 9 * * 1-5", "0 0 1 1 *", "0 0 29 2 *", "0 0 L * *"):
        check_schedule(expression, "Africa/Casablanca")
