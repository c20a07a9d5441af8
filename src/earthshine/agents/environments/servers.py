"""MCP servers that are programs of a session's environment: started there when they are needed, asked line by line.

To the tool each is a connector, whose id is that of the session with the place of the tool among the agent's.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import AsyncExitStack
from typing import Any

import orjson
from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING, Privacy
from earthshine.agents.environments.content.paths import ROOT, relative
from earthshine.agents.sessions.tables import sessions
from earthshine.connectors.program import Program
from earthshine.containers.containers import Containers
from earthshine.database import Database
from earthshine.errors import NotFound
from earthshine.sandboxes.base import Command, OnOutput, Outcome, Process, Sandbox, Stopped
from earthshine.tools.mcp.client import LARGEST_RESULT
from earthshine.tools.mcp.connected import Connected, ConnectorPolicy, ConnectorSource
from earthshine.tools.mcp.filters import ApprovalFilter, ToolFilter

Json = dict[str, Any]

_REMEMBERED = 256
_DAY = 86_400.0


def server_id(session_id: str, place: int) -> str:
    """Return under which connector's id the tool asks for a program."""
    return f"{session_id}.{place}"


class SessionServers(ConnectorSource):
    """Finds programs of sessions, and leaves all other connectors to who keeps them."""

    def __init__(self, database: Database, containers: Containers, connectors: ConnectorSource) -> None:
        self._database, self._containers, self._connectors = database, containers, connectors
        self._privacy = Privacy(database, sessions, _not_found)
        self._programs: OrderedDict[str, Program] = OrderedDict()

    async def connect(self, connector_id: str, who: Caller) -> Connected:
        """Return a connector for whoever may use it. Raises `NotFound` and `PermissionDenied`."""
        session_id, dot, place = connector_id.partition(".")
        if not dot:
            return await self._connectors.connect(connector_id, who)
        await self._privacy.check(session_id, who, WRITING)
        wanted = select(sessions.c.agent, sessions.c.environment).where(
            sessions.c.id == session_id, sessions.c.project == who.project
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        tools: list[Json] = row.agent["tools"] if row is not None else []
        tool = tools[int(place)] if place.isdecimal() and int(place) < len(tools) else {}
        transport: Json = tool.get("transport") or {}
        if row is None or transport.get("type") != "stdio":
            raise _not_found(connector_id)
        program = await self._program(connector_id, tool, row.environment["id"], who)
        never = ApprovalFilter(never=ToolFilter())
        return Connected(program, ConnectorPolicy(host="", require_approval=never))

    async def close(self) -> None:
        """End all programs."""
        for each in self._programs.values():
            await each.end()

    async def _program(self, name: str, tool: Json, environment_id: str, who: Caller) -> Program:
        transport: Json = tool["transport"]
        # Another one where the tool was changed.
        key = name, orjson.dumps(transport)
        known = self._programs.pop(name, None)
        if known is not None and known.key != key:
            await known.end()
            known = None
        self._programs[name] = known or self._new(key, tool["server_label"], transport, environment_id, who)
        while len(self._programs) > _REMEMBERED:
            _, oldest = self._programs.popitem(last=False)
            await oldest.end()
        return self._programs[name]

    def _new(self, key: Any, label: str, transport: Json, environment_id: str, who: Caller) -> Program:
        cwd: str = transport["cwd"]
        inside = relative(cwd) if cwd == ROOT or cwd.startswith(f"{ROOT}/") else cwd
        command = Command([transport["command"], *transport["args"]], cwd=inside, timeout=_DAY)

        async def start(_: AsyncExitStack) -> Sandbox:
            row = await self._containers.alive(environment_id, who, WRITING)
            living = await self._containers.living.use(row)
            # A program that only waits does not keep the sandbox from its rest; the next question starts both again.
            self._containers.living.done(living)
            return _Shared(living.sandbox)

        return Program(label, key, command, start, LARGEST_RESULT)


class _Shared(Sandbox):
    """A sandbox that others use too, so it does not end with a program."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self.inside = sandbox, sandbox.inside

    @property
    def ended(self) -> Stopped | None:
        return self._sandbox.ended

    async def spawn(self, command: Command) -> Process:
        return await self._sandbox.spawn(command)

    async def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        return await self._sandbox.run(command, on_output)

    async def stop(self) -> None:
        """Leave it to the container."""


def _not_found(connector_id: str) -> NotFound:
    return NotFound(f"No MCP server {connector_id[:100]!r} was found in a session.", param="connector_id")
