"""What leaves the work of a run before its end: it waits, a step failed before, or its limits are reached."""

from __future__ import annotations

from earthshine.errors import Conflict, EarthshineError


class Parked(BaseException):
    """Leaves `perform`: the run waits for something, and costs no task until that has come."""

    def __init__(self, wake_ms: int | None = None) -> None:
        super().__init__("the run waits")
        self.wake_ms = wake_ms


class StepFailed(EarthshineError):
    """A step failed before this process took the run up; the code and the words are those of its error."""


class LimitReached(Conflict):
    """The run has used up what it was given."""

    default_code = "run_limit_reached"
