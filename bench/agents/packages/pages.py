"""Tasks of MiniWoB++ (`miniwob`, MIT): a page says what to do on it, and reports whether it was done.

Every agent gets the same three functions, which act in a Chromium of the bench through this project's own browser
actions; how an agent would drive a browser of its own is not measured here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from typing import Any

from bench.agents.packages.wheels import folder
from bench.agents.task import Function, Outcome, Task
from bench.browser._by_model import TASKS, Rewards, served
from bench.browser._pages import browser
from earthshine.browser.browser import ActionRefused

_GOAL = (
    "A page is open in a browser. Its first line is a task. Do it on that page, by its numbered elements, and press "
    "its button to submit where there is one. Say DONE when the task is done."
)
_NUMBER = {"type": "integer", "description": "The number of an element, as the page shows it in brackets"}
_SECONDS = 60


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


class Page:
    """A page of one try, open in a browser of its own."""

    words: Mapping[str, str] = {}

    def __init__(self, name: str) -> None:
        self._rewards, self._opened, self._browser = Rewards(), ExitStack(), AsyncExitStack()
        address = self._opened.enter_context(served(folder("miniwob", "miniwob/html"), self._rewards))
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._driver = self._wait(self._browser.enter_async_context(browser()))
        self._act("open", url=f"{address}/miniwob/{name}.html")
        text = {"type": "string", "description": "What to type"}
        self.functions = [
            Function("look", "Returns what the page shows, with its numbered elements.", _object(), self._look),
            Function("click", "Clicks an element.", _object(number=_NUMBER), partial(self._act, "click")),
            Function("type", "Types into a field.", _object(number=_NUMBER, text=text), partial(self._act, "type")),
        ]

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    def _look(self) -> str:
        return self._act("wait", seconds=0.1)

    def _act(self, action: str, **more: Any) -> str:
        try:
            return str(self._wait(self._driver.act({"action": action, **more})).text)
        except ActionRefused as refusal:
            raise ValueError(refusal.message) from None

    def ended_turn(self) -> None:
        """Nothing depends on turns."""

    def problem(self, _: Outcome) -> str:
        """Return what the page reported: its first end counts."""
        worth = self._rewards.value
        return "" if (worth or 0) > 0 else "the page was not ended" if worth is None else "it was done wrong"

    def close(self) -> None:
        """Close the browser."""
        try:
            self._wait(self._browser.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._opened.close()


def tasks() -> list[Task]:
    """Return them. Raises `Missing`."""
    folder("miniwob", "miniwob/html")
    return [Task(f"pages/{name}", _GOAL, lambda _: "", world=partial(Page, name)) for name in TASKS]
