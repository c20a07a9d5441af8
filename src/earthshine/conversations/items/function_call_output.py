"""What a function returned: from the client, or from a tool of the server's that has no item of its own."""

from __future__ import annotations

from typing import Literal

from earthshine.conversations.content import ToolOutput
from earthshine.conversations.items.base import CallId, FunctionItem, Item, ItemKind, Prompt, Status
from earthshine.conversations.items.message import plain_parts
from earthshine.tools.browser.names import BROWSER
from earthshine.tools.functions import FunctionName


class FunctionCallOutput(FunctionItem):
    """What the function returned."""

    prefix = "fco"
    type: Literal["function_call_output"]
    call_id: CallId
    output: ToolOutput
    status: Status = "completed"
    name: FunctionName | None = None


class FunctionCallOutputs(ItemKind):
    """Answers to calls of functions."""

    param = FunctionCallOutput
    prefix = "fco"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call's answer; of a browser's, the picture is for people."""
        output = item["output"]
        if self.is_strangers(item) and not isinstance(output, str):
            output = [part for part in output if part["type"] == "input_text"]
        prompt.answer(item["call_id"], output, f"{place}.output")

    def is_strangers(self, item: Item) -> bool:
        """Tell whether it is a page that the server's browser showed."""
        return item.get("name") == BROWSER

    def account(self, item: Item) -> str:
        """Say what came back."""
        output = item["output"]
        return f"The call returned: {output if isinstance(output, str) else plain_parts(output, ' ')}"
