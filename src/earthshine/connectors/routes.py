"""The routes of `/earthshine/v1/connectors`. An extension of OpenAI's API."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.connectors.objects import (
    Connector,
    ConnectorTools,
    DeletedConnector,
    ToolTried,
    serialize,
)
from earthshine.connectors.schemas import ConnectorCreate, ConnectorListQuery, ConnectorUpdate, ToolTry
from earthshine.connectors.store import Connectors
from earthshine.connectors.trying import list_tools, try_tool
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.tools.rules.store import ToolRules
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/connectors", tags=["Connectors"])


@router.post("")
@needs("project.write")
@takes(ConnectorCreate)
async def create_connector(request: Request) -> Reply[Connector]:
    """Keep a server of the Model Context Protocol, by its address or as a program."""
    body = await parse(ConnectorCreate, request)
    row = await service(request, Connectors).create(caller(request), body)
    return json_reply(serialize(row, signed_in=False))


@router.get("")
@needs("project.read")
@asks(ConnectorListQuery)
async def list_connectors(request: Request) -> Reply[Page[Connector]]:
    """List one's own connectors and the project's, the oldest first."""
    store, who = service(request, Connectors), caller(request)
    rows, more = await store.page(who, read_query(ConnectorListQuery, request))
    signed_in = await store.signed_in([row.id for row in rows], who)
    return json_reply(list_page([serialize(row, signed_in=row.id in signed_in) for row in rows], has_more=more))


@router.get("/{connector_id}")
@needs("project.read")
async def retrieve_connector(connector_id: str, request: Request) -> Reply[Connector]:
    """Return what is known of a connector; nothing secret is in it."""
    store, who = service(request, Connectors), caller(request)
    row = await store.get(connector_id, who)
    return json_reply(serialize(row, signed_in=bool(await store.signed_in([row.id], who))))


@router.post("/{connector_id}")
@needs("project.write")
@takes(ConnectorUpdate)
async def update_connector(connector_id: str, request: Request) -> Reply[Connector]:
    """Change a connector; what is left out stays as it is."""
    store, who = service(request, Connectors), caller(request)
    row = await store.update(connector_id, who, await parse(ConnectorUpdate, request))
    return json_reply(serialize(row, signed_in=bool(await store.signed_in([row.id], who))))


@router.delete("/{connector_id}")
@needs("project.write")
async def delete_connector(connector_id: str, request: Request) -> Reply[DeletedConnector]:
    """Remove a connector, with its secrets, sign-ins and files."""
    await service(request, Connectors).delete(connector_id, caller(request))
    return json_reply({"id": connector_id, "object": "connector.deleted", "deleted": True})


@router.post("/{connector_id}/tools")
@needs("project.write")
async def list_connector_tools(connector_id: str, request: Request) -> Reply[ConnectorTools]:
    """Ask a connector's server which tools it has now."""
    connected = await service(request, Connectors).connect(connector_id, caller(request))
    return json_reply({"object": "list", "data": await list_tools(connected)})


@router.post("/{connector_id}/try")
@needs("project.write")
@takes(ToolTry)
async def try_connector_tool(connector_id: str, request: Request) -> Reply[ToolTried]:
    """Call one tool of a connector's server, once. Who asks for it has approved it."""
    store, who = service(request, Connectors), caller(request)
    await store.get(connector_id, who, WRITING)
    body = await parse(ToolTry, request)
    connected = await store.connect(connector_id, who)
    return json_reply(
        await try_tool(connected, service(request, ToolRules).judge(who), body, service(request, Settings))
    )
