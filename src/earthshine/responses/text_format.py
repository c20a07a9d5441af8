"""The format of the text: as clients send it, and as engines take it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from earthshine.engines.requests import OutputFormat
from earthshine.tools.functions import (
    FunctionName,
)
from earthshine.wire.strict import JsonObject, Strict, chooser


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
