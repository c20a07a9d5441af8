"""The answers to an agent's calls about its subagents, stored with what the calls do in one transaction.

So nothing is done twice, whoever settles a turn again after a crash; and a call that waits costs nothing: it has no
answer yet, and whoever ends a subagent's turn looks whether it has one now.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from earthshine.agents.sessions import store as turn_store
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.subagents import store, tools
from earthshine.agents.subagents.items import FAILED
from earthshine.agents.subagents.objects import subagent_object
from earthshine.database import Connection
from earthshine.errors import InvalidRequest
from earthshine.ids import new_id

Json = dict[str, Any]

MOST = 200
"""Subagents that one session has, closed ones included."""
MOST_WAITING = 20
"""Messages that wait for the next step of a subagent that is at work."""
MOST_ANSWER = 16_000
"""Characters of a subagent's last message that its agent reads."""


@dataclass(slots=True)
class Helper:
    """A subagent, as far as calls have brought it."""

    row: Row[Any]
    last: TurnState | None
    closed_at: int | None
    works: bool

    @property
    def name(self) -> str:
        """What its agent is told that it is called."""
        return f"Subagent {self.row.number}"


@dataclass(slots=True)
class Settled:
    """What is to be done when the answers are stored."""

    begin: list[str] = field(default_factory=list[str])
    """Turns that begin, or go on."""
    stop: list[str] = field(default_factory=list[str])
    """Responses that end."""


