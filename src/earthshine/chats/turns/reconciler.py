"""What follows the end of a turn: those that waited for it begin, its reply becomes findable, the chat gets a title.

Each turn is settled once; one that a crash left unsettled is found again at the next start and every few seconds. Where
several servers share the database, the one that wrote a reply settles its turn, or any other when that one is dead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, or_, select

from earthshine.chats.store import now_ms
from earthshine.chats.tables import chat_turns
from earthshine.chats.title_writer import TitleWriter
from earthshine.chats.turns.starter import TurnStarter
from earthshine.chats.turns.store import TurnStore, unfinished
from earthshine.conversations.message_text import message_text
from earthshine.database import Database
from earthshine.database.dialects import among
from earthshine.errors import EarthshineError
from earthshine.instances import Instances
from earthshine.periodic import Periodic
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.store import UNFINISHED
from earthshine.responses.tables import responses
from earthshine.runs.tables import runs
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)

_LOOK_SECONDS = 3.0
"""Between two looks for what nobody told us of: runs that were taken over, turns of a server that died."""
_PATIENCE_MS = 2000
"""A turn that waits longer than this is nobody's who is about to begin it."""


class TurnReconciler:
    """Does what follows the end of each turn, once."""

    def __init__(
        self,
        database: Database,
        instances: Instances,
        runs: ResponseRuns,
        turns: TurnStore,
        starter: TurnStarter,
        title_writer: TitleWriter,
    ) -> None:
        self._database = database
        self._instances = instances
        self._turns = turns
        self._starter = starter
        self._title_writer = title_writer
        self._ended: set[str] = set()
        self._looked = False
        """Whether this is no longer the start, when no turn can be about to begin."""
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._looks = Periodic("settling of chats", self._look, _LOOK_SECONDS, first=0)
        starter.on_end = self.wake
        runs.on_end = self._run_ended

    def start(self) -> None:
        """Look now for what was left unsettled, and from then on again and again."""
        self._looks.start()

    async def close(self) -> None:
        """Stop where it is; the next start goes on."""
        await self._looks.close()
        await end_tasks(*self._busy.values())

    def wake(self, turn_id: str) -> None:
        """Settle a turn that has ended; does not wait."""
        self._ended.add(turn_id)
        self._looks.soon()

    def _run_ended(self, run: ResponseRun) -> None:
        # Also of one that was taken up: what began it has noted its turn.
        turn_id = run.turn.create.metadata.get("turn_id")
        if turn_id is not None and run.stored:
            self.wake(turn_id)

    async def look(self, ids: Collection[str] | None = None) -> None:
        """Begin what need not wait any longer and settle what has ended; all, or only some turns."""
        for row in await self._unsettled(ids):
            if row.state == "queued" and (row.found_response is not None or ids is None):
                await self._starter.begin(row.id)
            if not unfinished(row) and row.id not in self._busy:
                task = self._busy[row.id] = asyncio.create_task(self._settle(row.id), name=f"settle {row.id}")
                task.add_done_callback(lambda _, key=row.id: self._busy.pop(key, None))

    async def _look(self) -> None:
        ended, self._ended = self._ended, set()
        await self.look(ended or None)

    async def _settle(self, turn_id: str) -> None:
        try:
            row = await self._turns.find(turn_id)
            if row is None:
                return
            for child in await self._waiting(row.chat_id, turn_id):
                await self._starter.begin(child)
            await self._title_writer.write(row)
            await self._turns.settle(
                row, message_text(orjson.loads(row.response)["output"]) if row.found_response else ""
            )
        except EarthshineError as error:
            log.warning("the turn %s cannot be settled yet: %s", turn_id, error)
        except Exception:
            log.exception("the turn %s cannot be settled", turn_id)

    async def _waiting(self, chat_id: str, turn_id: str) -> list[str]:
        """Return the turns that wait for this one, also below those that never began, oldest first."""
        waiting: list[str] = []
        parents = [turn_id]
        async with self._database.read() as connection:
            while parents:
                below = among(connection, chat_turns.c.parent_id, parents) & (chat_turns.c.state != "begun")
                rows = await connection.execute(
                    select(chat_turns.c.id, chat_turns.c.state)
                    .where(chat_turns.c.chat_id == chat_id, below)
                    .order_by(chat_turns.c.created_at, chat_turns.c.id)
                )
                states = {row.id: row.state for row in rows}
                waiting += [key for key, state in states.items() if state == "queued"]
                parents = [key for key, state in states.items() if state != "queued"]
        return waiting

    async def _unsettled(self, ids: Collection[str] | None) -> Sequence[Any]:
        """Return the turns that are ours to look after, oldest first."""
        query = (
            select(
                chat_turns.c.id,
                chat_turns.c.state,
                responses.c.id.label("found_response"),
                responses.c.status.label("response_status"),
            )
            .outerjoin(responses, responses.c.id == chat_turns.c.response_id)
            .outerjoin(runs, runs.c.id == chat_turns.c.response_id)
            .where(chat_turns.c.settled.is_(False), self._ours)
            .where(or_(responses.c.id.is_(None), responses.c.status.not_in(UNFINISHED), chat_turns.c.state == "queued"))
            .order_by(chat_turns.c.created_at, chat_turns.c.id)
        )
        if ids is None and (self._database.shared or self._looked):
            query = query.where(chat_turns.c.created_at < now_ms() - _PATIENCE_MS)
        self._looked = True
        async with self._database.read() as connection:
            if ids is not None:
                query = query.where(among(connection, chat_turns.c.id, ids))
            return (await connection.execute(query)).all()

    @property
    def _ours(self) -> ColumnElement[bool]:
        owner = runs.c.owner
        return or_(owner == self._instances.id, self._instances.dead(owner))
