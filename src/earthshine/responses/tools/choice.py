"""The choice among tools: as clients send it, and whether the tools allow it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from earthshine.errors import InvalidRequest
from earthshine.responses.tools.definitions import HostedTool
from earthshine.tools import registry
from earthshine.tools.callers import may_call
from earthshine.tools.functions import MAX_NAME, Definition, FunctionName, called_name, functions
from earthshine.tools.listed import ListedFunction, ListedTool
from earthshine.tools.mcp.names import LONGEST_NAME
from earthshine.tools.mcp.names import NAME as MCP
from earthshine.tools.programs.names import NAME as PROGRAMS
from earthshine.wire.strict import Choose, Strict, chooser

_SEARCH = "tool_search"
_MOST_SERVERS = 16
"""Servers of one request whose tools are listed, one after the other."""


class NamedFunction(Strict):
    """One function, by its name."""

    type: Literal["function"]
    name: FunctionName


class NamedHosted(Strict):
    """One tool that runs on the server, by its type."""

    type: str

    @property
    def name(self) -> str:
        """How it is named beside functions: by nothing else."""
        return ""


class NamedListed(Strict):
    """The tools of one list, such as an MCP server's, by its label; or one of them."""

    type: str
    server_label: FunctionName
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] | None = None

    def means(self, hosted: HostedTool, listed: ListedFunction | None) -> bool:
        """Tell whether a function is meant."""
        if not self.names(hosted) or listed is None:
            return False
        return self.name is None or self.name == listed.name

    def names(self, hosted: HostedTool) -> bool:
        """Tell whether a tool is meant."""
        tool = hosted.tool
        return (
            isinstance(tool, ListedTool) and tool.type == self.type and tool.label(hosted.settings) == self.server_label
        )


def _hosted() -> dict[str, type[NamedHosted | NamedListed]]:
    return {name: NamedListed if name == MCP else NamedHosted for name in registry.names()}


_ALIASES = {"computer_use": "computer"}
"""Other words for a tool that clients choose it by."""


