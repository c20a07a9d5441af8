"""Bodies and queries of people, invitations and members. Replies are built in the modules that know the rows."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from earthshine.accounts.authorization.permissions import ALIASES, Role
from earthshine.accounts.people.names import check_email, check_name
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Body, as_validator


def _our_word(role: object) -> object:
    return ALIASES.get(role, role) if isinstance(role, str) else role


Id = Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]

Email = Annotated[str, Field(max_length=1000), AfterValidator(as_validator(check_email))]
Name = Annotated[str, Field(max_length=1000), AfterValidator(as_validator(check_name))]
Password = Annotated[str, Field(max_length=1000)]
RoleName = Annotated[Role, BeforeValidator(_our_word)]


class ProjectGrant(Body):
    """A place in one project."""

    id: Id
    role: RoleName = "member"


class UserCreate(Body):
    """The body of `POST /v1/organization/users`."""

    email: Email
    name: Name = ""
    role: RoleName = "member"
    password: Password | None = None
    projects: Annotated[list[ProjectGrant], Field(max_length=100)] | None = None
    """Null or left out means the organisation's first project, as a member."""


class UserUpdate(Body):
    """The body of `POST /v1/organization/users/{user_id}`; what is left out stays."""

    role: RoleName | None = None
    role_id: Id | None = None
    name: Name | None = None
    password: Password | None = None
    developer_persona: None = None
    technical_level: None = None


class InviteCreate(Body):
    """The body of `POST /v1/organization/invites`."""

    email: Email
    role: RoleName
    projects: Annotated[list[ProjectGrant], Field(max_length=100)] | None = None


class MemberCreate(Body):
    """The body of `POST /v1/organization/projects/{project_id}/users`: a person by id or by address."""

    role: RoleName
    user_id: Id | None = None
    email: Email | None = None


class MemberUpdate(Body):
    """The body of `POST /v1/organization/projects/{project_id}/users/{user_id}`."""

    role: RoleName | None = None


class UsersQuery(ListQuery):
    """One page of people, perhaps only those with these addresses."""

    emails: list[str] | None = Field(default=None, max_length=100)
