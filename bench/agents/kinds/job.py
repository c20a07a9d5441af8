"""One try of one task, as the process is told that does it, and what that process reports."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jsonschema

Json = dict[str, Any]
MOST_OUTPUT = 4000
"""Characters of a tool's result that a peer's model is shown."""
_SECONDS = 60
_WRITTEN_CALL = re.compile(r'\{\s*"(?:name|tool|function)"\s*:\s*"\w+"\s*,\s*"(?:arguments|parameters|args)"')


@dataclass(frozen=True)
class Job:
    """What is to be done. It travels as JSON."""

    agent: str
    url: str
    """Of the server's API, with `/v1`."""
    key: str
    model: str
    turns: list[str]
    functions: list[Json]
    """Names, descriptions and schemas of what the task brings; called at `bridge`."""
    bridge: str
    files: bool
    """Whether the task is about files, so that code has to be run."""
    steps: int
    """Calls that a peer may make; ours has no such limit."""
    seconds: float
    seed: int
    without: list[str]
    """Rules of the harness that are off."""


@dataclass(frozen=True)
class Tool:
    """A function that an agent may call. `run` raises `ValueError` for what did not work."""

    name: str
    description: str
    parameters: Json
    run: Callable[..., str]


class Reporter:
    """Tells the runner what happens, a line of JSON at a time, so that nothing is lost when time is up."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def tell(self, **event: Any) -> None:
        """Write one event."""
        print(json.dumps(event), file=self._out, flush=True)

    def call(self, name: str, arguments: Any, result: str, *, valid: bool, ran: bool) -> None:
        """Report a call: whether it had the form that its tool asks for, and whether it worked."""
        mark = hashlib.sha256(json.dumps([name, arguments, result], default=str).encode()).hexdigest()[:16]
        self.tell(call=name, valid=valid, ran=ran, mark=mark, arguments=str(arguments)[:2000], result=result[:1000])

    def answer(self, text: str, end: str = "answer", error: str = "") -> None:
        """Report the last words of a turn; a call that only stands in them was never made."""
        if _WRITTEN_CALL.search(text):
            self.call("(in the answer)", text[:500], "", valid=False, ran=False)
        self.tell(answer=text, end=end, error=error)


class Tools:
    """The tools of a job, for agents that run them here: `shell` and `python` for files, and the task's own."""

    def __init__(self, job: Job, reporter: Reporter) -> None:
        self._reporter, self._bridge = reporter, job.bridge
        self._ends = time.monotonic() + job.seconds
        own = [
            Tool(each["name"], each["description"], each["parameters"], self._far(each["name"]))
            for each in job.functions
        ]
        self.all = [*(_local() if job.files else ()), *own]

    def _far(self, name: str) -> Callable[..., str]:
        def run(**arguments: Any) -> str:
            body = json.dumps(arguments).encode()
            try:
                with urlopen(Request(f"{self._bridge}/{name}", body), timeout=2 * _SECONDS) as reply:
                    return reply.read().decode()
            except HTTPError as error:
                raise ValueError(error.read().decode()) from None

        return run

    def call(self, name: str, arguments: Any) -> tuple[bool, str]:
        """Make a call; returns whether it worked, and its result or what was wrong."""
        tool = next((each for each in self.all if each.name == name), None)
        wrong = f"There is no tool {name!r}." if tool is None else _misfit(arguments, tool.parameters)
        if wrong or tool is None:
            self._reporter.call(name, arguments, wrong, valid=False, ran=False)
            return False, f"Error: {wrong}"
        try:
            worked, result = True, tool.run(**arguments)
        except Exception as error:  # whatever a tool does with what a model gives it
            worked, result = False, f"Error: {error}"
        self._reporter.call(name, arguments, result, valid=True, ran=worked)
        return worked, result if len(result) <= MOST_OUTPUT else f"{result[:MOST_OUTPUT]}\n[cut]"

    def end_turn(self) -> None:
        """Tell the task that a turn has ended."""
        urlopen(Request(f"{self._bridge}/-/turn", b"{}"), timeout=_SECONDS).close()


def _misfit(arguments: Any, schema: Json) -> str:
    try:
        jsonschema.validate(arguments, schema)
    except jsonschema.ValidationError as error:
        return f"The arguments do not fit: {error.message[:300]}"
    return ""


def _local() -> list[Tool]:
    def schema(name: str, about: str) -> Json:
        return {"type": "object", "properties": {name: {"type": "string", "description": about}}, "required": [name]}

    def run(argv: list[str]) -> str:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS)
        printed = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode:
            raise ValueError(f"{printed}\nIt ended with {done.returncode}.")
        return printed

    return [
        Tool(
            "shell",
            "Runs a command in bash, in the folder with the files, and returns what it printed.",
            schema("command", "The command"),
            lambda command: run(["bash", "-c", command]),
        ),
        Tool(
            "python",
            "Runs Python code in the folder with the files, and returns what it printed.",
            schema("code", "The code, with a print of what you want to see"),
            lambda code: run([sys.executable, "-c", code]),
        ),
    ]
