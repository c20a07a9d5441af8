"""Tools, the choice among them and the format of the text: as clients send them, and as engines take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Field, PrivateAttr, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from earthshine.engines.requests import OutputFormat
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.tools import registry
from earthshine.tools.base import Tool as BuiltIn
from earthshine.tools.functions import (
    MAX_NAME,
    Definition,
    FunctionName,
    FunctionTool,
    NamespaceTool,
    called_name,
    functions,
)
from earthshine.wire.strict import Choose, JsonObject, Strict, chooser

_SEARCH = "tool_search"


class HostedTool(Strict):
    """A tool that runs on the server: one that is registered, or one that is not there."""

    model_config = ConfigDict(extra="allow")

    type: str
    _tool: BuiltIn | None = PrivateAttr(default=None)
    _settings: Any = PrivateAttr(default=None)

    @classmethod
    def read(cls, value: dict[str, Any]) -> HostedTool:
        """Check a tool as its own settings demand. Raises `Unavailable` when a package that it needs is missing."""
        hosted = cls.model_validate(value)
        hosted._tool = registry.find(hosted.type)
        if hosted._tool is not None:
            hosted._settings = hosted._tool.settings.model_validate(value)
        return hosted

    @property
    def tool(self) -> BuiltIn | None:
        """The tool; None when it is not there."""
        return self._tool

    @property
    def settings(self) -> Any:
        """What the client asks of it."""
        return self._settings

    @property
    def never_works(self) -> bool:
        """Whether the client itself leaves it nothing to do: a search that may not reach the web, with no copy here."""
        return self.type.startswith("web_search") and (self.model_extra or {}).get("external_web_access") is False


_definition = chooser("tool type", {"function": FunctionTool, "namespace": NamespaceTool})


def _tool(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        name: Any = given.get("type")
        if isinstance(name, str) and name not in ("function", "namespace"):
            return HostedTool.read(given)
    return cast("Choose", _definition.func)(value, union)


Tool = Annotated[FunctionTool | NamespaceTool | HostedTool, WrapValidator(_tool)]


def check_hosted(tools: Sequence[Definition | HostedTool]) -> None:
    """Raise `UnsupportedParameter` naming the first tool that is not there, or lacks what it cannot work without."""
    for index, tool in enumerate(tools):
        if not isinstance(tool, HostedTool):
            continue
        if tool.tool is None:
            raise UnsupportedParameter(
                f"The tool {tool.type[:80]!r} is not there: besides functions, which the client runs, a model calls "
                f"{', '.join(registry.names())} here. Leave it out; or, for a client that always sends it, let the "
                'operator set `missing_tools` to "leave_out".',
                param=f"tools[{index}].type",
            )
        if lacking := tool.tool.needs - registry.AVAILABLE:
            raise UnsupportedParameter(
                f"The tool {tool.type!r} cannot work here without: {', '.join(sorted(lacking))}. Leave it out.",
                param=f"tools[{index}].type",
            )


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


def _named(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    name: Any = cast("dict[str, Any]", value).get("type") if isinstance(value, dict) else None
    if isinstance(name, str) and name in registry.names():
        return NamedHosted.model_validate(value)
    table = {"function": NamedFunction, **dict.fromkeys(registry.names(), NamedHosted)}
    return cast("Choose", chooser("tool type", table).func)(value, union)


NamedTool = Annotated[NamedFunction | NamedHosted, WrapValidator(_named)]


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
    hosted = dict.fromkeys(registry.names(), NamedHosted)
    table = {"function": NamedFunction, "allowed_tools": AllowedTools, **hosted}
    return cast("Choose", chooser("tool choice", table).func)(value, union)


Choice = Annotated[
    Literal["none", "auto", "required"] | NamedFunction | NamedHosted | AllowedTools, WrapValidator(_choice)
]


def chosen(choice: Choice) -> Sequence[NamedFunction | NamedHosted] | None:
    """Return the tools that a choice leaves; None for all."""
    if isinstance(choice, str):
        return None
    return choice.tools if isinstance(choice, AllowedTools) else [choice]


def check_choice(tools: Sequence[Definition | HostedTool], choice: Choice) -> None:
    """Raise `InvalidRequest` when two tools share a name, or when the choice names or demands one that is not there."""
    names = _check_names(tools)
    if choice == "required" and not names:
        raise InvalidRequest("A tool call is required, but there are no tools.", param="tool_choice")
    types = {tool.type for tool in tools if isinstance(tool, HostedTool)}
    for index, tool in enumerate(chosen(choice) or ()):
        place = f"tool_choice.tools[{index}]" if isinstance(choice, AllowedTools) else "tool_choice"
        if isinstance(tool, NamedHosted):
            if tool.type not in types:
                raise InvalidRequest(f"There is no tool {tool.type!r} in `tools`.", param=f"{place}.type")
        elif tool.name not in names:
            raise InvalidRequest(f"There is no tool {tool.name!r} in `tools`.", param=f"{place}.name")
    if _SEARCH not in types:
        _check_none_deferred(tools)


def _check_names(tools: Sequence[Definition | HostedTool]) -> set[str]:
    """Return the names of all that can be called."""
    names: set[str] = set()
    for index, tool in enumerate(tools):
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
        for place, (each, space) in enumerate(functions([tool])):
            if each.defer_loading:
                inside = f".tools[{place}]" if space is not None else ""
                raise InvalidRequest(
                    "A function with `defer_loading` is found by searching: add the tool 'tool_search'.",
                    param=f"tools[{index}]{inside}.defer_loading",
                )


class TextFormat(Strict):
    """Plain text."""

    type: Literal["text"]


class JsonObjectFormat(Strict):
    """Some JSON object."""

    type: Literal["json_object"]


class JsonSchemaFormat(Strict):
    """JSON that a schema describes."""

    type: Literal["json_schema"]
    name: FunctionName
    schema_: JsonObject = Field(alias="schema")
    description: str | None = None
    strict: bool | None = False


Format = Annotated[
    TextFormat | JsonObjectFormat | JsonSchemaFormat,
    chooser(
        "text format",
        {"text": TextFormat, "json_object": JsonObjectFormat, "json_schema": JsonSchemaFormat},
    ),
]


class TextConfig(Strict):
    """What the text of the reply is to be."""

    format: Format = Field(default_factory=lambda: TextFormat(type="text"))
    verbosity: Literal["low", "medium", "high"] = "medium"


def to_output_format(config: TextConfig) -> OutputFormat:
    """Return the text format as engines take it."""
    if isinstance(config.format, JsonSchemaFormat):
        return OutputFormat("json_schema", config.format.schema_, config.format.name, bool(config.format.strict))
    return OutputFormat(config.format.type)
