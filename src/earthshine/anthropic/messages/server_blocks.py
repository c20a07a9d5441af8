"""Blocks of tools that the server ran, as they were given out, and are sent back in an earlier reply.

Source: `anthropic.types.ContentBlockParam` of the official SDK.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from earthshine.anthropic.messages.content import Block, DocumentBlock, TextBlock, blocks_of
from earthshine.wire.bounded import MOST_ITEMS
from earthshine.wire.strict import JsonObject, Strict, chooser

UseId = Annotated[str, Field(min_length=1, max_length=64)]


class ServerToolUseBlock(Block):
    """A call that the server answered."""

    type: Literal["server_tool_use"]
    id: UseId
    name: Literal["web_search", "web_fetch", "bash_code_execution"]
    input: JsonObject
    caller: JsonObject | None = None


class ToolFailure(Strict):
    """Why a tool returned nothing."""

    type: str
    error_code: str


class WebResult(Strict):
    """A page that was found."""

    type: Literal["web_search_result"]
    url: str
    title: str
    encrypted_content: str
    page_age: str | None = None


class WebSearchResultBlock(Block):
    """What a search found."""

    type: Literal["web_search_tool_result"]
    tool_use_id: UseId
    content: Annotated[list[WebResult], Field(max_length=MOST_ITEMS)] | ToolFailure
    caller: JsonObject | None = None


class FetchedPage(Strict):
    """A page that was opened."""

    type: Literal["web_fetch_result"]
    url: str
    content: DocumentBlock
    retrieved_at: str | None = None


class WebFetchResultBlock(Block):
    """What opening a page returned."""

    type: Literal["web_fetch_tool_result"]
    tool_use_id: UseId
    content: FetchedPage | ToolFailure
    caller: JsonObject | None = None


class BashResult(Strict):
    """What commands printed."""

    type: Literal["bash_code_execution_result"]
    stdout: str
    stderr: str
    return_code: int
    content: list[JsonObject] = Field(default_factory=list[JsonObject], max_length=MOST_ITEMS)


class BashResultBlock(Block):
    """What running commands returned."""

    type: Literal["bash_code_execution_tool_result"]
    tool_use_id: UseId
    content: BashResult | ToolFailure


class McpToolUseBlock(Block):
    """A call of a tool of an MCP server."""

    type: Literal["mcp_tool_use"]
    id: UseId
    name: str = Field(min_length=1, max_length=128)
    server_name: str = Field(min_length=1, max_length=64)
    input: JsonObject


class McpToolResultBlock(Block):
    """What it returned."""

    type: Literal["mcp_tool_result"]
    tool_use_id: UseId
    is_error: bool = False
    content: Annotated[list[TextBlock], blocks_of(Annotated[TextBlock, chooser("block", {"text": TextBlock})])] = Field(
        default_factory=list[TextBlock]
    )


ServerUse = ServerToolUseBlock | McpToolUseBlock
ServerResult = WebSearchResultBlock | WebFetchResultBlock | BashResultBlock | McpToolResultBlock
SERVER_BLOCKS: dict[str, type[Block]] = {
    "server_tool_use": ServerToolUseBlock,
    "web_search_tool_result": WebSearchResultBlock,
    "web_fetch_tool_result": WebFetchResultBlock,
    "bash_code_execution_tool_result": BashResultBlock,
    "mcp_tool_use": McpToolUseBlock,
    "mcp_tool_result": McpToolResultBlock,
}
