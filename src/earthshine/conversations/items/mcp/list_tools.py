"""Lists of an MCP server's tools: as long as one is in the context, its server is not asked again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from earthshine.conversations.items.base import Item, ItemKind, StoredItem
from earthshine.tools.functions import FunctionName
from earthshine.tools.mcp.names import LONGEST_NAME, MOST_LISTED
from earthshine.wire.strict import JsonObject, Strict


class McpListedTool(Strict):
    """A tool of a list."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    input_schema: JsonObject
    description: str | None = None
    annotations: JsonObject | None = None


class McpListTools(StoredItem):
    """A list, or why there is none."""

    prefix = "mcpl"
    type: Literal["mcp_list_tools"]
    server_label: FunctionName
    tools: list[McpListedTool] = Field(max_length=2 * MOST_LISTED)
    error: str | None = None


class McpLists(ItemKind):
    """A model is shown what is in them as its tools."""

    param = McpListTools
    prefix = "mcpl"

    def always_kept(self, item: Item) -> bool:
        """Keep it: without it, the server would be asked anew."""
        return True
