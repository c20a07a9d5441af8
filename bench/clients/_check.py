"""What every script of this folder shares: where the server is, what to ask, and how a result is printed."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import re
import subprocess
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

BASE = os.environ["OPENAI_BASE_URL"]
KEY = os.environ["OPENAI_API_KEY"]
ORIGIN = BASE.removesuffix("/v1")
MODEL = os.environ.get("EARTHSHINE_BENCH_MODEL", "scripted")
SCRIPTED = MODEL == "scripted"

LOOP = asyncio.Runner()
"""One loop for all checks of a script: clients keep connections that belong to theirs."""

HELLO = "Say hello."
ANN = "Ann is 30 years old. Extract."


def script(**said: Any) -> str:
    """Tell the scripted model what to say."""
    return f"!script {json.dumps(said)}"


def told(name: str, wanted: str, **arguments: Any) -> str:
    """What to say so that the model calls a tool: the call itself to the scripted one, the wish to another."""
    return script(tool_calls=[{"name": name, "arguments": arguments}]) if SCRIPTED else wanted


ASK_WEATHER = told("weather", "What is the weather in Paris? Use the weather tool once.", city="Paris")
DEGREES = "18 C and sunny"


def weather(city: str) -> str:
    """The weather in a city now.

    Args:
        city: The city.
    """
    return DEGREES if city else "unknown"


def check(name: str, why: str = "") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Run the function now; print whether it came to its end. A failure is printed, and the next check runs.

    `why` is the reason, where the failure is known; it is told only if it fails.
    """

    def run(function: Callable[[], Any]) -> Callable[[], Any]:
        result: dict[str, Any] = {"check": name, "ok": True}
        try:
            said = function()
            if inspect.isawaitable(said):
                LOOP.run(_wait(said))
        except BaseException as error:
            reason = str(error).strip().splitlines() or [""]
            result |= {"ok": False, "why": why or f"{type(error).__name__}: {reason[-1]}"[:300]}
            if os.environ.get("EARTHSHINE_BENCH_TRACE"):
                traceback.print_exc()
        print("\n" + json.dumps(result), flush=True)
        return function

    return run


def absent(name: str, why: str) -> None:
    """Say that a client has no such exchange, and why it cannot be tried."""
    print("\n" + json.dumps({"check": name, "ok": None, "why": why}), flush=True)


async def _wait(said: Any) -> Any:
    return await said


WORK = Path(tempfile.mkdtemp(prefix="work-"))
"""An empty folder for tools that work on files."""


def tool(*words: str, stdin: str = "", limit: int = 240, **variables: str) -> str:
    """Run a command line tool to its end in `WORK`, and return what it wrote on stdout. Raises what it wrote else."""
    done = subprocess.run(
        words,
        cwd=WORK,
        env=os.environ | variables,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=limit if SCRIPTED else 1800,
        check=False,
    )
    if os.environ.get("EARTHSHINE_BENCH_TRACE"):
        print(done.stdout[-3000:], done.stderr[-3000:])
    assert done.returncode == 0, f"exit {done.returncode}: {(done.stderr or done.stdout)[-300:]}"
    return done.stdout


def connect(client: str) -> dict[str, str]:
    """Set a tool up as people do, by `earthshine connect`, and return the variables that it says."""
    words = [os.environ["EARTHSHINE_PYTHON"], "-m", "earthshine", "connect", client, "--model", MODEL, "--same-key"]
    said = tool(*words, EARTHSHINE_URL=ORIGIN, EARTHSHINE_KEY=KEY)
    if "# ~/" in said:
        tool(*words, "--write", EARTHSHINE_URL=ORIGIN, EARTHSHINE_KEY=KEY)
    # What the tool knows it knows by that alone.
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        os.environ.pop(name, None)
    return dict(re.findall(r"^export (\w+)=(\S+)$", said, re.MULTILINE))


def file_made(name: str = "made.txt") -> None:
    """Look that a tool's command made a file."""
    assert (WORK / name).exists(), f"{name} was not made"
