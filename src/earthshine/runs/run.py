"""One run that is being performed here: its steps, its events, its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from earthshine.database import Connection, insert_new
from earthshine.errors import EarthshineError, Internal
from earthshine.ids import new_id
from earthshine.runs.endings import LimitReached, Parked, StepFailed
from earthshine.runs.journal.stream import Stream, TakenOver, Write
from earthshine.runs.records import (
    UNFINISHED,
    Cut,
    Done,
    Json,
    NewRun,
    NotDone,
    Repeat,
    RunRecord,
    State,
    Status,
    StepRecord,
    Unknown,
    now_ms,
)
from earthshine.runs.steps import answer_step, begin_step, end_step
from earthshine.runs.tables import run_steps, runs

Work = Callable[[StepRecord], Awaitable[Done]]


class Run:
    """A run, as the code that performs it sees it."""

    def __init__(
        self,
        record: RunRecord,
        stream: Stream,
        *,
        settle: Callable[[Run, StepRecord], Awaitable[Cut]],
        steps: dict[int, StepRecord] | None = None,
        written: dict[int, str] | None = None,
        state: Any = None,
        stored: bool = True,
        taken_up: bool = False,
    ) -> None:
        self.record = record
        self.stream = stream
        self.steps = steps or {}
        """Those that have begun, by number."""
        self.written = written or {}
        """What a model wrote, by step, before this process took the run up."""
        self.state = state
        """What its kind keeps in memory; None for a run that was taken up."""
        self.stored = stored
        self.taken_up = taken_up
        """Whether another process, or an earlier start, was performing it when it ended."""
        self.task: asyncio.Task[None] | None = None
        self.cancelling = record.cancelling
        self.error: EarthshineError | None = None
        """Why it failed, if it did."""
        self.ending = False
        """Whether its end was told: there is no other."""
        self._settle = settle
        self._next = 0

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record.id

    @property
    def at_new_step(self) -> bool:
        """Whether the next step has not begun, in no process: what is decided before it was not decided yet."""
        return self._next not in self.steps

    @property
    def passed(self) -> list[StepRecord]:
        """The steps that this performance has come through, in order: a crash changes nothing of them."""
        return [self.steps[number] for number in range(self._next)]

    def emit(self, event: bytes, raw: str = "") -> None:
        """Add an event, JSON that begins with its type; `raw` is what a model wrote to cause it."""
        self.stream.append(event, raw)

    # --- steps -------------------------------------------------------------------------------------------------------

    async def step(self, name: str, work: Work, *, repeat: Repeat = "freely", details: Json | None = None) -> Any:
        """Do the next step, or return what it returned when it was done before.

        What is stored of it goes the way of all events, in order: its end at the latest with the beginning of the next
        one. A step that must not be repeated freely begins only when that is stored.
        Raises what `work` raises, `StepFailed` for a failure of an earlier time, `LimitReached`, and `TakenOver`.
        """
        step, new = self._at(name, repeat, details)
        if step.over:
            return _outcome(step)
        if step.state == "unknown":
            raise Parked
        if not new and repeat == "never" and step.state == "begun":
            step = await self._settled(step)
            if step.over:
                return _outcome(step)
        if new:
            self._within_limits()
            begun = self._record(lambda connection: begin_step(connection, step), urgent=repeat != "freely")
            if repeat != "freely":
                await begun
        self.stream.step = step.number
        try:
            done = await work(step)
        except EarthshineError as error:
            self._end_step(replace(step, state="failed", error=_shown(error)))
            raise
        self._end_step(replace(step, state="ended", result=done.result, usage=done.usage), done.write)
        return done.result

    async def spawn(self, name: str, new: NewRun, *, priority: int | None = None) -> int:
        """Have another run done; its end ends this step. Returns the step's number, for `join`."""
        step, fresh = self._at(name, "waits", {"kind": new.kind})
        if fresh:
            self._within_limits()
            child = RunRecord(
                id=new.id or new_id("run"),
                kind=new.kind,
                project=new.caller.project,
                caller=new.caller,
                status="queued",
                priority=self.record.priority if priority is None else priority,
                parent_id=self.id,
                parent_step=step.number,
                limits=new.limits,
                input=new.input,
                created_ms=now_ms(),
            )

            async def write(connection: Connection) -> None:
                await begin_step(connection, step)
                await connection.execute(insert_new(connection, runs).values(**child.values()))

            await self._record(write, urgent=True)
        return step.number

    async def ask(self, name: str, details: Json) -> int:
        """Open a step that a person or a client answers (`Runs.answer`). Returns its number, for `join`."""
        step, fresh = self._at(name, "waits", details)
        if fresh:
            self._within_limits()
            self._record(lambda connection: begin_step(connection, step))
        return step.number

    async def join(self, *numbers: int) -> list[Any]:
        """Return the results of steps that are ended from outside; until all have, the run waits.

        Raises `StepFailed` for one that failed.
        """
        if not all(self.steps[number].over for number in numbers):
            raise Parked
        return [_outcome(self.steps[number]) for number in numbers]

    async def sleep(self, name: str, seconds: float) -> None:
        """Wait for a time, which a restart does not prolong."""
        step, fresh = self._at(name, "waits", {"until_ms": now_ms() + int(seconds * 1000)})
        if step.over:
            return
        if fresh:
            self._within_limits()
            self._record(lambda connection: begin_step(connection, step))
        until: int = (step.details or {})["until_ms"]
        if until > now_ms():
            raise Parked(until)
        self._end_step(replace(step, state="ended"))

    # --- ends --------------------------------------------------------------------------------------------------------

    async def end(
        self, status: Status, *writes: Write, result: Any = None, error: EarthshineError | None = None
    ) -> None:
        """Store the last events, the end, and `writes`, in one transaction; also while the task is being cancelled."""
        shown = None if error is None else _shown(error)
        values = {"status": status, "result": result, "error": shown, "ended_ms": now_ms()}

        async def write(connection: Connection) -> None:
            unfinished = (runs.c.id == self.id) & runs.c.status.in_(UNFINISHED)
            stored = await connection.execute(update(runs).where(unfinished).values(**values))
            if stored.rowcount == 0 and await self._is_there(connection):
                # A commit whose answer a broken connection has kept from us: all of it is there.
                return
            await self._tell_relatives(connection, status, result, shown)
            for each in writes:
                await each(connection)

        self.ending = True
        await self._stored(self.stream.end(write))

    async def _tell_relatives(self, connection: Connection, status: Status, result: Any, error: Json | None) -> None:
        """End the parent's step, and ask sub-runs to stop that nobody will join."""
        bad = status in ("failed", "cancelled")
        parent, step = self.record.parent_id, self.record.parent_step
        if parent is not None and step is not None:
            if bad and error is None:
                error = {"code": f"run_{status}", "message": f"The run {self.id} was {status}."}
            with suppress(EarthshineError):  # a parent that was removed
                state: State = "failed" if bad else "ended"
                await answer_step(connection, parent, step, state=state, result=result, error=error)
        if bad:
            children = (runs.c.parent_id == self.id) & runs.c.status.in_(UNFINISHED)
            await connection.execute(update(runs).where(children).values(cancelling=True))

    async def _is_there(self, connection: Connection) -> bool:
        return await connection.scalar(select(runs.c.id).where(runs.c.id == self.id)) is not None

    async def park(self, wake_ms: int | None) -> None:
        """Store that the run waits, unless what it waits for has come meanwhile; then readers elsewhere go on."""

        async def write(connection: Connection) -> None:
            waiting = {"status": "waiting", "owner": None, "wake_ms": wake_ms}
            await connection.execute(update(runs).where(runs.c.id == self.id).values(**waiting))
            answered = select(run_steps.c.number).where(
                run_steps.c.run_id == self.id, run_steps.c.state.not_in(("begun", "unknown"))
            )
            over = set(await connection.scalars(answered))
            if any(not step.over and number in over for number, step in self.steps.items()):
                await connection.execute(update(runs).where(runs.c.id == self.id).values(status="queued"))

        await self._stored(self.stream.record(write, urgent=True))
        self.stream.lose()

    async def _stored(self, stored: asyncio.Future[None]) -> None:
        while not stored.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(stored)
        try:
            stored.result()
        except TakenOver as lost:
            self.error = lost

    # --- parts of a step ---------------------------------------------------------------------------------------------

    def _at(self, name: str, repeat: Repeat, details: Json | None) -> tuple[StepRecord, bool]:
        """Return the next step, and whether it is new."""
        number = self._next
        self._next += 1
        if repeat == "waits" and not self.stored:
            raise Internal("A run that is not stored cannot wait.")
        known = self.steps.get(number)
        if known is not None and known.name != name:
            raise Internal(
                f"The run {self.id} was begun by another version: its step {number} was '{known.name}', not '{name}'."
            )
        if known is not None:
            return known, False
        step = self.steps[number] = StepRecord(self.id, number, name, repeat, details=details)
        return step, True

    async def _settled(self, step: StepRecord) -> StepRecord:
        """Find out what became of a step that was cut; raises `Parked` when nobody knows."""
        match await self._settle(self, step):
            case Done(result, usage, write):
                return self._end_step(replace(step, state="ended", result=result, usage=usage), write)
            case NotDone():
                return step
            case Unknown(event):
                if event is not None:
                    self.emit(event)
                self._end_step(replace(step, state="unknown"))
                raise Parked

    def _end_step(self, step: StepRecord, write: Write | None = None) -> StepRecord:
        self.steps[step.number] = step
        more = () if write is None else (write,)
        self._record(lambda connection: end_step(connection, step), *more)
        return step

    def _record(self, *writes: Write, urgent: bool = False) -> asyncio.Future[None]:
        stored = self.stream.record(*writes, urgent=urgent)
        # Whoever does not wait for it learns of its failure from the stream, which is lost then.
        stored.add_done_callback(lambda done: done.cancelled() or done.exception())
        return stored

    def _within_limits(self) -> None:
        limits = self.record.limits
        if limits.steps is not None and self._next > limits.steps:
            raise LimitReached(f"This run may have {limits.steps} steps, and has had them.")
        if limits.seconds is not None and time.time() > self.record.created_ms / 1000 + limits.seconds:
            raise LimitReached(f"This run may last {limits.seconds:g} seconds, and has.")


def _outcome(step: StepRecord) -> Any:
    if step.state == "failed":
        error = step.error or {}
        raise StepFailed(error.get("message", "The step failed."), code=error.get("code"))
    return step.result


def _shown(error: EarthshineError) -> Json:
    return {"code": error.code, "message": error.message}
