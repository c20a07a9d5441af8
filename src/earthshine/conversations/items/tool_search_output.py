"""What a search for tools found: from here on, the model may call it."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from pydantic import Field

from earthshine.conversations.items.base import CallId, Item, ItemKind, Prompt, Status, StoredItem
from earthshine.tools.functions import Definition, called_name, functions

_MOST = 128
"""Definitions that one search may find."""


class ToolSearchOutput(StoredItem):
    """The definitions that were found."""

    prefix = "tso"
    type: Literal["tool_search_output"]
    call_id: CallId | None = None
    execution: Literal["server", "client"] = "server"
    tools: Annotated[list[Definition], Field(max_length=_MOST)]
    status: Status = "completed"
    created_by: str | None = None

    def stored(self) -> Item:
        """Return the stored form; definitions keep the names that the API has for their fields."""
        tools = [each.model_dump(exclude_none=True, exclude_unset=True, by_alias=True) for each in self.tools]
        return {**super().stored(), "tools": tools}


class ToolSearchOutputs(ItemKind):
    """Answers to searches; what they found is shown beside the messages, as tools."""

    param = ToolSearchOutput
    prefix = "tso"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Say which functions were found."""
        prompt.answer(item["call_id"], self.text(item), f"{place}.tools")

    def account(self, item: Item) -> str:
        """Say which functions were found."""
        return f"The search found: {self.text(item)}"

    @staticmethod
    def text(item: Item) -> str:
        """Return the names of what was found, for the model."""
        found = [called_name(tool.name, space and space.name) for tool, space in functions(definitions(item))]
        return orjson.dumps({"found": found}).decode()


def definitions(item: Item) -> list[Definition]:
    """Return the definitions in an item that was checked when it came in."""
    return ToolSearchOutput.model_validate(item).tools
