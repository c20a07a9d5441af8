"""The start of a turn's response, from what is stored alone: at once, after a wait, or after a crash; once.

The id of the response is chosen when the turn is stored. Whoever begins it second, in this process, in another one or
after a restart, finds the id taken and has nothing to do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.chats.tables import chats
from earthshine.chats.turns.context import compose_instructions
from earthshine.chats.turns.store import TurnStore, said, unfinished
from earthshine.database import Database
from earthshine.errors import EarthshineError, Internal, NotFound, StorageFull, Unavailable
from earthshine.responses.run.continuation import Continuation
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import ResponseExists
from earthshine.wire import check

log = logging.getLogger(__name__)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _StartPoint:
    """Where in its chat a turn's response begins."""

    previous: str | None
    """The response that it goes on from."""
    words: list[Json]
    """What the person said in turns above it that got no response at all."""


class TurnStarter:
    """Starts the responses of turns."""

    def __init__(
        self, database: Database, turns: TurnStore, runs: ResponseRuns, still_open: Callable[[Caller], None]
    ) -> None:
        self._still_open = still_open
        self._database = database
        self._turns = turns
        self._runs = runs
        self._beginning: dict[str, asyncio.Task[None]] = {}
        self.on_end: Callable[[str], None] | None = None
        """Called with the id of each turn that ends before it has begun."""

    async def begin(self, turn_id: str, headers: dict[str, str] | None = None) -> None:
        """Begin the response of a queued turn unless its parent's is unfinished; what keeps it from it is stored.

        When the server cannot store anything now, the turn stays queued and is tried again. Who asks while it is being
        begun waits for that.
        """
        task = self._beginning.get(turn_id)
        if task is None:
            task = self._beginning[turn_id] = asyncio.create_task(self._begin(turn_id, headers))
            task.add_done_callback(lambda _: self._beginning.pop(turn_id, None))
        await asyncio.shield(task)

    async def _begin(self, turn_id: str, headers: dict[str, str] | None) -> None:
        row = await self._turns.find(turn_id)
        if row is None or row.state != "queued":
            return
        error: EarthshineError | None = None
        try:
            if row.found_response is None and not await self._start(row, headers):
                return
        except ResponseExists:
            pass
        except (Unavailable, StorageFull) as failure:
            log.warning("the turn %s waits: %s", turn_id, failure.message)
            return
        except EarthshineError as failure:
            error = failure.bare()
        except Exception:
            log.exception("the turn %s cannot begin", turn_id)
            error = Internal(f"Something broke before this reply began. The log has it under {turn_id}.")
        if error is not None:
            await self._turns.set_state(turn_id, "failed", {"code": error.code, "message": error.message})
            self.ended(turn_id)
        elif not await self._turns.set_state(turn_id, "begun"):
            await self._take_back(row)

    async def _start(self, row: Row[Any], headers: dict[str, str] | None) -> bool:
        """Start the run; returns False while something above the turn is unfinished."""
        start_point = await self._start_point(row)
        if start_point is None:
            return False
        caller = Caller.load(row.caller)
        self._still_open(caller)
        body, continuation = await self._body(row, start_point, caller)
        create = await asyncio.to_thread(check, ResponseCreate, body)
        turn = await self._runs.turns.prepare(create, body, caller)
        turn = replace(turn, in_chat=True)
        await self._runs.start(turn, headers, response_id=row.response_id, continuation=continuation)
        return True

    async def _start_point(self, row: Row[Any]) -> _StartPoint | None:
        """Return where the turn goes on from; None while that is unfinished."""
        words: list[Json] = []
        parent_id: str | None = row.parent_id
        while parent_id is not None:
            parent = await self._turns.find(parent_id)
            if parent is None or unfinished(parent):
                return None
            if parent.found_response is not None or parent.state == "begun":
                return _StartPoint(parent.response_id, words)
            # What was never asked for is no part of the chat; what could not be answered was said nevertheless.
            if parent.state == "failed":
                words = [*said(parent), *words]
            parent_id = parent.parent_id
        return _StartPoint(None, words)

    async def _body(self, row: Row[Any], start_point: _StartPoint, caller: Caller) -> tuple[Json, Continuation | None]:
        """Return the request for the response, and what its reply begins with."""
        request: Json = {**row.request}
        continues: str | None = request.pop("continues", None)
        mine: Json = {
            "metadata": {"chat_id": row.chat_id, "turn_id": row.id},
            "background": True,
            "store": True,
            "truncation": "auto",
        }
        if continues is not None:
            cut = await self._runs.store.get(continues, caller.project)
            written = await self._runs.written(continues)
            return {**cut.body, **request, **mine}, Continuation(cut.response["output"], written)
        async with self._database.read() as connection:
            chat = (await connection.execute(select(chats).where(chats.c.id == row.chat_id))).one()
        own: str | None = request.pop("instructions", None)
        instructions = await compose_instructions(self._database, chat, own)
        more: Json = {
            "input": [*start_point.words, *said(row)],
            "instructions": instructions,
            "previous_response_id": start_point.previous,
        }
        return {**request, **{name: value for name, value in more.items() if value is not None}, **mine}, None

    async def _take_back(self, row: Row[Any]) -> None:
        """Stop what began while its turn was cancelled, and remove it if the chat is gone."""
        project = Caller.load(row.caller).project
        now = await self._turns.find(row.id)
        if now is not None and now.state != "cancelled":
            return
        with suppress(NotFound, Unavailable):
            await self._runs.stop(row.response_id, project)
        if now is None:
            with suppress(NotFound):
                await self._runs.store.delete(row.response_id, project)

    def ended(self, turn_id: str) -> None:
        """Tell whoever settles turns that this one has ended."""
        if self.on_end is not None:
            self.on_end(turn_id)
