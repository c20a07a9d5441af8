"""MCP servers as sources: such as have the functions `search` and `fetch`, called without anybody's being asked.

Their shape is OpenAI's, https://developers.openai.com/api/docs/mcp: `search` takes a `query` and returns results that
have an `id`; `fetch` takes that and returns a document with `title`, `text` and `url`, as JSON text. What was fetched
is kept as a file, so that what is cited can be opened later, and is read like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from earthshine.conversations.items import Item
from earthshine.errors import InvalidRequest
from earthshine.research.gathering.finding import Found
from earthshine.research.inquiry import Inquiry
from earthshine.research.state import Change, Question
from earthshine.responses.run.programs import Moves
from earthshine.tools.mcp.names import model_name

Json = dict[str, Any]

SEARCH, FETCH = "search", "fetch"
MOST_FETCHED = 3
"""Documents of one server that are read after one search."""
_STRING = r'"((?:[^"\\\n]|\\.)*)'
"""A JSON string to its end, or to where a long result was cut."""
_HALF = re.compile(r"\\u[0-9a-fA-F]{0,3}$")
_LONE = re.compile("[\ud800-\udfff]")
"""Half of a character that was cut."""
_ID = re.compile(rf'"id"\s*:\s*(?:{_STRING}"|(\d+))')


class Server(NamedTuple):
    """One that can be searched."""

    label: str
    search: str
    """Under this name its function is called here."""
    fetch: str


class Fetched(NamedTuple):
    """A document as a server told it."""

    title: str
    text: str
    url: str


def servers(items: Sequence[Item]) -> Iterator[Server]:
    """Yield the servers that can be searched, by their lists of functions."""
    for item in items:
        if item.get("type") == "mcp_list_tools":
            label: str = item["server_label"]
            if {SEARCH, FETCH} <= {each["name"] for each in item.get("tools") or ()}:
                yield Server(label, model_name(label, SEARCH), model_name(label, FETCH))


def check(moves: Moves) -> None:
    """Raise `InvalidRequest` where a research has MCP servers to search alone, and none of them can be."""
    types = {each.type for each in moves.response.turn.create.tools}
    if (
        "mcp" in types
        and not _able(moves)
        and not any(each.startswith(("web_search", "file_search")) for each in types)
    ):
        raise InvalidRequest(
            "A research searches MCP servers by their functions `search` and `fetch`, with `require_approval` `never`; "
            "no server among its `tools` has both. Add `web_search` or `file_search`, or another server.",
            param="tools",
        )


async def fetched(inquiry: Inquiry, question: Question, queries: Sequence[str]) -> list[Found]:
    """Search the servers that can be, and keep the documents that they have."""
    found: list[Found] = []
    for server in _able(inquiry.moves):
        output = _said(await inquiry.call(server.search, {"query": queries[0]}))
        for number, document in enumerate(ids_in(output)[: max(0, inquiry.budget.pages - len(inquiry.state.read))]):
            told = document_in(_said(await inquiry.call(server.fetch, {"id": document})))

            async def keep(told: Fetched = told, title: str = told.title or server.label) -> tuple[Change, None]:
                who = inquiry.moves.response.turn.caller
                file_id = await inquiry.library.keep(title, told.text, who) if told.text.strip() else ""
                return {"fetched": {"file_id": file_id, "title": title, "url": told.url}}, None

            name = f"fetched {question['id']} {question['tries'] + 1} {server.label} {number + 1}"
            kept = (await inquiry.keep("read", name, keep)).get("fetched", {})
            if kept.get("file_id"):
                found.append(Found(kept["file_id"], kept["title"], url=kept["url"]))
    return found


def _able(moves: Moves) -> list[Server]:
    found = {each.label: each for each in servers(moves.items)}
    return [each for each in found.values() if moves.may_call(each.search) and moves.may_call(each.fetch)]


def _said(items: Sequence[Item]) -> str:
    return "".join(each.get("output") or "" for each in items if each["type"] == "mcp_call")


def ids_in(output: str) -> list[str]:
    """Return the ids of what a search has found, in order, each once."""
    found = (number or _decoded(text) for text, number in _ID.findall(output))
    return [each for each in dict.fromkeys(found) if each][:MOST_FETCHED]


def document_in(output: str) -> Fetched:
    """Return a document: by its fields, or all that was said where there are none."""
    text = _field(output, "text")
    if text is None:
        return Fetched("", output, "")
    return Fetched(_field(output, "title") or "", text, _field(output, "url") or "")


def _field(output: str, name: str) -> str | None:
    found = re.search(rf'"{name}"\s*:\s*{_STRING}', output)
    return _decoded(found[1]) if found else None


def _decoded(inside: str) -> str:
    try:
        return _LONE.sub("", json.loads(f'"{_HALF.sub("", inside)}"', strict=False))
    except ValueError:
        return inside
