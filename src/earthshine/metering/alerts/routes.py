"""Spend alerts of the organisation and of its projects."""

from __future__ import annotations

import time
from typing import Any

from fastapi import Request
from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.database import Connection
from earthshine.errors import NotFound
from earthshine.ids import new_id
from earthshine.metering.alerts.objects import DeletedSpendAlert, SpendAlert
from earthshine.metering.alerts.schemas import AlertsQuery, SpendAlertBody
from earthshine.metering.limits.routes import changing, reading
from earthshine.metering.limits.service import placed
from earthshine.metering.limits.store import Scope
from earthshine.metering.tables import spend_alert_firings, spend_alerts
from earthshine.openapi import Routes, asks, takes
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization", tags=["Limits"])


@router.get("/spend_alerts", operation_id="list_organization_spend_alerts")
@needs("organization.read")
@asks(AlertsQuery)
async def list_alerts(request: Request) -> Reply[Page[SpendAlert]]:
    """List the organisation's spend alerts."""
    return await _list(request, "organization", caller(request).organization)


@router.post("/spend_alerts", operation_id="create_organization_spend_alert")
@needs("organization.manage")
@takes(SpendAlertBody)
async def create_alert(request: Request) -> Reply[SpendAlert]:
    """Tell somebody when the organisation has spent so much in a month."""
    return await _create(request, "organization", caller(request).organization)


@router.get("/spend_alerts/{alert_id}", operation_id="get_organization_spend_alert")
@needs("organization.read")
async def get_alert(request: Request, alert_id: str) -> Reply[SpendAlert]:
    """Return one of the organisation's spend alerts."""
    return await _get(request, "organization", caller(request).organization, alert_id)


@router.post("/spend_alerts/{alert_id}", operation_id="update_organization_spend_alert")
@needs("organization.manage")
@takes(SpendAlertBody)
async def update_alert(request: Request, alert_id: str) -> Reply[SpendAlert]:
    """Change one of the organisation's spend alerts."""
    return await _update(request, "organization", caller(request).organization, alert_id)


@router.delete("/spend_alerts/{alert_id}", operation_id="delete_organization_spend_alert")
@needs("organization.manage")
async def delete_alert(request: Request, alert_id: str) -> Reply[DeletedSpendAlert]:
    """Delete one of the organisation's spend alerts."""
    return await _delete(request, "organization", caller(request).organization, alert_id)


@router.get("/projects/{project_id}/spend_alerts", operation_id="list_project_spend_alerts")
@needs("project.read")
@asks(AlertsQuery)
async def list_project_alerts(request: Request, project_id: str) -> Reply[Page[SpendAlert]]:
    """List a project's spend alerts."""
    return await _list(request, "project", project_id)


@router.post("/projects/{project_id}/spend_alerts", operation_id="create_project_spend_alert")
@needs("project.manage")
@takes(SpendAlertBody)
async def create_project_alert(request: Request, project_id: str) -> Reply[SpendAlert]:
    """Tell somebody when a project has spent so much in a month."""
    return await _create(request, "project", project_id)


@router.get("/projects/{project_id}/spend_alerts/{alert_id}", operation_id="get_project_spend_alert")
@needs("project.read")
async def get_project_alert(request: Request, project_id: str, alert_id: str) -> Reply[SpendAlert]:
    """Return one of a project's spend alerts."""
    return await _get(request, "project", project_id, alert_id)


@router.post("/projects/{project_id}/spend_alerts/{alert_id}", operation_id="update_project_spend_alert")
@needs("project.manage")
@takes(SpendAlertBody)
async def update_project_alert(request: Request, project_id: str, alert_id: str) -> Reply[SpendAlert]:
    """Change one of a project's spend alerts."""
    return await _update(request, "project", project_id, alert_id)


@router.delete("/projects/{project_id}/spend_alerts/{alert_id}", operation_id="delete_project_spend_alert")
@needs("project.manage")
async def delete_project_alert(request: Request, project_id: str, alert_id: str) -> Reply[DeletedSpendAlert]:
    """Delete one of a project's spend alerts."""
    return await _delete(request, "project", project_id, alert_id)


# --- both -------------------------------------------------------------------------------------------------------------


