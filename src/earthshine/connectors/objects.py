"""The objects of `/earthshine/v1/connectors`."""

from __future__ import annotations

import re
from typing import Any, Literal, NotRequired

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds

_OTHER = re.compile(r"[^a-z0-9]+")


class ToolSelection(TypedDict):
    """Some of a server's tools."""

    tool_names: NotRequired[list[str]]
    read_only: NotRequired[bool]


class Approvals(TypedDict):
    """Which tools are called only after an approval, and which without."""

    always: NotRequired[ToolSelection]
    never: NotRequired[ToolSelection]


class Connector(TypedDict):
    """A server of the Model Context Protocol that is kept; nothing secret is in it."""

    id: str
    object: Literal["connector"]
    created_at: Seconds
    name: str
    server_label: str
    """Its name as a label for models, for `server_label` of a tool."""
    url: str | None
    command: list[str] | None
    allowed_domains: list[str]
    header_names: list[str]
    env_names: list[str]
    client_id: str | None
    allowed_tools: list[str] | None
    require_approval: Approvals
    shared: bool
    """Whether it is the project's."""
    signed_in: bool
    """Whether the caller, or the project, is signed in to it."""


class DeletedConnector(Deletion):
    """What was removed."""

    object: Literal["connector.deleted"]


class ConnectorTool(TypedDict):
    """One tool that a connector's server has now."""

    name: str
    description: str | None
    input_schema: dict[str, Any]
    annotations: dict[str, Any] | None
    allowed: bool
    requires_approval: bool


class ConnectorTools(TypedDict):
    """All of them."""

    object: Literal["list"]
    data: list[ConnectorTool]


class ToolTried(TypedDict):
    """What a tool returned."""

    object: Literal["connector.result"]
    text: str
    """As a model would read it."""
    content: list[Any]
    """As the server sent it."""
    is_error: bool


class SignIn(TypedDict):
    """A sign-in that was begun, or is done."""

    object: Literal["connector.sign_in"]
    authorization_url: str | None
    """Where the person is to go; null when it is done."""
    signed_in: bool


def serialize(row: Row[Any], *, signed_in: bool) -> Connector:
    """Return a connector as it is told."""
    return {
        "id": row.id,
        "object": "connector",
        "created_at": row.created_at,
        "name": row.name,
        "server_label": label_of(row.name),
        "url": row.url,
        "command": row.command,
        "allowed_domains": row.allowed_domains,
        "header_names": row.header_names,
        "env_names": row.env_names,
        "client_id": row.client_id,
        "allowed_tools": row.allowed_tools,
        "require_approval": row.require_approval,
        "shared": not row.user,
        "signed_in": signed_in,
    }


def label_of(name: str) -> str:
    """Return a name as the letters, digits and lines that engines take; `server` where nothing is left."""
    return _OTHER.sub("_", name.lower()).strip("_")[:32] or "server"
