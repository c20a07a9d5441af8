"""Calls that somebody was asked about: which answers fit, and which calls are to be made now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.conversations.items import Item
from earthshine.conversations.items.mcp.approval import REQUEST, RESPONSE, made_for
from earthshine.errors import InvalidRequest
from earthshine.responses.tools.definitions import HostedTool
from earthshine.tools.listed import ListedTool

_LONGEST_ID = 64
"""Characters of an id that a call can have."""


def approved(items: Sequence[Item]) -> list[Item]:
    """Return the requests that were approved, and whose calls were not made yet, in the order of their approval."""
    requests = {item["id"]: item for item in items if item["type"] == REQUEST}
    if not requests:
        return []
    made = {made_for(item) for item in items}
    answers = [item for item in items if item["type"] == RESPONSE and item["approve"]]
    wanted = dict.fromkeys(item["approval_request_id"] for item in answers)
    return [requests[name] for name in wanted if name in requests and name not in made]


def check_answers(history: Sequence[Item], items: Sequence[Item], tools: Sequence[Any]) -> None:
    """Raise `InvalidRequest` for an answer among `items` to what nobody asked, or to what is answered already.

    Also where the tool that is to be called is no longer among `tools`.
    """
    if not any(item["type"] == RESPONSE for item in items):
        return
    requests: dict[str, Item] = {}
    answered: set[str] = set()
    for place, item in enumerate([*history, *items], -len(history)):
        if item["type"] == REQUEST:
            requests[item["id"]] = item
        if item["type"] != RESPONSE:
            continue
        name, param = item["approval_request_id"], f"input[{place}].approval_request_id"
        if place >= 0 and name not in requests:
            raise InvalidRequest(
                f"No approval with the id {name[:100]!r} was asked for before. Go on from the response that asked, by "
                "`previous_response_id` or `conversation`, or send its items.",
                param=param,
            )
        if place >= 0 and (name in answered or len(name) > _LONGEST_ID):
            raise InvalidRequest(f"The request for approval {name[:100]!r} is answered already.", param=param)
        answered.add(name)
    for request in approved([*history, *items]):
        if not any(_is_tool(tool, request["server_label"]) for tool in tools):
            raise InvalidRequest(
                f"The call that was approved needs the tool {request['server_label']!r}; send it in `tools` again.",
                param="tools",
            )


def _is_tool(tool: Any, label: str) -> bool:
    if not isinstance(tool, HostedTool) or tool.tool is None:
        return False
    return label == (tool.tool.label(tool.settings) if isinstance(tool.tool, ListedTool) else tool.type)
