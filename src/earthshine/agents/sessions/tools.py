"""The tools of a session's agent, as the Responses API names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.agents.environments.servers import server_id
from earthshine.agents.subagents.tools import NAMES
from earthshine.errors import InvalidRequest, UnsupportedParameter

Json = dict[str, Any]

_LATER = {
    "programmatic_tool_calling": "Tools cannot be called from code in a session yet",
    "computer_use": "Sessions have no browser yet",
}


def check_tools(tools: Sequence[Json], environment: str) -> None:
    """Raise `UnsupportedParameter` for what a session cannot do yet.

    `tools` are as a configuration has them; `environment`: the type of the session's.
    """
    for at, tool in enumerate(tools):
        if (why := _LATER.get(tool["type"])) is not None and tool.get("enabled", True):
            raise UnsupportedParameter(f"{why}; leave the tool out.", param=f"agent.tools[{at}]")
        if tool["type"] == "function" and tool["name"] in NAMES:
            raise InvalidRequest(
                f"{tool['name']!r} is what a session calls its own function for subagents. Give yours another name.",
                param=f"agent.tools[{at}].name",
            )
        stdio = tool["type"] == "mcp" and tool["transport"]["type"] == "stdio"
        if stdio and environment == "none":
            raise InvalidRequest(
                "A program that speaks MCP runs in the session's environment: give the session one.",
                param=f"agent.tools[{at}].transport",
            )
        if tool["type"] == "mcp" and tool["connection_origin"] == "environment" and not stdio:
            raise UnsupportedParameter(
                "MCP servers are reached from this server only: leave `connection_origin` out.",
                param=f"agent.tools[{at}].connection_origin",
            )


def response_tools(
    session_id: str, tools: Sequence[Json], environment: Json, tokens: Sequence[str | None]
) -> list[Json]:
    """Return what a response of the session is asked with.

    `tokens`: of the vaults, one for each tool; None where it needs none.
    """
    found: list[Json] = []
    for at, (tool, token) in enumerate(zip(tools, tokens, strict=True)):
        if (made := _tool(tool, token, server_id(session_id, at))) is not None:
            found.append(made)
    found = [{**tool, "session_id": session_id} if tool["type"] == "automations" else tool for tool in found]
    if environment["type"] != "none":
        where = {"type": "container_reference", "container_id": environment["id"]}
        found += [{"type": "shell", "environment": where}, {"type": "code_interpreter", "container": environment["id"]}]
    return found


def _tool(tool: Json, token: str | None, program: str) -> Json | None:
    kind: str = tool["type"]
    if kind == "function":
        kept = ("type", "name", "description", "parameters", "defer_loading")
        return {**{name: tool[name] for name in kept}, "strict": False}
    if kind == "mcp" and tool["transport"]["type"] == "stdio":
        about: Json = {"type": "mcp", "server_label": tool["server_label"], "connector_id": program}
        allowed = {} if tool["allowed_tools"] is None else {"allowed_tools": tool["allowed_tools"]}
        return {**about, **allowed, "require_approval": "never"}
    if kind == "mcp":
        made: Json = {
            "type": "mcp",
            "server_label": tool["server_label"],
            "server_url": tool["transport"]["server_url"],
            "headers": tool["transport"]["headers"] or None,
            "allowed_tools": tool["allowed_tools"],
            # What has to be asked about is for the operator's rules to say: a session's tools have no word for it.
            "require_approval": "never",
            "authorization": token,
        }
        return {name: value for name, value in made.items() if value is not None}
    if kind == "web_search":
        return _web_search(tool)
    return {"type": kind} if kind in ("tool_search", "automations") else None


def _web_search(tool: Json) -> Json | None:
    if tool["mode"] == "disabled":
        return None
    made: Json = {"type": "web_search", "search_context_size": tool["context_size"]}
    if tool["mode"] == "cached":
        made["external_web_access"] = False
    if tool["allowed_domains"] is not None:
        made["filters"] = {"allowed_domains": tool["allowed_domains"]}
    if tool["location"] is not None:
        told = {name: value for name, value in tool["location"].items() if value is not None}
        made["user_location"] = {"type": "approximate", **told}
    return made
