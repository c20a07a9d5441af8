"""What the wire says about people: bodies and queries. Replies are built in the modules that know the rows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from earthshine.accounts.authorization.permissions import ALIASES, Permission, Role
from earthshine.accounts.people.names import check_email, check_name
from earthshine.wire.pagination import ListQuery, OrderedQuery
from earthshine.wire.strict import Body, as_validator


def _our_word(role: object) -> object:
    return ALIASES.get(role, role) if isinstance(role, str) else role


def _printable(text: str) -> str:
    # PostgreSQL stores no NUL.
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


Id = Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
Description = Annotated[str, Field(max_length=2000), AfterValidator(_printable)]
Email = Annotated[str, Field(max_length=1000), AfterValidator(as_validator(check_email))]
Name = Annotated[str, Field(max_length=1000), AfterValidator(as_validator(check_name))]
Password = Annotated[str, Field(max_length=1000)]
RoleName = Annotated[Role, BeforeValidator(_our_word)]
Permissions = Annotated[list[Permission], Field(max_length=32)]


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


class RoleCreate(Body):
    """The body of `POST .../roles`."""

    role_name: Name
    permissions: Permissions
    description: Description | None = None


class RoleUpdate(Body):
    """The body of `POST .../roles/{role_id}`; what is left out stays."""

    role_name: Name | None = None
    permissions: Permissions | None = None
    description: Description | None = None


class AssignmentCreate(Body):
    """The body of `POST .../users/{user_id}/roles`."""

    role_id: Id


class SessionCreate(Body):
    """The body of `POST /v1/sessions`."""

    email: Email
    password: Password
    organization: Id = "default"


class InviteAccept(Body):
    """The body of `POST /v1/sessions/invite`."""

    token: Annotated[str, Field(max_length=200)]
    name: Name
    password: Password


class PasswordChange(Body):
    """The body of `POST /v1/sessions/password`."""

    current_password: Password
    new_password: Password


class NameChange(Body):
    """The body of `POST /v1/sessions/name`."""

    name: Name


class UsersQuery(ListQuery):
    """One page of people, perhaps only those with these addresses."""

    emails: list[str] | None = Field(default=None, max_length=100)


class RolesQuery(OrderedQuery):
    """One page of roles."""

    limit: int = Field(default=1000, ge=1, le=1000)


class SessionsQuery(OrderedQuery):
    """One page of sessions: one's own, or another person's."""

    order: Literal["asc", "desc"] = "desc"
    user: Id | None = None


class OidcStart(BaseModel):
    """The query of `GET /v1/sessions/oidc/start`."""

    model_config = ConfigDict(extra="forbid")

    return_to: Annotated[str, Field(max_length=2000)] = "/"


class OidcCallback(BaseModel):
    """The query of `GET /v1/sessions/oidc/callback`; providers may add more than we read."""

    code: Annotated[str, Field(max_length=4000)] = ""
    state: Annotated[str, Field(max_length=200)]
    iss: Annotated[str, Field(max_length=500)] | None = None
    error: Annotated[str, Field(max_length=500)] | None = None
