"""Steps at rest. Each write is made to be repeated: a commit whose answer was lost is tried again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from earthshine.database import Connection, Database, insert_new
from earthshine.errors import Conflict, NotFound
from earthshine.runs.records import Json, State, StepRecord, now_ms
from earthshine.runs.tables import run_steps, runs


async def load_steps(database: Database, run_id: str) -> dict[int, StepRecord]:
    """Return the steps that a run has begun, by number."""
    query = select(run_steps).where(run_steps.c.run_id == run_id).order_by(run_steps.c.number)
    async with database.read() as connection:
        return {row.number: StepRecord.of(row) for row in await connection.execute(query)}


async def begin_step(connection: Connection, step: StepRecord) -> None:
    """Store that a step begins."""
    values = {
        "run_id": step.run_id,
        "number": step.number,
        "name": step.name,
        "repeat": step.repeat,
        "state": "begun",
        "details": step.details,
        "begun_ms": now_ms(),
    }
    await connection.execute(insert_new(connection, run_steps).values(**values))


async def end_step(connection: Connection, step: StepRecord) -> None:
    """Store how a step ended, or that nobody knows."""
    await connection.execute(
        update(run_steps)
        .where(run_steps.c.run_id == step.run_id, run_steps.c.number == step.number)
        .values(
            state=step.state,
            result=step.result,
            error=step.error,
            usage=step.usage,
            ended_ms=now_ms() if step.over else None,
        )
    )


async def answer_step(
    connection: Connection,
    run_id: str,
    number: int,
    *,
    state: State = "ended",
    result: Any = None,
    error: Json | None = None,
    usage: Json | None = None,
) -> None:
    """End a step from outside, and let its run go on if it waits.

    A step of the kind `never` that is unknown may also be given the state `due`: it had no effect, and begins again.
    Raises `NotFound` for a step that has not begun, and `Conflict` for one that is not waited for, or was answered
    differently.
    """
    # First the run: who makes it wait holds its row too, so that no answer falls between looking and waiting.
    held = select(runs.c.status).where(runs.c.id == run_id).with_for_update()
    status = (await connection.execute(held)).scalar_one_or_none()
    this = (run_steps.c.run_id == run_id) & (run_steps.c.number == number)
    row = (await connection.execute(select(run_steps).where(this))).one_or_none()
    if status is None or row is None:
        raise NotFound(f"The run '{run_id[:100]}' has no step {number}.", param="step")
    step = StepRecord.of(row)
    if step.over and (step.state, step.result, step.error) == (state, result, error):
        return
    if step.over or not (step.repeat == "waits" or step.state == "unknown"):
        raise Conflict(f"Step {number} of the run '{run_id[:100]}' does not wait for an answer.", code="not_waiting")
    over = state in ("ended", "failed")
    values = {"state": state, "result": result, "error": error, "usage": usage, "ended_ms": now_ms() if over else None}
    await connection.execute(update(run_steps).where(this).values(**values))
    if status == "waiting":
        await connection.execute(update(runs).where(runs.c.id == run_id).values(status="queued", wake_ms=None))
