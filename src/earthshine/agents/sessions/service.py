"""Sessions: begun, told something, followed, removed.

A turn is made of responses that run in the background: one for what the client says, and one more each time that what
the last one waits for is answered. Each response's id is chosen when what causes it is stored, so it is begun once, by
whoever comes to it: the request itself, or after a crash the next look.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.agents.configuration import resolved
from earthshine.agents.environments.service import Environments
from earthshine.agents.environments.store import bind
from earthshine.agents.limits.reached import still_reached
from earthshine.agents.limits.schemas import changed_limits
from earthshine.agents.program.choice import ProgramChoice
from earthshine.agents.sessions import store
from earthshine.agents.sessions.environment import environment_of
from earthshine.agents.sessions.reading.news import SessionNews
from earthshine.agents.sessions.reading.objects import AgentSession, session_object
from earthshine.agents.sessions.schemas import SessionCreate, SessionListQuery, SessionUpdate
from earthshine.agents.sessions.starter import TurnStarter
from earthshine.agents.sessions.state import UNFINISHED, TurnState, turn_of
from earthshine.agents.sessions.tables import sessions
from earthshine.agents.sessions.tools import check_tools
from earthshine.agents.store import Agents
from earthshine.agents.subagents.service import Subagents
from earthshine.agents.subagents.settler import CallSettler
from earthshine.agents.tokens import VaultTokens
from earthshine.database import Connection, Database
from earthshine.errors import InvalidRequest, NotFound, Unavailable
from earthshine.ids import new_id
from earthshine.periodic import Periodic
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.service import ResponseRuns
from earthshine.runs import Run
from earthshine.runs.records import now_ms
from earthshine.wire.pagination import page

log = logging.getLogger(__name__)

Json = dict[str, Any]

_LOOK_SECONDS = 3.0
_AT_ONCE = 100
_PATIENCE_MS = 2000
"""A turn that waits longer than this is nobody's who is about to begin it."""


