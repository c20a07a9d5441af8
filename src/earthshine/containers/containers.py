"""The containers of one installation: what routes and tools ask for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner, Privacy, is_person
from earthshine.blobs import Blobs
from earthshine.containers import store
from earthshine.containers.contents import ContainerFiles
from earthshine.containers.egress_log.log import EgressLog
from earthshine.containers.interpreter import Result
from earthshine.containers.living import Heard, Living, LivingContainers, nobody_hears
from earthshine.containers.schemas import MEMORY, AllowList, ContainerCreate
from earthshine.containers.skills import ContainerSkills, PlacedSkill
from earthshine.containers.tables import container_uploads, containers
from earthshine.containers.ways_out import WaysOut, secrets_of
from earthshine.database import Database
from earthshine.disk import require_space
from earthshine.errors import EarthshineError, InvalidRequest, NotFound, UnsupportedParameter
from earthshine.files.store import Files
from earthshine.metering.meter import Meter
from earthshine.metering.units import Amount, charge_id
from earthshine.periodic import Periodic
from earthshine.sandboxes.base import Command, Limits, OnOutput, Outcome
from earthshine.sandboxes.registry import Sandboxes
from earthshine.sandboxes.use import folder_use
from earthshine.settings import Settings

_LOOK_SECONDS = 20.0
_AT_ONCE = 50
_ROOM = 2**20


def folder_of(settings: Settings) -> Path:
    """Return where the files of containers are, each in a folder of its id."""
    return settings.data / "containers"


class Containers:
    """Rows, files and sandboxes, kept together."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        files: Files,
        skills: ContainerSkills,
        meter: Meter,
        sandboxes: Sandboxes,
        node: str,
        egress: EgressLog,
    ) -> None:
        self.skills = skills
        self._settings, self._meter, self._sandboxes, self.node = settings, meter, sandboxes, node
        self.database, self.files = database, files
        self.privacy = Privacy(database, containers, store.not_found)
        self.folder = folder_of(settings)
        self.ways = WaysOut(settings, egress.add)
        self.living = LivingContainers(sandboxes, self.folder, settings.container_disk * 2**20, self.ways)
        self.contents = ContainerFiles(database, self.living, settings.container_disk * 2**20)
        self.rested: Heard = nobody_hears
        """Called with a container whose sandbox was stopped because nobody used it; its files stay."""
        self._making: set[str] = set()
        """Those of which there are files and no row yet."""
        self._sweeping = Periodic("looking after containers", self.sweep, _LOOK_SECONDS, first=0)

    @property
    def blobs(self) -> Blobs:
        """Where files of the project have their bytes."""
        return self.files.blobs

    def start(self) -> None:
        """Begin to look after containers."""
        self.living.clear()
        self._sweeping.start()

    async def close(self) -> None:
        """End all sandboxes; containers and their files stay."""
        await self._sweeping.close()
        await self.living.close()

    # --- life --------------------------------------------------------------------------------------------------------

    async def create(
        self, who: Caller, body: ContainerCreate, container_id: str = "", *, env: Mapping[str, str] | None = None
    ) -> Row[Any]:
        """Make a container, of an id that nobody else has; `env`: variables of all that runs in it.

        Raises `SandboxRefused`, and what its parts raise.
        """
        body.check()
        backend = await self._sandboxes.backend()
        network = isinstance(body.network_policy, AllowList)
        if network and not backend.network:
            raise UnsupportedParameter(
                "Sandboxes of this server have no network; `earthshine doctor` says what is missing.",
                param="network_policy",
            )
        if MEMORY[body.memory_limit] > _machine_memory():
            raise UnsupportedParameter(
                f"This server has less memory than {body.memory_limit}. Ask for less.", param="memory_limit"
            )
        await asyncio.to_thread(require_space, self._settings.data, _ROOM)
        owner, container_id = Owner.of(who), container_id or store.new_container_id()
        skills = await self.skills.find(who, body.skills)
        given = [await self.file(who, each, f"file_ids[{at}]") for at, each in enumerate(body.file_ids)]
        self._making.add(container_id)
        await self.living.make(container_id, spare=body.memory_limit == "1g" and not network and not env)
        try:
            for each in skills:
                await self.skills.place(each, self.living.workspace(container_id).root)
                await asyncio.to_thread(self._check_room, container_id)
            async with self.database.write() as connection:
                row = await store.add_container(
                    connection,
                    container_id,
                    owner,
                    self.node,
                    body,
                    [each.told for each in skills],
                    self.ways.sealed(body.network_policy),
                    self._settings.max_containers,
                    env=self.ways.sealed_env(env or {}),
                )
            for each in given:
                await self.put(row, each)
        except BaseException:
            await asyncio.shield(self._remove([container_id]))
            raise
        finally:
            self._making.discard(container_id)
        await self._meter.charge(who, Amount("code_interpreter", "sessions", 1), charge_id(container_id, 0, "sessions"))
        return row

    async def create_remote(self, who: Caller, body: ContainerCreate, container_id: str) -> Row[Any]:
        """Make the row of a container that is a machine elsewhere. Raises `InvalidRequest` for one too many."""
        most = self._settings.max_containers
        async with self.database.write() as connection:
            return await store.add_container(
                connection, container_id, Owner.of(who), self.node, body, [], None, most, remote=True
            )

    async def fits(self, container_id: str, who: Caller, body: ContainerCreate, skills: Sequence[PlacedSkill]) -> bool:
        """Tell whether a container lives, and is one as `body` with these skills asks for."""
        try:
            row = await self.alive(container_id, who, "data.written")
            if self.ways.opened(row) != secrets_of(body.network_policy):
                return False
        except EarthshineError:
            return False  # it has expired, or was removed, or its secrets cannot be read any more
        same = row.memory_limit == body.memory_limit and row.network_policy == store.shown_policy(body.network_policy)
        return same and row.skills == list(skills)

    async def get(self, container_id: str, who: Caller, act: str = "") -> Row[Any]:
        """Return a container's row, for whoever may do `act` to it, else read it. Raises `NotFound`."""
        await (self.privacy.check(container_id, who, act) if act else self.privacy.check(container_id, who))
        async with self.database.read() as connection:
            return await store.get_container(connection, container_id, who.project)

    async def alive(self, container_id: str, who: Caller, act: str = "") -> Row[Any]:
        """Return a container's row and note that it is used. Raises `Conflict` for one that has expired."""
        row = await self.get(container_id, who, act)
        store.require_alive(row, self.node)
        if not store.recently_used(row):
            async with self.database.write() as connection:
                await store.note_use(connection, row)
        return row

    async def delete(self, container_id: str, who: Caller) -> None:
        """Remove a container with all that is in it. Raises `NotFound`."""
        await self.get(container_id, who, "resource.deleted")
        await self._remove([container_id])

    async def discard(self, container_id: str) -> None:
        """Remove a container that was made for something else, with that; one that is gone is no error."""
        await self._remove([container_id])

    async def erase(self, user: str) -> None:
        """Remove all containers of a person who was removed."""
        if is_person(user):
            async with self.database.read() as connection:
                ids = list(await connection.scalars(select(containers.c.id).where(containers.c.user == user)))
            await self._remove(ids)

    # --- work --------------------------------------------------------------------------------------------------------

    async def run(self, container_id: str, who: Caller, command: Command, on_output: OnOutput | None = None) -> Outcome:
        """Run a command in a container. Raises `NotFound`, `Conflict`, `SandboxRefused`, `InvalidRequest`."""
        async with self._used(container_id, who) as living:
            return await living.sandbox.run(command, on_output)

    async def python(
        self,
        container_id: str,
        who: Caller,
        code: str,
        *,
        timeout: float = 60.0,
        on_output: Callable[[bytes], None] | None = None,
    ) -> Result:
        """Run a piece of Python that sees the variables of those before. Raises what `run` raises."""
        async with self._used(container_id, who) as living:
            return await living.interpreter.run(code, timeout=timeout, on_output=on_output)

    @asynccontextmanager
    async def _used(self, container_id: str, who: Caller) -> AsyncGenerator[Living]:
        row = await self.alive(container_id, who, "data.written")
        living = await self.living.use(row)
        try:
            yield living
        finally:
            self.living.done(living)
            async with self.database.write() as connection:
                await store.note_use(connection, row)

    # --- files from elsewhere ----------------------------------------------------------------------------------------

    async def file(self, who: Caller, file_id: str, param: str) -> Row[Any]:
        """Return a file of the project that this caller reaches. Raises `NotFound` at `param`."""
        async with self.database.write() as connection:
            found = await self.files.reachable(connection, [file_id], Owner.of(who))
        if file_id not in found:
            raise NotFound(f"No file with id {file_id[:100]!r} was found.", param=param)
        return found[file_id]

    async def put(self, row: Row[Any], file: Row[Any], path: str = "") -> str:
        """Copy a file of the project into a container; return its path there. Raises what `ContainerFiles.add` does."""
        blob = await self.blobs.find(file.id)
        async with self.blobs.as_file(blob) as source:
            return (await self.contents.add(row, file.filename, source, blob.size, path)).path

    # --- upkeep ------------------------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Expire what is due, let sandboxes rest, and remove files whose container is gone."""
        await self._sandboxes.look()
        while await self._expire():
            pass
        for each in self.living.rest():
            await self.living.stop(each)
            await self.rested(each)
        kept = await asyncio.to_thread(self.living.kept)
        for start in range(0, len(kept), _AT_ONCE):
            # Before the rows are read: one may be stored, and no longer be made, meanwhile.
            some, making = kept[start : start + _AT_ONCE], set(self._making)
            async with self.database.read() as connection:
                query = select(containers.c.id).where(containers.c.id.in_(some), ~containers.c.expired)
                there = set(await connection.scalars(query))
            for each in set(some) - there - making:
                await self.living.remove(each)

    def _check_room(self, container_id: str) -> None:
        used, count = folder_use(self.living.workspace(container_id).root)
        if used > self._settings.container_disk * 2**20 or count > Limits().files:
            raise InvalidRequest("The skills are more than a container may hold. Leave some out.", param="skills")

    async def _expire(self) -> int:
        mine = store.is_due() & (containers.c.node == self.node)
        async with self.database.write() as connection:
            query = select(containers.c.id).where(mine).order_by(containers.c.id).limit(_AT_ONCE).with_for_update()
            ids: Sequence[str] = list(await connection.scalars(query))
            if ids:
                over = update(containers).where(containers.c.id.in_(ids)).values(expired=True, secrets=None, env=None)
                await connection.execute(over)
                await connection.execute(delete(container_uploads).where(container_uploads.c.container_id.in_(ids)))
        for each in ids:
            await self.living.remove(each)
        return len(ids)

    async def _remove(self, ids: Sequence[str]) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(containers).where(containers.c.id.in_(ids)))
        for each in ids:
            await self.living.remove(each)


def _machine_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
