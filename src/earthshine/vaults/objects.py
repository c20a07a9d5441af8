"""The objects of `/v1/vaults`, as in OpenAI's API."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class Vault(TypedDict):
    """Credentials that belong together."""

    id: str
    object: Literal["vault"]
    created_at: Seconds
    name: str | None
    metadata: dict[str, str]


class CredentialAuth(TypedDict, extra_items=Any):
    """How a credential authenticates, without its secrets."""

    type: Literal["mcp_oauth", "static_bearer", "environment_variable"]


class Credential(TypedDict):
    """What is told of a credential; its secrets never are."""

    id: str
    object: Literal["vault.credential"]
    created_at: Seconds
    updated_at: Seconds
    vault_id: str
    name: str
    metadata: dict[str, str]
    auth: CredentialAuth


class DeletedVault(Deletion):
    """What was removed, with all its credentials."""

    object: Literal["vault.deleted"]


class DeletedCredential(Deletion):
    """What was removed."""

    object: Literal["vault.credential.deleted"]


def vault_object(row: Row[Any]) -> Vault:
    """Return a vault as replies show it."""
    return {
        "id": row.id,
        "object": "vault",
        "created_at": row.created_at,
        "name": row.name,
        "metadata": row.metadata,
    }


def credential_object(row: Row[Any]) -> Credential:
    """Return a credential as replies show it."""
    return {
        "id": row.id,
        "object": "vault.credential",
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "vault_id": row.vault_id,
        "name": row.name,
        "metadata": row.metadata,
        "auth": row.auth,
    }
