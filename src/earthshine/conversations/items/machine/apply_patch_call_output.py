"""What became of a patch."""

from __future__ import annotations

from typing import Literal

from earthshine.conversations.items.base import CallId, Item, ItemKind, Prompt
from earthshine.conversations.items.machine.machine_call import MachineItem


class ApplyPatchCallOutput(MachineItem):
    """Whether the client could apply it, and what it says of that."""

    prefix = "apco"
    type: Literal["apply_patch_call_output"]
    call_id: CallId
    status: Literal["completed", "failed"]
    output: str | None = None


class ApplyPatchCallOutputs(ItemKind):
    """Answers to patches."""

    param = ApplyPatchCallOutput
    prefix = "apco"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show the client's words; where there are none, whether it was applied."""
        prompt.answer(item["call_id"], _told(item), f"{place}.output")

    def account(self, item: Item) -> str:
        """Say what became of it."""
        return f"The patch: {_told(item)}"


def _told(item: Item) -> str:
    if item["status"] == "failed":
        return f"Error: {item.get('output') or 'the patch could not be applied.'}"
    return item.get("output") or "Done."
