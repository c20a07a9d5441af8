"""Looking at a connector's server without any model: which tools it has, and what one returns."""

from __future__ import annotations

from typing import Any, cast

from earthshine.connectors.objects import ConnectorTool, ToolTried
from earthshine.connectors.schemas import ToolTry
from earthshine.errors import NotFound, PermissionDenied
from earthshine.settings import Settings
from earthshine.tools.approvals import Judge, Touches
from earthshine.tools.mcp.client import McpClient
from earthshine.tools.mcp.connected import Connected
from earthshine.tools.mcp.listing import cleaned, only_reads, reach
from earthshine.tools.mcp.names import NAME
from earthshine.tools.mcp.results import text_of


async def list_tools(connected: Connected) -> list[ConnectorTool]:
    """Return the tools that a server has now. Raises `McpFailed`."""
    found = await McpClient(connected.server).list_tools()
    return [
        {
            "name": tool["name"],
            "description": tool.get("description"),
            "input_schema": tool["input_schema"],
            "annotations": tool.get("annotations"),
            "allowed": _allowed(connected, tool),
            "requires_approval": connected.policy.require_approval.decision(tool["name"], reads=only_reads(tool))
            != "allow",
        }
        for tool in cleaned(found.tools)
    ]


async def try_tool(connected: Connected, judge: Judge, body: ToolTry, settings: Settings) -> ToolTried:
    """Call a tool, once. Raises `McpFailed`, `NotFound`, `PermissionDenied` where rules refuse it."""
    client = McpClient(connected.server)
    tools = {tool["name"]: tool for tool in cleaned((await client.list_tools()).tools)}
    tool = tools.get(body.name)
    if tool is None or not _allowed(connected, tool):
        raise NotFound(f"The server has no tool {body.name[:100]!r}, or the connector does not allow it.", param="name")
    if judge(NAME, Touches(reach(tool), connected.policy.host)) == "refuse":
        raise PermissionDenied(f"The rules of this installation refuse the tool {body.name[:100]!r}.")
    schema, seconds = tool["input_schema"], settings.mcp_call_seconds
    result = await client.call(body.name, body.arguments, schema, seconds=seconds)
    content: Any = result.get("content")
    return {
        "object": "connector.result",
        "text": text_of(result),
        "content": cast("list[Any]", content) if isinstance(content, list) else [],
        "is_error": result.get("isError") is True,
    }


def _allowed(connected: Connected, tool: dict[str, Any]) -> bool:
    allowed = connected.policy.allowed_tools
    return allowed is None or allowed.takes(tool["name"], reads=only_reads(tool))
