"""What a research may still take: tokens, seconds and pages, with what the writing needs set aside.

A report can always be written: where nothing is left to ask the model with, sections are quotations.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

from earthshine.engines.estimates import prompt_tokens
from earthshine.engines.requests import ChatRequest
from earthshine.research.state import State, Stopped

Effort = Literal["low", "medium", "high"]

MOST_PAGES: dict[Effort, int] = {"low": 8, "medium": 16, "high": 24}
"""Sources that are read, by the effort; a limit of the request may only be lower."""
_LEAST_REPLY = 16
"""Tokens below which a reply is not worth a prompt."""
_SECTION = 1800
"""Tokens that one section takes, with its checks."""
_MOST_ASIDE = 0.4
"""The share of a limit that is kept for the writing, at most."""


def effort_of(asked: str | None) -> Effort:
    """Return how much is done, by the `reasoning.effort` of a request."""
    if asked in ("none", "minimal", "low"):
        return "low"
    return "high" if asked in ("high", "xhigh", "max") else "medium"


@dataclass(slots=True)
class Budget:
    """The limits of one research, against what it has taken."""

    state: State
    limits: dict[str, Any]
    pages: int
    since: float
    """When the last step that counted seconds has ended, on the monotonic clock."""

    @classmethod
    def of(cls, state: State, limits: dict[str, Any], effort: Effort) -> Budget:
        """Return the budget of a request's `limits` and effort."""
        most = MOST_PAGES[effort]
        return cls(state, limits, min(most, int(limits.get("pages") or most)), time.monotonic())

    @property
    def seconds_left(self) -> float | None:
        """Until the limit; None where there is none."""
        limit = self.limits.get("seconds")
        return None if limit is None else limit - self.state.seconds - (time.monotonic() - self.since)

    def tokens_left(self, *, writing: bool) -> int | None:
        """Return how many may be used; None where there is no limit. Before the `writing`, some are set aside."""
        limit = self.limits.get("tokens")
        return None if limit is None else limit - self.state.tokens - (0 if writing else int(self._aside(limit)))

    def room(self, request: ChatRequest, *, writing: bool) -> int:
        """Return how many tokens a reply to a request may have, at most what it asks; 0 where it is not to be asked."""
        wanted = request.sampling.max_tokens or 256
        left = self.tokens_left(writing=writing)
        if left is not None:
            wanted = min(wanted, left - prompt_tokens(request))
        return wanted if wanted >= _LEAST_REPLY else 0

    def cut_after(self, *, writing: bool) -> float | None:
        """Return after how many seconds a call of the model is cut; None where there is no limit."""
        left = self.seconds_left
        if left is None:
            return None
        return max(0.1, left if writing else left - self._aside(self.limits["seconds"]))

    def over(self) -> Stopped | None:
        """Return the limit that ends the gathering, if one is reached. Asked within a step: time does not repeat."""
        tokens, seconds = self.tokens_left(writing=False), self.seconds_left
        if tokens is not None and tokens < _SECTION / 2:
            return "tokens"
        if seconds is not None and seconds <= self._aside(self.limits["seconds"]):
            return "seconds"
        return "pages" if len(self.state.read) >= self.pages and self._all_noted() else None

    def _aside(self, limit: float) -> float:
        return min(_MOST_ASIDE * limit, _SECTION * max(1, len(self.state.living)))

    def _all_noted(self) -> bool:
        """Tell whether each open question was looked for once: what was read for another may answer it, too."""
        return all(each["tries"] for each in self.state.living if each["rounds"])
