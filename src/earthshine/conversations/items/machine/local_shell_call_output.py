"""What a command of `local_shell` printed."""

from __future__ import annotations

from typing import Literal

from earthshine.conversations.items.base import CallId, Item, ItemKind, Prompt, Status
from earthshine.conversations.items.machine.machine_call import MachineItem


class LocalShellCallOutput(MachineItem):
    """Its output. In OpenAI's API its `id` is the call's `call_id`; some clients send that by its own name, too."""

    prefix = "lsho"
    type: Literal["local_shell_call_output"]
    call_id: CallId | None = None
    output: str
    status: Status = "completed"

    def stored(self) -> Item:
        """Return the stored form, which names the call."""
        stored = super().stored()
        return {**stored, "call_id": self.call_id or stored["id"]}


class LocalShellCallOutputs(ItemKind):
    """Answers to commands."""

    param = LocalShellCallOutput
    prefix = "lsho"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as it is."""
        prompt.answer(item["call_id"], item["output"], f"{place}.output")

    def account(self, item: Item) -> str:
        """Say what was printed."""
        return f"The command printed: {item['output']}"
