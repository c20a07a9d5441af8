"""The programs of all connectors that are run here: at most so many at a time, and none that nobody uses."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack, suppress
from typing import Any

from sqlalchemy import Row

from earthshine.connectors.program import Program
from earthshine.egress import EgressProxy, Policy, Record
from earthshine.errors import Unavailable
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.sandboxes.base import Command, Limits, Sandbox, Spec
from earthshine.sandboxes.launch import confined_user
from earthshine.sandboxes.registry import Sandboxes
from earthshine.sandboxes.workspace import Workspace
from earthshine.settings import Settings
from earthshine.tools.mcp.client import LARGEST_RESULT

_MOST = 32
_REST_SECONDS = 600.0
_DAY = 86_400.0

log = logging.getLogger(__name__)


class Programs:
    """Of one server. The files of a program stay in the data directory until its connector is removed."""

    def __init__(self, settings: Settings, sandboxes: Sandboxes) -> None:
        self._settings, self._sandboxes = settings, sandboxes
        self._folder = settings.data / "connectors"
        self._programs: dict[str, Program] = {}

    async def get(self, row: Row[Any], env: dict[str, str]) -> Program:
        """Return a connector's program, which is started when it is asked something."""
        key = row.id, row.version
        program = self._programs.get(row.id)
        if program is not None and program.key != key:
            await self.end(row.id)
            program = None
        if program is None:
            await self._make_room()
            # A program's own timeout ends it once a day; the next question starts it again.
            command = Command(row.command, env=env, timeout=_DAY)

            async def start(closing: AsyncExitStack) -> Sandbox:
                return await self._start(row, closing)

            program = self._programs[row.id] = Program(row.name, key, command, start, LARGEST_RESULT)
        return program

    async def end(self, connector_id: str) -> None:
        """End a program; nothing happens where there is none."""
        program = self._programs.pop(connector_id, None)
        if program is not None:
            await program.end()

    async def remove(self, connector_id: str) -> None:
        """End a program and remove its files."""
        await self.end(connector_id)
        with suppress(FileNotFoundError):
            await asyncio.to_thread(self._workspace(connector_id).remove)

    async def rest(self) -> None:
        """End those that nobody has used for long."""
        late = time.monotonic() - _REST_SECONDS
        for connector_id, program in list(self._programs.items()):
            if (since := program.rests_since) is not None and since < late:
                await self.end(connector_id)

    def kept(self) -> list[str]:
        """Return the connectors of which there are files here."""
        return [each.name for each in self._folder.iterdir()] if self._folder.is_dir() else []

    async def close(self) -> None:
        """End all."""
        await asyncio.gather(*(self.end(each) for each in list(self._programs)))

    def _workspace(self, connector_id: str) -> Workspace:
        return Workspace(self._folder / connector_id, confined_user())

    async def _start(self, row: Row[Any], closing: AsyncExitStack) -> Sandbox:
        workspace, egress = self._workspace(row.id), None
        if not workspace.root.exists():
            await asyncio.to_thread(workspace.make)
        if row.allowed_domains:
            # A socket's path may have a hundred bytes.
            place = await asyncio.to_thread(RuntimeFolder, "egress")
            closing.callback(place.remove)
            egress = place.path / "proxy"
            proxy = EgressProxy(Policy.allow(row.allowed_domains), lambda record: _tell(row.id, record))
            await closing.enter_async_context(proxy.serve(egress))
        disk = self._settings.container_disk * 2**20
        limits = Limits(processor=round(_DAY), disk=disk, file=min(disk, Limits().file))
        return await self._sandboxes.start(Spec(workspace.root, limits, egress))

    async def _make_room(self) -> None:
        if len(self._programs) < _MOST:
            return
        resting = [(since, each) for each, program in self._programs.items() if (since := program.rests_since)]
        idle = [each for each, program in self._programs.items() if not program.lives]
        if not resting and not idle:
            raise Unavailable(f"{_MOST} programs of connectors run here already. Try again later.", retry_after=30)
        await self.end(idle[0] if idle else min(resting)[1])


def _tell(connector_id: str, record: Record) -> None:
    log.info("connector %s: %s %s:%s %s", connector_id, record.method, record.host, record.port, record.verdict)
