"""What a search for tools found: from here on, the model may call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import orjson
from pydantic import Field

from earthshine.conversations.items.base import CallId, Item, ItemKind, Json, Prompt, Status, StoredItem
from earthshine.tools.functions import MOST_TOOLS, Definition, called_name


class ToolSearchOutput(StoredItem):
    """The definitions that were found."""

    prefix = "tso"
    type: Literal["tool_search_output"]
    call_id: CallId | None = None
    execution: Literal["server", "client"] = "server"
    tools: Annotated[list[Definition], Field(max_length=MOST_TOOLS)]
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
        return orjson.dumps({"found": [name for name, _, _ in found(item)]}).decode()


def found(item: Item) -> Iterator[tuple[str, Json, Json | None]]:
    """Yield the functions in an item: by what a model calls each, its definition and that of its namespace.

    As they are stored, for to check thousands of them again at each step would take long.
    """
    for tool in item["tools"]:
        if tool["type"] == "namespace":
            for each in tool["tools"]:
                yield called_name(each["name"], tool["name"]), each, tool
        else:
            yield tool["name"], tool, None
