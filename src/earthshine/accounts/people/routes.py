"""Routes of people: `/v1/organization/users`, `/v1/organization/invites` and the people of a project.

Source: `client.admin.organization.users`, `.invites` and `.projects.users` of the official SDK; creating a person
without an invitation is an extension.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.people.invites import Invites
from earthshine.accounts.people.members import Members
from earthshine.accounts.people.objects import (
    DeletedInvite,
    DeletedProjectUser,
    DeletedUser,
    Invite,
    OrganizationUser,
    ProjectUser,
)
from earthshine.accounts.people.schemas import (
    InviteCreate,
    MemberCreate,
    MemberUpdate,
    UserCreate,
    UsersQuery,
    UserUpdate,
)
from earthshine.accounts.people.users import Users
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization", tags=["People"])


@router.post("/users")
@needs("organization.manage")
@takes(UserCreate)
async def create_user(request: Request) -> Reply[OrganizationUser]:
    """Add a person at once, with a password or for sign-in through a provider."""
    body = await parse(UserCreate, request)
    return json_reply(await service(request, Users).add(caller(request), body))


@router.get("/users")
@needs("organization.read")
@asks(UsersQuery)
async def list_users(request: Request) -> Reply[Page[OrganizationUser]]:
    """List the people of the organisation."""
    query = read_query(UsersQuery, request)
    data, more = await service(request, Users).page(caller(request), query)
    return json_reply(list_page(data, has_more=more))


@router.get("/users/{user_id}")
@needs("organization.read")
async def retrieve_user(user_id: str, request: Request) -> Reply[OrganizationUser]:
    """Return one person."""
    return json_reply(await service(request, Users).get(caller(request), user_id))


@router.post("/users/{user_id}")
@needs("organization.manage")
@takes(UserUpdate)
async def update_user(user_id: str, request: Request) -> Reply[OrganizationUser]:
    """Change a person's role, name or password."""
    body = await parse(UserUpdate, request)
    return json_reply(await service(request, Users).update(caller(request), user_id, body))


@router.delete("/users/{user_id}")
@needs("organization.manage")
async def delete_user(user_id: str, request: Request) -> Reply[DeletedUser]:
    """Remove a person: sessions, keys and links end, and what the person wrote is erased."""
    done = await service(request, Users).remove(caller(request), user_id)
    return json_reply({"id": user_id, "object": "organization.user.deleted", "deleted": True, "earthshine": done})


@router.post("/invites")
@needs("organization.manage")
@takes(InviteCreate)
async def create_invite(request: Request) -> Reply[Invite]:
    """Invite an address. The reply holds the one-time token, which is not mailed and never shown again."""
    body = await parse(InviteCreate, request)
    made = await service(request, Invites).create(caller(request), body)
    return json_reply(made, headers={"cache-control": "no-store"})


@router.get("/invites")
@needs("organization.read")
@asks(ListQuery)
async def list_invites(request: Request) -> Reply[Page[Invite]]:
    """List invitations, also those that were accepted or have expired."""
    query = read_query(ListQuery, request)
    data, more = await service(request, Invites).page(caller(request), query)
    return json_reply(list_page(data, has_more=more))


@router.get("/invites/{invite_id}")
@needs("organization.read")
async def retrieve_invite(invite_id: str, request: Request) -> Reply[Invite]:
    """Return one invitation."""
    return json_reply(await service(request, Invites).get(caller(request), invite_id))


@router.delete("/invites/{invite_id}")
@needs("organization.manage")
async def delete_invite(invite_id: str, request: Request) -> Reply[DeletedInvite]:
    """Take an invitation back."""
    await service(request, Invites).remove(caller(request), invite_id)
    return json_reply({"id": invite_id, "object": "organization.invite.deleted", "deleted": True})


@router.post("/projects/{project_id}/users")
@needs("project.manage")
@takes(MemberCreate)
async def create_project_user(project_id: str, request: Request) -> Reply[ProjectUser]:
    """Let a person of the organisation into a project."""
    body = await parse(MemberCreate, request)
    return json_reply(await service(request, Members).add(caller(request), project_id, body))


@router.get("/projects/{project_id}/users")
@needs("project.manage")
@asks(ListQuery)
async def list_project_users(project_id: str, request: Request) -> Reply[Page[ProjectUser]]:
    """List the people of a project."""
    query = read_query(ListQuery, request)
    data, more = await service(request, Members).page(caller(request), project_id, query)
    return json_reply(list_page(data, has_more=more))


@router.get("/projects/{project_id}/users/{user_id}")
@needs("project.manage")
async def retrieve_project_user(project_id: str, user_id: str, request: Request) -> Reply[ProjectUser]:
    """Return one person of a project."""
    return json_reply(await service(request, Members).get(caller(request), project_id, user_id))


@router.post("/projects/{project_id}/users/{user_id}")
@needs("project.manage")
@takes(MemberUpdate)
async def update_project_user(project_id: str, user_id: str, request: Request) -> Reply[ProjectUser]:
    """Change what a person is in a project."""
    body = await parse(MemberUpdate, request)
    return json_reply(await service(request, Members).update(caller(request), project_id, user_id, body))


@router.delete("/projects/{project_id}/users/{user_id}")
@needs("project.manage")
async def delete_project_user(project_id: str, user_id: str, request: Request) -> Reply[DeletedProjectUser]:
    """Take a person out of a project."""
    await service(request, Members).remove(caller(request), project_id, user_id)
    return json_reply({"id": user_id, "object": "organization.project.user.deleted", "deleted": True})
