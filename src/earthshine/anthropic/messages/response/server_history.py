"""Calls of tools that the server ran in an earlier reply: from the blocks that are sent back to a response's items."""

from __future__ import annotations

from typing import Any, cast

import orjson

from earthshine.anthropic.messages.content import PlainText
from earthshine.anthropic.messages.conversation import text_of
from earthshine.anthropic.messages.response.tokens import SearchTokens
from earthshine.anthropic.messages.server_blocks import (
    BashResult,
    BashResultBlock,
    FetchedPage,
    McpToolResultBlock,
    McpToolUseBlock,
    ServerResult,
    ServerUse,
    WebFetchResultBlock,
    WebSearchResultBlock,
)
from earthshine.conversations.items import Item
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

_FAILED = "It was not to be had then."


class ServerHistory:
    """Pairs calls and results of earlier replies."""

    def __init__(self, tokens: SearchTokens) -> None:
        self._tokens = tokens
        self._uses: dict[str, ServerUse] = {}

    def call(self, block: ServerUse) -> None:
        """Take a call. One without a result is shown to nobody: a reply that was cut there goes on before it."""
        self._uses[block.id] = block

    def result(self, block: ServerResult, where: str) -> list[Item]:
        """Return the items of a call and its result. Raises `InvalidRequest` for a result without its call."""
        use = self._uses.pop(block.tool_use_id, None)
        if use is None or isinstance(use, McpToolUseBlock) != isinstance(block, McpToolResultBlock):
            raise InvalidRequest(
                f"No call with the id {block.tool_use_id!r} comes before this `{block.type}`.",
                param=f"{where}.tool_use_id",
            )
        match block:
            case WebSearchResultBlock():
                return [self._search(use, block, where)]
            case WebFetchResultBlock():
                return [_fetched(use, block)]
            case BashResultBlock():
                return _ran(use, block)
            case McpToolResultBlock():
                assert isinstance(use, McpToolUseBlock)
                return [_called(use, block)]

    def _search(self, use: ServerUse, block: WebSearchResultBlock, where: str) -> Item:
        several, one = use.input.get("queries"), use.input.get("query")
        queries = cast("list[Any]", several) if isinstance(several, list) else [one]
        action = {"type": "search", "queries": [each for each in queries if isinstance(each, str)]}
        item: Item = {"type": "web_search_call", "call_id": use.id, "action": action}
        if not isinstance(block.content, list):
            return {**item, "status": "failed", "results": [], "error": _FAILED}
        passages: list[tuple[int, Json]] = []
        for number, page in enumerate(block.content):
            passages += self._tokens.read(page.encrypted_content, f"{where}.content[{number}].encrypted_content")
        passages.sort(key=lambda each: each[0])
        return {**item, "results": [passage for _, passage in passages]}

    def annotation(self, citation: Json, text: str, where: str) -> Json | None:
        """Return what a citation of a page was in a response, at the end of a text; None for one of anything else."""
        if citation.get("type") != "web_search_result_location":
            return None
        place: Json = self._tokens.read(str(citation.get("encrypted_index")), f"{where}.encrypted_index")
        told = {"url": citation.get("url"), "title": citation.get("title") or ""}
        return {"type": "url_citation", **told, **place, "start_index": len(text), "end_index": len(text)}


def _fetched(use: ServerUse, block: WebFetchResultBlock) -> Item:
    """Return a page that was opened; it was read before, and is cited no more."""
    known = {name: each for name, each in use.input.items() if name in ("url", "start", "pattern")}
    action = {"type": "find_in_page" if "pattern" in known else "open_page", **known}
    item: Item = {"type": "web_search_call", "call_id": use.id, "action": action}
    page = block.content
    if not isinstance(page, FetchedPage):
        return {**item, "status": "failed", "results": [], "error": _FAILED}
    source = page.content.source
    text = source.data if isinstance(source, PlainText) else ""
    return {**item, "results": [{"url": page.url, "title": page.content.title or page.url, "text": text}]}


def _ran(use: ServerUse, block: BashResultBlock) -> list[Item]:
    done = block.content
    told: Json = {"stdout": "", "stderr": _FAILED, "outcome": {"type": "exit", "exit_code": 1}}
    if isinstance(done, BashResult):
        outcome = {"type": "exit", "exit_code": done.return_code}
        told = {"stdout": done.stdout, "stderr": done.stderr, "outcome": outcome}
    action = {"commands": [str(use.input.get("command") or "")]}
    return [
        {"type": "shell_call", "call_id": use.id, "action": action},
        {"type": "shell_call_output", "call_id": use.id, "output": [told]},
    ]


def _called(use: McpToolUseBlock, block: McpToolResultBlock) -> Item:
    called = {"server_label": use.server_name, "name": use.name, "arguments": orjson.dumps(use.input).decode()}
    item: Item = {"type": "mcp_call", "call_id": use.id, **called}
    text = text_of(block.content)
    if block.is_error:
        return {**item, "status": "failed", "error": {"type": "tool_error", "message": text}}
    return {**item, "output": text}
