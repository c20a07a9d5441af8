"""The objects of `/v1/containers`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class ContainerExpiry(TypedDict):
    """When a container expires."""

    anchor: Literal["last_active_at"]
    minutes: int


class ContainerNetwork(TypedDict):
    """What a container may reach."""

    type: Literal["allowlist", "disabled"]
    allowed_domains: NotRequired[list[str]]


class Container(TypedDict):
    """A sandbox with files that stay."""

    id: str
    object: Literal["container"]
    created_at: Seconds
    name: str
    status: Literal["active", "expired"]
    """An expired container has no files any more, and nothing runs in it."""
    expires_after: ContainerExpiry
    last_active_at: Seconds
    memory_limit: Literal["1g", "4g", "16g", "64g"]
    network_policy: ContainerNetwork


class DeletedContainer(Deletion):
    """What was removed."""

    object: Literal["container.deleted"]


class ContainerFile(TypedDict):
    """A file in a container."""

    id: str
    object: Literal["container.file"]
    container_id: str
    created_at: Seconds
    """When it was last changed."""
    bytes: int
    path: str
    """As code in the container sees it."""
    source: Literal["user", "assistant"]
    """`user` for what a client put there, `assistant` for what was made inside."""


class DeletedContainerFile(Deletion):
    """What was removed."""

    object: Literal["container.file.deleted"]


def serialize(row: Row[Any], expired: bool) -> Container:
    """Return a container as OpenAI's API shows it."""
    return {
        "id": row.id,
        "object": "container",
        "created_at": row.created_at,
        "name": row.name,
        "status": "expired" if expired else "active",
        "expires_after": {"anchor": "last_active_at", "minutes": row.expires_minutes},
        "last_active_at": row.last_active_at,
        "memory_limit": row.memory_limit,
        "network_policy": row.network_policy,
    }
