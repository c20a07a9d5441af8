"""Joins two schemas into one that asks for both, as `allOf`, siblings of `$ref` and of `anyOf` do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sized
from itertools import product
from math import lcm
from typing import Any, cast

from earthshine.errors import InvalidSchema
from earthshine.harness.json_schema.budget import Budget, weight
from earthshine.harness.json_schema.keywords import (
    ANNOTATIONS,
    MAX_MULTIPLE,
    OF_TYPE,
    TYPES,
    Schema,
    as_list,
    checked,
)

Read = Callable[[Any, str], Schema | bool]

MAX_BRANCHES = 200
"""Combinations of branches when several anyOf meet."""


def constraints(schema: Schema, *without: str) -> Schema:
    """Return the part of a schema that constrains, less the keywords `without`."""
    return {
        key: value
        for key, value in schema.items()
        if key not in ANNOTATIONS and key not in without and not key.startswith("x-")
    }


def merge(first: Any, second: Any, param: str, budget: Budget, read: Read = checked) -> Schema | bool:
    """Return a schema that allows what both allow; False when that is nothing.

    `read` makes a schema well-formed, or refuses it. Raises InvalidSchema, with `param`, for two values of a keyword
    that cannot be joined.
    """
    left, right = read(first, param), read(second, param)
    if isinstance(left, bool) or isinstance(right, bool):
        return right if left is True else left if right is True else False
    if left is right:
        return left
    budget.spend(_size(left) + _size(right), param)
    left, right = _as_enum(left), _as_enum(right)
    merged: Schema = {**constraints(left), **constraints(right)}
    for keyword in left.keys() & right.keys() & merged.keys():
        if keyword in _STRUCTURES or left[keyword] == right[keyword]:
            continue
        if keyword in _JOIN:
            merged[keyword] = _JOIN[keyword](left[keyword], right[keyword])
        else:
            raise InvalidSchema(f"Two different values of {keyword!r} cannot be joined; keep one.", param=param)
    if merged.get("enum") == [] or merged.get("type") == []:
        return False
    if any(keyword in side for side in (left, right) for keyword in OF_TYPE["object"]):
        _merge_objects(left, right, merged)
    if any(keyword in side for side in (left, right) for keyword in ("items", "prefixItems")):
        _merge_items(left, right, merged)
    for keyword in ("anyOf", "oneOf"):
        if keyword in left and keyword in right:
            if len(left[keyword]) * len(right[keyword]) > MAX_BRANCHES:
                raise InvalidSchema(f"More than {MAX_BRANCHES} combinations of {keyword}; simplify.", param=param)
            merged[keyword] = [{"allOf": [*pair]} for pair in product(left[keyword], right[keyword])]
    if "$ref" in left and "$ref" in right:
        merged.pop("$ref")
        merged["allOf"] = [*merged.get("allOf", []), {"$ref": left["$ref"]}, {"$ref": right["$ref"]}]
    return merged


def _size(schema: Schema) -> int:
    """Return about how many steps it takes to read a schema, but for the schemas inside it."""
    members = sum(len(cast(Sized, value)) for value in schema.values() if isinstance(value, dict | list))
    return 1 + members + sum(weight(schema[keyword]) for keyword in ("enum", "const") if keyword in schema)


def canonical(value: Any) -> str:
    """Return a text that is equal for equal JSON values, `1` and `1.0` included, and only for those."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


def _as_enum(schema: Schema) -> Schema:
    if "const" not in schema:
        return schema
    rest = {key: value for key, value in schema.items() if key != "const"}
    allowed = [schema["const"]]
    return {**rest, "enum": _common_values(rest["enum"], allowed) if "enum" in rest else allowed}


def _common_values(left: list[Any], right: list[Any]) -> list[Any]:
    known = {canonical(value) for value in right}
    return [value for value in left if canonical(value) in known]


def _common_types(left: Any, right: Any) -> list[str]:
    first, second = as_list(left) or [left], as_list(right) or [right]
    both = [name for name in TYPES if name in first and name in second]
    whole = "integer" in (*first, *second) and "integer" not in both
    if whole and ("number" in first or "number" in second):
        both.append("integer")
    return both


def _common_multiple(left: Any, right: Any) -> Any:
    if float(left).is_integer() and float(right).is_integer():
        joined = lcm(int(left), int(right))
        if joined <= MAX_MULTIPLE:
            return joined
    raise InvalidSchema("Two values of multipleOf are joined only when both are whole numbers below 10^18.")


def _union(left: list[str], right: list[str]) -> list[str]:
    return list(dict.fromkeys([*left, *right]))


_JOIN: dict[str, Callable[[Any, Any], Any]] = {
    "type": _common_types,
    "enum": _common_values,
    "required": _union,
    "allOf": lambda left, right: [*left, *right],
    "multipleOf": _common_multiple,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
_STRUCTURES = frozenset(("properties", "additionalProperties", "items", "prefixItems", "anyOf", "oneOf", "$ref"))


def _merge_objects(left: Schema, right: Schema, merged: Schema) -> None:
    """Join the properties: one that only one side names is subject to the other's additionalProperties."""
    names = _union(list(left.get("properties", {})), list(right.get("properties", {})))
    if names:
        merged["properties"] = {
            name: _both(
                [side.get("properties", {}).get(name, side.get("additionalProperties", True)) for side in (left, right)]
            )
            for name in names
        }
    extra = [side["additionalProperties"] for side in (left, right) if "additionalProperties" in side]
    if extra:
        merged["additionalProperties"] = _both(extra)


def _merge_items(left: Schema, right: Schema, merged: Schema) -> None:
    sides = [(side.get("prefixItems", []), side.get("items", True)) for side in (left, right)]
    length = max(len(prefix) for prefix, _ in sides)
    if length:
        merged["prefixItems"] = [
            _both([prefix[index] if index < len(prefix) else items for prefix, items in sides])
            for index in range(length)
        ]
    merged["items"] = _both([items for _, items in sides])


def _both(schemas: list[Any]) -> Any:
    """Return one schema for several, left to be merged when it is compiled."""
    if any(schema is False for schema in schemas):
        return False
    asking: list[Any] = []
    for schema in schemas:
        if schema is not True and not any(schema is other for other in asking):
            asking.append(schema)
    return {"allOf": asking} if len(asking) > 1 else asking[0] if asking else True
