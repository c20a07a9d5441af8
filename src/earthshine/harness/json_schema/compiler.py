"""Turns a JSON Schema into a grammar whose every text is a valid instance.

The grammar may allow less than the schema, never more, with one exception: `oneOf` is treated as
`anyOf`, so branches should exclude each other. What is left out on purpose:

- other white space than `values` allows; any order of properties but the schema's
- properties that the schema does not list, unless `additionalProperties` is stated or nothing is listed
- values of other types, when a schema without `type` has keywords of some type

Texts and arrays without a maximum stay unlimited: the output limit of the request ends them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import Grammar, Node, Ref, Rules, alt, literal, one_of
from earthshine.harness.json_schema import numbers
from earthshine.harness.json_schema.budget import Budget, OverBudget, examine, weight
from earthshine.harness.json_schema.containers import array_node, object_node
from earthshine.harness.json_schema.keywords import OF_TYPE, Schema, as_list, checked, decimal, types_of
from earthshine.harness.json_schema.loosening import loosened
from earthshine.harness.json_schema.merging import Read, constraints, merge
from earthshine.harness.json_schema.strings import string_node
from earthshine.harness.json_schema.values import (
    constant,
    json_integer,
    json_number,
    json_object,
    json_of,
    json_value,
    text_of,
)

Describe = Callable[[Schema, str], Node]

MAX_DEPTH = 50
"""Schemas inside schemas."""


def compile_schema(
    schema: Any,
    *,
    rules: Rules,
    name: str = "value",
    param: str = "schema",
    strict: bool = False,
    loose: bool = False,
    budget: Budget | None = None,
) -> Node:
    """Describe the JSON values that a schema allows, with helper rules added to `rules`.

    `param` is where the schema stands in the request; InvalidSchema carries the path from there to the
    keyword at fault. With `strict`, an object without `additionalProperties` allows none. With `loose`, no schema is
    refused: what no grammar can hold is dropped (see `loosening`), and where a schema is no schema, or too complex,
    any JSON object is allowed. `budget` is the work that the request may still make.
    """
    try:
        examine(schema, param)
        if not isinstance(schema, dict) and not loose:
            checked(schema, param)
            raise InvalidSchema("The schema is true or false; write an object such as {}.", param=param)
        root = cast(Schema, schema) if isinstance(schema, dict) else {}
        compiler = _Compiler(rules, root, param, Budget(whole=budget), closed=strict, loose=loose)
        return rules.add(name, compiler.whole(root))
    except InvalidSchema:
        if not loose:
            raise
        return rules.add(name, json_object(rules))


def schema_grammar(schema: Any, *, param: str = "schema", strict: bool = False, loose: bool = False) -> Grammar:
    """Return the grammar of the JSON values that a schema allows; see `compile_schema`."""
    rules = Rules()
    return rules.grammar(compile_schema(schema, rules=rules, param=param, strict=strict, loose=loose))


def object_grammar() -> Grammar:
    """Return the grammar of any JSON object, as `response_format: json_object` asks for."""
    rules = Rules()
    return rules.grammar(json_object(rules))


class _Compiler:
    def __init__(self, rules: Rules, root: Schema, param: str, budget: Budget, *, closed: bool, loose: bool) -> None:
        self._rules = rules
        self._root = root
        self._param = param
        self._budget = budget
        self._closed = closed
        self._loose = loose
        self._read: Read = loosened if loose else checked
        self._depth = 0
        self._refs: dict[str, Ref] = {}
        self._waiting: list[str] = []
        """References whose targets are not described yet."""
        self._flat: dict[str, Schema | bool] = {}
        """Targets of references, with what they join merged."""
        self._following: set[str] = set()

    def whole(self, schema: Schema) -> Node:
        """Describe the values of the schema, and of all that it refers to."""
        node = self.node(schema, self._param)
        self._describe_references()
        try:
            self._rules.grammar(node)
        except InvalidSchema:
            raise InvalidSchema(
                "The schema refers to itself in a way that no finite value satisfies; "
                "make the property that repeats it optional, or allow null there.",
                param=self._param,
            ) from None
        return node

    def node(self, schema: Any, param: str) -> Node:
        """Describe the values of one schema."""
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                raise InvalidSchema(f"More than {MAX_DEPTH} schemas inside each other; use $ref.", param=param)
            valid = self._read(schema, param)
            if valid is False:
                raise InvalidSchema("The schema false allows no value at all.", param=param)
            self._budget.spend(1 if valid is True else 1 + len(valid), param)
            return json_value(self._rules) if valid is True else self._combined(valid, param)
        except OverBudget:
            raise
        except InvalidSchema:
            if not self._loose:
                raise
            return self._any_of_its_type(schema)
        finally:
            self._depth -= 1

    def _any_of_its_type(self, schema: Any) -> Node:
        valid = loosened(schema)
        if isinstance(valid, bool) or "type" not in valid:
            return json_value(self._rules)
        return alt(*(json_of(name, self._rules) for name in types_of(valid)))

    def _combined(self, schema: Schema, param: str) -> Node:
        """Resolve what joins schemas, then describe the plain rest."""
        asked = constraints(schema)
        if not asked:
            return json_value(self._rules)
        if asked.keys() == {"$ref"}:
            return self._reference(asked["$ref"], f"{param}.$ref")
        if "$ref" in asked or "allOf" in asked:
            return self.node(self._flattened(asked, param), param)
        for keyword in ("anyOf", "oneOf"):
            if keyword in asked:
                return self._branches(asked, keyword, param)
        if "enum" in asked or "const" in asked:
            return self._listed_values(asked, param)
        return alt(*(self._typed(name, asked, param) for name in types_of(asked)))

    def _flattened(self, schema: Any, param: str) -> Schema | bool:
        """Merge a schema with the targets of its `$ref` and the members of its `allOf`."""
        valid = self._read(schema, param)
        if isinstance(valid, bool):
            return valid
        self._budget.spend(1 + len(valid), param)
        parts: list[Any] = [constraints(valid, "$ref", "allOf")]
        if "$ref" in valid:
            parts.append(self._flat_target(valid["$ref"], f"{param}.$ref"))
        for index, member in enumerate(valid.get("allOf", [])):
            parts.append(self._flat_member(member, f"{param}.allOf[{index}]"))
        merged: Schema | bool = True
        for part in {id(part): part for part in parts}.values():
            merged = self._joined(merged, part, param)
        return merged

    def _flat_member(self, member: Any, param: str) -> Schema | bool:
        if isinstance(member, dict) and member.keys() == {"$ref"} and isinstance(member["$ref"], str):
            return self._flat_target(cast(Schema, member)["$ref"], f"{param}.$ref")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidSchema(f"More than {MAX_DEPTH} schemas inside each other; use $ref.", param=param)
        try:
            return self._flattened(member, param)
        finally:
            self._depth -= 1

    def _flat_target(self, pointer: str, param: str) -> Schema | bool:
        """Return the flattened target of a `$ref`; each is merged once, however often it is named."""
        if pointer not in self._flat:
            if pointer in self._following or len(self._following) >= MAX_DEPTH:
                what = "leads back to itself and never to a value" if pointer in self._following else "leads too far"
                raise InvalidSchema(f"{pointer[:200]} {what}.", param=param)
            self._following.add(pointer)
            try:
                self._flat[pointer] = self._flattened(self._resolve(pointer, param), self._path(pointer))
            except OverBudget:
                raise
            except InvalidSchema:
                if not self._loose:
                    raise
                self._flat[pointer] = True
            finally:
                self._following.discard(pointer)
        return self._flat[pointer]

    def _joined(self, first: Schema | bool, second: Any, param: str) -> Schema | bool:
        """Merge two schemas that both hold; a loose one keeps the first where they cannot both be kept."""
        try:
            merged = merge(first, second, param, self._budget, self._read)
            if merged is False:
                raise InvalidSchema("These schemas exclude each other; no value satisfies all of them.", param=param)
        except OverBudget:
            raise
        except InvalidSchema:
            if not self._loose:
                raise
            return first
        return merged

    def _branches(self, schema: Schema, keyword: str, param: str) -> Node:
        """Describe a choice; keywords beside it hold in every branch."""
        base = constraints(schema, keyword)
        nodes: list[Node] = []
        for index, branch in enumerate(schema[keyword]):
            where = f"{param}.{keyword}[{index}]"
            if self._loose and branch is False:
                continue
            if not base:
                nodes.append(self.node(branch, where))
                continue
            if isinstance(branch, dict) and ("$ref" in branch or "allOf" in branch):
                branch = self._flattened(branch, where)
            joined = merge(base, branch, where, self._budget, self._read)
            if joined is not False:
                nodes.append(self.node(joined, where))
        if nodes:
            return alt(*nodes)
        if self._loose:
            return self.node(base, param)
        raise InvalidSchema(f"No branch fits the keywords beside {keyword}.", param=f"{param}.{keyword}")

    def _listed_values(self, schema: Schema, param: str) -> Node:
        """Describe the values of `enum` or `const` that the other keywords allow."""
        keyword = "enum" if "enum" in schema else "const"
        values: list[Any] = schema["enum"] if "enum" in schema else [schema["const"]]
        self._budget.spend(weight(values), param)
        others = constraints(schema, keyword)
        if self._loose or others.keys() == {"type"}:
            values = [value for value in values if _type_of(value) & set(types_of(others))]
        elif others:
            grammar = self._of_now(self.node(others, param))
            texts = [text_of(value) for value in values]
            self._budget.spend(2 * sum(map(len, texts)), param)
            values = [value for value, text in zip(values, texts, strict=True) if grammar.accepts(text)]
        if not values and self._loose:
            return self.node(others, param)
        if not values:
            raise InvalidSchema(f"No value of {keyword} fits the other keywords.", param=f"{param}.{keyword}")
        plain = [text_of(value) for value in values if not isinstance(value, dict | list)]
        nested = [constant(value) for value in values if isinstance(value, dict | list)]
        return alt(*([one_of(plain)] if plain else []), *nested)

    def _of_now(self, node: Node) -> Grammar:
        """Return the grammar of a node whose references are all described."""
        self._describe_references()
        return self._rules.grammar(node)

    def _typed(self, name: str, schema: Schema, param: str) -> Node:
        match name:
            case "object":
                return object_node(
                    schema, param, self.node, self._rules, self._budget, closed=self._closed, loose=self._loose
                )
            case "array":
                return array_node(schema, param, self.node, self._rules, loose=self._loose)
            case "string":
                return self._first_that_holds(self._string, schema, ("minLength", "maxLength"), param)
            case "integer" | "number":
                return self._first_that_holds(partial(self._number, name), schema, ("multipleOf",), param)
            case "boolean":
                return alt("true", "false")
            case _:
                return literal("null")

    def _first_that_holds(self, describe: Describe, schema: Schema, first_dropped: tuple[str, ...], param: str) -> Node:
        """Describe the values; in a loose schema without `first_dropped`, or without any bound, if it must be."""
        try:
            return describe(schema, param)
        except OverBudget:
            raise
        except InvalidSchema:
            if not self._loose:
                raise
        with suppress(InvalidSchema):
            return describe(constraints(schema, *first_dropped), param)
        return describe({}, param)

    def _string(self, schema: Schema, param: str) -> Node:
        maximum = schema.get("maxLength")
        return string_node(
            self._rules,
            minimum=int(schema.get("minLength", 0)),
            maximum=None if maximum is None else int(maximum),
            pattern=schema.get("pattern"),
            format=schema.get("format"),
            param=param,
            budget=self._budget,
        )

    def _number(self, name: str, schema: Schema, param: str) -> Node:
        bounds = {keyword: schema[keyword] for keyword in OF_TYPE["number"] if keyword in schema}
        if not bounds:
            return json_integer(self._rules) if name == "integer" else json_number(self._rules)
        return self._rules.once(f"{name} {bounds}", lambda: self._bounded_number(name, bounds, param))

    def _bounded_number(self, name: str, schema: Schema, param: str) -> Node:
        low = _tightest(schema, "minimum", "exclusiveMinimum", sign=1)
        high = _tightest(schema, "maximum", "exclusiveMaximum", sign=-1)
        step = Fraction(decimal(schema["multipleOf"])) if "multipleOf" in schema else None
        self._budget.spend(10 * sum(len(repr(bound)) for bound in schema.values()), param)
        if name == "integer" or (step is not None and step.denominator == 1):
            first, last = _integer_bounds(low, high)
            multiple = 1 if step is None else step.numerator
            self._budget.spend(numbers.MAX_LISTED if multiple > 1 else 0, param)
            # A whole number is a multiple of a fraction n/m in lowest terms when it is one of n.
            return numbers.integer_between(first, last, multiple, param)
        digits = None
        if step is not None:
            digits = len(str(step.denominator)) - 1
            if step != Fraction(1, 10**digits) or digits > numbers.MAX_FRACTION:
                raise InvalidSchema(
                    "multipleOf of a number works for whole numbers and for 0.1, 0.01 and so on.",
                    param=f"{param}.multipleOf",
                )
        return numbers.number_between(low, high, digits, param)

    def _reference(self, pointer: str, param: str) -> Node:
        """Describe the target of a `$ref` as a rule, so that it may contain itself."""
        if pointer not in self._refs:
            self._resolve(pointer, param)
            self._refs[pointer] = self._rules.reserve(pointer.rpartition("/")[2] or "schema")
            self._waiting.append(pointer)
        return self._refs[pointer]

    def _describe_references(self) -> None:
        """Describe the targets that were referred to; they are not nested in what refers to them."""
        while self._waiting:
            pointer = self._waiting.pop()
            depth, self._depth = self._depth, 0
            node = self.node(self._resolve(pointer, "$ref"), self._path(pointer))
            self._depth = depth
            self._rules.define(self._refs[pointer], node)

    def _path(self, pointer: str) -> str:
        """Return where the target of a `$ref` stands in the request."""
        return ".".join([self._param, *pointer.split("/")[1:]])

    def _resolve(self, pointer: str, param: str) -> Any:
        if pointer != "#" and not pointer.startswith("#/"):
            raise InvalidSchema(
                f"{pointer[:200]!r} is not inside this schema; write `#/$defs/name` and define it there.", param=param
            )
        target: Any = self._root
        steps = pointer.split("/")[1:]
        self._budget.spend(1 + len(steps), param)
        for step in steps:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            entries = as_list(target)
            if isinstance(target, dict) and key in target:
                target = cast(Schema, target)[key]
            elif key.isdecimal() and len(key) < 7 and int(key) < len(entries):
                target = entries[int(key)]
            else:
                raise InvalidSchema(f"{pointer[:200]!r} is not defined in this schema.", param=param)
        return target


def _type_of(value: Any) -> set[str]:
    """Return the types that a JSON value has."""
    match value:
        case None:
            return {"null"}
        case bool():
            return {"boolean"}
        case int():
            return {"integer", "number"}
        case float():
            return {"number", "integer"} if value.is_integer() else {"number"}
        case str():
            return {"string"}
        case list():
            return {"array"}
        case _:
            return {"object"}


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
