"""A call of `computer` that the server does: in the browser of its conversation, answered by a picture of it."""

from __future__ import annotations

import base64
from typing import Any

from earthshine.accounts.authorization.ownership import Owner
from earthshine.tools.base import ToolCall, ToolContext, ToolResult
from earthshine.tools.browser.browsers import Browsers
from earthshine.tools.browser.keeping import keep_downloads
from earthshine.tools.browser.names import HERE
from earthshine.tools.browser.tool import calls_of

Json = dict[str, Any]


async def use_screen(call: ToolCall, context: ToolContext) -> ToolResult:
    """Do the actions of a call, and return the screen. Raises `ActionRefused`, which the model reads."""
    given, owner = call.values(), Owner.of(context.caller)
    settings: Any = call.settings
    wide, high = getattr(settings, "display_width", None), getattr(settings, "display_height", None)
    size = (wide, high) if wide and high else None
    async with context.service(Browsers).use(owner, calls_of(context.items, call.id), size) as living:
        if not living.opened and settings.url is not None:
            await living.browser.act({"action": "open", "url": settings.url})
        living.opened = True
        actions: list[Json] = given.get("actions", [given])
        seen = await living.browser.act({"action": "screen", "actions": actions}, drawn=True)
        living.url, living.needs_person = seen.url, seen.needs_person
        await keep_downloads(context.services, owner, living.workspace, seen.kept)
    url = f"data:image/jpeg;base64,{base64.b64encode(seen.picture).decode()}"
    output = {"type": "computer_screenshot", "image_url": url}
    return ToolResult("", item={"type": "computer_call_output", "created_by": HERE, "output": output})
