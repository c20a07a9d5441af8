"""Routes of `/v1/organization/admin_api_keys`.

Source: `client.admin.organization.admin_api_keys` of the official SDK; rotation is an extension.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.admin_keys import admin_key_objects, administers, create, find, remove, rotate
from earthshine.accounts.keys.objects import (
    AdminKey,
    DeletedAdminKey,
    NewAdminKey,
)
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.keys.schemas import AdminKeyCreate, KeyRotate
from earthshine.accounts.tables import keys
from earthshine.database import Database
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import OrderedQuery, page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization/admin_api_keys", tags=["Admin keys"])


@router.post("")
@needs("organization.manage")
@takes(AdminKeyCreate)
async def create_admin_key(request: Request) -> Reply[NewAdminKey]:
    """Make a key that administers the organisation; the reply is the only time that it is seen."""
    keys, who = service(request, KeyRegistry), caller(request)
    body = await parse(AdminKeyCreate, request)
    async with keys.changing() as connection:
        row, value = await create(connection, who, body)
        (made,) = await admin_key_objects(connection, keys, [row])
    return json_reply({**made, "value": value})


@router.get("")
@needs("organization.read")
@asks(OrderedQuery)
async def list_admin_keys(request: Request) -> Reply[Page[AdminKey]]:
    """List the organisation's admin keys, without those that were revoked."""
    who = caller(request)
    query = read_query(OrderedQuery, request)
    async with service(request, Database).read() as connection:
        rows, more = await page(connection, keys, query, *administers(who.organization))
        return json_reply(
            list_page(await admin_key_objects(connection, service(request, KeyRegistry), rows), has_more=more)
        )


@router.get("/{key_id}")
@needs("organization.read")
async def retrieve_admin_key(key_id: str, request: Request) -> Reply[AdminKey]:
    """Return one admin key, redacted."""
    who = caller(request)
    async with service(request, Database).read() as connection:
        row = await find(connection, who, key_id)
        (found,) = await admin_key_objects(connection, service(request, KeyRegistry), [row])
    return json_reply(found)


@router.delete("/{key_id}")
@needs("organization.manage")
async def delete_admin_key(key_id: str, request: Request) -> Reply[DeletedAdminKey]:
    """Revoke an admin key for good."""
    who = caller(request)
    async with service(request, KeyRegistry).changing() as connection:
        await remove(connection, who, key_id)
    return json_reply({"id": key_id, "object": "organization.admin_api_key.deleted", "deleted": True})


@router.post("/{key_id}/rotate")
@needs("organization.manage")
@takes(KeyRotate)
async def rotate_admin_key(key_id: str, request: Request) -> Reply[NewAdminKey]:
    """Make an admin key's successor with the same rights; the old key goes on for `overlap_seconds`."""
    keys, who = service(request, KeyRegistry), caller(request)
    body = await parse(KeyRotate, request)
    async with keys.changing() as connection:
        row, value, old = await rotate(connection, who, key_id, body)
        (made,) = await admin_key_objects(connection, keys, [row])
    return json_reply({**made, "value": value, "rotated_from": old})
