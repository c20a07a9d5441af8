"""Tools with an effect outside: each adds a line to a file, and is registered as a stranger's package would be.

keep_line   asks with its idempotency key, so that a line which is there is not added again
add_line    adds whatever is there: after a crash nobody knows
sure_line   the same, but it looks into the file when it is asked what became of a call
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from earthshine.errors import InvalidRequest
from earthshine.runs import NotDone, Unknown
from earthshine.tools.base import Tool, ToolCall, ToolContext, ToolResult
from earthshine.tools.callers import AllowedCallers
from earthshine.wire.strict import Strict

FILE, PAUSE = "LINE_TOOLS_FILE", "LINE_TOOLS_PAUSE"
"""In the environment: where the lines go, and for how many seconds a tool waits before and after its effect."""

STUBBORN = 14.0
"""Seconds that a stubborn tool takes to stop when it is cancelled: more than a server that ends gives a run."""


class LineSettings(Strict):
    """What a request says with the tool."""

    type: str
    mood: Literal["good", "bad", "broken", "stubborn"] = "good"
    allowed_callers: AllowedCallers = None


class LineTool(Tool):
    """Adds a line; the line "waits" when another is "comes"."""

    type = "add_line"
    settings = LineSettings
    repeat = "never"

    def functions(self, settings: Any, offered: Sequence[object]) -> list[dict[str, Any]]:
        """Return the one function."""
        parameters = {"type": "object", "properties": {"line": {"type": "string"}}, "required": ["line"]}
        return [{"type": "function", "function": {"name": self.type, "strict": False, "parameters": parameters}}]

    async def run(self, call: ToolCall, context: ToolContext) -> ToolResult:
        """Add the line, which begins with the call's key."""
        if call.settings.mood == "bad":
            raise InvalidRequest("The file is read only.")
        if call.settings.mood == "broken":
            raise ZeroDivisionError
        if call.settings.mood == "stubborn":
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(600)
            until = time.monotonic() + STUBBORN
            while time.monotonic() < until:
                with suppress(asyncio.CancelledError):
                    await asyncio.sleep(0.1)
        line = call.values()["line"]
        pause = float(os.environ.get(PAUSE, "0"))
        context.tell(f"{self.type}.adding", {"line": line})
        while line == "waits" and not (file().exists() and " comes\n" in file().read_text()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(pause)
        if self.type != "keep_line" or call.key not in keys():
            with file().open("a") as lines:
                lines.write(f"{call.key} {line}\n")
        await asyncio.sleep(pause)
        return ToolResult(f"Added: {line}")


class KeepLine(LineTool):
    """Adds a line once."""

    type = "keep_line"
    repeat = "by_key"


class SureLine(LineTool):
    """Adds a line, and can find out whether it did."""

    type = "sure_line"

    async def settle(self, call: ToolCall, context: ToolContext) -> ToolResult | NotDone | Unknown:
        """Look."""
        return ToolResult("It is there.") if call.key in keys() else NotDone()


def file() -> Path:
    """Return the file that the lines go to."""
    return Path(os.environ[FILE])


def keys() -> list[str]:
    """Return the keys of the lines that are there."""
    return [line.split(" ")[0] for line in file().read_text().splitlines()] if file().exists() else []


def install(folder: Path) -> None:
    """Lay down what pip would of a package with these tools; `folder` must be where Python looks for packages."""
    about = folder / "line_tools-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: line-tools\nVersion: 1.0\n")
    classes = {each.type: each.__name__ for each in (LineTool, KeepLine, SureLine)}
    lines = [f"{name} = {__name__}:{each}" for name, each in classes.items()]
    (about / "entry_points.txt").write_text("\n".join(["[earthshine.tools]", *lines, ""]))
