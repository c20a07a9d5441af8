"""The events of a session's environment, beside those of its turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from earthshine.tasks import end_tasks

Json = dict[str, Any]
Batches = AsyncGenerator[Sequence[Json]]


def environment_event(session_id: str, shown: Json, change: Json) -> Json:
    """Return the event of a change. Source: `AgentSessionEnvironmentState` of the official SDK."""
    state = {"id": shown["id"], "type": shown["type"], "status": change["status"], "error": change["error"]}
    return {
        "type": f"agent.session.environment.{change['status']}",
        "event_id": f"{shown['id']}-{change['number']}",
        "session_id": session_id,
        "turn_id": None,
        "environment": state,
    }


async def beside(main: Batches, other: Batches) -> Batches:
    """Yield the batches of both as they come, until `main` ends."""
    waiting: dict[asyncio.Task[Sequence[Json] | None], Batches] = {}

    def ask(source: Batches) -> None:
        waiting[asyncio.ensure_future(anext(source, None))] = source

    async with aclosing(main), aclosing(other):
        try:
            ask(other)
            ask(main)
            while True:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(done, key=lambda each: waiting[each] is main):
                    source, batch = waiting.pop(task), task.result()
                    if batch is not None:
                        yield batch
                        ask(source)
                    elif source is main:
                        return
        finally:
            await end_tasks(*waiting)
