"""Routes of groups: `/v1/organization/groups`, a project's groups, and the people and roles of each.

Source: `client.admin.organization.groups`, `.projects.groups` and their `.roles` and `.users` of the official SDK. An
organisation's addresses of roles have no `project_id`.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.groups.groups import Groups
from earthshine.accounts.groups.objects import (
    AddedGroupUser,
    DeletedGroup,
    Group,
    GroupPage,
    GroupRole,
    GroupUser,
    Left,
    ProjectGroup,
    ProjectGroupPage,
)
from earthshine.accounts.groups.roles import GroupRoles
from earthshine.accounts.groups.schemas import (
    GroupBody,
    GroupsOfQuery,
    GroupsQuery,
    GroupUserCreate,
    ProjectGroupCreate,
    ProjectGroupQuery,
)
from earthshine.accounts.roles.objects import Role, RoleList
from earthshine.accounts.roles.schemas import AssignmentCreate, RolesQuery
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1", tags=["Groups"])


@router.post("/organization/groups")
@needs("organization.manage")
@takes(GroupBody)
async def create_group(request: Request) -> Reply[Group]:
    """Make a group without anybody in it."""
    body = await parse(GroupBody, request)
    return json_reply(await service(request, Groups).create(caller(request), body.name))


@router.get("/organization/groups")
@needs("organization.read")
@asks(GroupsOfQuery)
async def list_groups(request: Request) -> Reply[GroupPage[Group]]:
    """List the groups of the organisation, or those that one person is in."""
    query = read_query(GroupsOfQuery, request)
    return json_reply(await service(request, Groups).page(caller(request), query))


@router.get("/organization/groups/{group_id}")
@needs("organization.read")
async def retrieve_group(group_id: str, request: Request) -> Reply[Group]:
    """Return one group."""
    return json_reply(await service(request, Groups).get(caller(request), group_id))


@router.post("/organization/groups/{group_id}")
@needs("organization.manage")
@takes(GroupBody)
async def update_group(group_id: str, request: Request) -> Reply[Group]:
    """Rename a group."""
    body = await parse(GroupBody, request)
    return json_reply(await service(request, Groups).rename(caller(request), group_id, body.name))


@router.delete("/organization/groups/{group_id}")
@needs("organization.manage")
async def delete_group(group_id: str, request: Request) -> Reply[DeletedGroup]:
    """Remove a group, and so its roles from who is in it."""
    await service(request, Groups).remove(caller(request), group_id)
    return json_reply({"id": group_id, "object": "group.deleted", "deleted": True})


@router.post("/organization/groups/{group_id}/users")
@needs("organization.manage")
@takes(GroupUserCreate)
async def create_group_user(group_id: str, request: Request) -> Reply[AddedGroupUser]:
    """Put a person into a group."""
    body = await parse(GroupUserCreate, request)
    return json_reply(await service(request, Groups).add_user(caller(request), group_id, body.user_id))


@router.get("/organization/groups/{group_id}/users")
@needs("organization.read")
@asks(GroupsQuery)
async def list_group_users(group_id: str, request: Request) -> Reply[GroupPage[GroupUser]]:
    """List the people in a group."""
    query = read_query(GroupsQuery, request)
    return json_reply(await service(request, Groups).users(caller(request), group_id, query))


@router.get("/organization/groups/{group_id}/users/{user_id}")
@needs("organization.read")
async def retrieve_group_user(group_id: str, user_id: str, request: Request) -> Reply[GroupUser]:
    """Return one person of a group."""
    return json_reply(await service(request, Groups).get_user(caller(request), group_id, user_id))


@router.delete("/organization/groups/{group_id}/users/{user_id}")
@needs("organization.manage")
async def delete_group_user(group_id: str, user_id: str, request: Request) -> Reply[Left]:
    """Take a person out of a group."""
    await service(request, Groups).remove_user(caller(request), group_id, user_id)
    return json_reply({"object": "group.user.deleted", "deleted": True})


@router.post("/organization/groups/{group_id}/roles")
@router.post("/projects/{project_id}/groups/{group_id}/roles")
@needs("organization.manage", in_project="project.manage")
@takes(AssignmentCreate)
async def create_group_role(group_id: str, request: Request, project_id: str = "") -> Reply[GroupRole]:
    """Give a role to a group."""
    body = await parse(AssignmentCreate, request)
    return json_reply(await service(request, GroupRoles).create(caller(request), project_id, group_id, body.role_id))


@router.get("/organization/groups/{group_id}/roles")
@router.get("/projects/{project_id}/groups/{group_id}/roles")
@needs("organization.read", in_project="project.manage")
@asks(RolesQuery)
async def list_group_roles(group_id: str, request: Request, project_id: str = "") -> Reply[RoleList]:
    """List a group's roles."""
    query = read_query(RolesQuery, request)
    return json_reply(await service(request, GroupRoles).page(caller(request), project_id, group_id, query))


@router.get("/organization/groups/{group_id}/roles/{role_id}")
@router.get("/projects/{project_id}/groups/{group_id}/roles/{role_id}")
@needs("organization.read", in_project="project.manage")
async def retrieve_group_role(group_id: str, role_id: str, request: Request, project_id: str = "") -> Reply[Role]:
    """Return one of a group's roles."""
    return json_reply(await service(request, GroupRoles).get(caller(request), project_id, group_id, role_id))


@router.delete("/organization/groups/{group_id}/roles/{role_id}")
@router.delete("/projects/{project_id}/groups/{group_id}/roles/{role_id}")
@needs("organization.manage", in_project="project.manage")
async def delete_group_role(group_id: str, role_id: str, request: Request, project_id: str = "") -> Reply[Left]:
    """Take a role away from a group."""
    await service(request, GroupRoles).remove(caller(request), project_id, group_id, role_id)
    return json_reply({"object": "group.role.deleted", "deleted": True})


@router.post("/organization/projects/{project_id}/groups")
@needs("project.manage")
@takes(ProjectGroupCreate)
async def create_project_group(project_id: str, request: Request) -> Reply[ProjectGroup]:
    """Let a group into a project, with a role."""
    body = await parse(ProjectGroupCreate, request)
    return json_reply(await service(request, GroupRoles).admit(caller(request), project_id, body.group_id, body.role))


@router.get("/organization/projects/{project_id}/groups")
@needs("project.manage")
@asks(GroupsQuery)
async def list_project_groups(project_id: str, request: Request) -> Reply[ProjectGroupPage]:
    """List the groups of a project."""
    query = read_query(GroupsQuery, request)
    return json_reply(await service(request, GroupRoles).groups(caller(request), project_id, query))


@router.get("/organization/projects/{project_id}/groups/{group_id}")
@needs("project.manage")
@asks(ProjectGroupQuery)
async def retrieve_project_group(project_id: str, group_id: str, request: Request) -> Reply[ProjectGroup]:
    """Return one group of a project."""
    read_query(ProjectGroupQuery, request)
    return json_reply(await service(request, GroupRoles).get_group(caller(request), project_id, group_id))


@router.delete("/organization/projects/{project_id}/groups/{group_id}")
@needs("project.manage")
async def delete_project_group(project_id: str, group_id: str, request: Request) -> Reply[Left]:
    """Take a group out of a project."""
    await service(request, GroupRoles).dismiss(caller(request), project_id, group_id)
    return json_reply({"object": "project.group.deleted", "deleted": True})
