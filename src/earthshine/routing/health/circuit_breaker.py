"""A circuit breaker: stop asking a deployment that fails, and find out with one request whether it answers again.

A reply that fails tells that the deployment is broken, or that its request was bad. So the failures of one caller keep
out that caller, and only when others fail too, or nobody can connect, the deployment is not asked at all.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple

Circuit = Literal["closed", "open", "half_open"]

FAILURES = 5
"""Failures in a row that open the circuit."""
WINDOW = 20
"""Outcomes that are remembered; when half of them or more are failures, the circuit opens too."""
COOLDOWN = 5.0
"""Seconds that a circuit stays open the first time; each failed trial doubles them."""
LONGEST = 60.0
"""Most seconds that a circuit stays open before it is tried again."""
_MOST_CALLERS = 1000


class CircuitBreaker:
    """The circuit of one deployment.

    Closed, requests pass. Open, none does until the cool-down has passed. Half-open, one request passes: when it
    succeeds the circuit closes, when it fails the circuit opens for twice as long. A `probed` breaker becomes
    half-open only by `recover`: the health checker asks the deployment without spending a user's request.
    """

    def __init__(self, *, probed: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._probed = probed
        self._clock = clock
        self._circuit: Circuit = "closed"
        self._outcomes: deque[bool] = deque(maxlen=WINDOW)
        self._witnesses: deque[str | None] = deque(maxlen=WINDOW)
        self._in_a_row = 0
        self._cooldown = COOLDOWN
        self._open_until = 0.0
        self._rest_until = 0.0
        self._trial = False
        self._generation = 0

    @property
    def circuit(self) -> Circuit:
        """How it stands now."""
        if self._circuit == "open" and not self._probed and self._clock() >= self._open_until:
            self._become("half_open")
        return self._circuit

    def allows(self) -> bool:
        """Tell whether a request may be sent now."""
        if self._rest_until > self._clock():
            return False
        circuit = self.circuit
        return circuit == "closed" or (circuit == "half_open" and not self._trial)

    def seconds(self) -> float:
        """Return the seconds until a request may be sent, as far as that is known; 0 when it may be sent now."""
        until = self._rest_until
        if self.circuit == "open":
            until = max(until, self._open_until)
        return max(0.0, until - self._clock())

    def begin(self) -> int:
        """Note that a request is sent; return what its outcome is to be reported with."""
        if self.circuit == "half_open":
            self._trial = True
        return self._generation

    def succeeded(self, generation: int) -> None:
        """Report that a request began to be answered."""
        if generation != self._generation:
            return  # it was sent before the circuit changed, and says nothing about now
        if self._circuit == "half_open":
            self._cooldown = COOLDOWN
            self._become("closed")
            return
        self._in_a_row = 0
        self._outcomes.append(True)
        if False not in self._outcomes:
            self._witnesses.clear()

    def failed(self, generation: int, *, surely: bool = False, by: str | None = None) -> None:
        """Report a failure; `surely` when it is known that the next request will fail as well.

        `by`: whose request it was, where that request may be at fault itself. What only one caller tells opens nothing.
        """
        if generation != self._generation:
            return
        if self._circuit == "half_open":
            self._cooldown = min(LONGEST, self._cooldown * 2)
            self._open()
            return
        self._in_a_row += 1
        self._outcomes.append(False)
        self._witnesses.append(by)
        often = len(self._outcomes) == WINDOW and self._outcomes.count(False) * 2 >= WINDOW
        believed = None in self._witnesses or len(set(self._witnesses)) > 1
        if surely or (believed and (often or self._in_a_row >= FAILURES)):
            self._open()

    def abandoned(self, generation: int) -> None:
        """Report that a request was given up before it showed anything."""
        if generation == self._generation:
            self._trial = False

    def rest(self, seconds: float) -> None:
        """Send nothing for some seconds: the deployment asked for that, and is not broken."""
        self._rest_until = max(self._rest_until, self._clock() + seconds)

    def rested(self) -> None:
        """End the rest: it was asked for too much of it, or somebody looked and it answers."""
        self._rest_until = 0.0

    def recover(self) -> None:
        """Let one request try an open circuit."""
        if self._circuit == "open":
            self._become("half_open")

    def extend(self) -> None:
        """Keep an open circuit open for longer: it was looked at and does not answer."""
        if self._circuit == "open":
            self._cooldown = min(LONGEST, self._cooldown * 2)
            self._open()

    def _open(self) -> None:
        self._open_until = self._clock() + self._cooldown
        self._become("open")

    def _become(self, circuit: Circuit) -> None:
        self._circuit = circuit
        self._generation += 1
        self._trial = False
        self._in_a_row = 0
        self._outcomes.clear()
        self._witnesses.clear()


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
