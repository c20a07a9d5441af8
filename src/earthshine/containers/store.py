"""Rows of containers: made, found, listed, used, expired and removed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.containers.schemas import (
    DEFAULT_MINUTES,
    AllowList,
    ContainerCreate,
    ContainerListQuery,
    NetworkPolicy,
)
from earthshine.containers.skills import PlacedSkill
from earthshine.containers.tables import container_uploads, containers
from earthshine.database import Connection
from earthshine.database.dialects import insert_new
from earthshine.errors import Conflict, InvalidRequest, NotFound, Unavailable
from earthshine.ids import new_id

_USED_SECONDS = 15
"""Within which a use is not written down again."""


def not_found(container_id: str) -> NotFound:
    """The error for an id that is unknown, or another project's."""
    return NotFound(f"No container with id {container_id[:100]!r} was found.", param="container_id")


def is_expired(row: Row[Any]) -> bool:
    """Whether a container's time is over."""
    return row.expired or row.last_active_at + row.expires_minutes * 60 <= time.time()


def require_alive(row: Row[Any], node: str) -> None:
    """Raise `Conflict` for a container that has expired, `Unavailable` for one whose files another server has."""
    if is_expired(row):
        raise Conflict(
            f"The container {row.id} has expired: its files are gone. Make a new one.",
            code="container_expired",
            param="container_id",
        )
    if row.node != node:
        raise Unavailable(
            f"The container {row.id} is on another server of this installation. Send its requests there, or make a new "
            "one here.",
            code="container_elsewhere",
        )


async def add_container(
    connection: Connection,
    container_id: str,
    owner: Owner,
    node: str,
    body: ContainerCreate,
    skills: Sequence[PlacedSkill],
    secrets: str | None,
    most: int,
    *,
    env: str | None = None,
    remote: bool = False,
) -> Row[Any]:
    """Make a container's row. Raises `InvalidRequest` where the project has `most` that live."""
    now = int(time.time())
    living = select(func.count()).where(containers.c.project == owner.project, is_alive())
    if most and (await connection.execute(living)).scalar_one() >= most:
        raise InvalidRequest(
            f"The project has {most} containers. Delete some, or wait until they expire.",
            code="containers_limit_exceeded",
        )
    row = {
        "id": container_id,
        "project": owner.project,
        "user": owner.user,
        "node": node,
        "created_at": now,
        "name": body.name,
        "memory_limit": body.memory_limit,
        "network_policy": shown_policy(body.network_policy),
        "skills": list(skills),
        "secrets": secrets,
        "env": env,
        "remote": remote,
        "expires_minutes": body.expires_after.minutes if body.expires_after else DEFAULT_MINUTES,
        "last_active_at": now,
    }
    return (await connection.execute(insert(containers).values(row).returning(*containers.c))).one()


def shown_policy(policy: NetworkPolicy | None) -> dict[str, Any]:
    """Return a policy as it is stored and shown: without secrets."""
    if isinstance(policy, AllowList):
        return {"type": "allowlist", "allowed_domains": policy.allowed_domains}
    return {"type": "disabled"}


def new_container_id() -> str:
    """Return an id; in the order of time, as all ids."""
    return new_id("cntr")


async def get_container(connection: Connection, container_id: str, project: str) -> Row[Any]:
    """Return a container's row. Raises `NotFound`."""
    query = select(containers).where(containers.c.id == container_id, containers.c.project == project)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise not_found(container_id)
    return row


async def list_containers(
    connection: Connection, owner: Owner, query: ContainerListQuery
) -> tuple[Sequence[Row[Any]], bool]:
    """Return a page of what this owner reaches, and whether there is more."""
    down = query.order == "desc"
    rows = select(containers).where(owner.reaches(containers))
    if query.name is not None:
        rows = rows.where(containers.c.name == query.name)
    if query.after is not None:
        rows = rows.where(containers.c.id < query.after if down else containers.c.id > query.after)
    rows = rows.order_by(containers.c.id.desc() if down else containers.c.id).limit(query.limit + 1)
    found = (await connection.execute(rows)).all()
    return found[: query.limit], len(found) > query.limit


async def note_use(connection: Connection, row: Row[Any]) -> None:
    """Note that a container is used now."""
    this = containers.c.id == row.id
    await connection.execute(update(containers).where(this).values(last_active_at=int(time.time())))


def recently_used(row: Row[Any]) -> bool:
    """Whether its use need not be written down again."""
    return row.last_active_at > time.time() - _USED_SECONDS


async def note_upload(connection: Connection, container_id: str, path: str) -> None:
    """Note that a client put a file there."""
    await connection.execute(insert_new(connection, container_uploads).values(container_id=container_id, path=path))


async def forget_upload(connection: Connection, container_id: str, path: str) -> None:
    """A file that a client put there is gone."""
    this = (container_uploads.c.container_id == container_id) & (container_uploads.c.path == path)
    await connection.execute(delete(container_uploads).where(this))


async def uploads_of(connection: Connection, container_id: str) -> frozenset[str]:
    """Return the paths of the files that clients put there."""
    query = select(container_uploads.c.path).where(container_uploads.c.container_id == container_id)
    return frozenset(await connection.scalars(query))


def is_due() -> ColumnElement[bool]:
    """The condition that a container's time is over and its files are still there."""
    return ~containers.c.expired & ~is_alive()


def is_alive() -> ColumnElement[bool]:
    """The condition that a container has not expired."""
    ends = containers.c.last_active_at + containers.c.expires_minutes * 60
    return ~containers.c.expired & (ends > int(time.time()))
