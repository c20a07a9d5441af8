"""Calls of tools of MCP servers: what was called and what it returned, in one item as OpenAI's API has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, cast

from pydantic import Field

from earthshine.conversations.items.base import CallId, CallItem, Event, Item, ItemId, Json, Prompt, WrittenKind
from earthshine.engines.deltas import Delta, ToolCallArguments, ToolCallStart
from earthshine.tools.functions import FunctionName
from earthshine.tools.mcp.names import LONGEST_NAME, model_name
from earthshine.wire.strict import JsonObject

UNKNOWN = "This call ended before it was over. Whether it was done is not known."


class McpCall(CallItem):
    """A call, with what came of it."""

    prefix = "mcp"
    type: Literal["mcp_call"]
    call_id: CallId | None = None
    server_label: FunctionName
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    arguments: str
    approval_request_id: ItemId | None = None
    output: str | None = None
    error: JsonObject | None = None
    status: Literal["in_progress", "calling", "completed", "incomplete", "failed"] = "completed"


class McpCalls(WrittenKind):
    """Their arguments are written piece by piece, and no item answers them: what they returned is put in."""

    param = McpCall
    prefix = "mcp"
    pairs = "call"
    holds_answer = True
    brings_words = True

    def called(self, item: Item) -> str:
        """Return the name that the model knows."""
        return model_name(item["server_label"], item["name"])

    def arguments(self, item: Item) -> str:
        """Return them as they are."""
        return item["arguments"]

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was, and its answer."""
        call_id = item.get("call_id") or item["id"]
        prompt.call(call_id, self.called(item), item["arguments"])
        prompt.answer(call_id, answer_of(item), f"{place}.output")

    def account(self, item: Item) -> str:
        """Say what was called, and what it returned."""
        return f"Assistant called {item['name']} with {item['arguments']}\n{answer_of(item)}".rstrip()

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the call."""
        return [ToolCallStart(calls, self.called(item), item["call_id"]), ToolCallArguments(calls, item["arguments"])]

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Say that a call begins."""
        return [("mcp_call.in_progress", {})]

    def piece(self, item: Item) -> Event | None:
        """Tell of a piece of the arguments."""
        return "mcp_call_arguments.delta", {}

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Add to the arguments."""
        item["arguments"] += text
        return b""

    def ready(self, item: Item) -> Event | None:
        """Say the whole arguments once more; the tool is called now."""
        return "mcp_call_arguments.done", {"arguments": item["arguments"]}

    def answered(self, item: Item) -> Iterable[Event]:
        """Say that the call is over, where that is known."""
        return [(f"mcp_call.{item['status']}", {})] if self.is_answered(item) else []

    def is_answered(self, item: Item) -> bool:
        """Tell whether what came of it is known."""
        return item["status"] in ("completed", "failed")

    def with_answer(self, item: Item, output: str, told: Item | None) -> Item:
        """Put in what it returned, or what went wrong."""
        bare = {name: each for name, each in item.items() if name not in ("output", "error")}
        told = {"output": output} if told is None else told
        return {**bare, **told, "status": "failed" if told.get("error") else "completed"}

    def with_failure(self, item: Item, message: str) -> Item:
        """Put in what went wrong on this side."""
        return self.with_answer(item, "", {"error": {"type": "http_error", "code": 500, "message": message}})


def answer_of(item: Item) -> str:
    """Return what a model reads as the answer of a call."""
    error: Any = item.get("error")
    if isinstance(error, dict):
        told = cast("Json", error)
        return f"Error: {told.get('message') or _text(told.get('content'))}"
    if item.get("output") is not None:
        return item["output"]
    return UNKNOWN if item["status"] == "incomplete" else ""


def _text(content: Any) -> str:
    parts = cast("list[Any]", content) if isinstance(content, list) else []
    return "\n".join(str(cast("Json", part).get("text", "")) for part in parts if isinstance(part, dict))


def _ready(item: Item, event: Json) -> None:
    item["status"], item["arguments"] = "calling", event["arguments"]


def _piece(item: Item, event: Json) -> None:
    item["arguments"] += event["delta"]


McpCalls.folds = {"mcp_call_arguments.delta": _piece, "mcp_call_arguments.done": _ready}
