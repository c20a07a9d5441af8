"""The keywords of JSON Schema: which are enforced, which only annotate, and what their values must be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from earthshine.errors import InvalidSchema

Schema = dict[str, Any]
AnyList = list[Any]
"""What a JSON list is to the type checker once `isinstance` has looked at it."""

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")

OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""Keywords that constrain values of one type only; those of numbers hold for integers too."""

ANYWHERE = ("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref")

ANNOTATIONS = frozenset(
    (
        *("title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "discriminator"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    )
)
"""Keywords that describe and do not constrain; names beginning with `x-` belong here too."""

HINTS = {
    "nullable": 'write a list of types instead, such as `"type": ["string", "null"]`',
    "not": "say what is allowed instead of what is not",
    "if": "use anyOf with one branch for each case",
    "then": "use anyOf with one branch for each case",
    "else": "use anyOf with one branch for each case",
    "patternProperties": "list the properties, or use additionalProperties",
    "propertyNames": "list the properties, or use additionalProperties",
    "dependentRequired": "use anyOf with one branch for each case",
    "dependentSchemas": "use anyOf with one branch for each case",
    "dependencies": "use anyOf with one branch for each case",
    "unevaluatedProperties": "use additionalProperties in one merged object",
    "unevaluatedItems": "use items",
    "additionalItems": "use prefixItems and items",
    "uniqueItems": "check the reply yourself, or list the combinations in an enum",
    "contains": "use items or prefixItems",
    "minContains": "use items or prefixItems",
    "maxContains": "use items or prefixItems",
    "$dynamicRef": "use $ref",
    "$recursiveRef": "use $ref",
}
"""What to do instead of the keywords that no grammar can express."""

KNOWN = frozenset((*ANYWHERE, *(keyword for keywords in OF_TYPE.values() for keyword in keywords)))
"""Keywords that are enforced."""
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
PAIRS = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))
"""Keywords of which the first may not be greater than the second."""
MAX_COUNT = 1_000_000
MAX_MULTIPLE = 10**18


def checked(schema: Any, param: str) -> Schema | bool:
    """Return the schema once its keywords are known and their values well-formed; else InvalidSchema."""
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, dict):
        raise InvalidSchema(f"A schema is an object, not {_kind(schema)}.", param=param)
    valid = cast(Schema, schema)
    for keyword, value in valid.items():
        where = f"{param}.{keyword}"
        if keyword in KNOWN:
            check_value(keyword, value, where)
        elif keyword not in ANNOTATIONS and not keyword.startswith("x-"):
            hint = HINTS.get(keyword, "remove it")
            raise InvalidSchema(f"The keyword {keyword[:100]!r} is not supported here: {hint}.", param=where)
    for low, high in PAIRS:
        if low in valid and high in valid and valid[low] > valid[high]:
            raise InvalidSchema(f"{low} {valid[low]} is greater than {high} {valid[high]}.", param=f"{param}.{low}")
    return valid


def as_list(value: Any) -> AnyList:
    """Return the value if it is a list, else an empty one."""
    return cast(AnyList, value) if isinstance(value, list) else []


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the types that a schema allows, guessed from its keywords when it does not say.

    `{"properties": ...}` alone would by the letter also allow any text; what its author means, and what
    is generated here, is an object.
    """
    stated = schema.get("type")
    if isinstance(stated, str):
        return (stated,)
    if stated is not None:
        return tuple(dict.fromkeys(stated))
    meant = tuple(name for name, keywords in OF_TYPE.items() if any(keyword in schema for keyword in keywords))
    return meant or TYPES


def decimal(value: float) -> Decimal:
    """Return the number as it was written."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def check_value(keyword: str, value: Any, param: str) -> None:
    """Raise InvalidSchema, with `param`, unless the value is one that the known `keyword` may have."""
    match keyword:
        case "type":
            names = as_list(value) or [value]
            for name in names:
                if not isinstance(name, str) or name not in TYPES:
                    raise InvalidSchema(
                        f"{repr(name)[:100]} is not a type; the types are {', '.join(TYPES)}.", param=param
                    )
        case "enum" | "anyOf" | "oneOf" | "allOf":
            if not isinstance(value, list) or not value:
                raise InvalidSchema(f"{keyword} is a list with at least one entry.", param=param)
        case "prefixItems":
            _require(isinstance(value, list), "a list of schemas", value, param)
        case "properties":
            _require(isinstance(value, dict), "an object of schemas", value, param)
        case "required":
            good = isinstance(value, list) and all(isinstance(name, str) for name in as_list(value))
            _require(good, "a list of property names", value, param)
        case "pattern" | "format" | "$ref":
            _require(isinstance(value, str), "a string", value, param)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf":
            _require(_is_number(value), "a number", value, param)
            if keyword == "multipleOf" and not 0 < value <= MAX_MULTIPLE:
                raise InvalidSchema("multipleOf is greater than zero and at most 10^18.", param=param)
        case _ if keyword in _COUNTS:
            good = _is_number(value) and value == int(value) and 0 <= value <= MAX_COUNT
            _require(good, f"a whole number from 0 to {MAX_COUNT}", value, param)
        case "items" if isinstance(value, list):
            raise InvalidSchema("A list of schemas for the first items is called prefixItems.", param=param)
        case _:
            return  # const is any value; the others are schemas and are checked when compiled


def _require(good: bool, what: str, value: Any, param: str) -> None:
    if not good:
        raise InvalidSchema(f"This must be {what}, not {_kind(value)}.", param=param)


def _is_number(value: Any) -> bool:
    finite = isinstance(value, int) or (isinstance(value, float) and abs(value) != float("inf") and value == value)
    return finite and not isinstance(value, bool)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return repr(value)[:50]
        case str():
            return f"the string {value[:50]!r}"
        case list():
            return "a list"
        case _:
            return "an object"
