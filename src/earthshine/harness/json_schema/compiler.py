"""Turns a JSON Schema into a grammar whose every text is a valid instance.

The grammar may allow less than the schema, never more, with one exception: `oneOf` is treated as
`anyOf`, so branches should exclude each other. What is left out on purpose:

- other white space than `values` allows; any order of properties but the schema's
- properties that the schema does not list, unless `additionalProperties` is stated or nothing is listed
- values of other types, when a schema without `type` has keywords of some type

Texts and arrays without a maximum stay unlimited: the output limit of the request ends them.
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import Grammar, Node, Ref, Rules, alt, literal, one_of
from earthshine.harness.json_schema.budget import Budget, OverBudget, examine, weight
from earthshine.harness.json_schema.containers import array_node, object_node
from earthshine.harness.json_schema.flattening import Flattening
from earthshine.harness.json_schema.keywords import Schema, checked, types_of
from earthshine.harness.json_schema.loosening import loosened
from earthshine.harness.json_schema.merging import constraints, merge
from earthshine.harness.json_schema.scalars import bounded_number, bounded_string, first_that_holds
from earthshine.harness.json_schema.source import Source
from earthshine.harness.json_schema.values import constant, json_object, json_of, json_value, text_of


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
        compiler = _Compiler(rules, Source(root, param, Budget(whole=budget), loose=loose), closed=strict)
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
    def __init__(self, rules: Rules, source: Source, *, closed: bool) -> None:
        self._rules = rules
        self._source = source
        self._budget = source.budget
        self._closed = closed
        self._loose = source.loose
        self._flattening = Flattening(source)
        self._refs: dict[str, Ref] = {}
        self._waiting: list[str] = []
        """References whose targets are not described yet."""

    def whole(self, schema: Schema) -> Node:
        """Describe the values of the schema, and of all that it refers to."""
        node = self.node(schema, self._source.param)
        self._describe_references()
        try:
            self._rules.grammar(node)
        except InvalidSchema:
            raise InvalidSchema(
                "The schema refers to itself in a way that no finite value satisfies; "
                "make the property that repeats it optional, or allow null there.",
                param=self._source.param,
            ) from None
        return node

    def node(self, schema: Any, param: str) -> Node:
        """Describe the values of one schema."""
        try:
            with self._source.deeper(param):
                valid = self._source.read(schema, param)
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
            return self.node(self._flattening.flattened(asked, param), param)
        for keyword in ("anyOf", "oneOf"):
            if keyword in asked:
                return self._branches(asked, keyword, param)
        if "enum" in asked or "const" in asked:
            return self._listed_values(asked, param)
        return alt(*(self._typed(name, asked, param) for name in types_of(asked)))

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
                branch = self._flattening.flattened(branch, where)
            joined = merge(base, branch, where, self._budget, self._source.read)
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
                describe = partial(bounded_string, self._rules, self._budget)
                return first_that_holds(describe, schema, ("minLength", "maxLength"), param, loose=self._loose)
            case "integer" | "number":
                describe = partial(bounded_number, self._rules, self._budget, name)
                return first_that_holds(describe, schema, ("multipleOf",), param, loose=self._loose)
            case "boolean":
                return alt("true", "false")
            case _:
                return literal("null")

    def _reference(self, pointer: str, param: str) -> Node:
        """Describe the target of a `$ref` as a rule, so that it may contain itself."""
        if pointer not in self._refs:
            self._source.resolve(pointer, param)
            self._refs[pointer] = self._rules.reserve(pointer.rpartition("/")[2] or "schema")
            self._waiting.append(pointer)
        return self._refs[pointer]

    def _describe_references(self) -> None:
        """Describe the targets that were referred to; they are not nested in what refers to them."""
        while self._waiting:
            pointer = self._waiting.pop()
            depth, self._source.depth = self._source.depth, 0
            node = self.node(self._source.resolve(pointer, "$ref"), self._source.path(pointer))
            self._source.depth = depth
            self._rules.define(self._refs[pointer], node)


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
