"""The routes of `/v1/vaults/{id}/credentials`. Source: `client.beta.agents.vaults.credentials` of the official SDK."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.vaults.objects import Credential, DeletedCredential
from earthshine.vaults.schemas import CredentialCreate, CredentialUpdate, VaultListQuery
from earthshine.vaults.store import Vaults
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/vaults/{vault_id}/credentials", tags=["Vaults"])


@router.post("")
@needs("project.write")
@takes(CredentialCreate)
async def create_credential(vault_id: str, request: Request) -> Reply[Credential]:
    """Store a credential; its secrets are never told again."""
    vaults, who = service(request, Vaults), caller(request)
    body = await parse(CredentialCreate, request)
    await vaults.privacy.check(vault_id, who, WRITING)
    return json_reply(await vaults.add(vault_id, who.project, body))


@router.get("")
@needs("project.read")
@asks(VaultListQuery)
async def list_credentials(vault_id: str, request: Request) -> Reply[Page[Credential]]:
    """List a vault's credentials, newest first unless asked otherwise."""
    vaults, who = service(request, Vaults), caller(request)
    query = read_query(VaultListQuery, request)
    await vaults.privacy.check(vault_id, who)
    found, more = await vaults.list_credentials(vault_id, who.project, query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{credential_id}")
@needs("project.read")
async def retrieve_credential(vault_id: str, credential_id: str, request: Request) -> Reply[Credential]:
    """Return what is told of a credential."""
    vaults, who = service(request, Vaults), caller(request)
    await vaults.privacy.check(vault_id, who)
    return json_reply(await vaults.credential(vault_id, credential_id, who.project))


@router.post("/{credential_id}")
@needs("project.write")
@takes(CredentialUpdate)
async def update_credential(vault_id: str, credential_id: str, request: Request) -> Reply[Credential]:
    """Put new secrets in the place of old ones, or change the metadata."""
    vaults, who = service(request, Vaults), caller(request)
    body = await parse(CredentialUpdate, request)
    await vaults.privacy.check(vault_id, who, WRITING)
    return json_reply(await vaults.update_credential(vault_id, credential_id, who.project, body))


@router.delete("/{credential_id}")
@needs("project.write")
async def delete_credential(vault_id: str, credential_id: str, request: Request) -> Reply[DeletedCredential]:
    """Remove a credential."""
    vaults, who = service(request, Vaults), caller(request)
    await vaults.privacy.check(vault_id, who, "resource.deleted")
    await vaults.delete_credential(vault_id, credential_id, who.project)
    return json_reply({"id": credential_id, "object": "vault.credential.deleted", "deleted": True})
