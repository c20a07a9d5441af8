"""The log of connections from sandboxes, for who may read the audit trail or manages the project. An extension."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request
from pydantic import Field
from sqlalchemy import ColumnElement, Row, select
from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.tables import projects
from earthshine.containers.egress_log.tables import egress_log
from earthshine.database import Database
from earthshine.egress.record import Verdict
from earthshine.openapi import Routes, asks
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page
from earthshine.wire.objects import Page, Seconds
from earthshine.wire.pagination import OrderedQuery, page
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1", tags=["Containers"])


class EgressQuery(OrderedQuery):
    """One page of the log, newest first unless asked otherwise."""

    order: Literal["asc", "desc"] = "desc"
    container_id: str | None = Field(default=None, max_length=64)
    host: str | None = Field(default=None, max_length=253)
    """Part of the name."""
    verdict: Literal[Verdict, "refused"] | None = None
    """`refused`: all that are not `done`."""


class EgressConnection(TypedDict):
    """A connection that a sandbox tried to make."""

    object: Literal["egress.connection"]
    id: str
    project: str
    container_id: str
    at: Seconds
    method: str
    """`CONNECT`, or the method of a request in plain HTTP."""
    host: str
    """Empty where the target had no name that can be reached."""
    port: int
    address: str
    """The IP address that was connected to; empty where none was."""
    verdict: Verdict
    """`done`, or why it was refused or cut."""
    count: int
    """How often: refusals of one kind within a second are one object."""
    sent: int
    """Bytes from the sandbox."""
    received: int
    """Bytes to it."""
    milliseconds: int


@router.get("/egress")
@router.get("/projects/{project_id}/egress")
@needs("organization.read", in_project="project.manage")
@asks(EgressQuery)
async def list_egress(request: Request, project_id: str = "") -> Reply[Page[EgressConnection]]:
    """List connections that the sandboxes of a project, or of the whole organisation, tried to make."""
    query, who = read_query(EgressQuery, request), caller(request)
    where: list[ColumnElement[bool]] = []
    if project_id:
        where.append(egress_log.c.project == project_id)
    else:
        mine = select(projects.c.id).where(projects.c.organization == who.organization)
        where.append(egress_log.c.project.in_(mine))
    if query.container_id is not None:
        where.append(egress_log.c.container_id == query.container_id)
    if query.host is not None:
        where.append(egress_log.c.host.contains(query.host.lower(), autoescape=True))
    if query.verdict is not None:
        refused, verdict = query.verdict == "refused", egress_log.c.verdict
        where.append(verdict != "done" if refused else verdict == query.verdict)
    async with service(request, Database).read() as connection:
        rows, more = await page(connection, egress_log, query, *where)
    return json_reply(list_page([_serialize(row) for row in rows], has_more=more))


def _serialize(row: Row[Any]) -> EgressConnection:
    return {
        "object": "egress.connection",
        "id": row.id,
        "project": row.project,
        "container_id": row.container_id,
        "at": row.at,
        "method": row.method,
        "host": row.host,
        "port": row.port,
        "address": row.address,
        "verdict": row.verdict,
        "count": row.times,
        "sent": row.sent,
        "received": row.received,
        "milliseconds": row.milliseconds,
    }
