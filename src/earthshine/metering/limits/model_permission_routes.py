"""Which models a project may use."""

from __future__ import annotations

from typing import Literal

from fastapi import Request
from sqlalchemy import delete, insert, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.needs import needs
from earthshine.errors import InvalidRequest, NotFound
from earthshine.metering.limits.objects import ModelPermissions, Removed
from earthshine.metering.limits.routes import changing, model_names, reading
from earthshine.metering.limits.schemas import ModelPermissionsUpdate
from earthshine.metering.limits.store import bump
from earthshine.metering.tables import model_permissions
from earthshine.openapi import Routes, takes
from earthshine.wire import Reply, json_reply, parse

router = Routes(prefix="/v1/organization/projects/{project_id}/model_permissions", tags=["Limits"])


@router.get("", operation_id="get_project_model_permissions")
@needs("project.read")
async def get_model_permissions(request: Request, project_id: str) -> Reply[ModelPermissions]:
    """Return a project's list of models, and whether it allows or denies them."""
    async with reading(request, "project", project_id) as (connection, _):
        chosen = select(model_permissions).where(model_permissions.c.project == project_id)
        row = (await connection.execute(chosen)).first()
    if row is None:
        raise _none(project_id)
    return json_reply(_object(row.mode, row.model_ids))


@router.post("", operation_id="update_project_model_permissions")
@needs("organization.manage")
@takes(ModelPermissionsUpdate)
async def update_model_permissions(request: Request, project_id: str) -> Reply[ModelPermissions]:
    """Set which models a project may use."""
    body = await parse(ModelPermissionsUpdate, request)
    names = model_names(request)
    for index, model in enumerate(body.model_ids):
        if model not in names:
            raise InvalidRequest(
                f"No model {model[:100]!r} is installed here; a list that names it would promise what it does not do.",
                param=f"model_ids[{index}]",
                code="model_not_found",
            )
    chosen: list[str] = list(dict.fromkeys(body.model_ids))
    values = {"mode": body.mode, "model_ids": chosen}
    async with changing(request, "project", project_id) as (connection, who):
        await bump(connection)
        await connection.execute(delete(model_permissions).where(model_permissions.c.project == project_id))
        await connection.execute(insert(model_permissions).values(project=project_id, **values))
        details = {"id": project_id, "changes_requested": values}
        await record(connection, who, "model_permissions.updated", details, project=project_id)
    return json_reply(_object(body.mode, chosen))


@router.delete("", operation_id="delete_project_model_permissions")
@needs("organization.manage")
async def delete_model_permissions(request: Request, project_id: str) -> Reply[Removed]:
    """Let a project use every model again."""
    async with changing(request, "project", project_id) as (connection, who):
        await bump(connection)
        gone = await connection.execute(delete(model_permissions).where(model_permissions.c.project == project_id))
        if not gone.rowcount:
            raise _none(project_id)
        await record(connection, who, "model_permissions.deleted", {"id": project_id}, project=project_id)
    return json_reply({"object": "project.model_permissions.deleted", "deleted": True})


def _object(mode: Literal["allow_list", "deny_list"], model_ids: list[str]) -> ModelPermissions:
    return {"object": "project.model_permissions", "mode": mode, "model_ids": model_ids}


def _none(project: str) -> NotFound:
    return NotFound(f"No model permissions are set for the project {project[:100]!r}; it may use every model.")
