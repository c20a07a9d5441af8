"""Another session that has the history of one up to a place, so that a person can try another way."""

from __future__ import annotations

import time
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import Row, insert

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.agents.control.cut import Cut, cut
from earthshine.agents.control.environment_copy import copy_environment
from earthshine.agents.environments.service import Environments
from earthshine.agents.environments.store import bind
from earthshine.agents.sessions import store
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import total_usage
from earthshine.agents.sessions.tables import sessions, turns
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest
from earthshine.ids import new_id
from earthshine.runs.records import now_ms
from earthshine.wire.strict import Strict

Json = dict[str, Any]

_Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
_TIMED = len("aturn_") + 9
"""Characters of a turn's id that say when it began; turns are ordered by them."""


class ForkCreate(Strict):
    """The body of `POST /earthshine/v1/agents/sessions/{id}/fork`; without either, all of a session that rests."""

    after_item: _Id | None = Field(default=None, description="The last item that is kept.")
    turn_id: _Id | None = Field(default=None, description="The last turn that is kept.")


class Forks:
    """Makes them."""

    def __init__(self, database: Database, service: AgentSessions, environments: Environments) -> None:
        self._database, self._service, self._environments = database, service, environments

    async def fork(self, who: Caller, session_id: str, body: ForkCreate) -> str:
        """Return the new session's id. Raises `NotFound`, `Conflict`, and what making a container raises.

        It has the responses of the first one by reference. Its container has that one's files as they are now.
        """
        if body.after_item is not None and body.turn_id is not None:
            raise InvalidRequest("Give `after_item` or `turn_id`, not both.", param="turn_id")
        await self._service.privacy.check(session_id, who, WRITING)
        row, found = await self._service.turns(session_id, who.project)
        cut(found, body.turn_id, body.after_item)
        hosted, environment = row.environment["type"] != "none", None
        if hosted:
            environment = await copy_environment(self._environments, who, row.environment["id"])
        try:
            return await self._store(who, session_id, body, environment)
        except BaseException:
            if environment is not None:
                await self._environments.discard(environment)
            raise

    async def _store(self, who: Caller, session_id: str, body: ForkCreate, environment: str | None) -> str:
        made, now = new_id("asess"), int(time.time())
        async with self._database.write() as connection:
            # Held, so that nobody removes its responses meanwhile.
            row = await store.find_session(connection, session_id, who.project, lock=True)
            kept = cut(await store.turns_of(connection, session_id), body.turn_id, body.after_item)
            values = {column.name: getattr(row, column.name) for column in sessions.columns}
            values |= {
                "user": Owner.of(who).user,
                "id": made,
                "created_at": now,
                "last_active_at": now,
                "family": row.family or row.id,
            }
            values["used"] = total_usage(turn.usage for turn in (kept.whole if kept.last else kept.whole[:-1]))
            values["forked_from"] = {
                "session_id": session_id,
                "turn_id": body.turn_id,
                "after_item": body.after_item,
                "files": None if environment is None else "as_of_fork",
            }
            if environment is not None:
                values["environment"] = await bind(connection, environment, made)
            await connection.execute(insert(sessions).values(**values))
            await self._copy(connection, who, made, kept)
        return made

    async def _copy(self, connection: Connection, who: Caller, session_id: str, kept: Cut) -> None:
        rows = [_turn_values(turn.row, who, session_id) for turn in kept.whole]
        if (last := kept.last) is not None:
            steps = [step if step["id"] else {**step, "id": new_id("resp")} for step in kept.steps]
            values = _turn_values(last.row, who, session_id)
            # What comes after the cut is no longer why it ended so.
            rows.append({**values, "steps": steps, "state": "completed", "error": None, "ended_ms": now_ms()})
        if rows:
            await connection.execute(insert(turns), rows)


def _turn_values(row: Row[Any], who: Caller, session_id: str) -> Json:
    values = {column.name: getattr(row, column.name) for column in turns.columns}
    turn_id = row.id[:_TIMED] + new_id("aturn")[_TIMED:]
    mine = {"id": turn_id, "session_id": session_id, "caller": who.dump()}
    return {**values, **mine, "settled": True}