async def _list(request: Request, scope: Scope, scope_id: str) -> Reply[Page[SpendAlert]]:
    query = read_query(AlertsQuery, request)
    order = spend_alerts.c.id.desc() if query.order == "desc" else spend_alerts.c.id
    async with reading(request, scope, scope_id) as (connection, who):
        rows = (
            await connection.execute(select(spend_alerts).where(*_those(who, scope, scope_id)).order_by(order))
        ).all()
    shown, more = placed([_object(row, scope) for row in rows], query.after, query.before, query.limit)
    return json_reply(list_page(shown, has_more=more))


async def _create(request: Request, scope: Scope, scope_id: str) -> Reply[SpendAlert]:
    body = await parse(SpendAlertBody, request)
    alert_id = new_id("alert")
    async with changing(request, scope, scope_id) as (connection, who):
        project = scope_id if scope == "project" else ""
        made = {"id": alert_id, "organization": who.organization, "project": project, "created_at": int(time.time())}
        await connection.execute(insert(spend_alerts).values(**made, **_values(body)))
        await _audit(connection, who, "spend_alert.created", alert_id, project, body)
        row = await _find(connection, who, scope, scope_id, alert_id)
    return json_reply(_object(row, scope))


async def _get(request: Request, scope: Scope, scope_id: str, alert_id: str) -> Reply[SpendAlert]:
    async with reading(request, scope, scope_id) as (connection, who):
        return json_reply(_object(await _find(connection, who, scope, scope_id, alert_id), scope))


async def _update(request: Request, scope: Scope, scope_id: str, alert_id: str) -> Reply[SpendAlert]:
    body = await parse(SpendAlertBody, request)
    async with changing(request, scope, scope_id) as (connection, who):
        await _find(connection, who, scope, scope_id, alert_id)
        await connection.execute(update(spend_alerts).where(spend_alerts.c.id == alert_id).values(**_values(body)))
        await _audit(connection, who, "spend_alert.updated", alert_id, scope_id if scope == "project" else "", body)
        row = await _find(connection, who, scope, scope_id, alert_id)
    return json_reply(_object(row, scope))


async def _delete(request: Request, scope: Scope, scope_id: str, alert_id: str) -> Reply[DeletedSpendAlert]:
    async with changing(request, scope, scope_id) as (connection, who):
        await _find(connection, who, scope, scope_id, alert_id)
        await connection.execute(delete(spend_alerts).where(spend_alerts.c.id == alert_id))
        await connection.execute(delete(spend_alert_firings).where(spend_alert_firings.c.alert == alert_id))
        await _audit(connection, who, "spend_alert.deleted", alert_id, scope_id if scope == "project" else "", None)
    return json_reply({"id": alert_id, "object": f"{scope}.spend_alert.deleted", "deleted": True})


def _those(who: Caller, scope: Scope, scope_id: str) -> tuple[ColumnElement[bool], ...]:
    project = scope_id if scope == "project" else ""
    return spend_alerts.c.organization == who.organization, spend_alerts.c.project == project


async def _find(connection: Connection, who: Caller, scope: Scope, scope_id: str, alert_id: str) -> Row[Any]:
    chosen = select(spend_alerts).where(spend_alerts.c.id == alert_id, *_those(who, scope, scope_id))
    row = None if "\0" in alert_id else (await connection.execute(chosen)).first()
    if row is None:
        raise NotFound(f"No spend alert with the id {alert_id[:100]!r} is here.")
    return row


def _values(body: SpendAlertBody) -> dict[str, Any]:
    return {
        "threshold_amount": body.threshold_amount,
        "recipients": body.notification_channel.recipients,
        "subject_prefix": body.notification_channel.subject_prefix,
    }


def _object(row: Row[Any], scope: Scope) -> SpendAlert:
    return {
        "id": row.id,
        "object": "project.spend_alert" if scope == "project" else "organization.spend_alert",
        "currency": "USD",
        "interval": "month",
        "threshold_amount": row.threshold_amount,
        "notification_channel": {
            "type": "email",
            "recipients": row.recipients,
            "subject_prefix": row.subject_prefix,
        },
    }


async def _audit(
    connection: Connection, who: Caller, event: str, alert_id: str, project: str, body: SpendAlertBody | None
) -> None:
    details: dict[str, Any] = {"id": alert_id}
    if body is not None:
        details["changes_requested"] = body.model_dump()
    await record(connection, who, event, details, project=project)
