"""What routes of groups reply with."""

from __future__ import annotations

from typing import Generic, Literal

from typing_extensions import TypedDict

from earthshine.accounts.roles.objects import Role
from earthshine.wire.objects import Deletion, Seconds, Thing


class GivenRole(TypedDict):
    """A role that a group has somewhere."""

    id: str
    name: str
    predefined_role: bool
    permissions: list[str]
    project_id: str | None
    """Null in the organisation as a whole."""


class GroupDetails(TypedDict):
    """How many people are in a group, and what they may do through it."""

    users: int
    roles: list[GivenRole]
    """In the organisation and in projects that are not archived, oldest first."""


class Group(TypedDict):
    """People who have roles together, as in OpenAI's API."""

    object: Literal["group"]
    id: str
    name: str
    created_at: Seconds
    group_type: Literal["group"]
    is_scim_managed: Literal[False]
    """Always false: identity providers manage no groups here."""
    earthshine: GroupDetails


class GroupUser(TypedDict):
    """A person in a group."""

    object: Literal["group.user"]
    id: str
    name: str
    email: str
    picture: None
    is_service_account: Literal[False]
    user_type: Literal["user"]


class ProjectGroup(TypedDict):
    """A group that takes part in a project."""

    object: Literal["project.group"]
    project_id: str
    group_id: str
    group_name: str
    group_type: Literal["group"]
    created_at: Seconds
    """When it first got a role there."""


class GroupPage(TypedDict, Generic[Thing]):
    """One page of groups, or of the people in one."""

    object: Literal["list"]
    data: list[Thing]
    has_more: bool
    next: str | None


class ProjectGroupPage(TypedDict):
    """One page of the groups of a project."""

    object: Literal["list"]
    data: list[ProjectGroup]
    has_more: bool
    next: str | None


class AddedGroupUser(TypedDict):
    """Who was put into a group."""

    object: Literal["group.user"]
    group_id: str
    user_id: str


class RoleHolder(TypedDict):
    """A group, beside a role that it was given."""

    object: Literal["group"]
    id: str
    name: str
    created_at: Seconds
    scim_managed: Literal[False]


class GroupRole(TypedDict):
    """A role that was given to a group."""

    object: Literal["group.role"]
    group: RoleHolder
    role: Role


class DeletedGroup(Deletion):
    """What was removed."""

    object: Literal["group.deleted"]


class Left(TypedDict):
    """What a group has no longer: a person, a role, or its place in a project."""

    object: Literal["group.user.deleted", "group.role.deleted", "project.group.deleted"]
    deleted: Literal[True]
