"""Function tools, the choice among them and the format of the text: as clients send them, and as engines take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator
from pydantic_core import PydanticCustomError

from earthshine.conversations.items import FunctionName
from earthshine.conversations.strict import Choose, JsonObject, Strict, chooser, rejection
from earthshine.engines.base import OutputFormat, ToolChoice
from earthshine.errors import InvalidRequest, UnsupportedParameter

_HOSTED = (
    "apply_patch",
    "code_interpreter",
    "computer",
    "computer_use",
    "computer_use_preview",
    "custom",
    "file_search",
    "image_generation",
    "local_shell",
    "mcp",
    "namespace",
    "programmatic_tool_calling",
    "shell",
    "tool_search",
    "web_search",
    "web_search_2025_08_26",
    "web_search_preview",
    "web_search_preview_2025_03_11",
)


class FunctionTool(Strict):
    """A function of the client's that the model may call."""

    type: Literal["function"]
    name: FunctionName
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool = True
    async_: bool = Field(default=False, alias="async")
    allowed_callers: list[Literal["direct", "programmatic"]] | None = None
    defer_loading: bool = False
    output_schema: JsonObject | None = None

    @field_validator("async_", "allowed_callers", "defer_loading", "output_schema")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if value and value != ["direct"]:
            raise rejection(UnsupportedParameter("This option of function tools is not supported here; leave it out."))
        return value

    def wire(self) -> dict[str, Any]:
        """Return the tool as a response repeats it."""
        return {
            "type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
            "strict": self.strict,
        }

    def chat(self) -> dict[str, Any]:
        """Return the tool in the chat shape, which engines take."""
        function: dict[str, Any] = {"name": self.name, "strict": self.strict}
        if self.description is not None:
            function["description"] = self.description
        function["parameters"] = self.parameters or {"type": "object", "properties": {}}
        return {"type": "function", "function": function}


Tool = Annotated[FunctionTool, chooser("tool type", {"function": FunctionTool}, later=_HOSTED)]


class NamedFunction(Strict):
    """One function, by its name."""

    type: Literal["function"]
    name: FunctionName


NamedTool = Annotated[NamedFunction, chooser("tool type", {"function": NamedFunction}, later=_HOSTED)]


class AllowedTools(Strict):
    """Some of the tools, and whether one of them must be called."""

    type: Literal["allowed_tools"]
    mode: Literal["none", "auto", "required"] = "auto"
    tools: list[NamedTool] = Field(min_length=1, max_length=128)


_named_choice = chooser("tool choice", {"function": NamedFunction, "allowed_tools": AllowedTools}, later=_HOSTED)


def _choice(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, str):
        return cast("Choose", _named_choice.func)(value, union)
    if value not in ("none", "auto", "required"):
        raise PydanticCustomError("tool_choice", "Input should be 'none', 'auto', 'required' or an object")
    return value


Choice = Annotated[Literal["none", "auto", "required"] | NamedFunction | AllowedTools, WrapValidator(_choice)]


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
    strict: bool = False


Format = Annotated[
    TextFormat | JsonObjectFormat | JsonSchemaFormat,
    chooser(
        "text format",
        {"text": TextFormat, "json_object": JsonObjectFormat, "json_schema": JsonSchemaFormat},
        later=("grammar", "python"),
    ),
]


class TextConfig(Strict):
    """What the text of the reply is to be."""

    format: Format = Field(default_factory=lambda: TextFormat(type="text"))
    verbosity: Literal["low", "medium", "high"] = "medium"

    def wire(self) -> dict[str, Any]:
        """Return the configuration as a response repeats it."""
        shown: dict[str, Any] = {"type": self.format.type}
        if isinstance(self.format, JsonSchemaFormat):
            shown |= {
                "name": self.format.name,
                "description": self.format.description,
                "schema": self.format.schema_,
                "strict": self.format.strict,
            }
        return {"format": shown, "verbosity": self.verbosity}


def check_choice(tools: Sequence[FunctionTool], choice: Choice) -> None:
    """Raise `InvalidRequest` when two tools share a name, or when the choice names or demands one that is not there."""
    names = [tool.name for tool in tools]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise InvalidRequest(f"Two tools are called {name!r}.", param=f"tools[{index}].name")
    if choice == "required" and not names:
        raise InvalidRequest("A tool call is required, but there are no tools.", param="tool_choice")
    if isinstance(choice, NamedFunction) and choice.name not in names:
        raise InvalidRequest(f"There is no tool {choice.name!r} in `tools`.", param="tool_choice.name")
    if isinstance(choice, AllowedTools):
        for index, tool in enumerate(choice.tools):
            if tool.name not in names:
                raise InvalidRequest(
                    f"There is no tool {tool.name!r} in `tools`.", param=f"tool_choice.tools[{index}].name"
                )


def to_tool_choice(choice: Choice) -> ToolChoice:
    """Return the choice as engines take it."""
    if isinstance(choice, NamedFunction):
        return ToolChoice("required", (choice.name,))
    if isinstance(choice, AllowedTools):
        return ToolChoice(choice.mode, tuple(dict.fromkeys(tool.name for tool in choice.tools)))
    return ToolChoice(choice)


def to_output_format(config: TextConfig) -> OutputFormat:
    """Return the text format as engines take it."""
    if isinstance(config.format, JsonSchemaFormat):
        return OutputFormat("json_schema", config.format.schema_, config.format.name, config.format.strict)
    return OutputFormat(config.format.type)
