"""Limits: OpenAI's rate limits and spend limits, and the extension that sets every limit there is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import Request
from sqlalchemy import delete, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.families import family_of, newest_of
from earthshine.database import Connection, Database
from earthshine.errors import ModelNotFound, NotFound
from earthshine.metering.limits.holders import check_holder
from earthshine.metering.limits.objects import (
    DeletedLimit,
    Limit,
    ProjectRateLimit,
    Removed,
    SpendLimit,
)
from earthshine.metering.limits.schemas import (
    LimitBody,
    LimitsQuery,
    RateLimitsQuery,
    RateLimitUpdate,
    SpendLimitUpdate,
)
from earthshine.metering.limits.service import (
    change_rate_limit,
    limit_object,
    placed,
    put_spend_limit,
    rate_limits,
    read_limit,
    remove_spend_limit,
    spend_limit,
)
from earthshine.metering.limits.store import Limits, Scope, bump, put_limit, stored
from earthshine.metering.model_directory import ModelDirectory
from earthshine.metering.prices.money import dump_json
from earthshine.metering.tables import limits
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization", tags=["Limits"])


@asynccontextmanager
async def changing(request: Request, scope: Scope, scope_id: str) -> AsyncGenerator[tuple[Connection, Caller]]:
    """One transaction about a holder of limits; in force in this process when it is committed."""
    who = caller(request)
    async with service(request, Database).write() as connection:
        await check_holder(connection, who, scope, scope_id)
        yield connection, who
    await service(request, Limits).refresh()


@asynccontextmanager
async def reading(request: Request, scope: Scope, scope_id: str) -> AsyncGenerator[tuple[Connection, Caller]]:
    """One look at a holder of limits."""
    who = caller(request)
    async with service(request, Database).read() as connection:
        await check_holder(connection, who, scope, scope_id)
        yield connection, who


def model_names(request: Request) -> list[str]:
    """Return the names of all models that can be limited."""
    return service(request, ModelDirectory).installed()


# --- rate limits of a project's models --------------------------------------------------------------------------------


@router.get("/projects/{project_id}/rate_limits", operation_id="list_project_rate_limits")
@needs("project.read")
@asks(RateLimitsQuery)
async def list_rate_limits(request: Request, project_id: str) -> Reply[Page[ProjectRateLimit]]:
    """List a project's rate limits: one object for each installed model, limited or not."""
    query = read_query(RateLimitsQuery, request)
    async with reading(request, "project", project_id) as (connection, who):
        found = await rate_limits(connection, who, project_id, model_names(request))
    shown, more = placed(found, query.after, query.before, query.limit)
    return json_reply(list_page(shown, has_more=more))


@router.post("/projects/{project_id}/rate_limits/{rate_limit_id}", operation_id="update_project_rate_limit")
@needs("organization.manage")
@takes(RateLimitUpdate)
async def update_rate_limit(request: Request, project_id: str, rate_limit_id: str) -> Reply[ProjectRateLimit]:
    """Change how often a project may use one model."""
    body = await parse(RateLimitUpdate, request)
    names = model_names(request)
    async with changing(request, "project", project_id) as (connection, who):
        changed = await change_rate_limit(connection, who, project_id, rate_limit_id, body, names)
    return json_reply(changed)


# --- spend limits -----------------------------------------------------------------------------------------------------


@router.get("/spend_limit", operation_id="get_organization_spend_limit")
@needs("organization.read")
async def get_spend_limit(request: Request) -> Reply[SpendLimit]:
    """Return what the organisation may spend in a month."""
    return await _get_spend_limit(request, "organization", caller(request).organization)


@router.post("/spend_limit", operation_id="update_organization_spend_limit")
@needs("organization.manage")
@takes(SpendLimitUpdate)
async def update_spend_limit(request: Request) -> Reply[SpendLimit]:
    """Set what the organisation may spend in a month."""
    return await _put_spend_limit(request, "organization", caller(request).organization)


@router.delete("/spend_limit", operation_id="delete_organization_spend_limit")
@needs("organization.manage")
async def delete_spend_limit(request: Request) -> Reply[Removed]:
    """Let the organisation spend without a monthly limit."""
    return await _delete_spend_limit(request, "organization", caller(request).organization)


@router.get("/projects/{project_id}/spend_limit", operation_id="get_project_spend_limit")
@needs("project.read")
async def get_project_spend_limit(request: Request, project_id: str) -> Reply[SpendLimit]:
    """Return what a project may spend in a month."""
    return await _get_spend_limit(request, "project", project_id)


@router.post("/projects/{project_id}/spend_limit", operation_id="update_project_spend_limit")
@needs("organization.manage")
@takes(SpendLimitUpdate)
async def update_project_spend_limit(request: Request, project_id: str) -> Reply[SpendLimit]:
    """Set what a project may spend in a month."""
    return await _put_spend_limit(request, "project", project_id)


