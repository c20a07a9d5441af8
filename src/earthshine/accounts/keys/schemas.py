"""Bodies and queries of keys: what `client.admin.organization` sends, and extensions of it.

`allowed_models`, `allowed_addresses`, `role` and `name` are ours, and so is rotation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from earthshine.accounts.authorization.allow_lists import MOST_NETWORKS, networks
from earthshine.accounts.authorization.permissions import PROJECT_ROLES, role_named
from earthshine.accounts.keys.records import SCOPES
from earthshine.accounts.people.names import check_name
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Body, as_validator

LONGEST_LIFE = 10 * 366 * 86_400
"""Seconds that an expiry may lie ahead: ten years."""

LONGEST_OVERLAP = 30 * 86_400
"""Seconds that a rotated key may go on: thirty days."""


def _not_empty(name: str) -> str:
    if not name:
        raise InvalidRequest("A name has at least one character that can be seen.")
    return name


def _known_scopes(scopes: list[str]) -> list[str]:
    for scope in scopes:
        if scope not in SCOPES:
            raise UnsupportedParameter(
                f"The scope {scope[:100]!r} is not supported here, only {' and '.join(map(repr, SCOPES))}. "
                "Restrict the key by its role or its models instead."
            )
    return scopes


def _project_role(role: str) -> str:
    known = role_named(role, PROJECT_ROLES)
    if known is None or known == "none":
        raise InvalidRequest(f"{role[:100]!r} is no role; use owner, admin, member or viewer.")
    return known


def _real_networks(written: list[str]) -> list[str]:
    return [str(network) for network in networks(written)]


Name = Annotated[str, AfterValidator(as_validator(check_name)), AfterValidator(as_validator(_not_empty))]
Seconds = Annotated[int, Field(ge=1, le=LONGEST_LIFE)]
Scopes = Annotated[list[str], Field(max_length=20), AfterValidator(as_validator(_known_scopes))]
Models = Annotated[list[Annotated[str, Field(min_length=1, max_length=256)]], Field(max_length=100)]
Addresses = Annotated[
    list[Annotated[str, Field(max_length=64)]],
    Field(max_length=MOST_NETWORKS),
    AfterValidator(as_validator(_real_networks)),
]


class KeyCreate(Body):
    """The body of `POST /v1/organization/projects/{id}/api_keys`, an extension."""

    name: Name = "API key"
    role: Annotated[str, AfterValidator(as_validator(_project_role))] | None = None
    scopes: Scopes = Field(default_factory=list[str])
    expires_in_seconds: Seconds | None = None
    service_account_id: str | None = None
    user_id: str | None = None
    allowed_models: Models = Field(default_factory=list[str])
    allowed_addresses: Addresses = Field(default_factory=list[str])


class KeyUpdate(Body):
    """The body of `POST /v1/organization/projects/{id}/api_keys/{id}`; what is left out stays as it is."""

    scopes: Scopes | None = None
    expires_in_seconds: Seconds | None = None
    name: Name | None = None
    allowed_models: Models | None = None
    allowed_addresses: Addresses | None = None


class KeyRotate(Body):
    """The body of `POST .../api_keys/{id}/rotate`, an extension."""

    overlap_seconds: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = 3600
    expires_in_seconds: Seconds | None = None


class KeyListQuery(ListQuery):
    """The query of `GET /v1/organization/projects/{id}/api_keys`."""

    owner_project_access: Literal["active", "inactive", "any"] = "any"


class AdminKeyCreate(Body):
    """The body of `POST /v1/organization/admin_api_keys`."""

    name: Name
    expires_in_seconds: Seconds | None = None
    role: Literal["owner", "admin", "viewer", "reader"] | None = None
    allowed_addresses: Addresses = Field(default_factory=list[str])
