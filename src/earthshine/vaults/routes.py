"""The routes of `/v1/vaults`. Source: `client.beta.agents.vaults` of the official SDK."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.vaults.objects import DeletedVault, Vault
from earthshine.vaults.schemas import VaultCreate, VaultListQuery, VaultUpdate
from earthshine.vaults.store import Vaults
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/vaults", tags=["Vaults"])


@router.post("")
@needs("project.write")
@takes(VaultCreate)
async def create_vault(request: Request) -> Reply[Vault]:
    """Make a vault."""
    body = await parse(VaultCreate, request)
    return json_reply(await service(request, Vaults).create(Owner.of(caller(request)), body))


@router.get("")
@needs("project.read")
@asks(VaultListQuery)
async def list_vaults(request: Request) -> Reply[Page[Vault]]:
    """List vaults, newest first unless asked otherwise."""
    query = read_query(VaultListQuery, request)
    found, more = await service(request, Vaults).list(Owner.of(caller(request)), query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{vault_id}")
@needs("project.read")
async def retrieve_vault(vault_id: str, request: Request) -> Reply[Vault]:
    """Return what is known of a vault."""
    vaults, who = service(request, Vaults), caller(request)
    await vaults.privacy.check(vault_id, who)
    return json_reply(await vaults.get(vault_id, who.project))


@router.post("/{vault_id}")
@needs("project.write")
@takes(VaultUpdate)
async def update_vault(vault_id: str, request: Request) -> Reply[Vault]:
    """Change a vault's name or metadata."""
    vaults, who = service(request, Vaults), caller(request)
    body = await parse(VaultUpdate, request)
    await vaults.privacy.check(vault_id, who, WRITING)
    return json_reply(await vaults.update(vault_id, who.project, body))


@router.delete("/{vault_id}")
@needs("project.write")
async def delete_vault(vault_id: str, request: Request) -> Reply[DeletedVault]:
    """Remove a vault with all its credentials."""
    vaults, who = service(request, Vaults), caller(request)
    await vaults.privacy.check(vault_id, who, "resource.deleted")
    await vaults.delete(vault_id, who.project)
    return json_reply({"id": vault_id, "object": "vault.deleted", "deleted": True})
