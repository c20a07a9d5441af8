"""The limits of sessions, kept: what each call of a model may use, and what is stored of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import WeakSet

from sqlalchemy import select, update

from earthshine.agents.limits.amounts import Left, Plan, plan, room, time_for_work
from earthshine.agents.limits.usage import Used, used_by
from earthshine.agents.sessions.store import session_of
from earthshine.agents.sessions.tables import sessions
from earthshine.database import Connection, Database
from earthshine.metering.meter import Meter
from earthshine.metering.prices.money import PICODOLLARS_PER_CENT
from earthshine.metering.usage import Usage
from earthshine.responses.run.budget import Allowance
from earthshine.responses.run.response_run import ResponseRun
from earthshine.routing.router import Router

_HOUR = 3600
_WORDS = {
    "tokens": "{limit:,} tokens",
    "seconds": "{limit:,} seconds of work",
    "steps": "{limit:,} calls of the model",
    "cents": "{limit:,} cents",
}


class SessionBudgets:
    """Makes what bounds the responses of sessions."""

    def __init__(self, database: Database, meter: Meter, router: Router) -> None:
        self.database, self._meter, self._router = database, meter, router
        self._working: dict[str, WeakSet[SessionBudget]] = {}

    async def of(self, response: ResponseRun) -> SessionBudget | None:
        """Return what bounds a response; None for one that is no session's."""
        async with self.database.read() as connection:
            row = await session_of(connection, response.turn.create.metadata, response.id, response.turn.project)
        if row is None:
            return None
        working = self._working.setdefault(row.id, WeakSet())
        budget = SessionBudget(self, response, row.id)
        working.add(budget)
        return budget

    def held(self, budget: SessionBudget) -> Mapping[str, float]:
        """Return what the other responses of a session hold for the calls that they make now, by kind."""
        held: dict[str, float] = {}
        for other in self._working.get(budget.session_id, ()):
            if other is not budget:
                for kind, amount in other.held.items():
                    held[kind] = held.get(kind, 0) + amount
        return held

    def forget(self, budget: SessionBudget) -> None:
        """A response has ended."""
        working = self._working.get(budget.session_id)
        if working is not None:
            working.discard(budget)
            if not working:
                del self._working[budget.session_id]

    def prices(self, model: str) -> tuple[int, int, int]:
        """Return the most that a token read, one written and an hour may cost, in picodollars."""
        served = self._router.served(model)
        found = [self._meter.prices.of(name) for name in served.deployments or (served.model,)]
        read = max(max(each.input, each.cached_input) for each in found)
        return read, max(each.output for each in found), max(each.per_hour for each in found)


@dataclass(slots=True)
class _Call:
    """A call of the model that was allowed."""

    begun: float
    prompt: int
    counted: int
    """The tokens of its prompt as they were counted beforehand."""
    lefts: list[Left]


class SessionBudget:
    """Bounds one response of a session: a `Budget`."""

    def __init__(self, budgets: SessionBudgets, response: ResponseRun, session_id: str) -> None:
        self.session_id = session_id
        self.held: dict[str, float] = {}
        """What the call that is made now may use, by kind."""
        self.room: int | None = None
        self.tools_end: float | None = None
        self._budgets, self._response = budgets, response
        self._limits: dict[str, int] = {}
        self._reached: tuple[str, ...] = ()
        self._near = False
        self._call: _Call | None = None
        self._slowest = 0.0
        self._miscounted = 1.0
        """By how much the tokens of a prompt were more than what was counted beforehand."""

    @property
    def must_answer(self) -> bool:
        """Whether too little is left for more than one call of the model."""
        return bool(self._reached) or self._near

    async def allow(self, prompt_tokens: int, *, since: float, answering: bool = False) -> Allowance:
        """Return what a call of the model may use, from what the whole session has left."""
        database = self._budgets.database
        async with database.read() as connection:
            limits = await connection.scalar(select(sessions.c.limits).where(sessions.c.id == self.session_id))
        self._limits = limits or {}
        self.room = self.tools_end = None
        self._near = False
        self.held, self._call = {}, None
        if not self._limits:
            return Allowance()
        # What this response has used until now is stored first.
        await self._response.stream.record(urgent=True)
        async with database.read() as connection:
            used = await used_by(connection, self.session_id)
        lefts = self._lefts(used)
        prompt = round(prompt_tokens * self._miscounted)
        found = plan(lefts, prompt, self._slowest, answering=answering)
        self._reached = found.gone or found.short or (self._reached if answering else ())
        if found.gone:
            return Allowance(refusal=self._words("I cannot finish this: {limit} of this session are used up."))
        self._call = _Call(since, prompt, prompt_tokens, lefts)
        self.held = {each.kind: _most(each, prompt, found) for each in lefts}
        ends = None if found.seconds is None else since + found.seconds
        return Allowance(tokens=found.tokens, ends=ends, last=answering or bool(found.short))

    def note(self, usage: Usage) -> None:
        """Learn from a call that has ended what the next ones may use, and tools in between."""
        call, self._call, self.held = self._call, None, {}
        if call is None:
            return
        now = time.monotonic()
        took, written = now - call.begun, usage.completion_tokens
        self._slowest = max(self._slowest, took)
        if call.counted and usage.prompt_tokens > call.counted:
            self._miscounted = max(self._miscounted, usage.prompt_tokens / call.counted)
        after = [
            replace(each, left=each.after(call.prompt) - each.write * written - each.second * took)
            for each in call.lefts
        ]
        self.room = room(after, call.prompt + written)
        following = plan(after, call.prompt, self._slowest)
        self._near = bool(following.gone or following.short)
        times = [time_for_work(each, 0, self._slowest) for each in after if each.second]
        self.tools_end = now + min(times) if times else None

    def cut(self) -> str:
        """Return what a reader is told where an answer was cut."""
        return self._words("(I stop here: little is left of the {limit} that this session may use.)")

    async def store(self, connection: Connection) -> None:
        """Store what the session has used, and which limits ended the turn, in the transaction that ends it."""
        self._budgets.forget(self)
        if not self._limits:
            return
        used = await used_by(connection, self.session_id)
        reached = [kind for kind, amount in self._limits.items() if getattr(used, kind) >= amount]
        spent = {**used.dump(), "reached": sorted({*reached, *self._reached})}
        await connection.execute(update(sessions).where(sessions.c.id == self.session_id).values(spent=spent))

    def _lefts(self, used: Used) -> list[Left]:
        held = self._budgets.held(self)
        left = {kind: amount - getattr(used, kind) - held.get(kind, 0) for kind, amount in self._limits.items()}
        read, write, hour = self._budgets.prices(self._response.turn.create.model) if "cents" in left else (0, 0, 0)
        cent = PICODOLLARS_PER_CENT
        taken: dict[str, dict[str, float]] = {
            "tokens": {"read": 1, "write": 1},
            "seconds": {"second": 1},
            "steps": {"call": 1},
            "cents": {"read": read / cent, "write": write / cent, "second": hour / _HOUR / cent},
        }
        return [Left(kind, amount, **taken[kind]) for kind, amount in left.items()]

    def _words(self, said: str) -> str:
        limits = [_WORDS[kind].format(limit=self._limits[kind]) for kind in self._reached if kind in self._limits]
        return said.format(limit=" and ".join(limits))


def _most(each: Left, prompt: int, found: Plan) -> float:
    """Return what a call takes at most of one kind."""
    return each.call + each.read * prompt + each.write * (found.tokens or 0) + each.second * (found.seconds or 0)
