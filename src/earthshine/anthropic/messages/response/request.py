"""From a request of this API to the response that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from earthshine.anthropic.messages.response.items import ResponseInput
from earthshine.anthropic.messages.schemas import CreateMessage, Prompt
from earthshine.anthropic.messages.server_tools import McpToolset
from earthshine.anthropic.messages.tools import to_choice, to_tools
from earthshine.anthropic.messages.translate import effort
from earthshine.catalog import Card
from earthshine.engines.requests import ToolChoice
from earthshine.errors import EarthshineError, InvalidRequest, UnsupportedParameter

Json = dict[str, Any]

_ITEM = re.compile(r"^input\[(\d+)\]")
_TOOL = re.compile(r"^tools\[(\d+)\]")
_NAMES = {
    "input": "messages",
    "max_output_tokens": "max_tokens",
    "reasoning.effort": "output_config.effort",
    "text.format": "output_config.format",
}


def response_body(prompt: Prompt, given: ResponseInput, card: Card, context: int) -> Json:
    """Return the body of `POST /v1/responses` that a request means; nothing of it is stored.

    `card`: of the model; `context`: how many tokens that takes, 0 where nobody knows. Raises `InvalidRequest` or
    `UnsupportedParameter` naming the field.
    """
    prompt.check_supported()
    if not given.items:
        raise InvalidRequest("There is no message that could be answered.", param="messages")
    if given.cites and prompt.format is not None:
        raise UnsupportedParameter("A reply in JSON cites nothing; leave one of the two out.", param="citations")
    choice, parallel = to_choice(prompt.tool_choice, prompt.tools)
    tools = [_tool(tool) for tool in to_tools(prompt.tools)] + _of_servers(prompt)
    own = [f"tools[{place}]" for place, tool in enumerate(prompt.tools) if not isinstance(tool, McpToolset)]
    servers = [f"mcp_servers[{place}]" for place, server in enumerate(prompt.mcp_servers) if server.is_used]
    given.tool_places = own + servers
    body: Json = {
        "model": prompt.model,
        "input": given.items,
        "tools": tools,
        "tool_choice": _choice(choice, tools),
        "parallel_tool_calls": parallel,
        "reasoning": {"effort": effort(prompt, card)},
    }
    if (wanted := prompt.format) is not None:
        body["text"] = {"format": {"type": "json_schema", "name": "reply", "schema": wanted.schema_}}
    if isinstance(prompt, CreateMessage):
        body |= _sampling(prompt, context)
        container = prompt.container
        for tool in tools:
            if tool["type"] == "shell" and container is not None:
                tool["environment"] = container.environment
    return body


def _tool(tool: Json) -> Json:
    return {"type": "function", **tool["function"]} if tool["type"] == "function" else tool


def _of_servers(prompt: Prompt) -> list[Json]:
    """Return the tools of MCP servers. Raises `InvalidRequest` for a set of a server that is not there."""
    toolsets = {tool.mcp_server_name: tool for tool in prompt.tools if isinstance(tool, McpToolset)}
    names = {server.name for server in prompt.mcp_servers}
    for index, tool in enumerate(prompt.tools):
        if isinstance(tool, McpToolset) and tool.mcp_server_name not in names:
            raise InvalidRequest(
                f"There is no server {tool.mcp_server_name[:64]!r} in `mcp_servers`.",
                param=f"tools[{index}].mcp_server_name",
            )
    return [server.hosted(toolsets.get(server.name)) for server in prompt.mcp_servers if server.is_used]


def _choice(choice: ToolChoice, tools: Sequence[Json]) -> Any:
    if not choice.names:
        return choice.mode
    [name] = choice.names
    hosted = "shell" if name == "code_execution" else name
    return {"type": hosted} if any(tool["type"] == hosted for tool in tools) else {"type": "function", "name": name}


def _sampling(create: CreateMessage, context: int) -> Json:
    for field in ("top_k", "stop_sequences"):
        if getattr(create, field):
            raise UnsupportedParameter(
                f"'{field}' is not supported where files are read, something is cited or tools are run here.",
                param=field,
            )
    most = min(create.max_tokens, context) if context else create.max_tokens
    sampling: Json = {"max_output_tokens": most, "store": False}
    return sampling | {"temperature": create.temperature, "top_p": create.top_p}


def name_fields(error: EarthshineError, given: ResponseInput) -> None:
    """Have an error of a response name the field of this API."""
    if error.param is None:
        return
    before = error.param
    if found := _ITEM.match(before):
        error.param = given.places[int(found[1])]
    elif found := _TOOL.match(before):
        error.param = given.tool_places[int(found[1])] + before[found.end() :]
    else:
        error.param = _NAMES.get(before, before)
    error.message = error.message.replace(f"'{before}'", f"'{error.param}'")