@router.delete("/projects/{project_id}/spend_limit", operation_id="delete_project_spend_limit")
@needs("organization.manage")
async def delete_project_spend_limit(request: Request, project_id: str) -> Reply[Removed]:
    """Let a project spend without a monthly limit of its own."""
    return await _delete_spend_limit(request, "project", project_id)


async def _get_spend_limit(request: Request, scope: Scope, scope_id: str) -> Reply[SpendLimit]:
    async with reading(request, scope, scope_id) as (connection, who):
        return json_reply(await spend_limit(connection, who, scope, scope_id))


async def _put_spend_limit(request: Request, scope: Scope, scope_id: str) -> Reply[SpendLimit]:
    body = await parse(SpendLimitUpdate, request)
    async with changing(request, scope, scope_id) as (connection, who):
        changed = await put_spend_limit(connection, who, scope, scope_id, body)
    return json_reply(changed)


async def _delete_spend_limit(request: Request, scope: Scope, scope_id: str) -> Reply[Removed]:
    async with changing(request, scope, scope_id) as (connection, who):
        removed = await remove_spend_limit(connection, who, scope, scope_id)
    return json_reply(removed)


# --- every limit there is: an extension -------------------------------------------------------------------------------


@router.get("/limits", operation_id="list_limits")
@needs("organization.read")
@asks(LimitsQuery)
async def list_limits(request: Request) -> Reply[Page[Limit]]:
    """List the organisation's limits, those that were set through OpenAI's calls too."""
    query = read_query(LimitsQuery, request)
    where = [limits.c.organization == caller(request).organization]
    where += [limits.c[name] == value for name in ("scope", "kind") if (value := getattr(query, name)) is not None]
    async with service(request, Database).read() as connection:
        if query.scope_id is not None:
            where.append(limits.c.scope_id.in_([query.scope_id, await family_of(connection, query.scope_id)]))
        rows, more = await page(connection, limits, query, *where)
        newest = await newest_of(connection, caller(request).organization)
    found = [limit_object(stored(row), newest) for row in rows]
    return json_reply(dump_json(list_page(found, has_more=more)))


@router.post("/limits", operation_id="create_limit")
@needs("organization.manage")
@takes(LimitBody)
async def create_limit(request: Request) -> Reply[Limit]:
    """Set a limit of the organisation, a project, a key or a person; one of the same scope, kind and model changes."""
    body = await parse(LimitBody, request)
    limit = read_limit(body, caller(request).organization)
    names = model_names(request)
    if limit.model is not None and limit.model not in names:
        raise ModelNotFound(limit.model, names)
    async with changing(request, limit.scope, limit.scope_id) as (connection, who):
        if limit.scope == "key":
            limit = replace(limit, scope_id=await family_of(connection, limit.scope_id))
        made = await put_limit(connection, who.organization, limit)
        shown = limit_object(made, await newest_of(connection, who.organization))
        await _audit(connection, who, "limit.updated", shown)
    return json_reply(dump_json(shown))


@router.get("/limits/{limit_id}", operation_id="get_limit")
@needs("organization.read")
async def get_limit(request: Request, limit_id: str) -> Reply[Limit]:
    """Return one limit."""
    async with service(request, Database).read() as connection:
        return json_reply(dump_json(await _find(connection, caller(request), limit_id)))


@router.delete("/limits/{limit_id}", operation_id="delete_limit")
@needs("organization.manage")
async def delete_limit(request: Request, limit_id: str) -> Reply[DeletedLimit]:
    """Take a limit away."""
    who = caller(request)
    async with service(request, Database).write() as connection:
        await bump(connection)
        found = await _find(connection, who, limit_id)
        await connection.execute(delete(limits).where(limits.c.id == limit_id))
        await _audit(connection, who, "limit.deleted", found)
    await service(request, Limits).refresh()
    return json_reply({"id": limit_id, "object": "organization.limit.deleted", "deleted": True})


async def _find(connection: Connection, who: Caller, limit_id: str) -> Limit:
    chosen = select(limits).where(limits.c.id == limit_id, limits.c.organization == who.organization)
    row = None if "\0" in limit_id else (await connection.execute(chosen)).first()
    if row is None:
        raise NotFound(f"No limit with the id {limit_id[:100]!r} is here.")
    return limit_object(stored(row), await newest_of(connection, who.organization))


async def _audit(connection: Connection, who: Caller, event: str, limit: Limit) -> None:
    details: dict[str, str | None] = {name: limit[name] for name in ("id", "scope", "scope_id", "kind", "model")}
    details["amount"] = str(limit["amount"])
    await record(connection, who, event, details, project=limit["scope_id"] if limit["scope"] == "project" else "")
