"""The files that are in an environment now."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.agents.environments.content.packages import FOLDER
from earthshine.agents.environments.content.paths import ROOT
from earthshine.agents.environments.objects import EnvironmentFile, EnvironmentFiles
from earthshine.agents.environments.schemas import FilesQuery, page_token
from earthshine.agents.environments.service import HOSTED, USABLE, Environments
from earthshine.containers.store import get_container, require_alive
from earthshine.errors import Conflict, UnsupportedParameter

Json = dict[str, Any]


class EnvironmentContents:
    """Asked for callers."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments

    async def add(self, who: Caller, environment_id: str, given: Json) -> EnvironmentFile:
        """Write a file. Raises `NotFound`; `Conflict` where it is not ready; `InvalidRequest` where it does not fit."""
        row = await self._ready(who, environment_id, WRITING)
        container = await self._container(row)
        made = await self._environments.place(who, container, given, "path")
        return _file(row.id, made["path"], made["size_bytes"])

    async def page(self, who: Caller, environment_id: str, query: FilesQuery) -> EnvironmentFiles:
        """List files by their paths. Raises `NotFound`; `Conflict` where it is not ready."""
        row = await self._ready(who, environment_id)
        await self._container(row)
        workspace = self._environments.containers.living.workspace(row.id)
        entries = await asyncio.to_thread(lambda: list(workspace.entries()))
        sizes = {f"{ROOT}/{each.path}": each.size for each in entries if not each.path.startswith(f"{FOLDER}/")}
        inside = f"{query.path or ROOT}/"
        backwards = query.order == "desc"
        paths = sorted((each for each in sizes if each.startswith(inside)), key=_steps, reverse=backwards)
        if after := query.after:
            paths = [
                each for each in paths if _steps(each) != _steps(after) and (_steps(each) < _steps(after)) == backwards
            ]
        shown, more = paths[: query.limit], len(paths) > query.limit
        return {
            "object": "list",
            "data": [_file(row.id, each, sizes[each]) for each in shown],
            "has_more": more,
            "next": page_token(shown[-1]) if more else None,
        }

    async def _container(self, row: Row[Any]) -> Row[Any]:
        """Return an environment's container. Raises `Conflict` for one that has expired, `Unavailable` elsewhere."""
        async with self._environments.database.read() as connection:
            container = await get_container(connection, row.id, row.project)
        require_alive(container, self._environments.containers.node)
        return container

    async def _ready(self, who: Caller, environment_id: str, act: str = "") -> Row[Any]:
        row = await self._environments.get(environment_id, who, act)
        if row.type != HOSTED:
            raise UnsupportedParameter(
                "The files of a machine of yours are read and written there, not here.", param="environment_id"
            )
        if row.status not in USABLE:
            raise Conflict(
                f"The environment {environment_id} is {row.status}, so its files cannot be reached."
                + (" Wait until it is ready." if row.status == "pending" else ""),
            )
        return row


def _steps(path: str) -> list[str]:
    return path.split("/")


def _file(environment_id: str, path: str, size: int) -> EnvironmentFile:
    return {
        "object": "agent.environment.file",
        "environment_id": environment_id,
        "path": path,
        "size_bytes": size,
    }
