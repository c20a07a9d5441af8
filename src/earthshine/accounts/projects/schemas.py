"""Bodies and queries of projects, service accounts and organisations. Organisations are an extension."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from earthshine.accounts.keys.schemas import Addresses, Models, Name, Scopes, Seconds
from earthshine.errors import UnsupportedParameter
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Body, as_validator


def _nothing(value: Any) -> None:
    if value is not None:
        raise UnsupportedParameter("This installation keeps everything where it runs; leave this field out.")


Tier = Literal["flex", "fast", "ultrafast"]
Nothing = Annotated[None, BeforeValidator(as_validator(_nothing))]


class ProjectCreate(Body):
    """The body of `POST /v1/organization/projects`."""

    name: Name
    external_key_id: Nothing = None
    geography: Nothing = None
    residency: Nothing = None


class ProjectUpdate(Body):
    """The body of `POST /v1/organization/projects/{id}`."""

    name: Name | None = None
    external_key_id: Nothing = None
    geography: Nothing = None


class ProjectListQuery(ListQuery):
    """The query of `GET /v1/organization/projects`."""

    include_archived: bool = False


class OrganizationRetentionUpdate(Body):
    """The body of `POST /v1/organization/data_retention`."""

    retention_type: Literal[
        "zero_data_retention",
        "modified_abuse_monitoring",
        "enhanced_zero_data_retention",
        "enhanced_modified_abuse_monitoring",
    ]


class ProjectRetentionUpdate(Body):
    """The body of `POST /v1/organization/projects/{id}/data_retention`."""

    retention_type: Literal[
        "organization_default",
        "none",
        "zero_data_retention",
        "modified_abuse_monitoring",
        "enhanced_zero_data_retention",
        "enhanced_modified_abuse_monitoring",
    ]


class ServiceTiersUpdate(Body):
    """The body of `POST /v1/organization/projects/{id}/service_tier_settings`."""

    default: Literal["standard", "fast", "scale"] | None = None
    enabled_tiers: (
        Literal["all"] | Annotated[list[Literal["flex", "fast", "ultrafast"]], Field(max_length=8)] | None
    ) = None


class ServiceAccountCreate(Body):
    """The body of `POST /v1/organization/projects/{id}/service_accounts`."""

    name: Name
    create_service_account_only: bool | None = None
    expires_in_seconds: Seconds | None = None


class ServiceAccountUpdate(Body):
    """The body of `POST /v1/organization/projects/{id}/service_accounts/{id}`."""

    name: Name | None = None
    role: Literal["member", "owner"] | None = None


class ServiceAccountKeyCreate(Body):
    """The body of `POST /v1/organization/projects/{id}/service_accounts/{id}/api_keys`."""

    name: Name = "API key"
    scopes: Scopes = Field(default_factory=list[str])
    expires_in_seconds: Seconds | None = None
    allowed_models: Models = Field(default_factory=list[str])
    allowed_addresses: Addresses = Field(default_factory=list[str])


class OrganizationBody(Body):
    """The body of `POST /earthshine/v1/organizations` and of `POST /earthshine/v1/organizations/{id}`, extensions."""

    name: Name
