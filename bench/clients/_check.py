"""What every script of this folder shares: where the server is, what to ask, and how a result is printed."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import traceback
from collections.abc import Callable
from typing import Any

BASE = os.environ["OPENAI_BASE_URL"]
KEY = os.environ["OPENAI_API_KEY"]
MODEL = os.environ.get("EARTHSHINE_BENCH_MODEL", "scripted")
SCRIPTED = MODEL == "scripted"

LOOP = asyncio.Runner()
"""One loop for all checks of a script: clients keep connections that belong to theirs."""

HELLO = "Say hello."
CALL = {"tool_calls": [{"name": "weather", "arguments": {"city": "Paris"}}]}
ASK_WEATHER = f"!script {json.dumps(CALL)}" if SCRIPTED else "What is the weather in Paris? Use the weather tool once."
DEGREES = "18 C and sunny"


def weather(city: str) -> str:
    """The weather in a city now.

    Args:
        city: The city.
    """
    return DEGREES if city else "unknown"


def check(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Run the function now; print whether it came to its end. A failure is printed, and the next check runs."""

    def run(function: Callable[[], Any]) -> Callable[[], Any]:
        result: dict[str, Any] = {"check": name, "ok": True}
        try:
            said = function()
            if inspect.isawaitable(said):
                LOOP.run(_wait(said))
        except BaseException as error:
            result |= {"ok": False, "error": f"{type(error).__name__}: {error}"[:600]}
            if os.environ.get("EARTHSHINE_BENCH_TRACE"):
                traceback.print_exc()
        print(json.dumps(result), flush=True)
        return function

    return run


async def _wait(said: Any) -> Any:
    return await said
