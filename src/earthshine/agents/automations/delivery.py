"""The delivery of an invocation, as a run: a session is begun, or one is told once it rests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.automations.automations import Automations
from earthshine.agents.automations.invocations import KIND, end
from earthshine.agents.automations.schemas import NewSessionTarget
from earthshine.agents.automations.tables import automations as table
from earthshine.agents.automations.tables import invocations
from earthshine.agents.limits.reached import check_open
from earthshine.agents.sessions import store
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import total_usage
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, NotFound, QuotaExceeded, RateLimited, StorageFull, Unavailable
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.responses.run.variants import Variants
from earthshine.runs import Cut, Done, NotDone, Run, StepRecord
from earthshine.runs.records import Status
from earthshine.wire import check

log = logging.getLogger(__name__)

Json = dict[str, Any]

_AT_ONCE = 8
"""Sessions that are begun at a time."""
_LOOK_SECONDS = 5.0
"""Between two looks for whether another server's session rests."""
_AGAIN_SECONDS, _TRIES = 60.0, 60
"""What the server or a limit of rate does not let through now is tried for an hour."""


class Deliveries:
    """The kind of run that delivers an invocation."""

    name = KIND
    at_once = None
    """A delivery may wait for its session for days."""

    def __init__(
        self,
        database: Database,
        automations: Automations,
        sessions: AgentSessions,
        meter: Meter,
        check_usable: Callable[[Caller], None],
        variants: Variants,
    ) -> None:
        """`check_usable` raises for a caller whose key was revoked meanwhile."""
        self._database, self._automations, self._sessions, self._meter = database, automations, sessions, meter
        self._check_usable, self._variants = check_usable, variants
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def perform(self, run: Run) -> None:
        """Deliver, now or as soon as it can be; what can never be delivered fails with its reason."""
        invocation_id: str = (run.record.input or {})["invocation_id"]
        await run.step("deliver", partial(self._deliver, invocation_id))

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Say that a step that was cut is done again: what it stores, it stores once."""
        return NotDone()

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store the end."""
        invocation_id: str = (run.record.input or {})["invocation_id"]

        async def write(connection: Connection) -> None:
            if status != "completed":
                told = {"code": error.code, "message": error.message} if error is not None else _CANCELLED
                await end(connection, invocation_id, "failed", told)

        await run.end(status, write, error=error)

    async def _deliver(self, invocation_id: str, step: StepRecord) -> Done:
        tries = 0
        while True:
            try:
                if await self._try(invocation_id):
                    return Done()
            except QuotaExceeded:
                raise
            except (RateLimited, Unavailable, StorageFull) as error:
                tries += 1
                if tries > _TRIES:
                    raise
                log.warning("the invocation %s waits: %s", invocation_id, error.message)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _try(self, invocation_id: str) -> bool:
        """Deliver; False where the session has not rested yet. Raises what keeps it from being delivered."""
        async with self._database.read() as connection:
            found = await _find(connection, invocation_id)
        if found is None:
            return True
        automation, invocation = found
        who = Caller.load(automation.caller)
        try:
            self._check_usable(who)
        except EarthshineError:
            await self._pause(automation.id, None)
            raise
        target = self._automations.target(automation)
        if target["type"] == "new_session":
            async with self._turns:
                await self._begin(who, target, invocation)
            return True
        try:
            return await self._tell(who, target["instructions"], automation, invocation)
        except NotFound:
            await self._pause(automation.id, "target_session_failed")
            raise

    async def _begin(self, who: Caller, target: Json, invocation: Row[Any]) -> None:
        session_id: str = invocation.session_id
        try:
            await self._sessions.get(session_id, who.project)
        except NotFound:
            asked = (await asyncio.to_thread(check, NewSessionTarget, target)).session()
            agent = await self._sessions.check(who, asked)
            await self._check_budget(who, agent["model"])
            await self._sessions.create(who, asked, session_id)
        async with self._database.write() as connection:
            await end(connection, invocation.id, "completed")

    async def _tell(self, who: Caller, instructions: str, automation: Row[Any], invocation: Row[Any]) -> bool:
        session_id: str = invocation.session_id
        news = self._sessions.news.listen(session_id)
        try:
            session = await self._sessions.get(session_id, who.project)
            await self._check_budget(who, session["agent"]["model"])
            while True:
                news.clear()
                turn_id = await self._add_turn(who, instructions, automation, invocation)
                if turn_id is not None:
                    break
                async with self._database.read() as connection:
                    if await _find(connection, invocation.id) is None:
                        return True
                try:
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await news.wait()
                except TimeoutError:
                    continue
        finally:
            self._sessions.news.unlisten(session_id, news)
        await self._sessions.begin(session_id, turn_id)
        return True

    async def _add_turn(self, who: Caller, instructions: str, automation: Row[Any], invocation: Row[Any]) -> str | None:
        """Store the turn and that it is delivered, in one transaction; None while another turn is under way."""
        session_id: str = invocation.session_id
        async with self._database.write() as connection:
            row = await store.find_session(connection, session_id, who.project, lock=True)
            check_open(row)
            last = (await store.last_turns(connection, [session_id])).get(session_id)
            if last is not None and last.active:
                return None
            if last is not None:
                await store.set_used(connection, session_id, total_usage((row.used, last.usage)))
            # A research asks what it is told to, and is asked the same each time, so that it can tell what is new.
            model = row.agent["model"]
            bare = self._variants.model_of(model) != model
            given = _message(instructions, None if bare else _notice(automation, invocation))
            turn_id = await store.add_turn(connection, session_id, who.dump(), [given])
            await store.touch(connection, session_id)
            await end(connection, invocation.id, "completed")
        return turn_id

    async def _check_budget(self, who: Caller, model: str) -> None:
        """Raise `QuotaExceeded` where nothing is left to spend, and what else the model's admission raises."""
        estimate = UsageEstimate("responses", lambda: 0, 1)
        (await self._meter.admit(who, self._variants.model_of(model), estimate)).release()

    async def _pause(self, automation_id: str, reason: str | None) -> None:
        paused = {"status": "paused", "due_at": None, "pause_reason": reason}
        periodic = (table.c.id == automation_id) & (table.c.status == "active")
        async with self._database.write() as connection:
            await connection.execute(update(table).where(periodic).values(paused))


_CANCELLED: Json = {"code": "cancelled", "message": "The delivery was stopped."}


async def _find(connection: Connection, invocation_id: str) -> tuple[Row[Any], Row[Any]] | None:
    """Return the automation and the invocation of a delivery; None where nothing is to be delivered any more."""
    waits = select(invocations).where(invocations.c.id == invocation_id, invocations.c.status == "queued")
    invocation = (await connection.execute(waits)).one_or_none()
    if invocation is None:
        return None
    automation = (await connection.execute(select(table).where(table.c.id == invocation.automation_id))).one()
    return automation, invocation


def _notice(automation: Row[Any], invocation: Row[Any]) -> str:
    due = datetime.fromtimestamp(invocation.scheduled_at or invocation.created_at, UTC)
    return f"The automation {automation.name!r} wakes you ({due:%Y-%m-%d %H:%M} UTC):"


def _message(instructions: str, notice: str | None) -> Json:
    """Return the message that wakes a session."""
    content = [{"type": "input_text", "text": f"{notice}\n\n{instructions}" if notice else instructions}]
    return {"type": "message", "role": "user", "content": content}
