"""Searches for tools: the model asks which of the functions that it was not shown do what it needs."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from pydantic import field_validator

from earthshine.conversations.items.base import CallId, Item, Json, Prompt, Status, StoredItem, WrittenKind
from earthshine.errors import InvalidRequest
from earthshine.tools.tool_search import NAME
from earthshine.wire.strict import NOT_UNICODE, all_unicode, rejection


class ToolSearchCall(StoredItem):
    """A search; `arguments` is any JSON value. OpenAI leaves out the call id of those that its server answers."""

    prefix = "tsc"
    type: Literal["tool_search_call"]
    call_id: CallId | None = None
    arguments: Any = None
    execution: Literal["server", "client"] = "server"
    status: Status = "completed"
    created_by: str | None = None

    @field_validator("arguments")
    @classmethod
    def _unicode(cls, value: Any) -> Any:
        if not all_unicode(value):
            raise rejection(InvalidRequest(NOT_UNICODE))
        return value

    def stored(self) -> Item:
        """Return the stored form, which has arguments, also empty ones."""
        return {"arguments": {}, **super().stored()}


class ToolSearchCalls(WrittenKind):
    """No event tells pieces of their arguments: they are there when the model has written them."""

    param = ToolSearchCall
    prefix = "tsc"
    pairs = "call"

    def called(self, item: Item) -> str:
        """Return the name of the search."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return them as the model wrote them, but for spaces."""
        arguments = item["arguments"]
        return arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was."""
        prompt.call(item["call_id"], NAME, self.arguments(item))

    def account(self, item: Item) -> str:
        """Say what was looked for."""
        return f"Assistant searched for tools with {self.arguments(item)}"

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Keep nothing: the pieces are brought in by `whole`."""
        return b""

    def whole(self, item: Item, unseen: str) -> Item:
        """Return it with its arguments; those that are no JSON stay the text that they are."""
        try:
            return {**item, "arguments": orjson.loads(unseen)}
        except orjson.JSONDecodeError:
            return {**item, "arguments": unseen}
