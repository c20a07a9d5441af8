"""What people want of a research that is under way, kept until its program takes it at its next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired

from sqlalchemy import select, update
from typing_extensions import TypedDict

from earthshine.database import Connection, Database
from earthshine.errors import Conflict
from earthshine.ids import new_id
from earthshine.research.tables import researches
from earthshine.runs.journal.stream import Write

WAIT_PLAN = "research wait plan"
"""The step that waits until a person has approved the plan; its result is `PlanCommand`."""
WAIT_PAUSED = "research wait paused"
"""The step that waits until a person lets the research go on."""
_MOST = 50
"""Commands that may wait at once."""


class PlannedQuestion(TypedDict):
    """A question of an edited plan."""

    id: NotRequired[str]
    """Of a question that is there; none for a new one."""
    text: str


class Command(TypedDict):
    """One wish. Only the fields of its type are there."""

    id: NotRequired[str]
    type: Literal["plan", "sources", "deepen", "steer", "pause"]
    questions: NotRequired[list[PlannedQuestion]]
    """`plan`: all questions, in order; those that are not among them are dropped."""
    add: NotRequired[list[str]]
    """`sources`: addresses and ids of files."""
    drop: NotRequired[list[str]]
    """`sources`: ids of sources."""
    question: NotRequired[str]
    """`deepen`: the id of a question."""
    text: NotRequired[str]
    """`steer`: what is to be heeded."""


class Commands:
    """The wishes of all researches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, response_id: str) -> tuple[list[Command], Write | None]:
        """Return what waits, oldest first, and what forgets it once that is stored."""
        async with self._database.read() as connection:
            kept = await connection.scalar(select(researches.c.commands).where(researches.c.id == response_id))
        taken: list[Command] = kept or []
        if not taken:
            return [], None
        known = {each.get("id") for each in taken}

        async def forget(connection: Connection) -> None:
            # Those that came since stay.
            waiting = await _locked(connection, response_id)
            await _store(connection, response_id, [each for each in waiting if each.get("id") not in known])

        return taken, forget

    async def give(self, connection: Connection, response_id: str, command: Command) -> None:
        """Keep a wish. Raises `Conflict` where too many wait."""
        waiting = await _locked(connection, response_id)
        if len(waiting) >= _MOST:
            raise Conflict(f"{_MOST} changes wait already. Try again when the research has gone on.")
        await _store(connection, response_id, [*waiting, {**command, "id": new_id("cmd")}])

    async def withdraw_pauses(self, connection: Connection, response_id: str) -> bool:
        """Forget the pauses that wait; returns whether there were some."""
        waiting = await _locked(connection, response_id)
        kept = [each for each in waiting if each["type"] != "pause"]
        await _store(connection, response_id, kept)
        return len(kept) < len(waiting)


async def _locked(connection: Connection, response_id: str) -> list[Command]:
    query = select(researches.c.commands).where(researches.c.id == response_id).with_for_update()
    return (await connection.scalar(query)) or []


async def _store(connection: Connection, response_id: str, commands: Sequence[Command]) -> None:
    await connection.execute(update(researches).where(researches.c.id == response_id).values(commands=list(commands)))
