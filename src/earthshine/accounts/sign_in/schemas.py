"""Bodies and queries of sign-in and of sessions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from earthshine.accounts.people.schemas import Email, Id, Name, Password
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Body


class SessionCreate(Body):
    """The body of `POST /earthshine/v1/sessions`."""

    email: Email
    password: Password
    organization: Id = "default"


class InviteAccept(Body):
    """The body of `POST /earthshine/v1/sessions/invite`."""

    token: Annotated[str, Field(max_length=200)]
    name: Name
    password: Password


class PasswordChange(Body):
    """The body of `POST /earthshine/v1/sessions/password`."""

    current_password: Password
    new_password: Password


class NameChange(Body):
    """The body of `POST /earthshine/v1/sessions/name`."""

    name: Name


class SessionsQuery(OrderedQuery):
    """One page of sessions: one's own, or another person's."""

    order: Literal["asc", "desc"] = "desc"
    user: Id | None = None


class OidcStart(BaseModel):
    """The query of `GET /earthshine/v1/sessions/oidc/start`."""

    model_config = ConfigDict(extra="forbid")

    return_to: Annotated[str, Field(max_length=2000)] = "/"


class OidcCallback(BaseModel):
    """The query of `GET /earthshine/v1/sessions/oidc/callback`; providers may add more than we read."""

    code: Annotated[str, Field(max_length=4000)] = ""
    state: Annotated[str, Field(max_length=200)]
    iss: Annotated[str, Field(max_length=500)] | None = None
    error: Annotated[str, Field(max_length=500)] | None = None
