"""Functions that a model may call and the client runs: as clients define them, and as engines take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from earthshine.errors import UnsupportedParameter
from earthshine.tools.callers import AllowedCallers
from earthshine.wire.strict import JsonObject, Strict, chooser, rejection

Json = dict[str, Any]

FunctionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")]
MAX_NAME = 64
"""Characters of a function's name that every engine takes."""
MOST_TOOLS = 128
"""Tools of one request, functions of one namespace, definitions of one search."""


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
    allowed_callers: AllowedCallers = None
    defer_loading: bool = False
    """Whether the model learns of it only when a tool search finds it."""
    output_schema: JsonObject | None = None
    """What a program is told of its results, which it then gets as the values that they are JSON of."""

    @field_validator("async_")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if value:
            raise rejection(UnsupportedParameter("This option of function tools is not supported here; leave it out."))
        return value

    def chat(self) -> Json:
        """Return the tool in the chat shape, which engines take."""
        function: Json = {"name": self.name, "strict": bool(self.strict)}
        if self.description is not None:
            function["description"] = self.description
        function["parameters"] = self.parameters or {"type": "object", "properties": {}}
        return {"type": "function", "function": function}


class NamespaceTool(Strict):
    """Functions of the client's that belong together; a call of one names the namespace beside the function."""

    type: Literal["namespace"]
    name: FunctionName
    description: str = ""
    tools: list[Annotated[FunctionTool, chooser("tool type", {"function": FunctionTool})]] = Field(
        min_length=1, max_length=MOST_TOOLS
    )


Definition = Annotated[
    FunctionTool | NamespaceTool, chooser("tool type", {"function": FunctionTool, "namespace": NamespaceTool})
]
"""A tool that defines functions of the client's."""


def called_name(name: str, namespace: str | None) -> str:
    """Return the name under which the model knows a function."""
    return name if namespace is None else f"{namespace}__{name}"


def functions(tools: Sequence[object]) -> Iterator[tuple[FunctionTool, NamespaceTool | None]]:
    """Yield every function of the client's among `tools`, with its namespace, if it has one."""
    for tool in tools:
        if isinstance(tool, FunctionTool):
            yield tool, None
        elif isinstance(tool, NamespaceTool):
            for each in tool.tools:
                yield each, tool


def chat_tools(shown: Sequence[tuple[FunctionTool, NamespaceTool | None]]) -> list[Json]:
    """Return functions in the chat shape. The first of a namespace says what the namespace is for."""
    told: set[str] = set()
    tools: list[Json] = []
    for tool, namespace in shown:
        chat = tool.chat()
        if namespace is not None:
            function = chat["function"]
            function["name"] = called_name(tool.name, namespace.name)
            if namespace.description and namespace.name not in told:
                function["description"] = "\n\n".join(filter(None, (namespace.description, tool.description)))
            told.add(namespace.name)
        tools.append(chat)
    return tools
