"""What a turn hands over when it is complete: files below `outputs`, and those that its answer names.

Their bytes are kept before the transaction in which the turn's last response ends, and held in it: a server that is
killed before has published nothing, and whoever goes on with the turn publishes all of it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import Row, insert, select, update

from earthshine.agents.artifacts.tables import artifacts
from earthshine.agents.sessions.state import Step
from earthshine.agents.sessions.store import session_of
from earthshine.blobs import Blobs, Incoming
from earthshine.containers import store as container_rows
from earthshine.containers.containers import Containers
from earthshine.containers.contents import INSIDE
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.ids import new_id
from earthshine.responses.run.response_run import ResponseRun
from earthshine.sandboxes.workspace import Entry

log = logging.getLogger(__name__)

Json = dict[str, Any]
Write = Callable[[Connection], Any]

OUTPUTS = "outputs/"
_MOST = 100
"""Files that one turn publishes: those that were changed last."""
_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file whose bytes are in the store."""

    entry: Entry
    incoming: Incoming


class Publishing:
    """Publishes the artifacts of turns."""

    def __init__(self, database: Database, blobs: Blobs, containers: Containers) -> None:
        self._database, self._blobs, self._containers = database, blobs, containers

    @asynccontextmanager
    async def ending(self, response: ResponseRun, status: str) -> AsyncGenerator[Write | None]:
        """Yield what publishes the files of a turn, in the transaction that ends its last response; None for nothing.

        What cannot be read or kept is left out: it is tried again at the end of the next turn.
        """
        async with AsyncExitStack() as kept:
            write: Write | None = None
            try:
                if status == "completed" and not _waits(response):
                    write = await self._prepare(response, kept)
            except EarthshineError as error:
                log.warning("%s publishes no files: %s", response.id, error.message)
            except Exception:
                log.exception("%s publishes no files", response.id)
            yield write

    async def _prepare(self, response: ResponseRun, kept: AsyncExitStack) -> Write | None:
        metadata, project = response.turn.create.metadata, response.turn.project
        async with self._database.read() as connection:
            session = await session_of(connection, metadata, response.id, project)
            if session is None or session.environment["type"] != "openai_hosted":
                return None
            container_id: str = session.environment["id"]
            container = await container_rows.get_container(connection, container_id, project)
            given = set(await container_rows.uploads_of(connection, container_id))
            before = await _published(connection, session.id)
        container_rows.require_alive(container, self._containers.node)
        workspace = self._containers.living.workspace(container_id)
        entries = await asyncio.to_thread(lambda: list(workspace.entries()))
        named = await self._named(container, response)
        wanted = [
            entry
            for entry in entries
            if (entry.path.startswith(OUTPUTS) or entry.path in named)
            and entry.path not in given
            and (entry.path not in before or before[entry.path].version != entry.version)
        ]
        newest = sorted(wanted, key=lambda each: each.version, reverse=True)[:_MOST]
        tried = [await self._keep(container_id, entry, before.get(entry.path), kept, project) for entry in newest]
        found = [one for one in tried if one is not None]
        if not found:
            return None
        turn_id = metadata["turn_id"]

        async def write(connection: Connection) -> None:
            for each in reversed(found):
                await self._add(connection, session, turn_id, each)

        return write

    async def _named(self, container: Row[Any], response: ResponseRun) -> set[str]:
        """Return the paths of the files that the answer cites."""
        cited = {
            annotation["file_id"]
            for item in response.builder.output
            if item["type"] == "message"
            for part in item["content"]
            for annotation in part.get("annotations", ())
            if annotation["type"] == "container_file_citation"
        }
        if not cited:
            return set()
        files = await self._containers.contents.files(container)
        return {each["path"].removeprefix(f"{INSIDE}/") for each in files if each["id"] in cited}

    async def _keep(
        self, container_id: str, entry: Entry, before: Row[Any] | None, kept: AsyncExitStack, project: str
    ) -> _Kept | None:
        """Bring a file to the store; None for one that is as it was published, is gone, or has no room."""
        try:
            await self._blobs.check_room(project, entry.size)
            file = await asyncio.to_thread(self._containers.living.workspace(container_id).open, entry.path)
        except FileNotFoundError:
            return None
        except InvalidRequest as error:
            log.warning("%s is not published: %s", entry.path, error.message)
            return None
        try:
            incoming = await kept.enter_async_context(self._blobs.incoming(entry.size))
            await _copy(file, incoming)
            await incoming.finish()
            if before is not None and before.sha256 == incoming.sha256:
                return None
            await self._blobs.keep(incoming)
        finally:
            file.close()
        return _Kept(entry, incoming)

    async def _add(self, connection: Connection, session: Row[Any], turn_id: str, one: _Kept) -> None:
        """Publish one file; what the same turn published of it before gives way."""
        incoming, artifact_id = one.incoming, new_id("artifact")
        try:
            async with connection.begin_nested():
                await self._blobs.hold(connection, incoming, artifact_id, session.project)
        except InvalidRequest as error:
            log.warning("%s of %s is not published: %s", one.entry.path, turn_id, error.message)
            return
        earlier = (artifacts.c.turn_id == turn_id) & (artifacts.c.path == one.entry.path) & ~artifacts.c.deleted
        ids = list(await connection.scalars(select(artifacts.c.id).where(earlier)))
        await connection.execute(update(artifacts).where(artifacts.c.id.in_(ids)).values(deleted=True))
        await self._blobs.release(connection, ids)
        row = {
            "id": artifact_id,
            "session_id": session.id,
            "turn_id": turn_id,
            "environment_id": session.environment["id"],
            "created_at": int(time.time()),
            "path": one.entry.path,
            "size": incoming.size,
            "sha256": incoming.sha256,
            "version": one.entry.version,
        }
        await connection.execute(insert(artifacts).values(row))


def _waits(response: ResponseRun) -> bool:
    """Tell whether the turn goes on after this response, when somebody has answered."""
    step = Step(response.id, "completed", {"output": response.builder.output})
    return bool(step.pending)


async def _published(connection: Connection, session_id: str) -> dict[str, Row[Any]]:
    """Return what was published last of each path, deleted or not."""
    wanted = select(artifacts).where(artifacts.c.session_id == session_id).order_by(artifacts.c.id)
    rows: Sequence[Row[Any]] = (await connection.execute(wanted)).all()
    return {row.path: row for row in rows}


async def _copy(file: IO[bytes], incoming: Incoming) -> None:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        await incoming.write(piece)
