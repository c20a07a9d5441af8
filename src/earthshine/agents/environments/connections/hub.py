"""Which machines are connected to this server now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import select

from earthshine.agents.environments.connections.remote import RemoteSandbox
from earthshine.agents.environments.service import SELF_HOSTED, Environments
from earthshine.agents.environments.tables import environments as table
from earthshine.containers.tables import containers
from earthshine.errors import Unavailable
from earthshine.periodic import Periodic
from earthshine.sandboxes.base import Sandbox

_PATIENCE = 60.0
"""Seconds that a command waits for a machine that is not connected."""
_LOOK_SECONDS = 30.0


class MachineHub:
    """Gives containers the sandboxes of machines, and notes in the rows which are connected."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments
        self._connected: dict[str, RemoteSandbox] = {}
        self._waiting: dict[str, asyncio.Event] = {}
        self._looks = Periodic("machines of environments", self._look, _LOOK_SECONDS, first=0)
        environments.containers.living.remote = self.sandbox
        environments.on_discard = self.forget

    def start(self) -> None:
        """Begin to look for rows that are not true any more."""
        self._looks.start()

    async def close(self) -> None:
        """Stop."""
        await self._looks.close()

    async def join(self, environment_id: str, sandbox: RemoteSandbox) -> None:
        """A machine has connected; one that was connected before in its place is not asked any more."""
        before, self._connected[environment_id] = self._connected.get(environment_id), sandbox
        if before is not None:
            before.cut()
        if (waiting := self._waiting.pop(environment_id, None)) is not None:
            waiting.set()
        await self._environments.set_status(environment_id, "connected")

    def forget(self, environment_id: str) -> None:
        """An environment is gone: its machine is not asked any more."""
        if (known := self._connected.pop(environment_id, None)) is not None:
            known.cut()

    def has(self, environment_id: str) -> bool:
        """Tell whether a machine is connected as this environment."""
        return environment_id in self._connected

    async def leave(self, environment_id: str, sandbox: RemoteSandbox) -> None:
        """A connection has ended."""
        sandbox.cut()
        if self._connected.get(environment_id) is sandbox:
            del self._connected[environment_id]
            await self._environments.set_status(environment_id, "disconnected")

    async def sandbox(self, environment_id: str) -> Sandbox:
        """Return the sandbox of a machine, waiting a while for it. Raises `Unavailable`."""
        if environment_id not in self._connected:
            waiting = self._waiting.setdefault(environment_id, asyncio.Event())
            try:
                async with asyncio.timeout(_PATIENCE):
                    await waiting.wait()
            except TimeoutError:
                pass
        found = self._connected.get(environment_id)
        if found is None:
            raise Unavailable(
                "The machine that this is to be done on is not connected, so nothing was done. Its owner connects it "
                f"by `earthshine environment {environment_id}`.",
            )
        return found

    async def _look(self) -> None:
        """Note which machines are not connected: a server that was killed could not."""
        mine = containers.c.node == self._environments.containers.node
        wanted = select(table.c.id).join(containers, containers.c.id == table.c.id)
        wanted = wanted.where(table.c.type == SELF_HOSTED, table.c.status == "connected", mine)
        async with self._environments.database.read() as connection:
            ids: Sequence[str] = list(await connection.scalars(wanted))
        for each in ids:
            if each not in self._connected:
                await self._environments.set_status(each, "disconnected")
