"""Routes of roles: those of the organisation, those of a project, and who has them.

Source: `client.admin.organization.roles`, `.users.roles`, `.projects.roles` and `.projects.users.roles` of the
official SDK. An organisation's addresses and a project's differ only in their beginning,
and have no `project_id`.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.roles.assignments import RoleAssignments
from earthshine.accounts.roles.custom_roles import Roles
from earthshine.accounts.roles.objects import (
    DeletedRole,
    DeletedUserRole,
    Role,
    RoleList,
    UserRole,
)
from earthshine.accounts.roles.schemas import AssignmentCreate, RoleCreate, RolesQuery, RoleUpdate
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1", tags=["Roles"])


@router.post("/organization/roles")
@router.post("/projects/{project_id}/roles")
@needs("organization.manage", in_project="project.manage")
@takes(RoleCreate)
async def create_role(request: Request, project_id: str = "") -> Reply[Role]:
    """Make a custom role."""
    body = await parse(RoleCreate, request)
    return json_reply(await service(request, Roles).create(caller(request), project_id, body))


@router.get("/organization/roles")
@router.get("/projects/{project_id}/roles")
@needs("organization.read", in_project="project.manage")
@asks(RolesQuery)
async def list_roles(request: Request, project_id: str = "") -> Reply[RoleList]:
    """List roles: the ones that always exist, then the custom ones."""
    query = read_query(RolesQuery, request)
    return json_reply(await service(request, Roles).page(caller(request), project_id, query))


@router.get("/organization/roles/{role_id}")
@router.get("/projects/{project_id}/roles/{role_id}")
@needs("organization.read", in_project="project.manage")
async def retrieve_role(role_id: str, request: Request, project_id: str = "") -> Reply[Role]:
    """Return one role."""
    return json_reply(await service(request, Roles).get(caller(request), project_id, role_id))


@router.post("/organization/roles/{role_id}")
@router.post("/projects/{project_id}/roles/{role_id}")
@needs("organization.manage", in_project="project.manage")
@takes(RoleUpdate)
async def update_role(role_id: str, request: Request, project_id: str = "") -> Reply[Role]:
    """Change a custom role."""
    body = await parse(RoleUpdate, request)
    return json_reply(await service(request, Roles).update(caller(request), project_id, role_id, body))


@router.delete("/organization/roles/{role_id}")
@router.delete("/projects/{project_id}/roles/{role_id}")
@needs("organization.manage", in_project="project.manage")
async def delete_role(role_id: str, request: Request, project_id: str = "") -> Reply[DeletedRole]:
    """Remove a custom role, from everybody who has it."""
    await service(request, Roles).remove(caller(request), project_id, role_id)
    return json_reply({"id": role_id, "object": "role.deleted", "deleted": True})


@router.post("/organization/users/{user_id}/roles")
@router.post("/projects/{project_id}/users/{user_id}/roles")
@needs("organization.manage", in_project="project.manage")
@takes(AssignmentCreate)
async def create_user_role(user_id: str, request: Request, project_id: str = "") -> Reply[UserRole]:
    """Give a role to a person."""
    body = await parse(AssignmentCreate, request)
    made = await service(request, RoleAssignments).create(caller(request), project_id, user_id, body.role_id)
    return json_reply(made)


@router.get("/organization/users/{user_id}/roles")
@router.get("/projects/{project_id}/users/{user_id}/roles")
@needs("organization.read", in_project="project.manage")
@asks(RolesQuery)
async def list_user_roles(user_id: str, request: Request, project_id: str = "") -> Reply[RoleList]:
    """List a person's roles."""
    query = read_query(RolesQuery, request)
    return json_reply(await service(request, RoleAssignments).page(caller(request), project_id, user_id, query))


@router.get("/organization/users/{user_id}/roles/{role_id}")
@router.get("/projects/{project_id}/users/{user_id}/roles/{role_id}")
@needs("organization.read", in_project="project.manage")
async def retrieve_user_role(user_id: str, role_id: str, request: Request, project_id: str = "") -> Reply[Role]:
    """Return one of a person's roles."""
    return json_reply(await service(request, RoleAssignments).get(caller(request), project_id, user_id, role_id))


@router.delete("/organization/users/{user_id}/roles/{role_id}")
@router.delete("/projects/{project_id}/users/{user_id}/roles/{role_id}")
@needs("organization.manage", in_project="project.manage")
async def delete_user_role(
    user_id: str, role_id: str, request: Request, project_id: str = ""
) -> Reply[DeletedUserRole]:
    """Take a custom role away from a person."""
    await service(request, RoleAssignments).remove(caller(request), project_id, user_id, role_id)
    return json_reply({"object": "user.role.deleted", "deleted": True})
