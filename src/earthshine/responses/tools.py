"""Function tools, the choice among them and the format of the text: as clients send them, and as engines take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator
from pydantic_core import PydanticCustomError

from earthshine.conversations.items import FunctionName
from earthshine.engines.base import OutputFormat, ToolChoice
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.strict import Choose, JsonObject, Strict, chooser, rejection

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
    strict: bool | None = False
    """Whether a schema that no grammar can hold is refused. OpenAI tries strict mode first where nothing is said; here
    such a schema is best effort, and the response says so, as OpenAI's does when it falls back."""
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

    def chat(self) -> dict[str, Any]:
        """Return the tool in the chat shape, which engines take."""
        function: dict[str, Any] = {"name": self.name, "strict": bool(self.strict)}
        if self.description is not None:
            function["description"] = self.description
        function["parameters"] = self.parameters or {"type": "object", "properties": {}}
        return {"type": "function", "function": function}


class NamespaceTool(Strict):
    """Functions of the client's that belong together; a call of one names the namespace beside the function."""

    type: Literal["namespace"]
    name: FunctionName
    description: str = ""
    tools: list[Annotated[FunctionTool, chooser("tool type", {"function": FunctionTool}, later=("custom",))]] = Field(
        min_length=1, max_length=128
    )


class HostedTool(Strict):
    """A tool that would run on the server, of a kind that is not there (yet)."""

    model_config = ConfigDict(extra="allow")

    type: str

    @property
    def never_works(self) -> bool:
        """Whether the client itself leaves it nothing to do: a search that may not reach the web, with no copy here."""
        return self.type.startswith("web_search") and (self.model_extra or {}).get("external_web_access") is False


_own_tool = chooser("tool type", {"function": FunctionTool, "namespace": NamespaceTool})


def _tool(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict) and cast("dict[str, Any]", value).get("type") in _HOSTED:
        return HostedTool.model_validate(value)
    return cast("Choose", _own_tool.func)(value, union)


Tool = Annotated[FunctionTool | NamespaceTool | HostedTool, WrapValidator(_tool)]


def called_name(name: str, namespace: str | None) -> str:
    """Return the name under which the model knows a function."""
    return name if namespace is None else f"{namespace}__{name}"


def functions(tools: Sequence[FunctionTool | NamespaceTool | HostedTool]) -> Iterator[tuple[FunctionTool, str | None]]:
    """Yield every function that the model may call, with its namespace, if it has one."""
    for tool in tools:
        if isinstance(tool, FunctionTool):
            yield tool, None
        elif isinstance(tool, NamespaceTool):
            for each in tool.tools:
                yield each, tool.name


def chat_tools(tools: Sequence[FunctionTool | NamespaceTool | HostedTool]) -> list[dict[str, Any]]:
    """Return the tools in the chat shape. The first function of a namespace says what the namespace is for."""
    shown: list[dict[str, Any]] = []
    described = {tool.name: tool.description for tool in tools if isinstance(tool, NamespaceTool)}
    for tool, namespace in functions(tools):
        chat = tool.chat()
        function = chat["function"]
        function["name"] = called_name(tool.name, namespace)
        if namespace is not None and (purpose := described.pop(namespace, "")):
            function["description"] = "\n\n".join(filter(None, (purpose, tool.description)))
        shown.append(chat)
    return shown


def check_hosted(tools: Sequence[FunctionTool | NamespaceTool | HostedTool]) -> None:
    """Raise `UnsupportedParameter` naming the first tool that is not there."""
    for index, tool in enumerate(tools):
        if isinstance(tool, HostedTool):
            raise UnsupportedParameter(
                f"The tool {tool.type!r} is not there: here a model calls functions, which the client runs. Leave it "
                'out; or, for a client that always sends it, let the operator set `missing_tools` to "leave_out".',
                param=f"tools[{index}].type",
            )


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
    strict: bool | None = False


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


def check_choice(tools: Sequence[FunctionTool | NamespaceTool | HostedTool], choice: Choice) -> None:
    """Raise `InvalidRequest` when two tools share a name, or when the choice names or demands one that is not there."""
    names: set[str] = set()
    for index, tool in enumerate(tools):
        for each, namespace in functions([tool]):
            name = called_name(each.name, namespace)
            if name in names:
                raise InvalidRequest(f"Two tools are called {name!r}.", param=f"tools[{index}].name")
            if len(name) > MAX_NAME:
                raise InvalidRequest(
                    f"The names of a namespace and its function may have {MAX_NAME - 2} characters together, not "
                    f"{len(name) - 2}.",
                    param=f"tools[{index}].name",
                )
            names.add(name)
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


MAX_NAME = 64
"""Characters of a function's name that every engine takes."""


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
        return OutputFormat("json_schema", config.format.schema_, config.format.name, bool(config.format.strict))
    return OutputFormat(config.format.type)
