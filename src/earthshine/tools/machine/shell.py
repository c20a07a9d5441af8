"""`shell`: the model runs commands on the client's machine, several in one call.

Source: OpenAI's Responses API, https://platform.openai.com/docs/guides/tools-shell. There a shell may also be one in a
container of the server's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

import orjson
from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.tools.base import Tool
from earthshine.tools.machine.client_tool import (
    MOST_CHARACTERS,
    AllowedCallers,
    ClientTool,
    arguments_of,
    checked_text,
    shown,
)
from earthshine.wire.strict import Choose, Strict, chooser, rejection

Json = dict[str, Any]

NAME = "shell"
MOST_COMMANDS = 64
_MOST_SKILLS = 200
_MOST_TOLD = 2000
"""Characters that the skills may take in every prompt."""
_LONGEST_MS = 24 * 3600 * 1000
_COMMANDS: Json = {"type": "array", "items": {"type": "string"}, "description": "Command lines, run in this order."}
_TIMEOUT: Json = {"type": "integer", "description": "Milliseconds that they may take; leave out if quick."}


class LocalSkill(Strict):
    """Instructions in a folder of the client's, which the model may read there."""

    name: str = Field(min_length=1, max_length=256)
    description: str = Field(max_length=4096)
    path: str = Field(min_length=1, max_length=4096)


class LocalEnvironment(Strict):
    """The client's own machine."""

    type: Literal["local"]
    skills: list[LocalSkill] | None = Field(default=None, max_length=_MOST_SKILLS)


def _environment(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    given: Any = cast("Json", value).get("type") if isinstance(value, dict) else None
    if given in ("container_auto", "container_reference"):
        raise rejection(
            UnsupportedParameter(
                f"A shell in a container ({given}) is not here yet. With an environment of the type 'local' the client "
                "runs the commands."
            )
        )
    return cast("Choose", chooser("environment type", {"local": LocalEnvironment}).func)(value, union)


class ShellTool(Strict):
    """The tool, as a request names it. Without an environment, it is the client's machine."""

    type: Literal["shell"]
    environment: Annotated[LocalEnvironment, WrapValidator(_environment)] | None = None
    allowed_callers: AllowedCallers = None


class Shell(ClientTool):
    """Commands, in order."""

    type = NAME
    settings = ShellTool

    def functions(self, settings: ShellTool, offered: Sequence[object]) -> list[Json]:
        """Return the one function; it tells of skills, where there are some."""
        about = "Runs commands on the user's machine, and returns what each prints."
        if settings.environment is not None and settings.environment.skills:
            about += _skills(settings.environment.skills)
        return shown(NAME, about, {"commands": _COMMANDS, "timeout_ms": _TIMEOUT}, ["commands"])

    def call_item(self, settings: ShellTool) -> Json:
        """Return a call without commands."""
        return {"type": "shell_call", "action": {"commands": []}, "environment": {"type": "local"}}

    def read_call(self, settings: ShellTool, arguments: str) -> Json:
        """Return the commands, and the limits where the model said some."""
        given = arguments_of(arguments, "commands")
        commands: Any = given.get("commands", given.get("command"))
        lines = [commands] if isinstance(commands, str) else commands
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in cast("list[Any]", lines)):
            raise InvalidRequest("Give `commands` as a list of command lines.")
        kept = [checked_text(line, "commands") for line in cast("list[str]", lines) if line.strip()]
        if not 0 < len(kept) <= MOST_COMMANDS:
            raise InvalidRequest(f"Give between 1 and {MOST_COMMANDS} command lines in `commands`.")
        action: Json = {"commands": kept}
        for limit, most in (("timeout_ms", _LONGEST_MS), ("max_output_length", MOST_CHARACTERS)):
            value = given.get(limit)
            # A limit of nothing is how small models leave one out.
            if type(value) is int and value > 0:
                action[limit] = min(value, most)
        return {"action": action}


def provide() -> Tool:
    """Return the tool."""
    return Shell()


def shell_arguments(action: Json) -> str:
    """Return the arguments with which a model asks for an action."""
    limits = {name: action[name] for name in ("timeout_ms", "max_output_length") if name in action}
    return orjson.dumps({"commands": action["commands"], **limits}).decode()


def _skills(skills: Sequence[LocalSkill]) -> str:
    """Tell where instructions are, in one line each."""
    told = "\nRead the file SKILL.md in a skill's folder before you do what it is for:"
    for place, skill in enumerate(skills):
        line = f"\n- {skill.name} ({skill.path}): {' '.join(skill.description.split())}"
        if len(told) + len(line) > _MOST_TOLD:
            return f"{told}\nand {len(skills) - place} more."
        told += line
    return told
