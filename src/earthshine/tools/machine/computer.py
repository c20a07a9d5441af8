"""`computer` and `computer_use_preview`: the model sees a screen, and clicks and types.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-computer-use. A call of `computer` has
several actions, one of the older `computer_use_preview` a single one; each is answered by a screenshot. The screen is
the client's, unless a request says `"run_by": "server"`, which is ours: then it is a browser that the server runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, TypeVar, cast

import orjson
from pydantic import Field, model_validator

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.services import Services
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.browser.names import HERE
from earthshine.tools.browser.screen import use_screen
from earthshine.tools.browser.tool import CUT, lacking
from earthshine.tools.machine.actions import ACTIONS, MOST_ACTIONS, places, read_action
from earthshine.tools.machine.client_tool import ClientTool, arguments_of, shown
from earthshine.wire.strict import Strict, rejection

Json = dict[str, Any]

NAME = "computer"
"""What models call, of both tools."""
_MOST = 2048
"""Pixels of a side of a screen that the server makes."""
_PIXELS: Json = {"type": "integer"}
_ACTION: Json = {
    "type": {"type": "string", "enum": list(ACTIONS)},
    "x": _PIXELS,
    "y": _PIXELS,
    "button": {"type": "string", "enum": ["left", "right", "wheel", "back", "forward"]},
    "text": {"type": "string", "description": "What to type."},
    "keys": {"type": "array", "items": {"type": "string"}, "description": "Such as CTRL, C, ENTER."},
    "scroll_x": _PIXELS,
    "scroll_y": {"type": "integer", "description": "Pixels to scroll; down is positive."},
    "to_x": {"type": "integer", "description": "Where a drag ends."},
    "to_y": _PIXELS,
}
_ABOUT = (
    "Works on the user's screen, and returns a screenshot. x and y are pixels of the screenshot, from its top left."
)


RunBy = Literal["client", "server"]
"""Whose screen it is."""
Start = Annotated[str, Field(pattern="^https?://", max_length=2000)]
"""The page that the server's browser opens first."""


class ScreenTool(ClientTool):
    """What both have in common: the server may be asked to run them."""

    sees = True
    repeat = "never"
    alone = True

    def runs_here(self, settings: ComputerTool | PreviewTool) -> bool:
        """Tell whether the screen is a browser of the server's."""
        return settings.run_by == HERE

    def lacks(self, settings: ComputerTool | PreviewTool, services: Services) -> str:
        """Say what is missing before a browser can be run here, where one is asked for."""
        return lacking(services) if self.runs_here(settings) else ""

    def touches(self, settings: ComputerTool | PreviewTool, function: str = "") -> Touches:
        """Return that others are connected to, and that a click may have an effect there."""
        return Touches(frozenset({"network", "outside"} if self.runs_here(settings) else ()))

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Do it in the browser of the conversation."""
        return await use_screen(call, context)

    async def settle(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Say that it was cut: the browser ended with the server."""
        return ToolResult(CUT)


class ComputerTool(Strict):
    """The tool, as a request names it."""

    type: Literal["computer"]
    run_by: RunBy = "client"
    url: Start | None = None
    """Where a browser of the server's begins; for it alone."""

    @model_validator(mode="after")
    def _begins_somewhere(self) -> Self:
        return _only_here(self)


class Computer(ScreenTool):
    """Actions, in order."""

    type = NAME
    settings = ComputerTool

    def functions(self, settings: ComputerTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function."""
        action = {"type": "object", "properties": _ACTION, "required": ["type"], "additionalProperties": False}
        return shown(NAME, _ABOUT, {"actions": {"type": "array", "items": action}}, ["actions"])

    def call_item(self, settings: ComputerTool) -> Json:
        """Return a call without actions. No checks are made here, so none is ever pending."""
        return {"type": "computer_call", "actions": [], "pending_safety_checks": []}

    def read_call(self, settings: ComputerTool, arguments: str) -> Json:
        """Return the actions; a single one that stands by itself is the only one."""
        given = arguments_of(arguments, "actions")
        actions = given.get("actions", [given] if "type" in given or "action" in given else None)
        if not isinstance(actions, list) or not 0 < len(cast("list[Any]", actions)) <= MOST_ACTIONS:
            raise InvalidRequest(f"Give between 1 and {MOST_ACTIONS} actions in `actions`.")
        return {"actions": [read_action(each) for each in cast("list[Any]", actions)]}


class PreviewTool(Strict):
    """The older tool, as a request names it."""

    type: Literal["computer_use_preview"]
    display_width: int = Field(ge=1, le=65_536)
    display_height: int = Field(ge=1, le=65_536)
    environment: Literal["windows", "mac", "linux", "ubuntu", "browser"]
    run_by: RunBy = "client"
    url: Start | None = None
    """Where a browser of the server's begins; for it alone."""

    @model_validator(mode="after")
    def _a_browser(self) -> Self:
        size = max(self.display_width, self.display_height)
        if self.run_by == HERE and (self.environment != "browser" or size > _MOST):
            told = f"The server runs an environment 'browser' alone, of at most {_MOST} pixels a side."
            raise rejection(UnsupportedParameter(told))
        return _only_here(self)


class ComputerUsePreview(ScreenTool):
    """One action a call, on a screen of a known size."""

    type = "computer_use_preview"
    settings = PreviewTool

    def functions(self, settings: PreviewTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function."""
        size = f" The screen has {settings.display_width} by {settings.display_height} pixels ({settings.environment})."
        return shown(NAME, _ABOUT + size, _ACTION, ["type"])

    def call_item(self, settings: PreviewTool) -> Json:
        """Return a call without an action. No checks are made here, so none is ever pending."""
        return {"type": "computer_call", "pending_safety_checks": []}

    def read_call(self, settings: PreviewTool, arguments: str) -> Json:
        """Return the action. Raises `InvalidRequest` also for one beside the screen."""
        action = read_action(arguments_of(arguments, "type"))
        width, height = settings.display_width, settings.display_height
        for x, y in places(action):
            if x >= width or y >= height:
                raise InvalidRequest(f"({x}, {y}) is not on the screen, which has {width} by {height} pixels.")
        return {"action": action}


T = TypeVar("T", ComputerTool, PreviewTool)


def _only_here(given: T) -> T:
    if given.url is not None and given.run_by != HERE:
        raise rejection(UnsupportedParameter('`url` is for a browser of the server\'s: say also `"run_by": "server"`.'))
    return given


def provide() -> Tool:
    """Return the tool."""
    return Computer()


def provide_preview() -> Tool:
    """Return the older tool."""
    return ComputerUsePreview()


def computer_arguments(call: Json) -> str:
    """Return the arguments with which a model asks for what a call does."""
    if "actions" in call:
        return orjson.dumps({"actions": call["actions"]}).decode()
    return orjson.dumps(call["action"]).decode()
