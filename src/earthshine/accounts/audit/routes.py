"""Routes of `/v1/organization/audit_logs`. Source: `client.admin.organization.audit_logs` of the official SDK."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.audit.log import list_audit_logs
from earthshine.accounts.audit.objects import AuditLog
from earthshine.accounts.audit.schemas import AuditLogQuery
from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.database import Database
from earthshine.openapi import Routes, asks
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/organization/audit_logs", tags=["Audit trail"])


@router.get("")
@needs("organization.read")
@asks(AuditLogQuery)
async def list_entries(request: Request) -> Reply[Page[AuditLog]]:
    """List what was done in the organisation, newest first."""
    who = caller(request)
    query = read_query(AuditLogQuery, request)
    async with service(request, Database).read() as connection:
        entries, more = await list_audit_logs(connection, who.organization, query)
    return json_reply(list_page(entries, has_more=more))
