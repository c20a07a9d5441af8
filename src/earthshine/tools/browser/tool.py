"""`browser`: a model reads pages as text with numbered elements, and acts on them. Ours; OpenAI has no such type.

A call is a `function_call`, its answer a `function_call_output` with a text, and a picture for people. Passwords are
typed by people: the page waits, signed out, until somebody has done so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from earthshine.accounts.authorization.ownership import Owner
from earthshine.browser.browser import ActionRefused
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.services import Services
from earthshine.tools.approvals import Touches
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.browser.asked import FUNCTIONS, action_of
from earthshine.tools.browser.browsers import Browsers, Living
from earthshine.tools.browser.keeping import keep, keep_downloads
from earthshine.tools.browser.names import BROWSER, OPEN
from earthshine.tools.browser.names import FUNCTIONS as NAMES
from earthshine.tools.web.known import check_known
from earthshine.wire.strict import Strict

Json = dict[str, Any]

CUT = (
    "The server stopped while this was done: it may have been done, or not. The browser was closed; what was signed in "
    "to is kept. Open the page again and look."
)
_CLOSED = "No page is open here. Open one first; a browser that nobody used for long was closed, with its pages."
_CHARACTERS = 3
"""Of a page, for each token that there is room for."""
_LEAST = 1000


class BrowserTool(Strict):
    """The tool, as a request names it."""

    type: Literal["browser"]


class BrowserUse(Tool):
    """The tool."""

    type = BROWSER
    settings = BrowserTool
    repeat = "never"
    alone = True
    switch: ClassVar[Json | None] = {"type": BROWSER}

    def functions(self, settings: BrowserTool, offered: Sequence[object]) -> list[Json]:
        """Return what can be done."""
        return list(FUNCTIONS)

    def is_shown(self, function: str, told: Sequence[Json]) -> bool:
        """Show what is done on a page once there is one: small models choose badly among more."""
        return function == OPEN or any(each.get("name") in NAMES for each in told)

    def lacks(self, settings: BrowserTool, services: Services) -> str:
        """Say what is missing: the network, a sandbox, Playwright, or Chromium."""
        return lacking(services)

    def touches(self, settings: BrowserTool, function: str = "") -> Touches:
        """Return that others are connected to, and that a click may have an effect there."""
        return Touches(frozenset({"network"} if function == OPEN else {"network", "outside"}))

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Do it, and return what the page shows then."""
        action, owner = action_of(call.name, call.values()), Owner.of(context.caller)
        if call.name == OPEN and has_read(context.items):
            # What a page says could otherwise send what the model knows to an address that it makes up.
            check_known(str(action.get("url", "")), context.items)
        async with context.service(Browsers).use(owner, calls_of(context.items, call.id)) as living:
            if not living.opened and call.name != OPEN:
                raise InvalidRequest(_CLOSED)
            try:
                seen = await living.browser.act(action)
            except ActionRefused as refusal:
                # It may have words of the page in it.
                return _answer(f"Error: {refusal.message}", [])
            living.opened, living.url, living.needs_person = True, seen.url, seen.needs_person
            kept = await keep_downloads(context.services, owner, living.workspace, seen.kept)
            text = "\n".join([*kept, _fitted(seen.text, context.room * _CHARACTERS)])
            return _answer(text, await _picture(living, context, owner))

    async def settle(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Say that it was cut: the browser ended with the server."""
        return ToolResult(CUT)


def provide() -> Tool:
    """Return the tool."""
    return BrowserUse()


def lacking(services: Services) -> str:
    """Say what is missing before a browser can be run here; empty where nothing is."""
    browsers = services.find(Browsers)
    return "this server has no browsers." if browsers is None else browsers.lacks()


def calls_of(items: Sequence[Json], now: str) -> list[str]:
    """Return the ids of the calls of a browser in a conversation, in order, the one that is to be done now included."""
    calls = [
        each["call_id"]
        for each in items
        if (each.get("type") == "function_call" and each.get("name") in NAMES) or each.get("type") == "computer_call"
    ]
    return [*calls, *([] if now in calls else [now])]


def has_read(items: Sequence[Json]) -> bool:
    """Tell whether the model has read what some tool returned, which strangers may have written."""
    return any("output" in each or "results" in each or "outputs" in each for each in items)


def _answer(text: str, picture: Sequence[Json]) -> ToolResult:
    """Return an answer under the name by which what it says is known to be a stranger's."""
    output = [{"type": "input_text", "text": text}, *picture]
    return ToolResult(text, item={"type": "function_call_output", "name": BROWSER, "output": output})


async def _picture(living: Living, context: ToolContext, owner: Owner) -> list[Json]:
    """Return the screen as a part of an answer; nothing where there is no picture, or no room for it."""
    try:
        shot = await living.browser.picture(small=True)
        file_id = await keep(context.services, owner, "screen.jpg", [shot], "vision")
    except EarthshineError:
        return []
    return [{"type": "input_image", "file_id": file_id, "detail": "auto"}]


def _fitted(text: str, most: int) -> str:
    most = max(_LEAST, most)
    return text if len(text) <= most else f"{text[:most]}\n(There is more. Scroll to see it.)"
