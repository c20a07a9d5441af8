"""The circuits of one deployment: that of everybody, and those of callers whose requests alone have failed.

A reply that fails tells that the deployment is broken, or that its request was bad. So the failures of one caller keep
out that caller, and only when others fail too, or nobody can connect, the deployment is not asked at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from earthshine.routing.health.circuit_breaker import CircuitBreaker

_MOST_CALLERS = 1000


class Generation(NamedTuple):
    """What a request's outcome is reported with."""

    common: int
    own: int
    by: str


class Circuits:
    """Whom a deployment is asked for."""

    def __init__(self, *, probed: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.common = CircuitBreaker(probed=probed, clock=clock)
        """The circuit of everybody."""
        self._own: dict[str, CircuitBreaker] = {}
        self._clock = clock

    def allows(self, by: str) -> bool:
        """Tell whether a request of this caller may be sent now."""
        own = self._own.get(by)
        return self.common.allows() and (own is None or own.allows())

    def seconds(self, by: str) -> float:
        """Return the seconds until a request of this caller may be sent, as far as that is known."""
        own = self._own.get(by)
        return max(self.common.seconds(), 0.0 if own is None else own.seconds())

    def begin(self, by: str) -> Generation:
        """Note that a request is sent; return what its outcome is to be reported with."""
        own = self._own.get(by)
        return Generation(self.common.begin(), 0 if own is None else own.begin(), by)

    def succeeded(self, generation: Generation) -> None:
        """Report that a request began to be answered."""
        self.common.succeeded(generation.common)
        if (own := self._own.get(generation.by)) is not None:
            own.succeeded(generation.own)

    def failed(self, generation: Generation, *, surely: bool = False, blameless: bool = False) -> None:
        """Report a failure; `blameless` when the request cannot be at fault, `surely` when the next one fails too."""
        if surely or blameless:
            self.common.failed(generation.common, surely=surely)
            self._give_up(generation)
            return
        own = self._own.get(generation.by)
        if own is None:
            if len(self._own) >= _MOST_CALLERS:
                del self._own[next(iter(self._own))]
            own = self._own[generation.by] = CircuitBreaker(clock=self._clock)
        own.failed(generation.own)
        self.common.failed(generation.common, by=generation.by)

    def abandoned(self, generation: Generation) -> None:
        """Report a request that says nothing: it was given up, or repeats one that was reported."""
        self.common.abandoned(generation.common)
        self._give_up(generation)

    def _give_up(self, generation: Generation) -> None:
        if (own := self._own.get(generation.by)) is not None:
            own.abandoned(generation.own)
