"""The artifacts of one installation: listed, found, deleted; they belong to whom their session belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Row, delete, select, update
from typing_extensions import TypedDict

from earthshine.agents.artifacts.tables import artifacts
from earthshine.agents.environments.content.paths import ROOT
from earthshine.blobs import Blobs
from earthshine.database import Connection, Database
from earthshine.errors import NotFound
from earthshine.wire.objects import Deletion, Seconds
from earthshine.wire.pagination import OrderedQuery, page

MOST_ARCHIVED = 1000
"""Files of one archive."""


class SessionArtifact(TypedDict):
    """An immutable file that a completed turn published."""

    id: str
    object: Literal["agent.session.artifact"]
    created_at: Seconds
    environment_id: str
    path: str
    session_id: str
    size_bytes: int
    turn_id: str


class DeletedSessionArtifact(Deletion):
    """What was removed."""

    object: Literal["agent.session.artifact.deleted"]


class ArtifactListQuery(OrderedQuery):
    """One page of a session's artifacts, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"
    environment_id: str | None = Field(default=None, max_length=64)


class Artifacts:
    """Rows of artifacts, and their bytes. Whether somebody may see a session is asked before."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self.blobs = database, blobs

    async def list(self, session_id: str, query: ArtifactListQuery) -> tuple[list[SessionArtifact], bool]:
        """List the artifacts of a session, and say whether there are more."""
        mine = _of(session_id)
        if query.environment_id is not None:
            mine &= artifacts.c.environment_id == query.environment_id
        async with self._database.read() as connection:
            rows, more = await page(connection, artifacts, query, mine)
        return [serialize(row) for row in rows], more

    async def get(self, session_id: str, artifact_id: str) -> SessionArtifact:
        """Return an artifact. Raises `NotFound`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(artifacts).where(_one(session_id, artifact_id)))).one_or_none()
        if row is None:
            raise _not_found(artifact_id)
        return serialize(row)

    async def newest(self, session_id: str, turn_id: str | None) -> Sequence[Row[Any]]:
        """Return the newest artifact of each path, of the whole session or of one turn."""
        wanted = select(artifacts).where(_of(session_id)).order_by(artifacts.c.id.desc()).limit(MOST_ARCHIVED)
        if turn_id is not None:
            wanted = wanted.where(artifacts.c.turn_id == turn_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return list({row.path: row for row in reversed(rows)}.values())

    async def delete(self, session_id: str, artifact_id: str) -> None:
        """Remove an artifact; the file in the environment stays. Raises `NotFound`."""
        async with self._database.write() as connection:
            gone = update(artifacts).where(_one(session_id, artifact_id)).values(deleted=True)
            if (await connection.execute(gone)).rowcount == 0:
                raise _not_found(artifact_id)
            await self.blobs.release(connection, [artifact_id])
        self.blobs.tidy()

    async def remove_all(self, connection: Connection, session_id: str) -> None:
        """Remove all artifacts of a session, in the transaction that removes it."""
        mine = artifacts.c.session_id == session_id
        await self.blobs.release(connection, list(await connection.scalars(select(artifacts.c.id).where(mine))))
        await connection.execute(delete(artifacts).where(mine))
        self.blobs.tidy()


def serialize(row: Row[Any]) -> SessionArtifact:
    """Return an artifact as OpenAI's API shows it."""
    return {
        "id": row.id,
        "object": "agent.session.artifact",
        "created_at": row.created_at,
        "environment_id": row.environment_id,
        "path": f"{ROOT}/{row.path}",
        "session_id": row.session_id,
        "size_bytes": row.size,
        "turn_id": row.turn_id,
    }


def _of(session_id: str) -> Any:
    return (artifacts.c.session_id == session_id) & ~artifacts.c.deleted


def _one(session_id: str, artifact_id: str) -> Any:
    return _of(session_id) & (artifacts.c.id == artifact_id)


def _not_found(artifact_id: str) -> NotFound:
    return NotFound(f"No artifact with id {artifact_id[:100]!r} was found in this session.", param="artifact_id")
