"""Turns a JSON Schema into a grammar whose every text is a valid instance.

The grammar may allow less than the schema, never more, with one exception: `oneOf` is treated as
`anyOf`, so branches should exclude each other. What is left out on purpose:

- other white space than one optional space after `:` and `,`; any order of properties but the schema's
- properties that the schema does not list, unless `additionalProperties` is stated or nothing is listed
- values of other types, when a schema without `type` has keywords of some type

Texts and arrays without a maximum stay unlimited: the output limit of the request ends them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any, cast
from urllib.parse import unquote

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import Grammar, Node, Ref, Rules, alt, literal, one_of
from earthshine.harness.json_schema import numbers
from earthshine.harness.json_schema.containers import array_node, object_node
from earthshine.harness.json_schema.keywords import OF_TYPE, Schema, as_list, checked, decimal, types_of
from earthshine.harness.json_schema.merging import constraints, merge
from earthshine.harness.json_schema.strings import string_node
from earthshine.harness.json_schema.values import constant, json_integer, json_number, json_object, json_value, text_of

MAX_DEPTH = 50
"""Schemas inside schemas."""


def compile_schema(
    schema: Any, *, rules: Rules, name: str = "value", param: str = "schema", strict: bool = False
) -> Node:
    """Describe the JSON values that a schema allows, with helper rules added to `rules`.

    `param` is where the schema stands in the request; InvalidSchema carries the path from there to the
    keyword at fault. With `strict`, an object without `additionalProperties` allows none.
    """
    if not isinstance(schema, dict):
        checked(schema, param)
        raise InvalidSchema("The schema is true or false; write an object such as {}.", param=param)
    node = _Compiler(rules, cast(Schema, schema), param, strict).node(schema, param)
    try:
        rules.grammar(node)
    except InvalidSchema:
        raise InvalidSchema(
            "The schema refers to itself in a way that no finite value satisfies; "
            "make the property that repeats it optional, or allow null there.",
            param=param,
        ) from None
    return rules.add(name, node)


def schema_grammar(schema: Any, *, param: str = "schema", strict: bool = False) -> Grammar:
    """Return the grammar of the JSON values that a schema allows; see `compile_schema`."""
    rules = Rules()
    return rules.grammar(compile_schema(schema, rules=rules, param=param, strict=strict))


def object_grammar() -> Grammar:
    """Return the grammar of any JSON object, as `response_format: json_object` asks for."""
    rules = Rules()
    return rules.grammar(json_object(rules))


class _Compiler:
    def __init__(self, rules: Rules, root: Schema, param: str, strict: bool) -> None:
        self._rules = rules
        self._root = root
        self._param = param
        self._strict = strict
        self._depth = 0
        self._refs: dict[str, Ref] = {}

    def node(self, schema: Any, param: str) -> Node:
        """Describe the values of one schema."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidSchema(f"More than {MAX_DEPTH} schemas inside each other; use $ref.", param=param)
        valid = checked(schema, param)
        if valid is False:
            raise InvalidSchema("The schema false allows no value at all.", param=param)
        node = json_value(self._rules) if valid is True else self._combined(valid, param)
        self._depth -= 1
        return node

    def _combined(self, schema: Schema, param: str) -> Node:
        """Resolve what joins schemas, then describe the plain rest."""
        asked = constraints(schema)
        if not asked:
            return json_value(self._rules)
        if asked.keys() == {"$ref"}:
            return self._reference(asked["$ref"], f"{param}.$ref")
        if "$ref" in asked or "allOf" in asked:
            return self.node(self._flattened(asked, param, ()), param)
        for keyword in ("anyOf", "oneOf"):
            if keyword in asked:
                return self._branches(asked, keyword, param)
        if "enum" in asked or "const" in asked:
            return self._listed_values(asked, param)
        return alt(*(self._typed(name, asked, param) for name in types_of(asked)))

    def _flattened(self, schema: Any, param: str, followed: tuple[str, ...]) -> Schema | bool:
        """Merge a schema with the targets of its `$ref` and the members of its `allOf`."""
        valid = checked(schema, param)
        if isinstance(valid, bool):
            return valid
        parts: list[Any] = [constraints(valid, "$ref", "allOf")]
        if "$ref" in valid:
            pointer = valid["$ref"]
            if pointer in followed:
                raise InvalidSchema(f"{pointer} leads back to itself and never to a value.", param=f"{param}.$ref")
            target = self._resolve(pointer, f"{param}.$ref")
            parts.append(self._flattened(target, self._path(pointer), (*followed, pointer)))
        for index, member in enumerate(valid.get("allOf", [])):
            parts.append(self._flattened(member, f"{param}.allOf[{index}]", followed))
        merged = reduce(lambda left, right: merge(left, right, param), parts)
        if merged is False:
            raise InvalidSchema("These schemas exclude each other; no value satisfies all of them.", param=param)
        return merged

    def _branches(self, schema: Schema, keyword: str, param: str) -> Node:
        """Describe a choice; keywords beside it hold in every branch."""
        base = constraints(schema, keyword)
        nodes: list[Node] = []
        for index, branch in enumerate(schema[keyword]):
            where = f"{param}.{keyword}[{index}]"
            if not base:
                nodes.append(self.node(branch, where))
                continue
            if isinstance(branch, dict) and ("$ref" in branch or "allOf" in branch):
                branch = self._flattened(branch, where, ())
            joined = merge(base, branch, where)
            if joined is not False:
                nodes.append(self.node(joined, where))
        if not nodes:
            raise InvalidSchema(f"No branch fits the keywords beside {keyword}.", param=f"{param}.{keyword}")
        return alt(*nodes)

    def _listed_values(self, schema: Schema, param: str) -> Node:
        """Describe the values of `enum` or `const` that the other keywords allow."""
        keyword = "enum" if "enum" in schema else "const"
        values: list[Any] = schema["enum"] if "enum" in schema else [schema["const"]]
        others = constraints(schema, keyword)
        if others:
            grammar = self._rules.grammar(self.node(others, param))
            values = [value for value in values if grammar.accepts(text_of(value))]
        if not values:
            raise InvalidSchema(f"No value of {keyword} fits the other keywords.", param=f"{param}.{keyword}")
        plain = [text_of(value) for value in values if not isinstance(value, dict | list)]
        nested = [constant(value) for value in values if isinstance(value, dict | list)]
        return alt(*([one_of(plain)] if plain else []), *nested)

    def _typed(self, name: str, schema: Schema, param: str) -> Node:
        match name:
            case "object":
                return object_node(schema, param, self.node, self._rules, closed=self._strict)
            case "array":
                return array_node(schema, param, self.node, self._rules)
            case "string":
                return self._string(schema, param)
            case "integer" | "number":
                return self._number(name, schema, param)
            case "boolean":
                return alt("true", "false")
            case _:
                return literal("null")

    def _string(self, schema: Schema, param: str) -> Node:
        maximum = schema.get("maxLength")
        return string_node(
            self._rules,
            minimum=int(schema.get("minLength", 0)),
            maximum=None if maximum is None else int(maximum),
            pattern=schema.get("pattern"),
            format=schema.get("format"),
            param=param,
        )

    def _number(self, name: str, schema: Schema, param: str) -> Node:
        if not any(keyword in schema for keyword in OF_TYPE["number"]):
            return json_integer(self._rules) if name == "integer" else json_number(self._rules)
        low = _tightest(schema, "minimum", "exclusiveMinimum", sign=1)
        high = _tightest(schema, "maximum", "exclusiveMaximum", sign=-1)
        step = Fraction(decimal(schema["multipleOf"])) if "multipleOf" in schema else None
        if name == "integer" or (step is not None and step.denominator == 1):
            first, last = _integer_bounds(low, high)
            # A whole number is a multiple of a fraction n/m in lowest terms when it is one of n.
            node = numbers.integer_between(first, last, 1 if step is None else step.numerator, param)
            return self._rules.add("integer", node)
        digits = None
        if step is not None:
            digits = len(str(step.denominator)) - 1
            if step != Fraction(1, 10**digits) or digits > numbers.MAX_FRACTION:
                raise InvalidSchema(
                    "multipleOf of a number works for whole numbers and for 0.1, 0.01 and so on.",
                    param=f"{param}.multipleOf",
                )
        return self._rules.add("number", numbers.number_between(low, high, digits, param))

    def _reference(self, pointer: str, param: str) -> Node:
        """Describe the target of a `$ref` as a rule, so that it may contain itself."""
        if pointer not in self._refs:
            target = self._resolve(pointer, param)
            self._refs[pointer] = self._rules.reserve(pointer.rpartition("/")[2] or "schema")
            depth, self._depth = self._depth, 0
            node = self.node(target, self._path(pointer))
            self._depth = depth
            self._rules.define(self._refs[pointer], node)
        return self._refs[pointer]

    def _path(self, pointer: str) -> str:
        """Return where the target of a `$ref` stands in the request."""
        return ".".join([self._param, *pointer.split("/")[1:]])

    def _resolve(self, pointer: str, param: str) -> Any:
        if pointer != "#" and not pointer.startswith("#/"):
            raise InvalidSchema(
                f"{pointer[:200]!r} is not inside this schema; write `#/$defs/name` and define it there.", param=param
            )
        target: Any = self._root
        for step in pointer.split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            entries = as_list(target)
            if isinstance(target, dict) and key in target:
                target = cast(Schema, target)[key]
            elif key.isdecimal() and int(key) < len(entries):
                target = entries[int(key)]
            else:
                raise InvalidSchema(f"{pointer[:200]!r} is not defined in this schema.", param=param)
        return target


def _tightest(schema: Schema, inclusive: str, exclusive: str, *, sign: int) -> numbers.Bound | None:
    """Return the bound that says more; `sign` is 1 for lower bounds, -1 for upper ones."""
    bounds = [
        numbers.Bound(decimal(schema[keyword]), keyword == inclusive)
        for keyword in (inclusive, exclusive)
        if keyword in schema
    ]
    return max(bounds, key=lambda bound: (sign * bound.value, not bound.inclusive), default=None)


def _integer_bounds(low: numbers.Bound | None, high: numbers.Bound | None) -> tuple[int | None, int | None]:
    first = last = None
    if low is not None:
        first = numbers.ceiling(low.value) if low.inclusive else numbers.floor(low.value) + 1
    if high is not None:
        last = numbers.floor(high.value) if high.inclusive else numbers.ceiling(high.value) - 1
    return first, last
