"""What a call of `shell` asks for: commands, and their limits."""

from __future__ import annotations

from typing import Any, cast

import orjson

from earthshine.errors import InvalidRequest
from earthshine.tools.machine.client_tool import MOST_CHARACTERS, arguments_of, checked_text

Json = dict[str, Any]

NAME = "shell"
MOST_COMMANDS = 64
_LONGEST_MS = 24 * 3600 * 1000
PROPERTIES: Json = {
    "commands": {"type": "array", "items": {"type": "string"}, "description": "Command lines, run in this order."},
    "timeout_ms": {"type": "integer", "description": "Milliseconds that they may take; leave out if quick."},
}


def read_action(arguments: str) -> Json:
    """Return the commands, and the limits where the model said some. Raises `InvalidRequest`, which it is told."""
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
    return action


def shell_arguments(action: Json) -> str:
    """Return the arguments with which a model asks for an action."""
    limits = {name: action[name] for name in ("timeout_ms", "max_output_length") if name in action}
    return orjson.dumps({"commands": action["commands"], **limits}).decode()
