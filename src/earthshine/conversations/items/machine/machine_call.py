"""What the calls of these tools have in common: they are told when the model has written them, as a whole."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from pydantic import field_validator

from earthshine.conversations.items.base import CallItem, Item, Json, Prompt, WrittenKind
from earthshine.engines.deltas import Delta, ToolCallArguments, ToolCallStart
from earthshine.errors import UnsupportedParameter
from earthshine.wire.strict import rejection


class MachineItem(CallItem):
    """Fields of calls and their outputs."""

    created_by: str | None = None

    @field_validator("caller")
    @classmethod
    def _direct(cls, value: Json | None) -> Json | None:
        if value is not None:
            raise rejection(UnsupportedParameter("Programs do not call this tool here; only direct calls are known."))
        return value


class MachineCalls(WrittenKind):
    """Calls, as the function that a model calls and the item that a client runs."""

    pairs = "call"

    @abstractmethod
    def called(self, item: Item) -> str:
        """Return the name of the tool's function."""

    @abstractmethod
    def arguments(self, item: Item) -> str:
        """Return the arguments, as a model calls with them."""

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was."""
        prompt.call(item["call_id"], self.called(item), self.arguments(item))

    def account(self, item: Item) -> str:
        """Say what was called."""
        return f"Assistant called {self.called(item)} with {self.arguments(item)}"

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the call."""
        arguments = self.arguments(item)
        return [ToolCallStart(calls, self.called(item), item["call_id"]), ToolCallArguments(calls, arguments)]

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Keep nothing: it is whole from the beginning."""
        return b""
