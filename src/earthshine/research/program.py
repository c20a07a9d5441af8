"""The program that writes a research: it controls the flow, and the model fills in.

Plan, search, read, note, weigh, write, check, translate: each move is decided by what is known, which the steps of the
run tell (`state.py`). So a crash loses nothing, and a wish of a person's may come at any time: what it changes has
to be done again, and no more.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from earthshine.database import Connection
from earthshine.research.budget import Budget, effort_of
from earthshine.research.commands import WAIT_PAUSED, WAIT_PLAN
from earthshine.research.gathering import servers
from earthshine.research.gathering.gather import gather
from earthshine.research.gathering.library import Library
from earthshine.research.inquiry import Inquiry, NotAllowed
from earthshine.research.names import PROGRAM
from earthshine.research.plan import earlier, questions, wishes
from earthshine.research.plan.clarify import asked_back
from earthshine.research.plan.names import told_names
from earthshine.research.report import Changes, ResearchReport
from earthshine.research.state import Change, Question, State
from earthshine.research.weighing.languages import language_of
from earthshine.research.writing import message, outline, sections, translations
from earthshine.research.writing.compose import composed
from earthshine.responses.run.programs import Moves
from earthshine.runs.journal.stream import Write

Json = dict[str, Any]

TakeCommands = Callable[[str], Awaitable[tuple[Sequence[Any], Write | None]]]
"""Returns what people want of a research, by its response's id, and what forgets it once that is stored."""
KeepReport = Callable[[Connection, str, ResearchReport], Awaitable[None]]
FindReport = Callable[[str], Awaitable[ResearchReport | None]]
"""Returns the finished report of a response."""

_MOST_MOVES = 300
"""Moves of one research: more than any takes, so that nothing goes round for ever."""


class ResearchProgram:
    """See above. `settings`: `ResearchSettings`."""

    name = PROGRAM

    def __init__(self, library: Library, take: TakeCommands, keep: KeepReport, find: FindReport) -> None:
        self._library, self._take, self._keep, self._find = library, take, keep, find

    async def write(self, moves: Moves, settings: Json) -> str:
        """Write the report, or go on with it."""
        state, effort = State(), effort_of(moves.response.turn.create.reasoning.effort)
        budget = Budget.of(state, settings.get("limits") or {}, effort)
        inquiry = Inquiry(moves, settings, self._library, state, budget, effort)
        research = _Research(inquiry, self._take, self._keep, self._find)
        try:
            return await research.write()
        except NotAllowed:
            return "tool_calls"


