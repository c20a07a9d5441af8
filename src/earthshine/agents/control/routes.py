"""The routes of `/earthshine/v1/agents/sessions/{id}`, for which OpenAI's API has no word."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Any

import orjson
from fastapi import Request
from pydantic import ConfigDict, StringConstraints
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.agents.control.control import TurnControl
from earthshine.agents.control.fork import ForkCreate, Forks
from earthshine.agents.control.replay import Replay
from earthshine.agents.sessions.reading.objects import AgentSession
from earthshine.agents.sessions.service import AgentSessions
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.responses.reply.events import frame
from earthshine.services import service
from earthshine.wire import EventStream, Reply, json_reply, parse
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.queries import read_query


class ReplayQuery(BoundedModel):
    """What is replayed."""

    model_config = ConfigDict(extra="forbid")

    turn_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """Only this turn."""


router = Routes(prefix="/earthshine/v1/agents/sessions/{agent_session_id}", tags=["Agents"])


@router.post("/pause")
@needs("project.write")
async def pause_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Hold the turn that is under way: the step that runs is done, and none follows until `resume`, or a cancel."""
    return await _held(agent_session_id, request, pause=True)


@router.post("/resume")
@needs("project.write")
async def resume_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Let a turn that was paused go on."""
    return await _held(agent_session_id, request, pause=False)


@router.post("/fork")
@needs("project.write")
@takes(ForkCreate)
async def fork_session(agent_session_id: str, request: Request) -> Reply[AgentSession]:
    """Make a session that has this one's history up to a place, and a copy of its files as they are now."""
    sessions, who = service(request, AgentSessions), caller(request)
    body = await parse(ForkCreate, request)
    made = await service(request, Forks).fork(who, agent_session_id, body)
    return json_reply(await sessions.get(made, who.project))


@router.get("/replay")
@needs("project.read")
@asks(ReplayQuery)
@gives(bytes, media="text/event-stream")
async def replay_session(agent_session_id: str, request: Request) -> Response:
    """Send all that happened so far, with its times (`at_ms`, Unix milliseconds), from the journal; then `replay.done`.

    Each frame is `{"type": "replay.event", "at_ms": ..., "event": ...}`, with an event of the session's stream.
    """
    sessions, who = service(request, AgentSessions), caller(request)
    query = read_query(ReplayQuery, request)
    await sessions.privacy.check(agent_session_id, who)
    row, ids = await sessions.subagents.turn_ids(agent_session_id, who.project)
    if query.turn_id is not None:
        await sessions.turn(agent_session_id, query.turn_id, who.project)
        ids = [query.turn_id]
    found = service(request, Replay).session(agent_session_id, row.agent["id"], ids)
    return EventStream(replay_frames(found))


async def replay_frames(batches: AsyncGenerator[Sequence[dict[str, Any]]]) -> AsyncGenerator[bytes]:
    """Yield the frames of a replay, whose last one says that it is whole."""
    async with aclosing(batches):
        async for batch in batches:
            if batch:
                yield b"".join(frame(orjson.dumps(entry)) for entry in batch)
    yield frame(orjson.dumps({"type": "replay.done"}))


async def _held(session_id: str, request: Request, *, pause: bool) -> Reply[AgentSession]:
    sessions, control, who = service(request, AgentSessions), service(request, TurnControl), caller(request)
    await sessions.privacy.check(session_id, who, WRITING)
    await (control.pause if pause else control.resume)(session_id, who.project)
    return json_reply(await sessions.get(session_id, who.project))
