"""Trying again: what went wrong with a call so far, whom to ask next, how soon and how often, inside a budget."""

from __future__ import annotations

import random

from earthshine.errors import (
    BodyTooLarge,
    ContextLengthExceeded,
    EarthshineError,
    Internal,
    InvalidRequest,
    NotFound,
    RateLimited,
    Unavailable,
    UnsupportedParameter,
    UpstreamFailed,
)
from earthshine.routing.deployment_state import DeploymentState

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


class Failures:
    """The failed attempts of one call."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._errors: dict[str, EarthshineError] = {}
        self._round: set[str] = set()
        self.retries = 0

    def add(self, member: DeploymentState, error: EarthshineError) -> None:
        """Note a failed attempt."""
        self._errors[member.deployment.id] = error
        self._round.add(member.deployment.id)

    @property
    def any(self) -> bool:
        """Something failed."""
        return bool(self._errors)

    def knows(self, member: DeploymentState) -> bool:
        """Tell whether a deployment failed before, in whatever round."""
        return member.deployment.id in self._errors

    def tried(self, member: DeploymentState) -> bool:
        """Tell whether a deployment failed in this round."""
        return member.deployment.id in self._round

    def wait(self) -> float | None:
        """Return the seconds until another round makes sense; None when none does."""
        passing = [error for error in self._errors.values() if is_passing(error)]
        if not passing or self.retries >= RETRIES:
            return None
        limits = [error.retry_after or 1 for error in passing if isinstance(error, RateLimited)]
        asked = min(limits) if len(limits) == len(passing) else 0
        wait = max(backoff(self.retries), asked)
        return wait if wait <= PATIENCE else None

    def next_round(self) -> None:
        """Ask again all whose failure may have passed."""
        self.retries += 1
        self._round = {name for name, error in self._errors.items() if not is_passing(error)}

    def error(self) -> EarthshineError:
        """Return what the client is told: the only error as it is, or one that names all that was tried."""
        errors = list(self._errors.values())
        if len(errors) == 1:
            return errors[0]
        for error in errors:
            # What the request itself is told by one deployment is more useful than how the others fared.
            if isinstance(error, InvalidRequest):
                return error
        told = "; ".join(f"{name}: {error.message}" for name, error in self._errors.items())
        waits = [error.retry_after for error in errors if error.retry_after is not None]
        wait = min(waits, default=None)
        message = f"No deployment of {self._model!r} could serve this. {told}"
        if all(isinstance(error, RateLimited) for error in errors):
            return RateLimited(message, retry_after=wait)
        return UpstreamFailed(message, retry_after=wait)


def may_go_elsewhere(error: EarthshineError) -> bool:
    """Tell whether another deployment may serve what this one did not."""
    if isinstance(error, InvalidRequest):
        bounded = isinstance(error, UnsupportedParameter | ContextLengthExceeded | BodyTooLarge)
        return bounded or error.code == "context_length_exceeded"
    return isinstance(error, UpstreamFailed | Unavailable | RateLimited | NotFound | Internal)


def is_passing(error: EarthshineError) -> bool:
    """Tell whether the same deployment may serve the same request a moment later.

    A model on this machine is not among these: the harness goes on with its reply itself.
    """
    return isinstance(error, RateLimited) or (isinstance(error, UpstreamFailed) and error.code == "upstream_failed")
