"""The plan of a session's last turn: as people see it, and as they may change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal, cast

from pydantic import Field, StringConstraints, field_validator
from sqlalchemy import select
from typing_extensions import TypedDict

from earthshine.agents.program.plan import lines
from earthshine.agents.program.plan.edits import PlanEdits
from earthshine.agents.program.plan.lines import ANSWER, MOST_LINES, MOST_TARGET, Line, State
from earthshine.agents.program.state import plan_of
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.state import TurnState
from earthshine.database import Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.responses.run.service import ResponseRuns
from earthshine.runs.steps import load_steps
from earthshine.runs.tables import runs
from earthshine.wire.strict import Strict, rejection

Json = dict[str, Any]


class PlanLine(TypedDict):
    """One line."""

    number: int
    verb: str
    target: str
    state: State


class AgentPlan(TypedDict):
    """What a turn is doing, line by line, as far as its model is guided by a program."""

    object: Literal["agent.session.plan"]
    session_id: str
    turn_id: str | None
    program: str | None
    """None where the model works freely: there is no plan then."""
    rules: Json | None
    """Which rules of the program are on."""
    lines: list[PlanLine]
    figures: Json | None
    """How many of the calls were valid, executable, correct and wrong; null until the turn ends."""


class EditedLine(Strict):
    """A line that is to be done."""

    verb: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{1,64}$")]
    target: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TARGET)]

    @field_validator("verb")
    @classmethod
    def _works(cls, verb: str) -> str:
        if verb == ANSWER:
            raise rejection(InvalidRequest("The answer comes by itself, as the last line: leave it out."))
        return verb


class PlanEdit(Strict):
    """The body of `POST /earthshine/v1/agents/sessions/{id}/plan`: the lines that are still to be done."""

    lines: list[EditedLine] = Field(max_length=MOST_LINES)


class Plans:
    """Reads plans off the items of turns, and takes edits in."""

    def __init__(self, database: Database, sessions: AgentSessions, responses: ResponseRuns, edits: PlanEdits) -> None:
        self._database, self._sessions, self._runs, self._edits = database, sessions, responses, edits

    async def get(self, session_id: str, project: str) -> AgentPlan:
        """Return the plan of a session's last turn. Raises `NotFound`."""
        _, found = await self._sessions.turns(session_id, project)
        told: AgentPlan = {
            "object": "agent.session.plan",
            "session_id": session_id,
            "turn_id": found[-1].id if found else None,
            "program": None,
            "rules": None,
            "lines": [],
            "figures": None,
        }
        begun = [step for step in found[-1].steps if step.status] if found else []
        if not begun:
            return told
        program = await self._program(begun[-1].id)
        if program is None:
            return told
        shown = await self._lines(found[-1], project)
        if found[-1].status == "completed":
            shown = [replace(line, state="done") if line.state == "doing" else line for line in shown]
        return {
            **told,
            "program": program["name"],
            "rules": program["rules"],
            "lines": [cast("PlanLine", _told(number, line)) for number, line in enumerate(shown, 1)],
            "figures": await self._figures(begun[-1].id),
        }

    async def edit(self, session_id: str, project: str, edit: PlanEdit) -> AgentPlan:
        """Replace the lines that are not done, at the next step of the turn.

        Raises `NotFound`, and `Conflict` where no turn with a plan is under way.
        """
        now = await self.get(session_id, project)
        _, found = await self._sessions.turns(session_id, project)
        if not now["lines"] or not found[-1].active:
            raise Conflict("No turn with a plan is under way in this session.", code="no_plan")
        async with self._database.write() as connection:
            await self._edits.keep(connection, found[-1].id, [(line.verb, line.target) for line in edit.lines])
        return now

    async def _program(self, response_id: str) -> Json | None:
        async with self._database.read() as connection:
            return await connection.scalar(select(runs.c.input).where(runs.c.id == response_id))

    async def _lines(self, turn: TurnState, project: str) -> list[Line]:
        """Return the last plan that was told."""
        for step in reversed([step for step in turn.steps if step.status]):
            run = self._runs.find(step.id, project)
            try:
                now = run.response if run is not None else await self._runs.readers.now(step.id, project)
            except NotFound:
                continue
            for item in reversed(cast("list[Json]", now["output"])):
                if (plan := plan_of(item)) is not None:
                    return plan
        return []

    async def _figures(self, response_id: str) -> Json | None:
        steps = await load_steps(self._database, response_id)
        found = [step.result for step in steps.values() if step.name == "figures" and step.over]
        return {name: each for name, each in found[-1].items() if name != "rules"} if found else None


def _told(number: int, line: lines.Line) -> Json:
    return {"number": number, "verb": line.verb, "target": line.target, "state": line.state}
