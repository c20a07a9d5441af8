"""What a deployment takes in a minute, so that an upstream's own limit is met rarely."""

from __future__ import annotations

import time
from collections.abc import Callable

_MINUTE = 60.0


class Quota:
    """An amount per minute that fills up steadily. It may be overdrawn: tokens are known only afterwards."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = per_minute
        self._clock = clock
        self._left = float(per_minute)
        self._at = clock()

    def seconds(self) -> float:
        """Return the seconds until at least one is left; 0 when there is one now."""
        self._fill()
        return 0.0 if self._left >= 1 else (1 - self._left) * _MINUTE / self._limit

    def take(self, amount: int) -> None:
        """Take an amount out."""
        self._fill()
        self._left -= amount

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(float(self._limit), self._left + (now - self._at) * self._limit / _MINUTE)
        self._at = now