class AgentSessions:
    """The sessions of one installation."""

    def __init__(
        self,
        database: Database,
        runs: ResponseRuns,
        agents: Agents,
        tokens: VaultTokens,
        environments: Environments,
        *,
        still_open: Callable[[Caller], None],
        programs: ProgramChoice,
    ) -> None:
        """`still_open` raises for a caller whose key was revoked meanwhile."""
        self._database, self._runs, self._agents = database, runs, agents
        self._vaults, self._environments = tokens.vaults, environments
        environments.heard.append(self._environment_changed)
        self.on_remove: list[Callable[[Connection, str], Awaitable[None]]] = []
        """What removes, in the same transaction, what else a session has."""
        self.on_created: list[Callable[[Connection, Row[Any]], Awaitable[None]]] = []
        """What is told, in the same transaction, of a new session."""
        self.privacy = Privacy(database, sessions, store.not_found)
        self._starter = TurnStarter(database, runs, tokens, still_open, programs)
        self.subagents = Subagents(database)
        self._settler = CallSettler(database, runs, self.begin)
        self.on_failed = self._starter.on_failed
        self._looks = Periodic("beginning of turns", self._look, _LOOK_SECONDS, first=0)
        self._looked = False
        self.news = SessionNews()
        self._going_on: set[asyncio.Future[None]] = set()

    def start(self) -> None:
        """Begin what an earlier process left, and look again from time to time."""
        self._looks.start()

    async def close(self) -> None:
        """Stop looking."""
        await self._looks.close()
        if self._going_on:
            await asyncio.wait(self._going_on)

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def check(self, who: Caller, body: SessionCreate) -> Json:
        """Return the agent of a session that could be made so. Raises what cannot be honoured, and what is missing."""
        body.check_supported()
        before, agent_id, name = None, new_id("agent"), None
        if body.agent_id is not None:
            await self._agents.privacy.check(body.agent_id, who)
            before, name = await self._agents.configuration(body.agent_id, who.project)
            agent_id = body.agent_id
        agent = resolved(body.agent, before) if body.agent is not None else before
        assert agent is not None
        self._check_agent(agent, body.environment.type)
        for vault_id in body.vault_ids:
            await self._vaults.privacy.check(vault_id, who)
            await self._vaults.get(vault_id, who.project)
        return {"id": agent_id, "name": name, **agent}

    async def create(self, who: Caller, body: SessionCreate, session_id: str | None = None) -> Row[Any]:
        """Make a session, and begin its first turn. Raises what `check` raises; `session_id`: its id, made before."""
        agent = await self.check(who, body)
        session_id = session_id or new_id("asess")
        environment = await environment_of(self._environments, who, body.environment, body.vault_ids)
        own = body.earthshine
        values: Json = {
            "metadata": body.metadata,
            "agent": agent,
            "environment": {"type": "none"},
            "vault_ids": list(dict.fromkeys(body.vault_ids)),
            "earthshine": own and own.model_dump(exclude_none=True, exclude={"limits"}),
            "limits": changed_limits(None, own and own.limits, body.spend_control and body.spend_control.model_dump()),
        }
        given = [message.model_dump() for message in body.input or ()]
        async with self._database.write() as connection:
            if environment is not None:
                values["environment"] = await bind(connection, environment, session_id)
            row = await store.add_session(connection, session_id, Owner.of(who), values)
            for told in self.on_created:
                await told(connection, row)
            turn_id = await store.add_turn(connection, session_id, who.dump(), given) if given else None
        if turn_id is not None:
            await self.begin(session_id, turn_id)
        return row

    async def get(self, session_id: str, project: str) -> AgentSession:
        """Return a session. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = await store.find_session(connection, session_id, project)
            last = (await store.last_turns(connection, [session_id])).get(session_id)
        return await self.subagents.with_turns(row, last)

    async def list(self, owner: Owner, query: SessionListQuery) -> tuple[list[AgentSession], bool]:
        """List the sessions that this owner reaches, and say whether there are more."""
        async with self._database.read() as connection:
            rows, more = await page(connection, sessions, query, owner.reaches(sessions))
            last = await store.last_turns(connection, [row.id for row in rows])
            others = await store.subagents_turns(connection, rows)
        return [session_object(row, last.get(row.id), others[row.id]) for row in rows], more

    async def update(self, session_id: str, project: str, body: SessionUpdate) -> AgentSession:
        """Change what is given; turns that have begun stay as they are. Raises `NotFound`."""
        body.check_supported()
        values: Json = {}
        if "metadata" in body.model_fields_set:
            values["metadata"] = body.metadata or {}
        async with self._database.write() as connection:
            row = await store.find_session(connection, session_id, project, lock=True)
            if body.agent is not None:
                values["agent"] = body.agent.applied(row.agent)
                self._check_agent(values["agent"], row.environment["type"])
            if body.spend is not None or body.earthshine is not None:
                given = body.earthshine.limits if body.earthshine else None
                values["limits"] = changed_limits(row.limits, given, body.spend)
                values["spent"] = still_reached(row, values["limits"])
            if values:
                await connection.execute(update(sessions).where(sessions.c.id == session_id).values(**values))
        return await self.get(session_id, project)

    async def delete(self, session_id: str, project: str) -> None:
        """Stop a session, and remove it with all that it wrote. Raises `NotFound`."""
        async with self._database.write() as connection:
            row = await store.find_session(connection, session_id, project, lock=True)
            found = await store.turns_of(connection, session_id, every=True)
            kept = await store.steps_of_relatives(connection, row)
            for remove in self.on_remove:
                await remove(connection, session_id)
            await store.remove_session(connection, session_id)
        self.news.tell(session_id)
        for turn in found:
            for step in turn.steps:
                if not step.status or step.status in UNFINISHED:
                    with suppress(NotFound, Unavailable):
                        await self._runs.stop(step.id, project)
        mine = [step.id for turn in found for step in turn.steps if step.id not in kept]
        await self._runs.store.delete_all(mine, project)
        if row.environment["type"] != "none":
            await self._environments.discard(row.environment["id"])

    async def erase(self, user: str) -> None:
        """Remove all sessions of a person who was removed; a service account's are the project's."""
        if is_person(user):
            async with self._database.read() as connection:
                wanted = select(sessions.c.id, sessions.c.project).where(sessions.c.user == user)
                found = (await connection.execute(wanted)).all()
            for row in found:
                with suppress(NotFound):
                    await self.delete(row.id, row.project)

    # --- turns -------------------------------------------------------------------------------------------------------

    async def row_and_turns(self, session_id: str, project: str) -> tuple[Row[Any], list[str]]:
        """Return a session's row and the ids of its turns, oldest first. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = await store.find_session(connection, session_id, project)
            return row, await store.turn_ids(connection, session_id)

    async def turn(self, session_id: str, turn_id: str, project: str) -> tuple[Row[Any], TurnState]:
        """Return a session's row and one of its turns. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = await store.find_session(connection, session_id, project)
            found = await store.find_turn(connection, turn_id)
        if found is None or found.row.session_id != session_id:
            raise NotFound(f"No turn with id {turn_id[:100]!r} was found in this session.", param="turn_id")
        return row, found

    async def turns(
        self, session_id: str, project: str, subagent_id: str | None = None
    ) -> tuple[Row[Any], Sequence[TurnState]]:
        """Return a session's row and the turns of its agent or of a subagent, oldest first. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = await store.find_session(connection, session_id, project)
            return row, await store.turns_of(connection, session_id, subagent_id)

    async def begin(self, session_id: str, turn_id: str) -> None:
        """Begin what is due in a turn: its last response or its next; what keeps it from it is stored."""
        await self._starter.begin(turn_id)
        self.news.tell(session_id)

    def run_ended(self, run: Run) -> None:
        """Go on with the turn whose response this was, if it has more to do."""
        response = run.state
        if not isinstance(response, ResponseRun) or (turn_id := turn_of(response)) is None:
            return
        going_on = asyncio.ensure_future(self._settler.settle(turn_id))
        self._going_on.add(going_on)
        going_on.add_done_callback(self._going_on.discard)

    async def _look(self) -> None:
        before, self._looked = now_ms() - _PATIENCE_MS if self._looked else None, True
        last = ""
        while True:
            async with self._database.read() as connection:
                found = await store.unsettled(connection, last, _AT_ONCE, before_ms=before)
            for turn in found:
                if turn.due or turn.calls:
                    await self._settler.settle(turn.id)
                elif turn.status != "in_progress":
                    async with self._database.write() as connection:
                        await store.settle(connection, turn)
            if len(found) < _AT_ONCE:
                return
            last = found[-1].id

    async def _environment_changed(self, session_id: str) -> None:
        """Begin what waited for a session's environment, and let its readers know."""
        async with self._database.read() as connection:
            last = (await store.last_turns(connection, [session_id])).get(session_id)
        if last is not None and last.status == "queued":
            await self._starter.begin(last.id)
        self.news.tell(session_id)

    async def environment_changes(self, environment_id: str) -> Sequence[Json]:
        """Return the states that a session's environment has had, oldest first."""
        return await self._environments.changes(environment_id)

    @staticmethod
    def _check_agent(agent: Json, environment: str) -> None:
        check_tools(agent["tools"], environment)
        if agent["service_tier"] not in ("auto", "default"):
            raise InvalidRequest("There is one tier, 'default'.", param="agent.service_tier")

    async def follow(self, response_id: str, project: str) -> AsyncGenerator[Sequence[bytes]]:
        """Return the events of one of its responses, and those to come. Raises `NotFound`."""
        run = self._runs.find(response_id, project)
        if run is not None:
            return self._runs.readers.follow(run)
        return await self._runs.readers.events(response_id, project, -1)
