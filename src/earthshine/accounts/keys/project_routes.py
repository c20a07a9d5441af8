"""Routes of `/v1/organization/projects/{id}/api_keys`.

Source: `client.admin.organization.projects.api_keys` of the official SDK. Making and rotating a key are extensions:
OpenAI has a web page for the one, and nothing for the other.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.objects import (
    DeletedProjectKey,
    NewProjectKey,
    ProjectKey,
)
from earthshine.accounts.keys.project_keys import change, create, find, key_objects, list_keys, remove, rotate
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.keys.schemas import KeyCreate, KeyListQuery, KeyRotate, KeyUpdate
from earthshine.database import Database
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization/projects/{project_id}/api_keys", tags=["Project keys"])


@router.post("")
@needs("project.manage")
@takes(KeyCreate)
async def create_project_key(project_id: str, request: Request) -> Reply[NewProjectKey]:
    """Make a key of a project; the reply is the only time that it is seen."""
    keys, who = service(request, KeyRegistry), caller(request)
    body = await parse(KeyCreate, request)
    async with keys.changing() as connection:
        row, value = await create(connection, who, project_id, body)
    async with service(request, Database).read() as connection:
        (made,) = await key_objects(connection, keys, [row])
    return json_reply({**made, "value": value})


@router.get("")
@needs("project.manage")
@asks(KeyListQuery)
async def list_project_keys(project_id: str, request: Request) -> Reply[Page[ProjectKey]]:
    """List a project's keys, without those that were revoked."""
    keys = service(request, KeyRegistry)
    query = read_query(KeyListQuery, request)
    async with service(request, Database).read() as connection:
        rows, more = await list_keys(connection, keys, project_id, query)
        return json_reply(list_page(await key_objects(connection, keys, rows), has_more=more))


@router.get("/{api_key_id}")
@needs("project.manage")
async def retrieve_project_key(project_id: str, api_key_id: str, request: Request) -> Reply[ProjectKey]:
    """Return one key, redacted."""
    async with service(request, Database).read() as connection:
        row = await find(connection, project_id, api_key_id)
        (found,) = await key_objects(connection, service(request, KeyRegistry), [row])
    return json_reply(found)


@router.post("/{api_key_id}")
@needs("project.manage")
@takes(KeyUpdate)
async def update_project_key(project_id: str, api_key_id: str, request: Request) -> Reply[ProjectKey]:
    """Change a key's scopes, expiry, name or allow-lists."""
    keys, who = service(request, KeyRegistry), caller(request)
    body = await parse(KeyUpdate, request)
    async with keys.changing() as connection:
        row = await change(connection, who, project_id, api_key_id, body)
    async with service(request, Database).read() as connection:
        (changed,) = await key_objects(connection, keys, [row])
    return json_reply(changed)


@router.delete("/{api_key_id}")
@needs("project.manage")
async def delete_project_key(project_id: str, api_key_id: str, request: Request) -> Reply[DeletedProjectKey]:
    """Revoke a key for good."""
    who = caller(request)
    async with service(request, KeyRegistry).changing() as connection:
        await remove(connection, who, project_id, api_key_id)
    return json_reply({"id": api_key_id, "object": "organization.project.api_key.deleted", "deleted": True})


@router.post("/{api_key_id}/rotate")
@needs("project.manage")
@takes(KeyRotate)
async def rotate_project_key(project_id: str, api_key_id: str, request: Request) -> Reply[NewProjectKey]:
    """Make a key's successor with the same rights; the old key goes on for `overlap_seconds`."""
    keys, who = service(request, KeyRegistry), caller(request)
    body = await parse(KeyRotate, request)
    async with keys.changing() as connection:
        row, value, old = await rotate(connection, who, project_id, api_key_id, body)
    async with service(request, Database).read() as connection:
        (made,) = await key_objects(connection, keys, [row])
    return json_reply({**made, "value": value, "rotated_from": old})