def _named(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    name: Any = cast("dict[str, Any]", value).get("type") if isinstance(value, dict) else None
    name, hosted = _ALIASES.get(name, name) if isinstance(name, str) else None, _hosted()
    if name in hosted:
        return hosted[name].model_validate({**value, "type": name})
    table = {"function": NamedFunction, **hosted}
    return cast("Choose", chooser("tool type", table).func)(value, union)


NamedTool = Annotated[NamedFunction | NamedHosted | NamedListed, WrapValidator(_named)]


class AllowedTools(Strict):
    """Some of the tools, and whether one of them must be called."""

    type: Literal["allowed_tools"]
    mode: Literal["none", "auto", "required"] = "auto"
    tools: list[NamedTool] = Field(min_length=1, max_length=128)


def _choice(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str) and value in ("none", "auto", "required"):
        return value
    if isinstance(value, str):
        raise PydanticCustomError("tool_choice", "Input should be 'none', 'auto', 'required' or an object")
    if isinstance(value, dict) and cast("dict[str, Any]", value).get("type") != "allowed_tools":
        return _named(value, union)
    table = {"function": NamedFunction, "allowed_tools": AllowedTools, **_hosted()}
    return cast("Choose", chooser("tool choice", table).func)(value, union)


Choice = Annotated[
    Literal["none", "auto", "required"] | NamedFunction | NamedHosted | NamedListed | AllowedTools,
    WrapValidator(_choice),
]


def chosen(choice: Choice) -> Sequence[NamedFunction | NamedHosted | NamedListed] | None:
    """Return the tools that a choice leaves; None for all."""
    if isinstance(choice, str):
        return None
    return choice.tools if isinstance(choice, AllowedTools) else [choice]


def check_choice(tools: Sequence[Definition | HostedTool], choice: Choice) -> None:
    """Raise `InvalidRequest` when two tools share a name, or when the choice names or demands one that is not there."""
    names = _check_names(tools)
    hosted = [tool for tool in tools if isinstance(tool, HostedTool)]
    if choice == "required" and not names and not any(isinstance(tool.tool, ListedTool) for tool in hosted):
        raise InvalidRequest("A tool call is required, but there are no tools.", param="tool_choice")
    types = {tool.type for tool in hosted}
    for index, tool in enumerate(chosen(choice) or ()):
        place = f"tool_choice.tools[{index}]" if isinstance(choice, AllowedTools) else "tool_choice"
        if isinstance(tool, NamedListed):
            if not any(map(tool.names, hosted)):
                raise InvalidRequest(
                    f"There is no tool {tool.type!r} with the label {tool.server_label!r} in `tools`.",
                    param=f"{place}.server_label",
                )
        elif isinstance(tool, NamedHosted):
            if tool.type not in types:
                raise InvalidRequest(f"There is no tool {tool.type!r} in `tools`.", param=f"{place}.type")
        elif tool.name not in names:
            raise InvalidRequest(f"There is no tool {tool.name!r} in `tools`.", param=f"{place}.name")
    if PROGRAMS not in types:
        _check_callers(tools)
    if _SEARCH not in types:
        _check_none_deferred(tools)


def _check_callers(tools: Sequence[Definition | HostedTool]) -> None:
    for index, tool in enumerate(tools):
        for each in (tool.settings,) if isinstance(tool, HostedTool) else (each for each, _ in functions([tool])):
            if not may_call(each, "direct"):
                raise InvalidRequest(
                    f"Only programs may call this: add the tool {PROGRAMS!r}, or let it be called 'direct', too.",
                    param=f"tools[{index}].allowed_callers",
                )


def _check_names(tools: Sequence[Definition | HostedTool]) -> set[str]:
    """Return the names of all that can be called."""
    names: set[str] = set()
    labels: set[tuple[str, str]] = set()
    for index, tool in enumerate(tools):
        if isinstance(tool, HostedTool) and isinstance(tool.tool, ListedTool):
            label = tool.type, tool.tool.label(tool.settings)
            if label in labels:
                raise InvalidRequest(f"Two tools have the label {label[1]!r}.", param=f"tools[{index}].server_label")
            labels.add(label)
            if len(labels) > _MOST_SERVERS:
                raise InvalidRequest(f"A request names {_MOST_SERVERS} servers at most.", param=f"tools[{index}]")
        if isinstance(tool, HostedTool):
            shown = tool.tool.functions(tool.settings, tools) if tool.tool is not None else []
            called = [each["function"]["name"] for each in shown]
        else:
            called = [called_name(each.name, space and space.name) for each, space in functions([tool])]
        for name in called:
            if name in names:
                raise InvalidRequest(f"Two tools are called {name!r}.", param=f"tools[{index}].name")
            if len(name) > MAX_NAME:
                raise InvalidRequest(
                    f"The names of a namespace and its function may have {MAX_NAME - 2} characters together, not "
                    f"{len(name) - 2}.",
                    param=f"tools[{index}].name",
                )
            names.add(name)
    return names


def _check_none_deferred(tools: Sequence[Definition | HostedTool]) -> None:
    for index, tool in enumerate(tools):
        listed = tool.tool if isinstance(tool, HostedTool) else None
        if (
            isinstance(tool, HostedTool)
            and isinstance(listed, ListedTool)
            and listed.deferred(tool.settings) is not None
        ):
            raise InvalidRequest(
                "Tools with `defer_loading` are found by searching: add the tool 'tool_search'.",
                param=f"tools[{index}].defer_loading",
            )
        for place, (each, space) in enumerate(functions([tool])):
            if each.defer_loading:
                inside = f".tools[{place}]" if space is not None else ""
                raise InvalidRequest(
                    "A function with `defer_loading` is found by searching: add the tool 'tool_search'.",
                    param=f"tools[{index}]{inside}.defer_loading",
                )
