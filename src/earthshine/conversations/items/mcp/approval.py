"""Asking whether a call may be made, and the answer: two items, as OpenAI's API has them for MCP servers.

The request stands in the place of the call. Whoever asked for the response answers it in the next request; the call is
made then, and tells so in an item of its own. What came of a request `settled` writes into it, for whoever shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from earthshine.conversations.items.base import (
    CallItem,
    Item,
    ItemId,
    ItemKind,
    Json,
    Prompt,
    Status,
    StoredItem,
    WrittenKind,
)
from earthshine.tools.functions import FunctionName
from earthshine.tools.mcp.names import LONGEST_NAME, model_name

REQUEST, RESPONSE = "mcp_approval_request", "mcp_approval_response"
_WAITS = "This call was not made: it waits for the user's approval."
_REFUSED = "This call was not made: the user refused it."


class McpApprovalRequest(CallItem):
    """A call that is asked about. `server_label` is the type of the tool where it is not `mcp`."""

    prefix = "mcpr"
    type: Literal["mcp_approval_request"]
    server_label: FunctionName
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    arguments: str
    called: FunctionName | None = None
    """The name that the model knows, where the tool is not `mcp`."""
    status: Status = "completed"


class McpApprovalResponse(StoredItem):
    """What whoever was asked decided."""

    prefix = "mcpa"
    type: Literal["mcp_approval_response"]
    approval_request_id: ItemId
    approve: bool
    reason: str | None = Field(default=None, max_length=10_000)


class ApprovalRequests(WrittenKind):
    """No event tells pieces of their arguments: they are there when the model has written them."""

    param = McpApprovalRequest
    prefix = "mcpr"
    asks = True

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show the call, and that it was not made; one that was made shows itself."""
        settled: Json = item.get("settled") or {}
        if settled.get("called"):
            return
        prompt.call(item["id"], asked_name(item), item["arguments"])
        reason = settled.get("reason")
        refused = f"{_REFUSED} The reason: {reason}" if reason else _REFUSED
        prompt.answer(item["id"], refused if settled else _WAITS, place)

    def account(self, item: Item) -> str:
        """Say what was asked."""
        return f"Assistant asked whether it may call {item['name']} with {item['arguments']}"

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Keep nothing: the pieces are brought in by `whole`."""
        return b""

    def whole(self, item: Item, unseen: str) -> Item:
        """Return it with its arguments."""
        return {**item, "arguments": unseen}


class ApprovalResponses(ItemKind):
    """What they say is shown with the request."""

    param = McpApprovalResponse
    prefix = "mcpa"

    def account(self, item: Item) -> str:
        """Say what was decided."""
        return "User allowed the call." if item["approve"] else "User refused the call."


def asked_name(request: Item) -> str:
    """Return the name under which the model knows what it asked to call."""
    return request.get("called") or model_name(request["server_label"], request["name"])


def settled(items: Sequence[Item]) -> Sequence[Item]:
    """Return the items with each request saying what came of it, each in its place."""
    if not any(item["type"] == REQUEST for item in items):
        return items
    answers = {item["approval_request_id"]: item for item in items if item["type"] == RESPONSE}
    made = {made_for(item) for item in items}
    told: list[Item] = []
    for item in items:
        if item["type"] == REQUEST and (item["id"] in made or item["id"] in answers):
            answer = answers.get(item["id"], {})
            # One that is approved is made before the model is asked again.
            called = item["id"] in made or bool(answer.get("approve"))
            item = {**item, "settled": {"called": called, "reason": answer.get("reason")}}
        told.append(item)
    return told


def made_for(item: Item) -> str | None:
    """Return the id of the request after whose approval a call was made."""
    return item.get("approval_request_id") if item["type"] == "mcp_call" else item.get("call_id")
