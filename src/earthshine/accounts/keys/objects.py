"""What routes about keys reply with."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class KeyFields(TypedDict):
    """What all kinds of keys have in common."""

    id: str
    name: str
    created_at: Seconds
    last_used_at: Seconds | None
    expires_at: Seconds | None
    redacted_value: str


class RotatedKey(TypedDict):
    """The key that another one takes the place of."""

    id: str
    expires_at: Seconds


class KeyUser(TypedDict):
    """A person that owns a key."""

    id: str
    created_at: Seconds
    email: str
    name: str
    role: str


class KeyServiceAccount(TypedDict):
    """A service account that owns a key."""

    id: str
    created_at: Seconds
    name: str
    role: str


class KeyOwner(TypedDict):
    """Whose key it is; all null for a key of nobody's."""

    type: str | None
    user: KeyUser | None
    service_account: KeyServiceAccount | None


class ProjectKeyMore(TypedDict):
    """What OpenAI has no field for."""

    role: str | None
    scopes: list[str]
    allowed_models: list[str]
    """Empty means all that the project may use."""
    allowed_addresses: list[str]
    """Empty means any."""
    made_by: str | None
    """The person who saw it when it was made; null for none."""
    rotated_from: str | None


class ProjectKey(KeyFields):
    """A key of a project, redacted, as in OpenAI's API."""

    object: Literal["organization.project.api_key"]
    owner: KeyOwner
    owner_project_access: Literal["active", "inactive"]
    earthshine: ProjectKeyMore


class NewProjectKey(ProjectKey):
    """A key of a project with its value."""

    value: str
    """The key itself: it is never shown again."""
    rotated_from: NotRequired[RotatedKey]


class DeletedProjectKey(Deletion):
    """What was removed."""

    object: Literal["organization.project.api_key.deleted"]


class AdminKeyOwner(TypedDict):
    """Whose key it is; null but for the role for a key of nobody's."""

    type: str | None
    object: str | None
    id: str | None
    name: str | None
    created_at: Seconds | None
    role: str


class AdminKeyMore(TypedDict):
    """What OpenAI has no field for."""

    kind: Literal["admin", "installation"]
    role: str
    allowed_addresses: list[str]
    made_by: str | None
    """The person who saw it when it was made; null for none."""
    rotated_from: str | None


class AdminKey(KeyFields):
    """A key that administers, redacted, as in OpenAI's API."""

    object: Literal["organization.admin_api_key"]
    owner: AdminKeyOwner
    earthshine: AdminKeyMore


class NewAdminKey(AdminKey):
    """A key that administers with its value."""

    value: str
    """The key itself: it is never shown again."""
    rotated_from: NotRequired[RotatedKey]


class DeletedAdminKey(Deletion):
    """What was removed."""

    object: Literal["organization.admin_api_key.deleted"]
