"""The rules that OpenAI sets for `strict: true`: closed objects with every property required."""

from __future__ import annotations

from typing import Any, cast

from earthshine.errors import InvalidSchema
from earthshine.harness.json_schema.budget import examine
from earthshine.harness.json_schema.keywords import Schema, as_list

_MAPS = ("properties", "$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties")


def check_strict(schema: Any, *, param: str = "schema") -> None:
    """Raise InvalidSchema, with the path, unless every object in the schema is closed and all is required."""
    examine(schema, param)
    if isinstance(schema, dict) and ("anyOf" in schema or cast(Schema, schema).get("type", "object") != "object"):
        raise InvalidSchema('A strict schema has `"type": "object"` at its root, and no anyOf there.', param=param)
    todo: list[tuple[Any, str]] = [(schema, param)]
    while todo:
        current, where = todo.pop()
        if not isinstance(current, dict):
            continue
        node = cast(Schema, current)
        if "properties" in node or node.get("type") == "object" or "object" in as_list(node.get("type")):
            _check_object(node, where)
        for keyword in _MAPS:
            members = node.get(keyword)
            if isinstance(members, dict):
                todo += [(value, f"{where}.{keyword}.{name}") for name, value in cast(Schema, members).items()]
        for keyword in _LISTS:
            branches = as_list(node.get(keyword))
            todo += [(value, f"{where}.{keyword}[{index}]") for index, value in enumerate(branches)]
        todo += [(node[keyword], f"{where}.{keyword}") for keyword in _SINGLE if keyword in node]


def _check_object(schema: Schema, param: str) -> None:
    if schema.get("additionalProperties") is not False:
        raise InvalidSchema(
            "With strict, every object needs `additionalProperties: false`; add it, or set strict to false.",
            param=f"{param}.additionalProperties",
        )
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return  # malformed: the compiler says how
    listed = {name for name in as_list(required) if isinstance(name, str)}
    missing = [name for name in cast(Schema, properties) if name not in listed]
    if missing:
        raise InvalidSchema(
            f"With strict, every property is required; add {missing[0][:100]!r} to `required` "
            "(an optional one is a union with null), or set strict to false.",
            param=f"{param}.required",
        )
