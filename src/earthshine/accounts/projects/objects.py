"""What routes of projects, organisations and service accounts reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class Project(TypedDict):
    """A project, as in OpenAI's API."""

    object: Literal["organization.project"]
    id: str
    name: str
    created_at: Seconds
    archived_at: Seconds | None
    status: Literal["active", "archived"]
    external_key_id: None


Retention = Literal[
    "organization_default",
    "none",
    "zero_data_retention",
    "modified_abuse_monitoring",
    "enhanced_zero_data_retention",
    "enhanced_modified_abuse_monitoring",
]
"""OpenAI's names; those that begin with `enhanced_` are refused."""


class OrganizationRetention(TypedDict):
    """What an organisation keeps, as in OpenAI's API."""

    object: Literal["organization.data_retention"]
    type: Retention


class ProjectRetention(TypedDict):
    """What a project keeps, as in OpenAI's API."""

    object: Literal["project.data_retention"]
    type: Retention


class ServiceTiers(TypedDict):
    """The service tiers of a project, as in OpenAI's API: there is one."""

    object: Literal["project.service_tier_settings"]
    default: Literal["standard"]
    enabled_tiers: list[str]
    """Beside the standard one; always empty."""


class Organization(TypedDict):
    """An organisation of this installation."""

    object: Literal["organization"]
    id: str
    name: str
    created_at: Seconds
    archived_at: Seconds | None
    status: Literal["active", "archived"]


class ServiceAccount(TypedDict):
    """A program's place in a project, as in OpenAI's API."""

    object: Literal["organization.project.service_account"]
    id: str
    name: str
    role: str
    created_at: Seconds


class ServiceAccountKey(TypedDict):
    """A new key of a service account."""

    object: Literal["organization.project.service_account.api_key"]
    id: str
    name: str
    created_at: Seconds
    expires_at: Seconds | None
    value: str
    """The key itself: it is never shown again."""


class NewServiceAccount(ServiceAccount):
    """A service account with its first key."""

    api_key: ServiceAccountKey | None


class DeletedServiceAccount(Deletion):
    """What was removed."""

    object: Literal["organization.project.service_account.deleted"]