class Calls:
    """Answers the calls with which a turn's last response ended."""

    def __init__(self, connection: Connection, session: Row[Any], turn: TurnState) -> None:
        self._connection, self._session, self._turn = connection, session, turn
        self._helpers: dict[int, Helper] = {}
        self._told: list[Json] = []
        self._settled = Settled()

    async def settle(self) -> Settled:
        """Answer those that can be answered now. The caller holds the session's row."""
        last: dict[str, TurnState] = {}
        turns = await turn_store.subagents_turns(self._connection, [self._session])
        for turn in turns[self._session.id]:
            last[turn.row.subagent_id] = turn
        for row in await store.every(self._connection, self._session.id):
            turn = last.get(row.id)
            works = turn is not None and turn.active
            self._helpers[row.number] = Helper(row, turn, row.closed_at, works)
        answers: Json = {}
        for call in self._turn.calls:
            if (output := await self._answer(call)) is not None:
                item = {"type": "function_call_output", "call_id": call["call_id"], "output": output}
                answers[call["call_id"]] = item
        if answers:
            if self._told:
                answers["told"] = [*self._turn.row.answers.get("told", ()), *self._told]
            values = self._turn.answered(answers)
            await turn_store.set_turn(self._connection, self._turn.id, **values)
            if "steps" in values:
                self._settled.begin.append(self._turn.id)
        return self._settled

    async def _answer(self, call: Json) -> str | None:
        """Do what a call says; return what the model reads, None while it waits."""
        try:
            said, name = tools.arguments(call), call["name"]
            if name == tools.CREATE:
                return await self._create(tools.text(said, "task"))
            if name == tools.WAIT:
                return self._wait(tools.numbers(said))
            helper = self._find(tools.number(said))
            if name == tools.SEND:
                return await self._send(helper, tools.text(said, "input"))
            if name == tools.INTERRUPT:
                return await self._interrupt(helper)
            return await (self._close(helper) if name == tools.CLOSE else self._resume(helper))
        except InvalidRequest as error:
            return FAILED + error.message

    async def _create(self, task: str) -> str:
        self._check_room()
        if len(self._helpers) >= MOST:
            raise InvalidRequest(f"A session has {MOST} subagents at most. Send input to one that is done.")
        number = len(self._helpers) + 1
        row = await store.add(self._connection, self._session.id, number, task)
        helper = self._helpers[number] = Helper(row, None, None, works=False)
        await self._begin(helper, task)
        return f"{helper.name} works on it. Its answer comes by {tools.WAIT}."

    async def _send(self, helper: Helper, words: str) -> str:
        if helper.closed_at is not None:
            raise InvalidRequest(f"{helper.name} is closed. Resume it first.")
        if helper.works and helper.last is not None:
            helper.last = await turn_store.hold_response(self._connection, helper.last)
            helper.works = helper.last.active
        if helper.works and helper.last is not None:
            said = [*(helper.last.row.said or ()), {"id": new_id("msg"), **_message(words)}]
            if len(said) > MOST_WAITING:
                raise InvalidRequest(f"{MOST_WAITING} messages wait for {helper.name} already. Wait for it first.")
            await turn_store.set_turn(self._connection, helper.last.id, said=said)
            return f"{helper.name} reads it at its next step."
        self._check_room()
        await self._begin(helper, words)
        return f"{helper.name} works on it."

    def _wait(self, numbers: Sequence[int]) -> str | None:
        helpers = [self._find(number) for number in numbers]
        if not numbers:
            helpers = [each for each in self._helpers.values() if each.closed_at is None]
        if not helpers:
            raise InvalidRequest("There is no subagent to wait for.")
        if any(each.works for each in helpers):
            return None
        return "\n\n".join(f"{each.name} {_how(each)}" for each in helpers)

    async def _interrupt(self, helper: Helper) -> str:
        if not helper.works:
            return f"{helper.name} was not at work."
        await self._stop(helper)
        return f"{helper.name} was interrupted."

    async def _close(self, helper: Helper) -> str:
        if helper.closed_at is not None:
            return f"{helper.name} was closed already."
        await self._stop(helper)
        await self._set_closed(helper, int(time.time()))
        return f"{helper.name} is closed."

    async def _resume(self, helper: Helper) -> str:
        if helper.closed_at is None:
            return f"{helper.name} was open."
        await self._set_closed(helper, None)
        return f"{helper.name} is open again."

    async def _begin(self, helper: Helper, words: str) -> None:
        given, caller = [_message(words)], self._turn.row.caller
        made = await turn_store.add_turn(self._connection, self._session.id, caller, given, helper.row.id)
        helper.works, helper.last = True, await turn_store.find_turn(self._connection, made)
        self._settled.begin.append(made)

    async def _stop(self, helper: Helper) -> None:
        if helper.works and helper.last is not None:
            self._settled.stop.append(await turn_store.stop_turn(self._connection, helper.last))
        helper.works = False

    async def _set_closed(self, helper: Helper, closed_at: int | None) -> None:
        helper.closed_at = closed_at
        await store.set_closed(self._connection, helper.row.id, closed_at)
        about = subagent_object(helper.row, self._session.agent["id"], closed_at=closed_at)
        self._told.append({"type": "active" if closed_at is None else "closed", "subagent": about})

    def _check_room(self) -> None:
        most: int = self._session.agent["multi_agent"]["max_concurrent_subagents"]
        if sum(each.works for each in self._helpers.values()) >= most:
            raise InvalidRequest(f"No more than {most} subagents work at a time, and so many do. Wait for one first.")

    def _find(self, number: int) -> Helper:
        if number not in self._helpers:
            known = ", ".join(map(str, self._helpers)) or "none"
            raise InvalidRequest(f"There is no subagent {number}. There are: {known}.")
        return self._helpers[number]


def _how(helper: Helper) -> str:
    """Return how a subagent's last turn ended, for its agent to read."""
    turn = helper.last
    if turn is None or turn.active:
        return "was interrupted."
    if turn.status == "failed":
        return f"failed: {(turn.error or {}).get('message', 'nobody knows why')}"
    if turn.status == "cancelled":
        return "was interrupted."
    said = _answer(turn)
    if len(said) > MOST_ANSWER:
        left_out = len(said) - MOST_ANSWER
        said = f"{said[: MOST_ANSWER // 2]}\n[{left_out} characters left out]\n{said[-MOST_ANSWER // 2 :]}"
    return f"is done:\n{said}" if said else "is done, and said nothing."


def _message(words: str) -> Json:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": words}]}


def _answer(turn: TurnState) -> str:
    """Return the text of a turn's last message."""
    for item in reversed(turn.steps[-1].response.get("output") or []):
        if item["type"] == "message":
            return "".join(part.get("text") or part.get("refusal") or "" for part in item["content"])
    return ""
