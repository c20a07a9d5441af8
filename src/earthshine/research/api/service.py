"""The researches of one server: as far as they have come, and what people change of them while they go on."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.database import Database
from earthshine.errors import Conflict
from earthshine.files.store import Files
from earthshine.research.api.continuing import Continuing
from earthshine.research.api.objects import Research
from earthshine.research.commands import WAIT_PAUSED, WAIT_PLAN, Command, Commands
from earthshine.research.state import state_of
from earthshine.research.store import Researches, not_found
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.store import UNFINISHED
from earthshine.runs import Runs, StepRecord
from earthshine.runs.steps import answer_step, load_steps

Json = dict[str, Any]

_WAITING = {WAIT_PLAN: "plan", WAIT_PAUSED: "paused"}


class ResearchService:
    """Shows researches, and takes in what people want of them."""

    def __init__(
        self,
        database: Database,
        runs: Runs,
        responses: ResponseRuns,
        files: Files,
        commands: Commands,
        store: Researches,
    ) -> None:
        self._database, self._runs, self._responses, self._files = database, runs, responses, files
        self._commands, self.store = commands, store
        self._continuing = Continuing(responses)

    async def get(self, response_id: str, who: Caller) -> Research:
        """Return a research as far as it has come. Raises `NotFound`."""
        await self._responses.privacy.check(response_id, who)
        row = await self._row(response_id, who)
        steps = await load_steps(self._database, response_id)
        state = state_of(steps.values())
        report = await self.store.report(response_id)
        settings = (await self._runs.get(response_id)).input or {}
        # Its row is not written again before its end.
        status = "in_progress" if row.status == "queued" and steps else row.status
        asked = status == "completed" and report is None
        waits = _waiting(steps) if status in UNFINISHED else None
        return {
            "id": response_id,
            "object": "research",
            "created_at": row.created_at,
            "status": status,
            "question": row.question,
            "language": row.language or state["language"],
            "stage": state["stage"] if status in UNFINISHED else None,
            "waiting": "clarify" if asked else cast("Any", waits and _WAITING[waits.name]),
            "questions": state["questions"],
            "sources": state["sources"] if report is None else report["sources"],
            "evidence": state["evidence"] if report is None else report["evidence"],
            "report": report,
            "spent": state["spent"],
            "limits": settings.get("limits") or {},
        }

    async def edit_plan(self, response_id: str, questions: list[Json], who: Caller) -> Research:
        """Have the questions replaced; where the research waits for that, it goes on. Raises `NotFound`, `Conflict`."""
        row = await self._writable(response_id, who)
        command = cast("Command", {"type": "plan", "questions": questions})
        if not await self._answer(row, WAIT_PLAN, command):
            await self._give(row, command)
        return await self.get(response_id, who)

    async def resume(self, response_id: str, who: Caller) -> Research:
        """Let a research go on that is paused, or is about to be. Raises `NotFound` and `Conflict`."""
        row = await self._writable(response_id, who)
        if not await self._answer(row, WAIT_PAUSED, {}):
            async with self._database.write() as connection:
                if not await self._commands.withdraw_pauses(connection, response_id):
                    raise Conflict("The research is not paused.", param="response_id")
        return await self.get(response_id, who)

    async def act(self, response_id: str, command: Command, who: Caller) -> Research:
        """Have something changed at the next step; of a finished research, by a new one that goes on from it.

        Returns that one then. Raises `NotFound`, and `Conflict` for what only one under way can do.
        """
        row = await self._writable(response_id, who)
        for source in command.get("add") or ():
            if source.startswith("file"):
                await self._files.privacy.check(source, who)
                await self._files.get(source, who.project)
        report = None
        if row.status not in UNFINISHED and command["type"] in ("sources", "deepen"):
            report = await self.store.report(response_id)
        if report is None:
            await self._give(row, command)
        else:
            response_id = await self._continuing.begin(response_id, report, command, who)
        return await self.get(response_id, who)

    async def _give(self, row: Row[Any], command: Command) -> None:
        if row.status not in UNFINISHED:
            raise Conflict(f"The research is {row.status}. Ask a new question instead.", param="response_id")
        if command["type"] == "pause" and not row.background:
            raise Conflict("A client waits for this research. Only one in the background can be paused.")
        async with self._database.write() as connection:
            await self._commands.give(connection, row.id, command)

    async def _answer(self, row: Row[Any], name: str, result: Any) -> bool:
        """End the step of this name that waits; returns whether one does."""
        step = _waiting(await load_steps(self._database, row.id))
        if row.status not in UNFINISHED or step is None or step.name != name:
            return False
        async with self._database.write() as connection:
            await answer_step(connection, row.id, step.number, result=result)
        self._runs.wake()
        return True

    async def _writable(self, response_id: str, who: Caller) -> Row[Any]:
        await self._responses.privacy.check(response_id, who, WRITING)
        return await self._row(response_id, who)

    async def _row(self, response_id: str, who: Caller) -> Row[Any]:
        row = await self.store.find(response_id, who.project)
        if row is None:
            raise not_found(response_id)
        return row


def _waiting(steps: dict[int, StepRecord]) -> StepRecord | None:
    """Return the step that waits for a person."""
    return next((each for each in steps.values() if each.name in _WAITING and each.state == "begun"), None)
