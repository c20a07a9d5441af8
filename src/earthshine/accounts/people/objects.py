"""What routes about people and invitations reply with."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class UserProject(TypedDict):
    """A project that a person takes part in, by itself or through a group."""

    id: str
    name: str
    role: str


class UserProjects(TypedDict):
    """Where a person takes part."""

    object: Literal["list"]
    data: list[UserProject]


class Person(TypedDict):
    """Who somebody is."""

    object: Literal["user"]
    id: str
    email: str
    name: str
    enabled: bool


class OrganizationUser(TypedDict):
    """A person of the organisation, as in OpenAI's API."""

    object: Literal["organization.user"]
    id: str
    name: str
    email: str
    role: str
    """The name of a predefined role; `reader` is ours as viewer."""
    added_at: Seconds
    created: Seconds
    api_key_last_used_at: Seconds | None
    is_default: bool
    is_service_account: bool
    is_scim_managed: bool
    user: Person
    projects: NotRequired[UserProjects]


class LeftBehind(TypedDict):
    """What a person made that goes on when the person is removed."""

    service_accounts: list[str]
    api_keys: list[str]
    """Of service accounts, and in other people's names."""


class Removal(LeftBehind):
    """What a person's removal did, and what the person made that goes on: whoever holds such a key can use it."""

    erased: bool
    """Whether all that the person wrote is gone; false while that goes on."""


class DeletedUser(TypedDict):
    """A person who was removed."""

    id: str
    object: Literal["organization.user.deleted"]
    deleted: Literal[True]
    earthshine: Removal


class ProjectUser(TypedDict):
    """A member of a project, as in OpenAI's API."""

    object: Literal["organization.project.user"]
    id: str
    name: str
    email: str
    role: str
    """The name of a predefined role; `reader` is ours as viewer."""
    added_at: Seconds


class DeletedProjectUser(Deletion):
    """What was removed."""

    object: Literal["organization.project.user.deleted"]


class InviteProject(TypedDict):
    """A project that comes with an invitation."""

    id: str
    role: Literal["member", "owner"]
    """In OpenAI's words."""
    project_role: str
    """In ours."""


class Invite(TypedDict):
    """An invitation, as in OpenAI's API."""

    object: Literal["organization.invite"]
    id: str
    email: str
    role: Literal["owner", "reader"]
    """In OpenAI's words."""
    organization_role: str
    """In ours."""
    projects: list[InviteProject]
    status: Literal["pending", "accepted", "expired"]
    created_at: Seconds
    expires_at: Seconds
    accepted_at: Seconds | None
    token: NotRequired[str]
    """For the link that is sent; in the reply that makes it, and never again."""


class DeletedInvite(Deletion):
    """What was removed."""

    object: Literal["organization.invite.deleted"]
