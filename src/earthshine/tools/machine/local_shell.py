"""`local_shell`: the model runs one command on the client's machine. OpenAI's older tool; `shell` is the newer.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-local-shell.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any, Literal, cast

import orjson

from earthshine.errors import InvalidRequest
from earthshine.tools.base import Tool
from earthshine.tools.machine.client_tool import ClientTool, arguments_of, checked_text, shown, text_of
from earthshine.wire.strict import Strict

Json = dict[str, Any]

NAME = "local_shell"
_BY_SHELL = ["bash", "-lc"]
"""What a command line is given to: a model writes one line, and clients start programs by lists of arguments."""
_COMMAND: Json = {"type": "string", "description": "One command line, such as: ls -la src"}
_FOLDER: Json = {"type": "string", "description": "The folder to run it in; leave out for the present one."}


class LocalShellTool(Strict):
    """The tool, as a request names it."""

    type: Literal["local_shell"]


class LocalShell(ClientTool):
    """One command a call."""

    type = NAME
    settings = LocalShellTool

    def functions(self, settings: LocalShellTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function."""
        about = "Runs a command on the user's machine, and returns what it prints."
        return shown(NAME, about, {"command": _COMMAND, "working_directory": _FOLDER}, ["command"])

    def call_item(self, settings: LocalShellTool) -> Json:
        """Return a call without a command."""
        return {"type": "local_shell_call", "action": {"type": "exec", "command": [], "env": {}}}

    def read_call(self, settings: LocalShellTool, arguments: str) -> Json:
        """Return the action: a command line for bash, or the list of arguments that a model wrote."""
        given = arguments_of(arguments, "command")
        action: Json = {"type": "exec", "command": _command(given), "env": {}}
        folder = given.get("working_directory")
        if folder is not None and folder != "":
            action["working_directory"] = text_of(given, "working_directory")
        return {"action": action}


def provide() -> Tool:
    """Return the tool."""
    return LocalShell()


def local_shell_arguments(action: Json) -> str:
    """Return the arguments with which a model asks for an action."""
    command: list[str] = action["command"]
    line = command[2] if len(command) == 3 and command[:2] == _BY_SHELL else shlex.join(command)
    written = {"command": line}
    if action.get("working_directory"):
        written["working_directory"] = action["working_directory"]
    return orjson.dumps(written).decode()


def _command(given: Json) -> list[str]:
    command = given.get("command")
    if not isinstance(command, list):
        return [*_BY_SHELL, text_of(given, "command")]
    words = cast("list[Any]", command)
    if not words or not all(isinstance(word, str) for word in words) or not words[0]:
        raise InvalidRequest("Give `command` as one command line.")
    return [checked_text(word, "command") for word in words]
