"""Routes of `/v1/organization/projects/{id}/service_accounts`.

Source: `client.admin.organization.projects.service_accounts` of the official SDK.
"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.keys.records import key_permissions
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.projects.objects import (
    DeletedServiceAccount,
    NewServiceAccount,
    ServiceAccount,
    ServiceAccountKey,
)
from earthshine.accounts.projects.schemas import ServiceAccountCreate, ServiceAccountKeyCreate, ServiceAccountUpdate
from earthshine.accounts.projects.service_accounts import (
    change,
    create,
    find,
    remove,
    service_account_key,
    service_account_object,
)
from earthshine.accounts.tables import service_accounts
from earthshine.database import Database
from earthshine.errors import InvalidRequest
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import ListQuery, page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization/projects/{project_id}/service_accounts", tags=["Service accounts"])


@router.post("")
@needs("project.manage")
@takes(ServiceAccountCreate)
async def create_service_account(project_id: str, request: Request) -> Reply[NewServiceAccount]:
    """Make a service account, with a first key unless asked otherwise."""
    who = caller(request)
    body = await parse(ServiceAccountCreate, request)
    if body.create_service_account_only and body.expires_in_seconds is not None:
        raise InvalidRequest(
            "'expires_in_seconds' is about a key, and 'create_service_account_only' wants none. Leave one out.",
            param="expires_in_seconds",
        )
    role = "none" if body.create_service_account_only else "member"
    async with service(request, KeyRegistry).changing() as connection:
        row = await create(connection, who, project_id, body.name, role)
        key = None
        if not body.create_service_account_only:
            new = key_rows.NewKey(
                "project", who.organization, project_id, "Secret Key", row.id,
                expires_in_seconds=body.expires_in_seconds, made_by=key_rows.maker(who),
            )  # fmt: skip
            made, value = await key_rows.add(connection, new)
            await record(
                connection, who, "api_key.created", {"id": made.id, "data": {"scopes": []}}, project=project_id
            )
            key = service_account_key(made, value)
    return json_reply({**service_account_object(row), "api_key": key})


@router.get("")
@needs("project.manage")
@asks(ListQuery)
async def list_service_accounts(project_id: str, request: Request) -> Reply[Page[ServiceAccount]]:
    """List a project's service accounts."""
    query = read_query(ListQuery, request)
    async with service(request, Database).read() as connection:
        rows, more = await page(connection, service_accounts, query, service_accounts.c.project == project_id)
    return json_reply(list_page([service_account_object(row) for row in rows], has_more=more))


@router.get("/{service_account_id}")
@needs("project.manage")
async def retrieve_service_account(project_id: str, service_account_id: str, request: Request) -> Reply[ServiceAccount]:
    """Return one service account."""
    async with service(request, Database).read() as connection:
        return json_reply(service_account_object(await find(connection, project_id, service_account_id)))


@router.post("/{service_account_id}")
@needs("project.manage")
@takes(ServiceAccountUpdate)
async def update_service_account(project_id: str, service_account_id: str, request: Request) -> Reply[ServiceAccount]:
    """Change a service account's name or role."""
    who = caller(request)
    body = await parse(ServiceAccountUpdate, request)
    async with service(request, KeyRegistry).changing() as connection:
        row = await change(connection, who, project_id, service_account_id, body)
    return json_reply(service_account_object(row))


@router.delete("/{service_account_id}")
@needs("project.manage")
async def delete_service_account(
    project_id: str, service_account_id: str, request: Request
) -> Reply[DeletedServiceAccount]:
    """Remove a service account; its keys are refused from now on."""
    removal, who = service(request, Removal), caller(request)
    async with service(request, KeyRegistry).changing() as connection:
        await remove(connection, who, project_id, service_account_id)
        await removal.ask(connection, service_account_id)
    await removal.run(service_account_id)
    return json_reply(
        {"id": service_account_id, "object": "organization.project.service_account.deleted", "deleted": True}
    )


@router.post("/{service_account_id}/api_keys")
@needs("project.manage")
@takes(ServiceAccountKeyCreate)
async def create_service_account_key(
    project_id: str, service_account_id: str, request: Request
) -> Reply[ServiceAccountKey]:
    """Make another key of a service account; the reply is the only time that it is seen."""
    who = caller(request)
    body = await parse(ServiceAccountKeyCreate, request)
    async with service(request, KeyRegistry).changing() as connection:
        account = await find(connection, project_id, service_account_id)
        check_grant(who, key_permissions("project", account.role, body.scopes))
        new = key_rows.NewKey(
            kind="project",
            organization=who.organization,
            project=project_id,
            name=body.name,
            owner=service_account_id,
            scopes=body.scopes,
            models=body.allowed_models,
            addresses=body.allowed_addresses,
            expires_in_seconds=body.expires_in_seconds,
            made_by=key_rows.maker(who),
        )
        row, value = await key_rows.add(connection, new)
        details = {"id": row.id, "data": {"scopes": body.scopes, "name": body.name}}
        await record(connection, who, "api_key.created", details, project=project_id)
    return json_reply(service_account_key(row, value))
