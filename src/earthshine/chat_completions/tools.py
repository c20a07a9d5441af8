"""Tools, the choice among them and the format of the text, in the shapes of this API."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from earthshine.engines.requests import OutputFormat, ToolChoice
from earthshine.tools.functions import FunctionName
from earthshine.wire.strict import Choose, JsonObject, Strict, chooser


class Function(Strict):
    """A function of the client's that the model may call."""

    name: FunctionName
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = False

    def chat(self) -> dict[str, Any]:
        """Return the function as engines take it."""
        function: dict[str, Any] = {"name": self.name, "strict": bool(self.strict)}
        if self.description is not None:
            function["description"] = self.description
        function["parameters"] = self.parameters or {"type": "object", "properties": {}}
        return {"type": "function", "function": function}


class FunctionTool(Strict):
    """A function among the tools."""

    type: Literal["function"]
    function: Function


Tool = Annotated[FunctionTool, chooser("tool type", {"function": FunctionTool})]


class Name(Strict):
    """A function's name."""

    name: FunctionName


class NamedFunction(Strict):
    """One function that must be called."""

    type: Literal["function"]
    function: Name


NamedTool = Annotated[NamedFunction, chooser("tool type", {"function": NamedFunction})]


class Allowed(Strict):
    """Some of the tools, and whether one of them must be called."""

    mode: Literal["auto", "required"]
    tools: list[NamedTool] = Field(min_length=1, max_length=128)


class AllowedTools(Strict):
    """The choice of some of the tools."""

    type: Literal["allowed_tools"]
    allowed_tools: Allowed


_object_choice = chooser("tool choice", {"function": NamedFunction, "allowed_tools": AllowedTools})


def _choice(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, str):
        return cast("Choose", _object_choice.func)(value, union)
    if value not in ("none", "auto", "required"):
        raise PydanticCustomError("tool_choice", "Input should be 'none', 'auto', 'required' or an object")
    return value


Choice = Annotated[Literal["none", "auto", "required"] | NamedFunction | AllowedTools, WrapValidator(_choice)]


def _first_choice(value: Any, _union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict):
        return Name.model_validate(value)
    if value not in ("none", "auto"):
        raise PydanticCustomError("function_call", "Input should be 'none', 'auto' or an object with a name")
    return value


FirstChoice = Annotated[Literal["none", "auto"] | Name, WrapValidator(_first_choice)]
"""The choice in the API's first form, `function_call`."""


def to_tool_choice(choice: Choice | FirstChoice) -> ToolChoice:
    """Return the choice as engines take it."""
    match choice:
        case NamedFunction():
            return ToolChoice("required", (choice.function.name,))
        case Name():
            return ToolChoice("required", (choice.name,))
        case AllowedTools():
            names = dict.fromkeys(tool.function.name for tool in choice.allowed_tools.tools)
            return ToolChoice(choice.allowed_tools.mode, tuple(names))
        case mode:
            return ToolChoice(mode)


# --- the format of the text ------------------------------------------------------------------------------------------


class TextFormat(Strict):
    """Plain text."""

    type: Literal["text"]


class JsonObjectFormat(Strict):
    """Some JSON object."""

    type: Literal["json_object"]


class NamedSchema(Strict):
    """A JSON Schema and its name."""

    name: FunctionName
    description: str | None = None
    schema_: JsonObject = Field(alias="schema", default_factory=dict[str, Any])
    strict: bool | None = False


class JsonSchemaFormat(Strict):
    """JSON that a schema describes."""

    type: Literal["json_schema"]
    json_schema: NamedSchema


Format = Annotated[
    TextFormat | JsonObjectFormat | JsonSchemaFormat,
    chooser(
        "response format",
        {"text": TextFormat, "json_object": JsonObjectFormat, "json_schema": JsonSchemaFormat},
    ),
]


def to_output_format(wanted: Format | None) -> OutputFormat:
    """Return the format as engines take it."""
    if isinstance(wanted, JsonSchemaFormat):
        schema = wanted.json_schema
        return OutputFormat("json_schema", schema.schema_, schema.name, bool(schema.strict))
    return OutputFormat(wanted.type if wanted else "text")
