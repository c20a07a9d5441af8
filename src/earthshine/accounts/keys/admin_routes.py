"""Routes of `/v1/organization/admin_api_keys`.

Source: `client.admin.organization.admin_api_keys` of the official SDK; rotation is an extension.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from earthshine.accounts.keys.admin_keys import admin_key_objects, administers, create, find, remove, rotate
from earthshine.accounts.keys.objects import ADMIN_KEY, ADMIN_KEYS, DELETED_ADMIN_KEY, NEW_ADMIN_KEY
from earthshine.accounts.keys.schemas import AdminKeyCreate, KeyRotate
from earthshine.accounts.tables import keys
from earthshine.openapi import asks, gives, takes
from earthshine.services import caller, get_services
from earthshine.wire import json_reply, list_page, parse
from earthshine.wire.pagination import OrderedQuery, page
from earthshine.wire.queries import read_query

router = APIRouter(prefix="/v1/organization/admin_api_keys", tags=["Admin keys"])


@router.post("")
@takes(AdminKeyCreate)
@gives(NEW_ADMIN_KEY)
async def create_admin_key(request: Request) -> Response:
    """Make a key that administers the organisation; the reply is the only time that it is seen."""
    services, who = get_services(request), caller(request)
    body = await parse(AdminKeyCreate, request)
    async with services.keys.changing() as connection:
        row, value = await create(connection, who, body)
        (made,) = await admin_key_objects(connection, services.keys, [row])
    return json_reply({**made, "value": value})


@router.get("")
@asks(OrderedQuery)
@gives(ADMIN_KEYS)
async def list_admin_keys(request: Request) -> Response:
    """List the organisation's admin keys, without those that were revoked."""
    services, who = get_services(request), caller(request)
    query = read_query(OrderedQuery, request)
    async with services.database.read() as connection:
        rows, more = await page(connection, keys, query, *administers(who.organization))
        return json_reply(list_page(await admin_key_objects(connection, services.keys, rows), has_more=more))


@router.get("/{key_id}")
@gives(ADMIN_KEY)
async def retrieve_admin_key(key_id: str, request: Request) -> Response:
    """Return one admin key, redacted."""
    services, who = get_services(request), caller(request)
    async with services.database.read() as connection:
        row = await find(connection, who, key_id)
        (found,) = await admin_key_objects(connection, services.keys, [row])
    return json_reply(found)


@router.delete("/{key_id}")
@gives(DELETED_ADMIN_KEY)
async def delete_admin_key(key_id: str, request: Request) -> Response:
    """Revoke an admin key for good."""
    services, who = get_services(request), caller(request)
    async with services.keys.changing() as connection:
        await remove(connection, who, key_id)
    return json_reply({"id": key_id, "object": "organization.admin_api_key.deleted", "deleted": True})


@router.post("/{key_id}/rotate")
@takes(KeyRotate)
@gives(NEW_ADMIN_KEY)
async def rotate_admin_key(key_id: str, request: Request) -> Response:
    """Make an admin key's successor with the same rights; the old key goes on for `overlap_seconds`."""
    services, who = get_services(request), caller(request)
    body = await parse(KeyRotate, request)
    async with services.keys.changing() as connection:
        row, value, old = await rotate(connection, who, key_id, body)
        (made,) = await admin_key_objects(connection, services.keys, [row])
    return json_reply({**made, "value": value, "rotated_from": old})
