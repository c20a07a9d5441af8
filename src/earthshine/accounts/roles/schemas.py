"""Bodies and queries of roles and of who has them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from earthshine.accounts.authorization.permissions import Permission
from earthshine.accounts.people.schemas import Id, Name
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Body


def _printable(text: str) -> str:
    # PostgreSQL stores no NUL.
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


Permissions = Annotated[list[Permission], Field(max_length=32)]

Description = Annotated[str, Field(max_length=2000), AfterValidator(_printable)]


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


class RolesQuery(OrderedQuery):
    """One page of roles."""

    limit: int = Field(default=1000, ge=1, le=1000)
