"""Responses that only the real engine can judge: their length and their schemas."""

from __future__ import annotations

from typing import Any

from tests.faults.bad_rows.responses import CREATE, function, schema_format
from tests.faults.bad_rows.row import LONG, SCHEMA, variations


def deep_schema(depth: int) -> dict[str, Any]:
    """A schema of an object inside an object, and so on."""
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


REAL_ENGINE = variations(
    "responses",
    "/v1/responses",
    CREATE,
    [
        (
            "1 MB over the real context",
            {"model": "default", "input": LONG},
            400,
            "context_length_exceeded",
            None,
            "Shorten",
        ),
        (
            "no type of that name",
            {"model": "default", "text": schema_format({"type": "strin"}, strict=True)},
            400,
            SCHEMA,
            "text.format.schema.type",
            "string",
        ),
        (
            "keyword that no grammar can express",
            {
                "model": "default",
                "text": schema_format(
                    {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}, strict=True
                ),
            },
            *(400, SCHEMA, "text.format.schema.properties.a.uniqueItems", "uniqueItems"),
        ),
        (
            "reference to nowhere",
            {
                "model": "default",
                "text": schema_format({"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}}, strict=True),
            },
            *(400, SCHEMA, "text.format.schema.properties.a.$ref"),
        ),
        (
            "reference over the network",
            {"model": "default", "text": schema_format({"$ref": "https://a.example/schema.json"}, strict=True)},
            *(400, SCHEMA, "text.format.schema.$ref"),
        ),
        (
            "schema that needs itself",
            {"model": "default", "text": schema_format({"$ref": "#"}, strict=True)},
            *(400, SCHEMA, "text.format.schema", "refers to itself"),
        ),
        (
            "tool with a bad schema",
            {
                "model": "default",
                "tools": [function(strict=True, parameters={"type": "object", "properties": {"a": {"type": "strin"}}})],
            },
            *(400, SCHEMA, "tools[0].parameters.properties.a.type"),
        ),
        (
            "pattern that no grammar can express",
            {"model": "default", "text": schema_format({"type": "string", "pattern": "^(?=a)b$"}, strict=True)},
            *(400, SCHEMA, "text.format.schema.pattern"),
        ),
        (
            "schema 60 deep",
            {"model": "default", "text": schema_format(deep_schema(60), strict=True)},
            400,
            SCHEMA,
            None,
        ),
    ],
)
