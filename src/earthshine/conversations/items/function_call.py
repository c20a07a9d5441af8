"""Calls of functions: those of the client, which it runs, and those of tools that have no item of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, field_validator

from earthshine.conversations.items.base import CallId, Event, FunctionItem, Item, Json, Prompt, Status, WrittenKind
from earthshine.engines.deltas import Delta, ToolCallArguments, ToolCallStart
from earthshine.errors import UnsupportedParameter
from earthshine.tools.functions import FunctionName, called_name
from earthshine.wire.strict import rejection


class FunctionCall(FunctionItem):
    """A model's call of a function; `arguments` is JSON text."""

    prefix = "fc"
    type: Literal["function_call"]
    call_id: CallId
    name: FunctionName
    arguments: str
    status: Status = "completed"
    async_: bool = Field(default=False, alias="async", exclude=True)

    @field_validator("async_")
    @classmethod
    def _not_async(cls, value: bool) -> bool:
        if value:
            raise rejection(UnsupportedParameter("Asynchronous function calls are not supported."))
        return value


class FunctionCalls(WrittenKind):
    """Their arguments are written piece by piece."""

    param = FunctionCall
    prefix = "fc"
    pairs = "call"

    def called(self, item: Item) -> str:
        """Return the function's name, with its namespace."""
        return called_name(item["name"], item.get("namespace"))

    def arguments(self, item: Item) -> str:
        """Return them as they are."""
        return item["arguments"]

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show the call under the name that the model knows."""
        prompt.call(item["call_id"], self.called(item), item["arguments"])

    def account(self, item: Item) -> str:
        """Say what was called."""
        return f"Assistant called {item['name']} with {item['arguments']}"

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the call."""
        return [ToolCallStart(calls, self.called(item), item["call_id"]), ToolCallArguments(calls, item["arguments"])]

    def piece(self, item: Item) -> Event | None:
        """Tell of a piece of the arguments."""
        return "function_call_arguments.delta", {}

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Add to the arguments."""
        item["arguments"] += text
        return b""

    def closed(self, item: Item) -> Iterable[Event]:
        """Say the whole arguments once more."""
        return [("function_call_arguments.done", {"name": item["name"], "arguments": item["arguments"]})]


def _arguments(item: Item, event: Json) -> None:
    item["arguments"] += event["delta"]


FunctionCalls.folds = {"function_call_arguments.delta": _arguments}
