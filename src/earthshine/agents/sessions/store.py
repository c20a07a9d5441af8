"""The rows of sessions and turns."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.sessions.state import UNFINISHED, Step, TurnState
from earthshine.agents.sessions.tables import session_keys, sessions, turns
from earthshine.agents.subagents.tables import subagents
from earthshine.database import Connection, insert_new
from earthshine.database.dialects import among
from earthshine.errors import NotFound
from earthshine.ids import new_id
from earthshine.responses.tables import responses
from earthshine.runs.records import now_ms
from earthshine.runs.tables import runs

Json = dict[str, Any]


def not_found(session_id: str) -> NotFound:
    """The error for an id that is unknown, removed, or another project's."""
    return NotFound(f"No session with id {session_id[:100]!r} was found.", param="session_id")


async def find_session(connection: Connection, session_id: str, project: str, *, lock: bool = False) -> Row[Any]:
    """Return a session's row. Raises `NotFound`."""
    mine = select(sessions).where(sessions.c.id == session_id, sessions.c.project == project)
    found = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if found is None:
        raise not_found(session_id)
    return found


async def lock_session(connection: Connection, session_id: str) -> None:
    """Let nobody else tell a session something, or begin its responses, until the transaction ends."""
    await connection.execute(select(sessions.c.id).where(sessions.c.id == session_id).with_for_update())


async def hold_response(connection: Connection, turn: TurnState) -> TurnState:
    """Return a turn anew, whose last response cannot end until the transaction does if it has not ended yet."""
    wanted = select(responses.c.id).where(responses.c.id == turn.steps[-1].id)
    await connection.execute(wanted.with_for_update(read=True))
    found = await find_turn(connection, turn.id)
    assert found is not None, "its session is locked"
    return found


async def session_of(
    connection: Connection, metadata: Mapping[str, str], response_id: str, project: str
) -> Row[Any] | None:
    """Return the session that a response is part of, if it is one's; `metadata` is the response's."""
    named = (turns.c.id == metadata.get("turn_id", "")) & (turns.c.session_id == metadata.get("session_id", ""))
    steps = await connection.scalar(select(turns.c.steps).where(named))
    # Anybody may give a response such metadata.
    if not any(step["id"] == response_id for step in steps or ()):
        return None
    mine = select(sessions).where(sessions.c.id == metadata["session_id"], sessions.c.project == project)
    return (await connection.execute(mine)).one_or_none()


async def add_session(connection: Connection, session_id: str, owner: Owner, values: Json) -> Row[Any]:
    """Store a session."""
    now = int(time.time())
    row = {"id": session_id, "project": owner.project, "user": owner.user, "created_at": now, "last_active_at": now}
    return (await connection.execute(insert(sessions).values(**row, **values).returning(*sessions.c))).one()


async def touch(connection: Connection, session_id: str) -> None:
    """Note that a session is used."""
    now = int(time.time())
    await connection.execute(update(sessions).where(sessions.c.id == session_id).values(last_active_at=now))


async def set_used(connection: Connection, session_id: str, used: Json | None) -> None:
    """Note what all turns but the last have used."""
    await connection.execute(update(sessions).where(sessions.c.id == session_id).values(used=used))


async def add_turn(
    connection: Connection, session_id: str, caller: Json, given: Sequence[Json], subagent_id: str | None = None
) -> str:
    """Store a turn whose first response is to begin; return its id."""
    turn_id = new_id("aturn")
    row = {"id": turn_id, "session_id": session_id, "created_ms": now_ms(), "caller": caller, "state": "open"}
    steps = [{"id": new_id("resp"), "input": list(given)}]
    await connection.execute(insert(turns).values(**row, steps=steps, answers={}, subagent_id=subagent_id))
    return turn_id


async def set_turn(connection: Connection, turn_id: str, **values: Any) -> None:
    """Change a turn's row; whoever looks for what is to begin looks at it again."""
    values = {"settled": False, **values}
    await connection.execute(update(turns).where(turns.c.id == turn_id).values(**values))


async def stop_turn(connection: Connection, turn: TurnState) -> str:
    """Store that a turn is to end where it is; return the response that `ResponseRuns.stop` stops sooner."""
    last = turn.steps[-1]
    if last.status in UNFINISHED:
        # It may end by itself now, to be gone on with.
        await set_turn(connection, turn.id, hold="cancelled")
        await connection.execute(update(runs).where(runs.c.id == last.id).values(cancelling=True))
    else:
        await set_turn(connection, turn.id, state="cancelled", ended_ms=now_ms())
    return last.id


async def add_key(connection: Connection, session_id: str, key: str) -> bool:
    """Note that a request with this key is done; returns False where it was done before."""
    row = {"session_id": session_id, "key": key, "created_at": int(time.time())}
    added = insert_new(connection, session_keys).values(**row)
    return (await connection.execute(added)).rowcount == 1


