"""Screenshots: what the client's screen shows after a `computer_call`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from earthshine.conversations.content import InputImage
from earthshine.conversations.items.base import CallId, Item, ItemKind, Json, Prompt
from earthshine.conversations.items.machine.computer_call import SafetyCheck
from earthshine.conversations.items.machine.machine_call import MachineItem
from earthshine.tools.browser.names import HERE
from earthshine.wire.strict import Strict


class Screenshot(Strict):
    """A picture, by URL, as a `data:` URL, or as an uploaded file."""

    type: Literal["computer_screenshot", "input_image"] = "computer_screenshot"
    image_url: str | None = None
    file_id: str | None = None
    detail: Literal["low", "high", "auto", "original"] | None = Field(default=None, exclude=True)

    def model_post_init(self, _context: Any) -> None:
        """Demand what a picture in a message needs."""
        InputImage(type="input_image", image_url=self.image_url, file_id=self.file_id)


class ComputerCallOutput(MachineItem):
    """A screenshot, and the checks that a person has looked at."""

    prefix = "cuo"
    type: Literal["computer_call_output"]
    call_id: CallId
    output: Screenshot
    acknowledged_safety_checks: list[SafetyCheck] | None = Field(default=None, max_length=64)
    status: Literal["in_progress", "completed", "incomplete", "failed"] = "completed"

    @field_validator("output")
    @classmethod
    def _one_type(cls, value: Screenshot) -> Screenshot:
        value.type = "computer_screenshot"
        return value


class ComputerCallOutputs(ItemKind):
    """Answers to actions."""

    param = ComputerCallOutput
    prefix = "cuo"
    pairs = "answer"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show the picture, with all its pixels as far as the model takes them: clicks are told in pixels."""
        picture: Json = {**item["output"], "type": "input_image", "detail": "original"}
        prompt.answer(item["call_id"], picture, f"{place}.output")

    def is_strangers(self, item: Item) -> bool:
        """Tell whether it is a page that the server's browser showed."""
        return item.get("created_by") == HERE

    def account(self, item: Item) -> str:
        """Say that there was one."""
        return "The screen was shown: [an image]"
