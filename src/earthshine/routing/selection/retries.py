"""How often and how soon something is tried again: back-off with jitter, inside a budget."""

from __future__ import annotations

import random

RETRIES = 2
"""Most times that a request is sent again to deployments that were all tried already."""
PATIENCE = 5.0
"""Most seconds that a request waits because a deployment asked for it; a longer wait goes to the client."""
_BASE = 0.1
_LONGEST = 2.0


class RetryBudget:
    """Retries as a share of requests, so that an outage is not answered with a multiple of the load."""

    def __init__(self, ratio: float = 0.2, burst: float = 10) -> None:
        """Allow `ratio` retries for each request; `burst` of them may be saved up, and are there at the start."""
        self._ratio = ratio
        self._burst = burst
        self._saved = burst

    def earn(self) -> None:
        """Note a request."""
        self._saved = min(self._burst, self._saved + self._ratio)

    def spend(self) -> bool:
        """Take one retry out of the budget, if there is one."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


def backoff(retry: int, source: random.Random | None = None) -> float:
    """Return the seconds before retry number `retry` (from 0): anywhere up to a limit that doubles each time."""
    return (source or random).uniform(0, min(_LONGEST, _BASE * 2.0 ** min(retry, 16)))
