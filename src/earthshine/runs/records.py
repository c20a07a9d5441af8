"""Runs and steps as they are stored."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Connection

Json = dict[str, Any]

Status = Literal["queued", "running", "waiting", "completed", "incomplete", "failed", "cancelled"]
UNFINISHED = ("queued", "running", "waiting")

Repeat = Literal["freely", "by_key", "never", "waits"]
"""What is done with a step that was cut after it had begun:

freely    it has no effect outside the run, so it is done again;
by_key    whoever it asks knows its idempotency key, so it is done again with the same key;
never     it may have had its effect: its kind settles what happened, and what nobody knows is unknown;
waits     it is ended from outside: by a sub-run, a person, a client or the clock.
"""

State = Literal["begun", "due", "unknown", "ended", "failed"]
"""`due`: somebody answered that the step had no effect when it was cut, so it begins again."""


def now_ms() -> int:
    """Return the time now, in Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run."""

    steps: int | None = None
    """Steps that it may begin."""
    seconds: float | None = None
    """Seconds from its making after which no step begins."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be started."""

    kind: str
    caller: Caller
    input: Json | None = None
    id: str | None = None
    """Chosen by whoever starts it, so that starting twice starts once; None for a new one."""
    priority: int = 0
    background: bool = True
    """Whether it outlives its client: what does not is cancelled when a process takes it up."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One row of `runs`."""

    id: str
    kind: str
    project: str
    caller: Caller
    status: Status
    background: bool = True
    priority: int = 0
    parent_id: str | None = None
    parent_step: int | None = None
    limits: Limits = field(default_factory=Limits)
    input: Json | None = None
    result: Any = None
    error: Json | None = None
    owner: str | None = None
    cancelling: bool = False
    takeovers: int = 0
    created_ms: int = 0

    def values(self) -> Json:
        """Return the columns of a new row."""
        limits = {"steps": self.limits.steps, "seconds": self.limits.seconds}
        return {
            "id": self.id,
            "kind": self.kind,
            "project": self.project,
            "caller": self.caller.dump(),
            "status": self.status,
            "background": self.background,
            "priority": self.priority,
            "parent_id": self.parent_id,
            "parent_step": self.parent_step,
            "limits": None if self.limits == Limits() else limits,
            "input": self.input,
            "owner": self.owner,
            "created_ms": self.created_ms,
        }

    @classmethod
    def of(cls, row: Any) -> RunRecord:
        """Return what a row says."""
        return cls(
            id=row.id,
            kind=row.kind,
            project=row.project,
            caller=Caller.load(row.caller) if row.caller else Caller("", row.project),
            status=row.status,
            background=row.background,
            priority=row.priority,
            parent_id=row.parent_id,
            parent_step=row.parent_step,
            limits=Limits(**row.limits) if row.limits else Limits(),
            input=row.input,
            result=row.result,
            error=row.error,
            owner=row.owner,
            cancelling=row.cancelling,
            takeovers=row.takeovers,
            created_ms=row.created_ms,
        )


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One row of `run_steps`."""

    run_id: str
    number: int
    """Its place in the run, from 0."""
    name: str
    repeat: Repeat
    state: State = "begun"
    details: Json | None = None
    result: Any = None
    error: Json | None = None
    usage: Json | None = None

    @property
    def key(self) -> str:
        """Its idempotency key: the same however often it is begun."""
        return f"{self.run_id}:{self.number}"

    @property
    def over(self) -> bool:
        """Whether it has ended, and so is never done again."""
        return self.state in ("ended", "failed")

    @classmethod
    def of(cls, row: Any) -> StepRecord:
        """Return what a row says."""
        return cls(
            row.run_id, row.number, row.name, row.repeat, row.state, row.details, row.result, row.error, row.usage
        )


@dataclass(frozen=True, slots=True)
class Done:
    """A step has ended; of one that was cut: it had its effect."""

    result: Any = None
    usage: Json | None = None
    write: Callable[[Connection], Awaitable[None]] | None = None
    """What is stored in the same transaction; made to be repeated, as a commit whose answer was lost is."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """A step that was cut had no effect; it may begin again."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether a step that was cut had its effect; whoever does may answer."""

    event: bytes | None = None
    """What tells readers so; None when they were told."""


Cut = Done | NotDone | Unknown
