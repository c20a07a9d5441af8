"""Calls of tools that the server ran: from a response's items to blocks of a message.

    web_search_call     server_tool_use `web_search` or `web_fetch`, and what was found
    shell_call          server_tool_use `bash_code_execution`; its output is an item of its own
    mcp_call            mcp_tool_use, and what it returned

Source: `anthropic.types.ContentBlock` of the official SDK.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.anthropic.messages.reply import arguments
from earthshine.anthropic.messages.response.tokens import SearchTokens
from earthshine.conversations.items import Item
from earthshine.conversations.items.mcp.call import answer_of
from earthshine.errors import UpstreamFailed

Json = dict[str, Any]

TIMED_OUT = 124
"""The `return_code` of commands that took too long, as `timeout` of the GNU coreutils has it."""


def use_block(item: Item) -> Json | None:
    """Return what was called; None for an item that calls nothing."""
    match item["type"]:
        case "web_search_call" if item["action"]["type"] == "search":
            queries: list[str] = item["action"].get("queries") or [item["action"].get("query") or ""]
            more = {"queries": queries} if len(queries) > 1 else {}
            return _use(item, "web_search", {"query": queries[0] if queries else "", **more})
        case "web_search_call":
            given = {name: each for name, each in item["action"].items() if name in ("url", "start", "pattern")}
            return _use(item, "web_fetch", given)
        case "shell_call":
            return _use(item, "bash_code_execution", {"command": "\n".join(item["action"]["commands"])})
        case "mcp_call":
            called = {"name": item["name"], "server_name": item["server_label"], "input": _input(item["arguments"])}
            return {"type": "mcp_tool_use", "id": _id(item), **called}
        case _:
            return None


def result_block(item: Item, tokens: SearchTokens) -> Json | None:
    """Return what a call returned; None for an item that tells no result."""
    match item["type"]:
        case "web_search_call" if item["action"]["type"] == "search":
            found: Any = _failure("web_search") if item["status"] != "completed" else _pages(item["results"], tokens)
            return {**_result(item, "web_search"), "content": found, "caller": {"type": "direct"}}
        case "web_search_call":
            page = _failure("web_fetch") if item["status"] != "completed" else _page(item)
            return {**_result(item, "web_fetch"), "content": page, "caller": {"type": "direct"}}
        case "shell_call_output":
            return {**_result(item, "bash_code_execution"), "content": _printed(item["output"])}
        case "mcp_call":
            text = {"type": "text", "text": answer_of(item), "citations": None}
            return {**_result(item, "mcp"), "is_error": bool(item.get("error")), "content": [text]}
        case _:
            return None


def _id(item: Item) -> str:
    return f"srvtoolu_{item['call_id'].removeprefix('call_')}"


def _use(item: Item, name: str, given: Json) -> Json:
    return {"type": "server_tool_use", "id": _id(item), "name": name, "input": given, "caller": {"type": "direct"}}


def _result(item: Item, name: str) -> Json:
    return {"type": f"{name}_tool_result", "tool_use_id": _id(item)}


def _failure(name: str) -> Json:
    return {"type": f"{name}_tool_result_error", "error_code": "unavailable"}


def _pages(results: Sequence[Json], tokens: SearchTokens) -> list[Json]:
    """Return the pages of some passages; a token has those of its page, with their places among all."""
    pages: dict[str, list[tuple[int, Json]]] = {}
    for place, each in enumerate(results):
        pages.setdefault(each["url"], []).append((place, each))
    told: list[Json] = []
    for url, passages in pages.items():
        shown = {"url": url, "title": passages[0][1].get("title") or url, "page_age": None}
        told.append({"type": "web_search_result", **shown, "encrypted_content": tokens.write(passages)})
    return told


def _page(item: Item) -> Json:
    text = "\n\n".join(each.get("text") or "" for each in item["results"])
    source = {"type": "text", "media_type": "text/plain", "data": text}
    title = item["results"][0].get("title") if item["results"] else None
    document = {"type": "document", "source": source, "title": title, "citations": None}
    return {"type": "web_fetch_result", "url": item["action"]["url"], "content": document, "retrieved_at": None}


def _printed(outputs: Sequence[Json]) -> Json:
    codes = [each["outcome"].get("exit_code", TIMED_OUT) for each in outputs]
    return {
        "type": "bash_code_execution_result",
        "stdout": "".join(each["stdout"] for each in outputs),
        "stderr": "".join(each["stderr"] for each in outputs),
        "return_code": next((code for code in codes if code), 0),
        "content": [],
    }


def _input(text: str) -> Json:
    try:
        return arguments(text)
    except UpstreamFailed:
        return {"arguments": text}
