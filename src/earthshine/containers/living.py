"""The sandboxes of containers that live now: started when they are needed, and stopped when nobody needs them."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from earthshine.containers.interpreter import Interpreter
from earthshine.containers.schemas import MEMORY
from earthshine.containers.ways_out import WaysOut
from earthshine.errors import Unavailable
from earthshine.sandboxes.base import Limits, Sandbox, Spec
from earthshine.sandboxes.launch import confined_user
from earthshine.sandboxes.registry import Sandboxes
from earthshine.sandboxes.workspace import Workspace

_MOST = 64
"""Sandboxes at once; the one that rests longest gives way to one more."""
_REST_SECONDS = 600.0
"""After which a sandbox that nobody uses is stopped; its files stay."""
_SPARE = ".spare-"
"""How folders of sandboxes begin that wait for a container."""

log = logging.getLogger(__name__)


Remote = Callable[[str], Awaitable[Sandbox]]


Heard = Callable[[str], Awaitable[None]]


async def nobody_hears(container_id: str) -> None:
    """Do nothing about a container."""


async def _nowhere(container_id: str) -> Sandbox:
    raise Unavailable(f"The container {container_id} is a machine elsewhere, and none can connect to this server.")


@dataclass(slots=True)
class Living:
    """One container's sandbox."""

    sandbox: Sandbox
    closing: AsyncExitStack
    interpreter: Interpreter
    used_at: float = field(default_factory=time.monotonic)
    users: int = 0
    """Commands that run now."""


class LivingContainers:
    """Of one server; each container has one sandbox at most."""

    def __init__(self, sandboxes: Sandboxes, folder: Path, disk: int, ways: WaysOut) -> None:
        """`folder`: where workspaces are; `disk`: bytes that one may hold."""
        self._sandboxes, self._folder, self._disk, self._ways = sandboxes, folder, disk, ways
        self._living: dict[str, Living] = {}
        self._starting: dict[str, asyncio.Lock] = {}
        self.remote: Remote = _nowhere
        """Returns the sandbox of a container that is a machine elsewhere. Raises `Unavailable`."""
        self.woken: Heard = nobody_hears
        """Called with a container whose sandbox was started."""
        self._spare: asyncio.Task[tuple[Sandbox, Path]] | None = None

    def workspace(self, container_id: str) -> Workspace:
        """Return the files of a container."""
        return Workspace(self._folder / container_id, confined_user())

    def limits(self, memory_limit: str) -> Limits:
        """Return what a container may take."""
        return Limits(memory=MEMORY[memory_limit], disk=self._disk, file=min(self._disk, Limits().file))

    async def make(self, container_id: str, *, spare: bool) -> None:
        """Make the workspace of a new container; `spare`: whether one may do that waits with its sandbox."""
        ready = self._spare if spare else None
        workspace = self.workspace(container_id)
        if ready is not None and ready.done() and not ready.exception() and ready.result()[0].ended is None:
            self._spare = None
            sandbox, folder = ready.result()
            await asyncio.to_thread(folder.rename, workspace.root)
            self._living[container_id] = Living(sandbox, AsyncExitStack(), Interpreter(sandbox))
        else:
            await asyncio.to_thread(workspace.make)
        if spare:
            self.prepare()

    def prepare(self) -> None:
        """Have a sandbox wait for the next container."""
        if self._spare is None or (self._spare.done() and self._spare.exception()):
            self._spare = asyncio.create_task(self._start_spare(), name="a sandbox that waits")

    async def use(self, row: Row[Any]) -> Living:
        """Return a container's sandbox, started if it is not there; `done` when it is not needed any more.

        Raises `SandboxRefused`.
        """
        async with self._starting.setdefault(row.id, asyncio.Lock()):
            living = self._living.get(row.id)
            if living is not None and living.sandbox.ended is not None:
                await self.stop(row.id)
                living = None
            if living is None:
                await self._make_room()
                living = self._living[row.id] = await self._start(row)
                await self.woken(row.id)
            living.users += 1
            living.used_at = time.monotonic()
            return living

    def done(self, living: Living) -> None:
        """Let go of a sandbox."""
        living.users -= 1
        living.used_at = time.monotonic()

    async def stop(self, container_id: str) -> None:
        """End a container's sandbox; its files stay. Nothing happens where there is none."""
        living = self._living.pop(container_id, None)
        if living is not None:
            await living.sandbox.stop()
            await living.closing.aclose()

    async def remove(self, container_id: str) -> None:
        """End a container's sandbox and remove its files."""
        await self.stop(container_id)
        self._starting.pop(container_id, None)
        with suppress(FileNotFoundError):
            await asyncio.to_thread(self.workspace(container_id).remove)

    def find(self, container_id: str) -> Living | None:
        """Return a container's sandbox where it has one."""
        return self._living.get(container_id)

    def rest(self) -> list[str]:
        """Return the containers whose sandboxes nobody has used for long."""
        late = time.monotonic() - _REST_SECONDS
        return [each for each, living in self._living.items() if not living.users and living.used_at < late]

    def clear(self) -> None:
        """Remove what a server that was killed had made for containers to come."""
        for each in self._folder.glob(f"{_SPARE}*"):
            shutil.rmtree(each, ignore_errors=True)

    def kept(self) -> list[str]:
        """Return the containers of which there are files."""
        if not self._folder.is_dir():
            return []
        return [each.name for each in self._folder.iterdir() if each.name.startswith("cntr_")]

    async def close(self) -> None:
        """End all sandboxes; files stay."""
        spare, self._spare = self._spare, None
        if spare is not None:
            with suppress(Exception):
                sandbox, folder = await spare
                await sandbox.stop()
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        await asyncio.gather(*(self.stop(each) for each in list(self._living)))

    async def _start(self, row: Row[Any]) -> Living:
        closing = AsyncExitStack()
        if row.remote:
            sandbox = await self.remote(row.id)
            return Living(sandbox, closing, Interpreter(sandbox))
        try:
            way = await closing.enter_async_context(self._ways.open(row))
            workspace, limits = self.workspace(row.id).root, self.limits(row.memory_limit)
            env = {**self._ways.env(row), **way.env}
            spec = Spec(workspace, limits, way.socket, trust=way.trust, env=env)
            sandbox = await self._sandboxes.start(spec)
        except BaseException:
            await closing.aclose()
            raise
        return Living(sandbox, closing, Interpreter(sandbox))

    async def _start_spare(self) -> tuple[Sandbox, Path]:
        folder = self._folder / f"{_SPARE}{time.monotonic_ns()}"
        await asyncio.to_thread(Workspace(folder, confined_user()).make)
        try:
            return await self._sandboxes.start(Spec(folder, self.limits("1g"))), folder
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            raise

    async def _make_room(self) -> None:
        resting = sorted((living.used_at, each) for each, living in self._living.items() if not living.users)
        for _, each in resting[: max(0, len(self._living) - _MOST + 1)]:
            await self.stop(each)
