"""Which functions are in view in a step: few, and those that the step is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from earthshine.agents.program.actions import CODE, SHELL
from earthshine.tools.functions import FunctionTool
from earthshine.tools.ranking import ranked

Json = dict[str, Any]

MOST = 5
"""Functions in view."""
_VERBS = {"code": CODE, "shell": SHELL}
_ABOUT = {"code": "read, change or write files, compute", "shell": "use a program of the machine"}
_COMMANDS = re.compile(r"\b(?:shell|bash|terminal|command|commands|git|npm|pip|make|curl|apt)\b", re.IGNORECASE)
_SHORT = 80
"""Characters of what a verb is said to do."""


def name_of(tool: Json) -> str:
    """Return the name of a function in the chat shape."""
    return tool["function"]["name"]


def function_of(verb: str) -> str:
    """Return the function that a verb means."""
    return _VERBS.get(verb, verb)


def verb_of(name: str) -> str:
    """Return the verb of a function."""
    return next((verb for verb, function in _VERBS.items() if function == name), name)


def chosen(tools: Sequence[Json], about: str, *, most: int = MOST) -> list[Json]:
    """Return the functions that some words are about, `most` at most; code and commands first, where they are there."""
    names = {name_of(tool) for tool in tools}
    if {CODE, SHELL} <= names and not _COMMANDS.search(about):
        # Python does what commands do, and small models write it better.
        tools = [tool for tool in tools if name_of(tool) != SHELL]
    if len(tools) <= most:
        return list(tools)
    machine = [tool for tool in tools if name_of(tool) in (CODE, SHELL)]
    rest = {name_of(tool): tool for tool in tools if tool not in machine}
    best = [tool.name for tool, _ in ranked(about, [(_definition(tool), None) for tool in rest.values()])]
    shown = list(dict.fromkeys([*best, *rest]))[: most - len(machine)]
    return [*machine, *(rest[name] for name in shown)]


def described(tools: Sequence[Json]) -> str:
    """Return the verbs of some functions, each with what it does, one on a line."""
    verbs = [verb_of(name_of(tool)) for tool in tools]
    alone = all(verb in _ABOUT for verb in verbs)
    return "\n".join(f"- {verb}: {_about(tool, alone=alone)}" for verb, tool in zip(verbs, tools, strict=True))


def _about(tool: Json, *, alone: bool) -> str:
    if (machine := _ABOUT.get(verb_of(name_of(tool)))) is not None:
        # Small models write code that calls functions as if they stood in Python.
        return machine if alone else f"{machine}; it cannot do what the other verbs do"
    said: str = tool["function"].get("description") or ""
    return " ".join(said.split())[:_SHORT]


def _definition(tool: Json) -> FunctionTool:
    function: Json = tool["function"]
    about = function.get("description")
    return FunctionTool(type="function", name=name_of(tool), description=about, parameters=function.get("parameters"))
