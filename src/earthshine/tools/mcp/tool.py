"""The tool: what a server lists becomes functions of the model, and what the model calls is called there.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-remote-mcp. A call is never repeated: one
that was cut is told as unknown. What a server returns is data, as everything that a tool returns.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from earthshine.accounts.authorization.caller import Caller
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.settings import Settings
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Json, Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.listed import ListedFunction, ListedTool
from earthshine.tools.mcp.addresses import may_be_private
from earthshine.tools.mcp.client import Known, McpClient
from earthshine.tools.mcp.connected import ConnectorPolicy, ConnectorSource
from earthshine.tools.mcp.failure import McpFailed
from earthshine.tools.mcp.listing import cleaned, only_reads, reach
from earthshine.tools.mcp.names import NAME, model_name
from earthshine.tools.mcp.results import cut, text_of
from earthshine.tools.mcp.settings import McpTool
from earthshine.tools.mcp.transport import Endpoint, Server

_REMEMBERED = 256
"""Servers of which something is remembered, each for one key and what it is sent."""
_LONGEST_FRESH = 3600.0
"""Seconds for which a list is kept at most, whatever its server says."""
_NOT_KNOWN = " Whether it was done is not known; it was not tried again."


class Mcp(ListedTool):
    """The tool; each server that a request names is one of it, by its label."""

    type = NAME
    settings = McpTool
    repeat = "never"
    connects = True
    secrets = ("authorization", "headers")

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Known] = OrderedDict()
        self._lists: OrderedDict[Hashable, tuple[float, list[Json]]] = OrderedDict()

    def touches(self, settings: McpTool, function: str = "") -> Touches:
        """Return that a server is connected to: what a tool there does, its list says."""
        return Touches(frozenset({"network"}), settings.host)

    async def prepare(self, settings: McpTool, context: ToolContext) -> Json | None:
        """Look for the connector that a request names."""
        if settings.connector_id is None:
            return None
        try:
            found = await context.service(ConnectorSource).connect(settings.connector_id, context.caller)
        except EarthshineError as error:
            error.param = "connector_id"
            raise
        return found.policy.model_dump(exclude_none=True)

    def prepared(self, settings: McpTool, known: Json) -> McpTool:
        """Return the settings with what is said of the connector."""
        return settings.with_policy(ConnectorPolicy.model_validate(known))

    # --- the list ----------------------------------------------------------------------------------------------------

    def label(self, settings: McpTool) -> str:
        """Return the server's label."""
        return settings.server_label

    def deferred(self, settings: McpTool) -> str | None:
        """Return the server's description where the request defers its tools."""
        return (settings.server_description or "") if settings.defer_loading else None

    def empty_list(self, settings: McpTool) -> Json:
        """Return a list with nothing in it yet."""
        return {"type": "mcp_list_tools", "server_label": settings.server_label, "tools": []}

    async def list(self, settings: McpTool, context: ToolContext) -> Json:
        """Ask the server, or look at what it said before, for as long as it says that this holds."""
        server = await _server(settings, context)
        key = _key(server, context.caller)
        until, tools = self._lists.get(key, (0.0, []))
        if until <= time.monotonic():
            client = McpClient(server, self._known.get(key))
            found = await client.list_tools()
            tools = cleaned(found.tools)
            _keep(self._known, key, client.known)
            fresh = min(found.fresh_seconds, _LONGEST_FRESH)
            _keep(self._lists, key, (time.monotonic() + fresh, tools) if fresh else None)
        return {"tools": [each for each in tools if settings.allows(each["name"], reads=only_reads(each))]}

    def listed(self, settings: McpTool, item: Json) -> list[ListedFunction]:
        """Return the functions that the request allows; the first says what the server is for."""
        functions: list[ListedFunction] = []
        for tool in cleaned(item["tools"]):
            name, reads = tool["name"], only_reads(tool)
            if not settings.allows(name, reads=reads):
                continue
            about = tool.get("description", "")
            if settings.server_description and not functions:
                about = f"{settings.server_description[:1024]}\n\n{about}".rstrip()
            function: Json = {"name": model_name(settings.server_label, name), "strict": False}
            function |= {"description": about} if about else {}
            function["parameters"] = tool["input_schema"]
            touches = Touches(reach(tool), settings.host)
            chat: Json = {"type": "function", "function": function}
            functions.append(ListedFunction(name, chat, touches, settings.decision(name, reads=reads)))
        return functions

    def is_list(self, settings: McpTool, item: Json) -> bool:
        """Tell whether an item is this server's list, and no failure of one."""
        mine = item["type"] == "mcp_list_tools" and item["server_label"] == settings.server_label
        return mine and not item.get("error")

    # --- calls -------------------------------------------------------------------------------------------------------

    def begin_call(self, settings: McpTool, name: str) -> Json:
        """Return a call that has no arguments yet."""
        return {"type": "mcp_call", "server_label": settings.server_label, "name": name, "arguments": ""}

    def made(self, settings: McpTool, item: Json) -> bool:
        """Tell whether an item is a call of this server's tools."""
        return item["type"] == "mcp_call" and item["server_label"] == settings.server_label

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Call the tool, once. An error that the server or its tool tells is in the item, as OpenAI's API has it."""
        settings: McpTool = call.settings
        try:
            result = await self._asked(settings, call, context)
        except McpFailed as error:
            known = error.kind == "mcp_protocol_error" or not error.sent or error.number in (401, 403)
            told = {**error.told, "message": error.message + ("" if known else _NOT_KNOWN)}
            return ToolResult(told["message"], quantity=0, item={"error": told})
        except InvalidRequest as error:
            told = {"type": "mcp_protocol_error", "code": 0, "message": error.message}
            return ToolResult(error.message, quantity=0, item={"error": told})
        text = cut(text_of(result), context.room)
        if result.get("isError") is True:
            content = [{"type": "text", "text": text or "The tool failed, and does not say why."}]
            return ToolResult(text, item={"error": {"type": "mcp_tool_execution_error", "content": content}})
        return ToolResult(text, item={"output": text})

    async def _asked(self, settings: McpTool, call: ToolCall, context: ToolContext) -> Json:
        arguments = call.values()
        own = context.service(Settings)
        server = await _server(settings, context)
        key = _key(server, context.caller)
        client = McpClient(server, self._known.get(key))
        try:
            return await client.call(call.own_name, arguments, call.schema, seconds=own.mcp_call_seconds)
        finally:
            _keep(self._known, key, client.known)


def provide() -> Tool:
    """Return the tool."""
    return Mcp()


async def _server(settings: McpTool, context: ToolContext) -> Server:
    if settings.connector_id is not None:
        return (await context.service(ConnectorSource).connect(settings.connector_id, context.caller)).server
    url = settings.server_url or ""
    headers = dict(settings.headers or {})
    if settings.authorization is not None:
        headers = {name: each for name, each in headers.items() if name.lower() != "authorization"}
        scheme, _, rest = settings.authorization.partition(" ")
        bearer = scheme.lower() == "bearer" and rest
        headers["authorization"] = settings.authorization if bearer else f"Bearer {settings.authorization}"
    sent = tuple(sorted(headers.items()))
    return Endpoint(settings.server_label, url, sent, private=may_be_private(url, context.service(Settings)))


def _key(server: Server, caller: Caller) -> Hashable:
    """Return under what something is remembered of a server: nobody meets what another one was told."""
    return caller.project, caller.key_id, server.key


def _keep(kept: OrderedDict[Hashable, Any], key: Hashable, value: Any) -> None:
    kept.pop(key, None)
    if value is not None:
        kept[key] = value
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)
