"""The containers that live now, for who looks after a project or the organisation. An extension."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import Request
from sqlalchemy import Row, select
from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import is_person
from earthshine.accounts.people.tables import users
from earthshine.accounts.tables import projects
from earthshine.containers.containers import Containers
from earthshine.containers.objects import ContainerNetwork
from earthshine.containers.store import is_alive
from earthshine.containers.tables import containers
from earthshine.openapi import Routes, asks
from earthshine.sandboxes.use import folder_use
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page, Seconds
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1", tags=["Containers"])


class ContainerUser(TypedDict):
    """Whose a container is."""

    id: str
    name: str
    """Empty for a service account."""
    email: str


class LivingContainer(TypedDict):
    """A container that has not expired, and what it takes now."""

    object: Literal["living_container"]
    id: str
    name: str | None
    """None for another person's: it is words of theirs."""
    project: str
    user: ContainerUser | None
    """None for one of the project's own keys."""
    state: Literal["running", "idle", "resting", "elsewhere"]
    """`running`: a command runs. `idle`: its sandbox waits. `resting`: it has only files. `elsewhere`: another server
    has it, and knows what it takes."""
    memory: int | None
    """Bytes; None where another server has it."""
    memory_limit: Literal["1g", "4g", "16g", "64g"]
    disk: int | None
    """Bytes on the disk, likewise."""
    network_policy: ContainerNetwork
    created_at: Seconds
    last_active_at: Seconds
    expires_at: Seconds
    """If it is not used before."""


@router.get("/living_containers")
@router.get("/projects/{project_id}/living_containers")
@needs("organization.read", in_project="project.manage")
@asks(ListQuery)
async def list_living_containers(request: Request, project_id: str = "") -> Reply[Page[LivingContainer]]:
    """List the containers of a project, or of the whole organisation, that have not expired, newest first."""
    query, who, found = read_query(ListQuery, request), caller(request), service(request, Containers)
    mine = projects.c.organization == who.organization
    wanted = (
        select(containers, users.c.name.label("user_name"), users.c.email)
        .select_from(
            containers.join(projects, projects.c.id == containers.c.project).outerjoin(
                users, users.c.id == containers.c.user
            )
        )
        .where(mine & is_alive())
        .order_by(containers.c.id.desc())
        .limit(query.limit + 1)
    )
    if project_id:
        wanted = wanted.where(containers.c.project == project_id)
    if query.after is not None:
        wanted = wanted.where(containers.c.id < query.after)
    async with found.database.read() as connection:
        rows = (await connection.execute(wanted)).all()
    shown = [await _serialize(found, row, who) for row in rows[: query.limit]]
    return json_reply(list_page(shown, has_more=len(rows) > query.limit))


async def _serialize(found: Containers, row: Row[Any], who: Caller) -> LivingContainer:
    here, living = row.node == found.node, found.living.find(row.id)
    disk = None
    if here:
        disk, _ = await asyncio.to_thread(folder_use, found.living.workspace(row.id).root)
    state = "elsewhere" if not here else "resting" if living is None else "running" if living.users else "idle"
    return {
        "object": "living_container",
        "id": row.id,
        "name": row.name if row.user == who.user or not is_person(row.user) else None,
        "project": row.project,
        "user": {"id": row.user, "name": row.user_name or "", "email": row.email or ""} if row.user else None,
        "state": state,
        "memory": (living.sandbox.memory if living is not None else 0) if here else None,
        "memory_limit": row.memory_limit,
        "disk": disk,
        "network_policy": row.network_policy,
        "created_at": row.created_at,
        "last_active_at": row.last_active_at,
        "expires_at": row.last_active_at + row.expires_minutes * 60,
    }
