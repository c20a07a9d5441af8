"""A call that is told to readers when it is whole: until then, nobody knows whether it is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from earthshine.conversations.items import Item
from earthshine.ids import new_id


@dataclass(frozen=True, slots=True)
class UnreadCall:
    """A call that a model is writing."""

    name: str
    """The function that is called."""
    item: Item
    """What it begins as."""
    read: Callable[[str], dict[str, Any]]
    """Returns what its item has besides, from its arguments. Raises `InvalidRequest`, which the model is told."""

    def whole(self, arguments: str) -> Item:
        """Return the item. Raises `InvalidRequest`."""
        return {**self.item, **self.read(arguments)}

    def refused(self, arguments: str, reason: str) -> list[Item]:
        """Return the call and its answer, as the model is shown them."""
        call_id = self.item.get("call_id") or new_id("call")
        call = {"type": "function_call", "call_id": call_id, "name": self.name, "arguments": arguments}
        answer = {"type": "function_call_output", "call_id": call_id, "output": f"Error: {reason}"}
        return [{"id": f"fc_{call_id}", **call}, {"id": f"fco_{call_id}", **answer}]
