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
