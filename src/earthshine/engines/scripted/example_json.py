"""The smallest value that a JSON Schema allows: the scripted engine's forced calls and structured replies."""

from __future__ import annotations

import math
from typing import Any, cast

from earthshine.errors import InvalidSchema

_DEPTH = 64
_STEPS = 20_000
"""Values, merged members and characters of filling that one example may take."""
_FORMATS = {
    "date": "2000-01-01",
    "date-time": "2000-01-01T00:00:00Z",
    "duration": "P1D",
    "email": "a@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "00:00:00Z",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}

Schema = dict[str, Any]


def example(schema: Schema | bool) -> Any:
    """Return a small value that satisfies `schema`.

    Knows the subset of structured outputs: types, `enum`, `const`, `anyOf`, `oneOf`, `allOf`, local `$ref`,
    bounds and formats. Raises `InvalidSchema` for a schema that nothing satisfies within 64 levels and 20,000 steps,
    for one that is malformed, and for `pattern` without an `examples` list to take a value from.
    """
    root: Schema = schema if isinstance(schema, dict) else {}
    try:
        return _Example(root).value(schema, 0)
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError) as error:
        raise InvalidSchema("The scripted model cannot read this schema: it is malformed.") from error


class _Example:
    """One walk over one schema; `root` resolves its references."""

    def __init__(self, root: Schema) -> None:
        self.root = root
        self._left = _STEPS

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise InvalidSchema(f"The scripted model takes {_STEPS} steps at most to fill a schema; simplify it.")

    def value(self, schema: Schema | bool, depth: int) -> Any:
        self._spend(1)
        if depth > _DEPTH:
            raise InvalidSchema("The schema has no value within 64 levels: it contains itself without an end.")
        if isinstance(schema, bool):
            if schema:
                return None
            raise InvalidSchema("The schema `false` allows no value.")
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        if "$ref" in schema:
            return self.value(self._resolve(schema["$ref"]), depth + 1)
        if "allOf" in schema:
            return self.value(self._merged(schema), depth + 1)
        options = cast("list[Schema] | None", schema.get("anyOf") or schema.get("oneOf"))
        if options:
            return self._first(options, depth)
        return self._typed(schema, depth)

    def _first(self, options: list[Schema], depth: int) -> Any:
        """Return the value of the first option that has one."""
        failure: InvalidSchema | None = None
        for option in options:
            try:
                return self.value(option, depth + 1)
            except InvalidSchema as error:
                failure = error
        assert failure is not None
        raise failure

    def _typed(self, schema: Schema, depth: int) -> Any:
        kinds = schema.get("type", "object" if "properties" in schema else "null")
        kind = kinds if isinstance(kinds, str) else "null" if "null" in kinds else kinds[0]
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string":
                self._spend(schema.get("minLength", 0))
                return _string(schema)
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "boolean":
                return False
            case "null":
                return None
            case _:
                raise InvalidSchema(f"The schema names the type {str(kind)[:100]!r}, which JSON does not have.")

    def _object(self, schema: Schema, depth: int) -> Schema:
        properties = cast("dict[str, Schema]", schema.get("properties", {}))
        return {name: self.value(properties.get(name, {}), depth + 1) for name in schema.get("required", [])}

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        first = cast("list[Schema]", schema.get("prefixItems", []))
        rest = max(0, schema.get("minItems", 0) - len(first))
        self._spend(rest)
        return [self.value(item, depth + 1) for item in (*first, *[schema.get("items", {})] * rest)]

    def _resolve(self, reference: str) -> Schema:
        node: Any = self.root
        for part in reference.removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                raise InvalidSchema(f"The schema refers to {reference[:200]!r}, which it does not define.")
            node = cast("Schema", node)[key]
        return cast("Schema", node)

    def _merged(self, schema: Schema) -> Schema:
        """Return one schema for a schema with `allOf`, whose parts may be references."""
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            whole = self._resolve(part["$ref"]) if "$ref" in part else part
            self._spend(1 + len(whole) + len(merged.get("properties", {})) + len(merged.get("required", [])))
            both = self._merged(whole) if "allOf" in whole else whole
            properties = {**merged.get("properties", {}), **both.get("properties", {})}
            required = [*merged.get("required", []), *both.get("required", [])]
            merged.update(both)
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = list(dict.fromkeys(required))
        return merged


def _string(schema: Schema) -> str:
    if "pattern" in schema:
        candidates = schema.get("examples", [])
        if not candidates:
            raise InvalidSchema("The scripted model cannot satisfy `pattern`; give the schema an `examples` list.")
        return cast("str", candidates[0])
    text = _FORMATS.get(schema.get("format", ""), "")
    return text.ljust(schema.get("minLength", 0), "x")


def _number(schema: Schema, *, whole: bool) -> int | float:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and low >= 0:
        value = math.ceil(low / step) * step
        value = value + step if value == schema.get("exclusiveMinimum") else value
    elif high is not None and high <= 0:
        value = math.floor(high / step) * step
        value = value - step if value == schema.get("exclusiveMaximum") else value
    else:
        value = 0
    return int(value) if whole else value if high is None or low is None or low <= value <= high else (low + high) / 2
