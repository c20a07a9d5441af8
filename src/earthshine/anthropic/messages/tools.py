"""Tools and the choice among them, as clients send them. Source: `anthropic.types.ToolUnionParam` of the SDK."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

import orjson
from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from earthshine.anthropic.messages.content import CacheControl
from earthshine.anthropic.messages.server_tools import SERVER_TOOLS, McpToolset, ServerTool
from earthshine.engines.requests import ToolChoice
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.strict import JsonObject, Strict, chooser, reject_at

MOST_TOOLS = 512
"""Tools of one request: a coding agent with some connectors has more than a hundred."""


class CustomTool(Strict):
    """A tool of the client's that the model may call."""

    type: Literal["custom"] | None = None
    name: str = Field(pattern=r"^[A-Za-z0-9_\-]{1,128}$")
    description: str | None = None
    input_schema: JsonObject
    input_examples: list[JsonObject] = Field(default_factory=list[dict[str, Any]], max_length=64)
    strict: bool | None = None
    cache_control: CacheControl | None = None
    eager_input_streaming: bool | None = None
    """Without an effect: what the model writes is always sent at once."""
    defer_loading: bool = False
    allowed_callers: list[str] | None = None

    def check_supported(self, where: str) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured."""
        if self.defer_loading:
            raise UnsupportedParameter(
                "Tools cannot be deferred, as there is no tool search here; send those that are needed.",
                param=f"{where}.defer_loading",
            )
        if self.allowed_callers not in (None, [], ["direct"]):
            raise UnsupportedParameter(
                "Tools are called by the model only; send ['direct'], or nothing.", param=f"{where}.allowed_callers"
            )

    def chat(self) -> dict[str, Any]:
        """Return the tool as engines take it."""
        function: dict[str, Any] = {"name": self.name, "strict": bool(self.strict)}
        examples = [f"Example: {orjson.dumps(each).decode()}" for each in self.input_examples]
        if self.description is not None or examples:
            function["description"] = "\n".join([*filter(None, [self.description]), *examples])
        function["parameters"] = self.input_schema
        return {"type": "function", "function": function}


def _tool(value: Any, _union: ValidatorFunctionWrapHandler) -> Any:
    """Check a tool of the client's, or one that the server runs; any other is refused by name."""
    kind: Any = cast("dict[str, Any]", value).get("type") if isinstance(value, dict) else None
    if kind is None or kind == "custom":
        return CustomTool.model_validate(value)
    if not isinstance(kind, str) or (known := SERVER_TOOLS.get(kind)) is None:
        raise reject_at("type", kind, _not_here(str(kind)[:80]))
    return known.model_validate(value)


def _not_here(kind: str) -> InvalidRequest:
    return UnsupportedParameter(
        f"The tool type {kind!r} is not served here. Give the model a tool of your own, with `name` and "
        "`input_schema`, and answer its calls; or one that the server runs: "
        f"{', '.join(SERVER_TOOLS)}."
    )


AnthropicTool = Annotated[CustomTool | ServerTool | McpToolset, WrapValidator(_tool)]


class AutoChoice(Strict):
    """The model decides whether it calls."""

    type: Literal["auto"]
    disable_parallel_tool_use: bool = False


class AnyChoice(Strict):
    """The model must call some tool."""

    type: Literal["any"]
    disable_parallel_tool_use: bool = False


class ToolNamed(Strict):
    """The model must call this tool."""

    type: Literal["tool"]
    name: str
    disable_parallel_tool_use: bool = False


class NoneChoice(Strict):
    """The model must not call."""

    type: Literal["none"]


AnthropicChoice = Annotated[
    AutoChoice | AnyChoice | ToolNamed | NoneChoice,
    chooser("tool choice", {"auto": AutoChoice, "any": AnyChoice, "tool": ToolNamed, "none": NoneChoice}),
]


def to_tools(tools: Sequence[AnthropicTool]) -> list[dict[str, Any]]:
    """Return the tools as engines take them, and what the server runs as a response takes it, but for MCP servers.

    Raises `InvalidRequest` for two of one name.
    """
    names: set[str] = set()
    made: list[dict[str, Any]] = []
    for index, tool in enumerate(tools):
        tool.check_supported(f"tools[{index}]")
        if isinstance(tool, McpToolset):
            continue
        if tool.name in names:
            raise InvalidRequest(f"Two tools are called {tool.name!r}.", param=f"tools[{index}].name")
        names.add(tool.name)
        made.append(tool.chat() if isinstance(tool, CustomTool) else tool.hosted())
    return made


def to_choice(choice: AnthropicChoice | None, tools: Sequence[AnthropicTool]) -> tuple[ToolChoice, bool]:
    """Return the choice as engines take it, and whether several calls may be made at once."""
    if choice is None or isinstance(choice, NoneChoice):
        return ToolChoice("none" if choice else "auto"), True
    parallel = not choice.disable_parallel_tool_use
    if isinstance(choice, AutoChoice):
        return ToolChoice("auto"), parallel
    if not tools:
        raise InvalidRequest("A tool call is required, but there are no tools.", param="tool_choice")
    if isinstance(choice, AnyChoice):
        return ToolChoice("required"), parallel
    if choice.name not in {tool.name for tool in tools if not isinstance(tool, McpToolset)}:
        raise InvalidRequest(f"There is no tool {choice.name[:128]!r} to choose.", param="tool_choice.name")
    return ToolChoice("required", (choice.name,)), parallel