class _Research:
    """One that is being written."""

    def __init__(self, inquiry: Inquiry, take: TakeCommands, keep: KeepReport, find: FindReport) -> None:
        self._inquiry, self._take, self._keep, self._find = inquiry, take, keep, find
        self._state = inquiry.state

    async def write(self) -> str:
        inquiry = self._inquiry
        servers.check(inquiry.moves)
        await inquiry.keep("plan", "begin", self._begin)
        if inquiry.settings.get("clarify") and (question := await asked_back(inquiry)):
            await inquiry.moves.say([question])
            return "stop"
        if not self._state.questions:
            await self._plan()
        for _ in range(_MOST_MOVES):
            await self._boundary()
            if await self._move():
                break
        await self._finish()
        return "stop"

    # --- moves -------------------------------------------------------------------------------------------------------

    async def _move(self) -> bool:
        """Do the next thing; returns whether all is done."""
        inquiry, state = self._inquiry, self._state
        if state.stopped is None:
            if (question := outline.next_open(state)) is not None:
                await gather(inquiry, question)
            else:
                await self._look_for_gaps()
        elif closed := outline.to_close(state):
            await inquiry.keep("outline", "over", {"questions": closed})
        elif ids := outline.to_weigh(state):
            await outline.weigh(inquiry, ids)
        elif (section := outline.next_section(state)) is not None:
            await sections.write_section(inquiry, section)
        elif (evidence := translations.next_translation(state)) is not None:
            await translations.translate(inquiry, evidence)
        else:
            return True
        return False

    async def _plan(self) -> None:
        inquiry = self._inquiry
        names = await told_names(inquiry)
        planned = await questions.planned(inquiry)
        if inquiry.settings.get("from"):
            whole = questions.new(inquiry, questions.next_number(self._state.questions), planned[0]["text"])
            planned = [await earlier.follow_up(inquiry, whole)]
        await inquiry.keep("plan", "plan", {"questions": planned, "names": names})
        await self._show()
        if inquiry.settings.get("approve") and inquiry.moves.response.stored:
            told = await self._wait(WAIT_PLAN)
            if told.get("questions"):
                await wishes.edit_plan(inquiry, told["questions"])

    async def _look_for_gaps(self) -> None:
        """Add what is missing; where that is nothing, the search is over."""
        inquiry, state = self._inquiry, self._state
        parts = [each for each in state.living if each["rounds"]]
        unanswered = [each for each in parts if not state.evidence_of(each) or each["state"] == "not_found"]
        if len(unanswered) == len(parts) < len(state.living):
            # A poor plan: then the person's own words are looked for.
            rounds = questions.ROUNDS[inquiry.effort]
            whole: list[Question] = [{**each, "rounds": rounds} for each in state.living if not each["rounds"]]
            await inquiry.keep("outline", "whole", {"questions": whole})
            return
        asked = state.figures.get("gaps", 0)
        if not unanswered and not inquiry.settings.get("from") and asked < questions.ROUNDS[inquiry.effort] - 1:
            more = await questions.missing(inquiry)
            await inquiry.keep("outline", f"gaps {asked + 1}", {"questions": more, "figures": {"gaps": 1}})
            await self._show()
            if more:
                return
        await inquiry.keep("outline", "enough", {"stopped": "nothing_new" if unanswered else "answered"})

    async def _finish(self) -> None:
        """Keep the report, and say it."""
        inquiry = self._inquiry
        since = inquiry.settings.get("since")

        async def finish() -> tuple[Change, Write]:
            now, before = int(time.time()), await self._find(since) if since else None
            report, changes = composed(inquiry, now, None), None
            if before is not None:
                changes = await earlier.changes(inquiry.library, report, before)
                report = composed(inquiry, now, changes)

            async def write(connection: Connection) -> None:
                await self._keep(connection, report["id"], report)

            return {"created_at": now, "changes": changes}, write

        kept = await inquiry.keep("write", "report", finish)
        changes: Changes | None = kept.get("changes")
        await inquiry.moves.say(message.pieces(composed(inquiry, kept.get("created_at", 0), changes)))

    # --- around them -------------------------------------------------------------------------------------------------

    async def _begin(self) -> tuple[Change, None]:
        """Look up what all depends on: the language, the model's context, and an earlier report."""
        inquiry = self._inquiry
        model = await inquiry.moves.models.lease(inquiry.moves.response)
        language = inquiry.settings.get("language") or language_of(inquiry.question)
        change: Change = {"language": language, "context": model.engine.capabilities.context_length}
        before = inquiry.settings.get("from")
        report = await self._find(before) if before else None
        return ({**earlier.brought(inquiry, report), **change} if report is not None else change), None

    async def _boundary(self) -> None:
        """See whether a limit is reached, and do what people want."""
        inquiry, state = self._inquiry, self._state

        async def look() -> tuple[Change, Write | None]:
            commands, taken = await self._take(inquiry.moves.response.id)
            new = [each for each in commands if each.get("id", "") not in state.heeded]
            change: Change = {"commands": new} if new else {}
            if state.stopped is None and (why := inquiry.budget.over()) is not None:
                change["stopped"] = why
            if state.stopped is None and inquiry.moves.response.must_answer:
                change["stopped"] = "tokens"
            return change, taken

        for command in (await inquiry.keep(state.stage or "plan", "next", look)).get("commands", ()):
            if command["type"] == "pause":
                if inquiry.moves.response.stored:
                    await self._wait(WAIT_PAUSED)
            else:
                await wishes.heed(inquiry, command)

    async def _wait(self, name: str) -> Json:
        """Wait for a person, however long; returns what they have said. The time is not the research's."""
        told = await self._inquiry.moves.wait(name, {})
        self._inquiry.budget.since = time.monotonic()
        self._inquiry.catch_up()
        return told or {}

    async def _show(self) -> None:
        await self._inquiry.moves.think(questions.shown(self._state.living))
        self._inquiry.catch_up()
