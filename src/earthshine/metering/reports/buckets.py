"""Buckets of time: the minutes, hours and days of UTC into which reports are cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Width = Literal["1m", "1h", "1d"]

SECONDS: Final[Mapping[Width, int]] = {"1m": 60, "1h": 3_600, "1d": 86_400}

LATEST = 253_402_300_800
"""Unix seconds of the year 10,000; nothing is asked for beyond it."""


class Bucket(NamedTuple):
    """A stretch of time, in Unix seconds; `end` is not in it."""

    start: int
    end: int


def buckets(start: int, end: int, width: int, limit: int) -> tuple[list[Bucket], int | None]:
    """Cut `start` to `end` at every multiple of `width`; return the first `limit` pieces and where the next begins.

    Unix time has no leap seconds, so multiples of a day are UTC's midnights. Only the first and the last piece can be
    shorter than `width`: nothing before `start` or after `end` is ever counted, and nothing twice.
    """
    found: list[Bucket] = []
    at = start
    while at < end and len(found) < limit:
        stop = min(at - at % width + width, end)
        found.append(Bucket(at, stop))
        at = stop
    return found, at if at < end else None


def bucket_end(time: int, width: int) -> int:
    """Return where the whole bucket ends that `time` is in."""
    return time - time % width + width
