"""`tool_search`: the model looks among functions that it is not shown for those that do what it needs.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-tool-search. There, as here, a function
with `defer_loading` can be called only after a search has found it. With `execution: "client"` the client searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from earthshine.errors import InvalidRequest
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.functions import NamespaceTool, called_name, functions
from earthshine.tools.ranking import Function, ranked
from earthshine.wire import aside
from earthshine.wire.strict import JsonObject, Strict, is_unicode

Json = dict[str, Any]

NAME = "tool_search"
MOST_FOUND = 5
"""Functions that one search finds, and that all searches together leave in the model's view: small models choose badly
among more."""
_MOST_TOLD = 1500
"""Characters that the search's own description may take in every prompt."""
_MOST_ABOUT = 160
"""Of these, for what one namespace is for."""
_QUERY: Json = {
    "type": "object",
    "properties": {"query": {"type": "string", "description": "What the tool must do, in a few words."}},
    "required": ["query"],
    "additionalProperties": False,
}


class ToolSearchTool(Strict):
    """The search, as a request names it. Description and parameters are for a search that the client does."""

    type: Literal["tool_search"]
    execution: Literal["server", "client"] = "server"
    description: str | None = None
    parameters: JsonObject | None = None


class ToolSearch(Tool):
    """The search."""

    type = NAME
    settings = ToolSearchTool

    def functions(self, settings: ToolSearchTool, offered: Sequence[object]) -> list[Json]:
        """Return the search; nothing where there is nothing to find."""
        function: Json = {"name": NAME, "strict": False}
        if settings.execution == "client":
            function["description"] = settings.description or "Searches for tools that are not shown."
            function["parameters"] = settings.parameters or _QUERY
        elif hidden := deferred(offered):
            function |= {"description": _description(hidden), "parameters": _QUERY}
        else:
            return []
        return [{"type": "function", "function": function}]

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Search. Raises `InvalidRequest` for a call without a query."""
        query = call.values().get("query")
        if not isinstance(query, str) or not query.strip() or not is_unicode(query):
            raise InvalidRequest("Say in `query`, in a few words, what the tool must do.")
        hidden = deferred(context.offered)
        size = sum(len(tool.description or "") + 64 for tool, _ in hidden)
        found = (await aside(size, ranked, query, hidden))[:MOST_FOUND]
        names = [called_name(tool.name, space and space.name) for tool, space in found]
        item = {"type": "tool_search_output", "execution": "server", "tools": _told(found)}
        return ToolResult(", ".join(names), item=item)

    def runs_here(self, settings: ToolSearchTool) -> bool:
        """Tell whether the server searches."""
        return settings.execution == "server"

    def call_item(self, settings: ToolSearchTool) -> Json | None:
        """Return a search that has no arguments yet."""
        return {"type": "tool_search_call", "execution": settings.execution, "arguments": {}}


def provide() -> Tool:
    """Return the tool."""
    return ToolSearch()


def deferred(offered: Sequence[object]) -> list[Function]:
    """Return the functions of a request that are found only by searching."""
    return [(tool, space) for tool, space in functions(offered) if tool.defer_loading]


def _description(hidden: Sequence[Function]) -> str:
    """Say what can be found: namespaces by what they are for, other functions by their names."""
    spaces = {space.name: space.description[: 2 * _MOST_ABOUT] for _, space in hidden if space is not None}
    abouts = {name: " ".join(about.split())[:_MOST_ABOUT] for name, about in spaces.items()}
    lines = [f"- {name}: {about}" if about else f"- {name}" for name, about in abouts.items()]
    lines += [f"- {tool.name}" for tool, space in hidden if space is None]
    told = "Finds tools that you do not see yet, so that you can call them. There are tools for:"
    for place, line in enumerate(lines):
        if len(told) + len(line) > _MOST_TOLD:
            return f"{told}\nand {len(lines) - place} more."
        told += f"\n{line}"
    return told


def _told(found: Sequence[Function]) -> list[Json]:
    """Return definitions as an item tells them: those of one namespace together, where its first one stands."""
    told: list[Json] = []
    spaces: dict[str, Json] = {}
    for tool, space in found:
        definition = tool.model_dump(exclude_none=True, exclude_unset=True, by_alias=True)
        if space is None:
            told.append(definition)
            continue
        if space.name not in spaces:
            spaces[space.name] = {**_head(space), "tools": []}
            told.append(spaces[space.name])
        spaces[space.name]["tools"].append(definition)
    return told


def _head(space: NamespaceTool) -> Json:
    return {"type": space.type, "name": space.name, "description": space.description}
