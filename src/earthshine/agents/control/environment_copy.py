"""A hosted environment with the files of another: what a forked session works in."""

from __future__ import annotations

import asyncio
import os
import stat
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.agents.environments.service import EXPIRES, HOSTED, USABLE, Environments
from earthshine.containers.schemas import ContainerCreate
from earthshine.containers.store import new_container_id
from earthshine.containers.tables import container_uploads, containers
from earthshine.errors import Conflict, UnsupportedParameter
from earthshine.sandboxes.workspace import Workspace

Json = dict[str, Any]

_PIECE = 1 << 20


async def copy_environment(environments: Environments, who: Caller, environment_id: str) -> str:
    """Make a container like this one, with its plain files as they are now; returns its id.

    Raises `Conflict` for one that is not ready or has expired, and what making a container raises.
    """
    row = await environments.get(environment_id, who, WRITING)
    if row.type != HOSTED:
        raise UnsupportedParameter(
            "The session works on a machine of yours, which cannot be copied. Begin another session.",
            param="environment",
        )
    if row.status not in USABLE:
        raise Conflict(f"The environment {environment_id} is {row.status}, so its files cannot be copied.")
    living = environments.containers
    source = await living.alive(environment_id, who, WRITING)
    policy: Json = {**source.network_policy}
    if policy["type"] == "allowlist":
        policy["domain_secrets"] = living.ways.opened(source) or None
    made = new_container_id()
    asked = {"name": made, "memory_limit": source.memory_limit, "network_policy": policy, "expires_after": EXPIRES}
    await living.create(who, ContainerCreate.model_validate(asked), made, env=living.ways.env(source))
    try:
        await asyncio.to_thread(_copy, living.living.workspace(environment_id), living.living.workspace(made))
        theirs = select(container_uploads.c.path).where(container_uploads.c.container_id == environment_id)
        async with environments.database.write() as connection:
            paths = list(await connection.scalars(theirs))
            if paths:
                rows = [{"container_id": made, "path": path} for path in paths]
                await connection.execute(insert(container_uploads), rows)
            await connection.execute(update(containers).where(containers.c.id == made).values(skills=source.skills))
        shown = {name: value for name, value in row.shown.items() if name not in ("id", "type")}
        await environments.add(who, made, HOSTED, shown, None)
    except BaseException:
        await asyncio.shield(living.discard(made))
        raise
    return made


def _copy(source: Workspace, into: Workspace) -> None:
    """Copy the plain files; one that code removes meanwhile is left out."""
    for entry in source.entries():
        try:
            file = source.open(entry.path)
        except FileNotFoundError:
            continue
        with file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o777
            into.write(entry.path, iter(partial(file.read, _PIECE), b""), mode=mode, changed_at=entry.changed_at)