async def load_turns(connection: Connection, rows: Sequence[Row[Any]]) -> list[TurnState]:
    """Return turns with their responses."""
    ids = [step["id"] for row in rows for step in row.steps]
    columns = (responses.c.id, responses.c.status, responses.c.response, responses.c.begun_ms, responses.c.ended_ms)
    wanted = select(*columns).where(among(connection, responses.c.id, ids))
    found: dict[str, Row[Any]] = {}
    if ids:
        found = {row.id: cast("Row[Any]", row) for row in await connection.execute(wanted)}
    return [TurnState(row, [Step.of(step["id"], found.get(step["id"])) for step in row.steps]) for row in rows]


async def unsettled(connection: Connection, after: str, most: int, *, before_ms: int | None = None) -> list[TurnState]:
    """Return some of the turns in which something may have to begin, in the order of their ids."""
    wanted = select(turns).where(turns.c.settled.is_(False), turns.c.id > after)
    if before_ms is not None:
        wanted = wanted.where(turns.c.created_ms < before_ms)
    return await load_turns(connection, (await connection.execute(wanted.order_by(turns.c.id).limit(most))).all())


async def settle(connection: Connection, turn: TurnState) -> None:
    """Look at a turn no more until somebody says something, if nothing is under way in it."""
    await lock_session(connection, turn.row.session_id)
    now = await find_turn(connection, turn.id)
    if now is not None and now.status != "in_progress" and not now.due and not now.calls:
        await connection.execute(update(turns).where(turns.c.id == turn.id).values(settled=True))


def of_agent(subagent_id: str | None) -> ColumnElement[bool]:
    """Return what holds for the turns of a subagent, or of the session's own agent."""
    return turns.c.subagent_id.is_(None) if subagent_id is None else turns.c.subagent_id == subagent_id


async def turns_of(
    connection: Connection, session_id: str, subagent_id: str | None = None, *, every: bool = False
) -> list[TurnState]:
    """Return all turns of a session's agent or of one of its subagents, or of `every` one, oldest first."""
    wanted = select(turns).where(turns.c.session_id == session_id, *(() if every else (of_agent(subagent_id),)))
    return await load_turns(connection, (await connection.execute(wanted.order_by(turns.c.id))).all())


async def subagents_turns(connection: Connection, found: Sequence[Row[Any]]) -> dict[str, list[TurnState]]:
    """Return the turns of all subagents of some sessions, oldest first."""
    ids = [row.id for row in found if row.agent["multi_agent"]["enabled"]]
    made: dict[str, list[TurnState]] = {row.id: [] for row in found}
    if ids:
        wanted = select(turns).where(among(connection, turns.c.session_id, ids), turns.c.subagent_id.is_not(None))
        for turn in await load_turns(connection, (await connection.execute(wanted.order_by(turns.c.id))).all()):
            made[turn.row.session_id].append(turn)
    return made


async def steps_of_relatives(connection: Connection, row: Row[Any]) -> set[str]:
    """Return the ids of the responses that sessions have which were forked from this one, or from one with it."""
    family = row.family or row.id
    related = (sessions.c.family == family) | (sessions.c.id == family)
    wanted = select(turns.c.steps).join(sessions, sessions.c.id == turns.c.session_id)
    found = await connection.scalars(wanted.where(related, sessions.c.id != row.id))
    return {step["id"] for steps in found for step in steps}


async def find_turn(connection: Connection, turn_id: str) -> TurnState | None:
    """Return a turn, if it is there."""
    row = (await connection.execute(select(turns).where(turns.c.id == turn_id))).one_or_none()
    return None if row is None else (await load_turns(connection, [row]))[0]


async def turn_ids(connection: Connection, session_id: str, *, every: bool = False) -> list[str]:
    """Return the ids of the turns of a session's agent, or also of its subagents, oldest first."""
    mine = (turns.c.session_id == session_id, *(() if every else (of_agent(None),)))
    wanted = select(turns.c.id).where(*mine).order_by(turns.c.id)
    return list(await connection.scalars(wanted))


async def turn_before(connection: Connection, turn: TurnState) -> TurnState | None:
    """Return the turn of the same agent before this one."""
    mine = (turns.c.session_id == turn.row.session_id) & of_agent(turn.subagent_id)
    wanted = select(turns).where(mine, turns.c.id < turn.id)
    row = (await connection.execute(wanted.order_by(turns.c.id.desc()).limit(1))).one_or_none()
    return None if row is None else (await load_turns(connection, [row]))[0]


async def last_turns(connection: Connection, session_ids: Sequence[str]) -> dict[str, TurnState]:
    """Return the last turn of the agent of each of some sessions."""
    if not session_ids:
        return {}
    newer = turns.alias("newer")
    own = newer.c.subagent_id.is_(None)
    later = select(newer.c.id).where(newer.c.session_id == turns.c.session_id, newer.c.id > turns.c.id, own).exists()
    wanted = select(turns).where(among(connection, turns.c.session_id, session_ids), of_agent(None), ~later)
    rows = (await connection.execute(wanted)).all()
    return {turn.row.session_id: turn for turn in await load_turns(connection, rows)}


async def remove_session(connection: Connection, session_id: str) -> None:
    """Remove a session's rows."""
    for table in (session_keys, turns, subagents):
        await connection.execute(delete(table).where(table.c.session_id == session_id))
    await connection.execute(delete(sessions).where(sessions.c.id == session_id))
