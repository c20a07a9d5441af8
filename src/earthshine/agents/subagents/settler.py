"""What follows the end of a response: its turn goes on, and calls about subagents are answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy import select

from earthshine.agents.sessions import store
from earthshine.agents.sessions.tables import sessions
from earthshine.agents.subagents.calls import Calls
from earthshine.database import Database
from earthshine.errors import EarthshineError, NotFound, Unavailable
from earthshine.responses.run.service import ResponseRuns

log = logging.getLogger(__name__)


class CallSettler:
    """Answers calls, and does what follows."""

    def __init__(self, database: Database, runs: ResponseRuns, begin: Callable[[str, str], Awaitable[None]]) -> None:
        """`begin` what is due in a turn of a session."""
        self._database, self._runs, self._begin = database, runs, begin

    async def settle(self, turn_id: str) -> None:
        """Go on with a turn, one of whose responses may have ended; and answer the calls of which that decides."""
        try:
            async with self._database.read() as connection:
                turn = await store.find_turn(connection, turn_id)
                last = {} if turn is None else await store.last_turns(connection, [turn.row.session_id])
            for session_id, each in last.items():
                await self._begin(session_id, turn_id)
                if each.calls:
                    await self._answer(session_id)
        except EarthshineError as error:
            log.warning("the turn %s cannot be settled yet: %s", turn_id, error)
        except Exception:
            log.exception("the turn %s cannot be settled", turn_id)

    async def _answer(self, session_id: str) -> None:
        async with self._database.write() as connection:
            held = select(sessions).where(sessions.c.id == session_id).with_for_update()
            row = (await connection.execute(held)).one_or_none()
            last = (await store.last_turns(connection, [session_id])).get(session_id)
            if row is None or last is None or not last.active:
                return
            settled = await Calls(connection, row, last).settle()
        for turn_id in settled.begin:
            await self._begin(session_id, turn_id)
        for response_id in settled.stop:
            with suppress(NotFound, Unavailable):
                await self._runs.stop(response_id, row.project)
