"""What routes about roles reply with."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from earthshine.accounts.authorization.permissions import Permission
from earthshine.accounts.people.objects import OrganizationUser
from earthshine.wire.objects import Deletion, Seconds


class AssignmentSource(TypedDict):
    """Through whom somebody has a role."""

    principal_type: str
    principal_id: str


class Role(TypedDict):
    """A set of permissions, as in OpenAI's API."""

    object: Literal["role"]
    id: str
    name: str
    description: str | None
    permissions: list[Permission]
    predefined_role: bool
    resource_type: Literal["api.organization", "api.project"]
    created_at: NotRequired[Seconds]
    created_by: NotRequired[str]
    updated_at: NotRequired[Seconds]
    assignment_sources: NotRequired[list[AssignmentSource]]


class RoleList(TypedDict):
    """One page of roles."""

    object: Literal["list"]
    data: list[Role]
    has_more: bool
    next: str | None


class DeletedRole(Deletion):
    """What was removed."""

    object: Literal["role.deleted"]


class UserRole(TypedDict):
    """A role that was given to a person."""

    object: Literal["user.role"]
    role: Role
    user: OrganizationUser


class DeletedUserRole(TypedDict):
    """A role was taken away from a person."""

    object: Literal["user.role.deleted"]
    deleted: Literal[True]
