"""What routing counts, in plain numbers that can be read at any time, as for metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Upper bounds of a histogram's buckets in seconds; one more bucket has what is above."""


@dataclass(slots=True)
class Histogram:
    """Seconds, sorted into buckets."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """Of each bucket alone, not of all below it."""
    total: float = 0.0
    """The sum of all samples."""

    def add(self, seconds: float) -> None:
        """Count one sample."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Counters:
    """All numbers since the start, by deployment."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(deployment, outcome): `served`, `cancelled`, `refused` (the request's fault), or the code of an error."""
    fallbacks: Counter[str] = field(default_factory=Counter[str])
    """Calls that began at this deployment and went on to another one."""
    retries: Counter[str] = field(default_factory=Counter[str])
    """Calls that were made again after all deployments had failed, by model."""
    turned_away: Counter[str] = field(default_factory=Counter[str])
    """Calls for which even the queue was full."""
    waited: dict[str, Histogram] = field(default_factory=dict[str, Histogram])
    """Seconds between a call and its slot."""
    first_piece: dict[str, Histogram] = field(default_factory=dict[str, Histogram])
    """Seconds between having a slot and the first piece of the reply."""
