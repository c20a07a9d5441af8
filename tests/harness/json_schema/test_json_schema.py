"""JSON Schema as grammar: what is generated is valid, what cannot be kept is refused by name."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import Rules, seq
from earthshine.harness.grammar.gbnf_reader import parse
from earthshine.harness.json_schema import compile_schema, object_grammar, schema_grammar
from tests.harness.grammar.sampling import sample

FORMATS = jsonschema.FormatChecker(("date", "email", "ipv4", "ipv6", "uuid"))
NAMES = st.sampled_from(["a", "ab", "b", "é", 'q"', "c d"])
NUMBERS = st.one_of(st.integers(-2000, 2000), st.sampled_from([-1.25, -0.05, 0.0, 0.1, 0.999, 3.5, 1e-7, 12345.678]))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text(alphabet='ab"\\\n é', max_size=3))


@st.composite
def number_schemas(draw: st.DrawFn) -> dict[str, Any]:
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["number", "integer"]))}
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = high + 2
    return schema


@st.composite
def string_schemas(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(0, 4))
    return draw(
        st.sampled_from(
            [
                {"type": "string"},
                {"type": "string", "minLength": low, "maxLength": low + 3},
                {"type": "string", "pattern": "^[a-f]+\\d?$", "minLength": 1},
                {"type": "string", "pattern": '"|^\\\\[^\\s]{2}'},
                {"type": "string", "format": draw(st.sampled_from(["date", "email", "ipv4", "ipv6", "uuid"]))},
            ]
        )
    )


@st.composite
def object_schemas(draw: st.DrawFn, inner: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, inner, max_size=4))
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    schema["required"] = [name for name in properties if draw(st.booleans())]
    extra = draw(st.sampled_from([None, True, False, {"type": "boolean"}]))
    return schema if extra is None else {**schema, "additionalProperties": extra}


@st.composite
def array_schemas(draw: st.DrawFn, inner: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    low = draw(st.integers(0, 3))
    schema: dict[str, Any] = {"type": "array", "items": draw(inner), "minItems": low}
    if draw(st.booleans()):
        schema["maxItems"] = low + draw(st.integers(0, 3))
    if draw(st.booleans()):
        schema["prefixItems"] = draw(st.lists(inner, max_size=3))
    return schema


schemas = st.recursive(
    st.one_of(
        number_schemas(),
        string_schemas(),
        st.builds(lambda values: {"enum": values}, st.lists(VALUES, min_size=1, max_size=4)),
        st.builds(lambda value: {"const": value}, VALUES),
        st.sampled_from([{"type": "boolean"}, {"type": ["null", "boolean"]}, {}]),
    ),
    lambda inner: st.one_of(
        object_schemas(inner),
        array_schemas(inner),
        st.builds(lambda branches: {"anyOf": branches}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


def valid(schema: dict[str, Any], text: str) -> bool:
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS).is_valid(json.loads(text))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(schemas, st.integers(0, 2**32))
def test_every_member_is_a_valid_instance(schema: dict[str, Any], seed: int) -> None:
    grammar, rng = schema_grammar(schema), Random(seed)
    for _ in range(3):
        member = sample(grammar, rng, length=40)
        assert valid(schema, member), member
        cut = rng.randint(0, len(member))
        residual = grammar.after(member[:cut])
        assert residual is not None
        assert residual.accepts(member[cut:])
        assert valid(schema, member[:cut] + sample(residual, rng, length=20))
    assert parse(str(grammar)).accepts(sample(grammar, rng, length=40))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(number_schemas(), NUMBERS)
def test_bounds_admit_every_plain_number_inside_and_none_outside(schema: dict[str, Any], number: float) -> None:
    text = f"{number:.7f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)
    if schema["type"] == "integer" and "." in text:
        return
    if text == "-0":
        text = "0"
    assert schema_grammar(schema).accepts(text) == valid(schema, text)


@pytest.mark.parametrize(
    ("schema", "members", "others"),
    [
        ({"type": "null"}, ["null"], ["0"]),
        ({"type": "boolean"}, ["true", "false"], ["null"]),
        ({"type": "integer"}, ["0", "-7", "123456789012345678"], ["-0", "01", "1.0", "1e3", "1234567890123456789"]),
        ({"type": "number"}, ["0", "-0.5", "1e10", "2.50E-3"], [".5", "1.", "01", "1e100", "+1"]),
        ({"type": "integer", "exclusiveMinimum": 0.5, "maximum": 12}, ["1", "12"], ["0", "13", "-1"]),
        ({"type": "integer", "minimum": -5, "exclusiveMaximum": -2}, ["-5", "-3"], ["-2", "-6", "3", "0"]),
        ({"minimum": 1, "maximum": 1.5, "type": "number"}, ["1", "1.5", "1.50", "1.49"], ["1.51", "0.9", "2"]),
        (
            {"type": "number", "exclusiveMinimum": 99, "maximum": 99.5},
            ["99.25", "99.0000000000001"],
            ["99", "99.000000000000001"],  # the last one is 99 to whoever reads it as a double
        ),
        ({"type": "integer", "multipleOf": 25}, ["0", "-25", "100", "1050"], ["10", "05"]),
        ({"type": "integer", "multipleOf": 7, "minimum": 0, "maximum": 30}, ["0", "28"], ["30", "35"]),
        ({"type": "number", "multipleOf": 0.01}, ["1.25", "3", "0.5"], ["1.255"]),
        ({"type": "integer", "multipleOf": 0.5, "minimum": 0, "maximum": 3}, ["0", "1", "3"], ["4"]),
        ({"type": "string"}, ['""', '"é\\n\\u00e9"', '"a/b"'], ['"\n"', '"\\ud800"', '"\\u0000"', '"', "a"]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ['"ab"', '"\\n\\né"'], ['"a"', '"abcd"']),
        ({"type": "string", "pattern": "^a|b$"}, ['"ax"', '"xb"'], ['"xa"']),
        ({"type": "string", "pattern": "^\\w+(?:-\\d{2})?$"}, ['"a_1-22"'], ['"-22"', '"a-2"']),
        ({"type": "string", "pattern": '^["\\\\\\n]$'}, ['"\\""', '"\\\\"', '"\\n"'], ['"n"']),
        ({"type": "string", "pattern": "^[a-z]*$", "maxLength": 2}, ['""', '"ab"'], ['"abc"']),
        (
            {"type": "string", "format": "date"},
            ['"2024-02-29"', '"1999-12-31"'],
            ['"2023-02-29"', '"2024-04-31"', '"1900-02-29"'],
        ),
        ({"type": "string", "format": "time"}, ['"23:59:59Z"', '"01:02:03.5+01:00"'], ['"24:00:00Z"', '"01:02:03"']),
        ({"type": "string", "format": "date-time"}, ['"2024-01-01T00:00:00Z"'], ['"2024-01-01"']),
        (
            {"type": "string", "format": "duration"},
            ['"P3D"', '"PT1H2M"', '"P1Y2MT3S"', '"P2W"'],
            ['"P"', '"PT"', '"1D"'],
        ),
        ({"type": "string", "format": "ipv4"}, ['"127.0.0.1"'], ['"256.0.0.1"', '"1.2.3"', '"01.2.3.4"']),
        ({"type": "string", "format": "ipv6"}, ['"::1"', '"fe80::1:2"', '"1:2:3:4:5:6:7:8"'], ['"1::2::3"', '"1:2"']),
        ({"type": "string", "format": "hostname"}, ['"a.example.org"'], ['"-a"', '"a..b"']),
        ({"type": "string", "format": "uri"}, ['"anything: an annotation"'], []),
        ({"enum": ["a", 1, None, {"x": [1, 2]}]}, ['"a"', "1", "null", '{"x":[1,2]}', '{"x": [1, 2]}'], ["2"]),
        ({"enum": [1, 5, "a"], "type": "integer", "minimum": 3}, ["5"], ["1", '"a"']),
        ({"const": 2.0}, ["2"], ["3"]),
        ({"type": ["string", "null"], "maxLength": 1}, ["null", '"a"'], ['"ab"', "1"]),
        ({"minLength": 1}, ['"a"'], ['""', "1"]),
        (
            {"type": "object"},
            ["{}", '{"a": 1,"b":[]}', '{ "a":1 }', '{\n  "a": 1,\n  "b": [\n\t2\n]\n}'],
            ["[]", '{"a" : 1}', '{"a":  1}', '{\n\n"a":1}', '{"a":\n1}', "{\n}", "{\n" + " " * 25 + '"a":1}'],
        ),
        (
            {"properties": {"a": {"type": "null"}, "b": {"type": "null"}}},
            ["{}", '{"b":null}', '{"a":null,"b":null}'],
            ['{"b":null,"a":null}', '{"c":1}'],
        ),
        (
            {"properties": {"a": {}, "b": {"type": "null"}}, "required": ["b"]},
            ['{"b":null}', '{"a":1, "b":null}'],
            ["{}", '{"a":1}'],
        ),
        ({"properties": {"a": False, "b": {}}}, ['{"b":1}', "{}"], ['{"a":1}']),
        (
            {"properties": {"ab": {"type": "null"}}, "additionalProperties": {"type": "integer"}},
            ['{"a":1}', '{"ab":null,"abc":2}', "{}"],
            ['{"ab":1}', '{"a":null}'],
        ),
        ({"required": ["z"], "additionalProperties": {"type": "null"}}, ['{"z":null}'], ["{}"]),
        (
            {"properties": {"a": {"type": "null"}}, "required": ["a", "z"]},
            ['{"a":null,"z":1}', '{"a":null,"z":{"b":[]}}'],
            ['{"a":null}', '{"a":null,"y":1}'],
        ),
        (
            {"type": "object", "additionalProperties": {"type": "null"}, "minProperties": 1, "maxProperties": 2},
            ['{"a":null}'],
            ["{}", '{"a":null,"b":null,"c":null}'],
        ),
        ({"type": "array"}, ["[]", "[1, {}]"], ["[ ]", "[1,]"]),
        (
            {"items": {"type": "null"}, "minItems": 1, "maxItems": 2},
            ["[null]", "[null, null]"],
            ["[]", "[null,null,null]"],
        ),
        (
            {"prefixItems": [{"type": "null"}, {"type": "boolean"}], "items": False},
            ["[]", "[null]", "[null,true]"],
            ["[true]", "[null,true,1]"],
        ),
        (
            {"prefixItems": [{"type": "null"}], "items": {"type": "boolean"}, "minItems": 2},
            ["[null,true]", "[null,true,false]"],
            ["[null]"],
        ),
        ({"prefixItems": [{"type": "null"}, {}], "maxItems": 1}, ["[null]", "[]"], ["[null,1]"]),
        ({"type": "array", "maxItems": 0}, ["[]"], ["[1]"]),
        ({"anyOf": [{"type": "null"}, {"minimum": 3}], "type": ["null", "integer"]}, ["null", "3"], ["2", "3.5"]),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, ["1", "2"], ["3"]),
        ({"allOf": [{"type": "number", "minimum": 0}, {"type": "integer", "maximum": 5}]}, ["0", "5"], ["6", "1.5"]),
        (
            {
                "allOf": [
                    {"properties": {"a": {"minimum": 1}}, "required": ["a"]},
                    {"properties": {"a": {"maximum": 2}, "b": {}}},
                ]
            },
            ['{"a":1}', '{"a":2,"b":0}'],
            ['{"a":3}', "{}"],
        ),
        (
            {"allOf": [{"properties": {"a": {}}, "additionalProperties": False}, {"properties": {"b": {}}}]},
            ['{"a":1}', "{}"],
            ['{"b":1}'],
        ),
        (
            {"allOf": [{"prefixItems": [{"type": "integer"}]}, {"items": {"maximum": 3}, "maxItems": 1}]},
            ["[3]", "[]"],
            ["[4]", "[true]"],
        ),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "null"}}}, ["null"], ["1"]),
        (
            {"$ref": "#/$defs/n", "maximum": 3, "$defs": {"n": {"type": "integer", "minimum": 1}}},
            ["1", "3"],
            ["0", "4"],
        ),
        ({"properties": {"t": {"$ref": "#"}}, "required": []}, ["{}", '{"t":{"t":{}}}'], ['{"t":1}']),
        ({"type": "null", "title": "t", "x-order": 1, "default": 3, "$comment": "c"}, ["null"], ["3"]),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else "",
)
def test_each_keyword(schema: dict[str, Any], members: list[str], others: list[str]) -> None:
    grammar = parse(str(schema_grammar(schema)))
    assert [text for text in members if not grammar.accepts(text)] == []
    assert [text for text in others if grammar.accepts(text)] == []


@pytest.mark.parametrize(
    ("schema", "param", "message"),
    [
        (3, "s", "A schema is an object"),
        (True, "s", "true or false"),
        ({"type": "strin"}, "s.type", "'strin' is not a type"),
        ({"type": []}, "s.type", "is not a type"),
        ({"type": [["string"]]}, "s.type", "is not a type"),
        ({"properties": []}, "s.properties", "must be an object of schemas, not a list"),
        ({"properties": {"a": 3}}, "s.properties.a", "A schema is an object"),
        ({"required": "a"}, "s.required", "a list of property names"),
        ({"enum": []}, "s.enum", "at least one entry"),
        ({"anyOf": {}}, "s.anyOf", "at least one entry"),
        ({"items": [{}]}, "s.items", "prefixItems"),
        ({"minLength": -1}, "s.minLength", "whole number"),
        ({"minLength": "3"}, "s.minLength", "the string '3'"),
        ({"minLength": True}, "s.minLength", "whole number"),
        ({"minimum": None}, "s.minimum", "a number, not null"),
        ({"multipleOf": 0}, "s.multipleOf", "greater than zero"),
        ({"exclusiveMinimum": True}, "s.exclusiveMinimum", "a number"),
        ({"minLength": 3, "maxLength": 2}, "s.minLength", "minLength 3 is greater than maxLength 2"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "s", "No integer"),
        ({"type": "integer", "minimum": 0.2, "maximum": 0.8}, "s", "No integer"),
        ({"type": "number", "minimum": 3, "exclusiveMaximum": 3}, "s", "No number"),
        ({"type": "integer", "multipleOf": 7}, "s", "needs a minimum and a maximum"),
        ({"type": "integer", "multipleOf": 7, "minimum": 0}, "s", "narrow the bounds"),
        ({"type": "number", "multipleOf": 0.3}, "s.multipleOf", "0.1, 0.01"),
        ({"properties": {"a": {"not": {}}}}, "s.properties.a.not", "say what is allowed"),
        ({"if": {}}, "s.if", "anyOf"),
        ({"nullable": True}, "s.nullable", "list of types"),
        ({"uniqueItems": True}, "s.uniqueItems", "enum"),
        ({"unknownThing": 1}, "s.unknownThing", "remove it"),
        ({"patternProperties": {}}, "s.patternProperties", "list the properties"),
        ({"properties": {"a": False}, "required": ["a"]}, "s.required", "'a' is required and cannot be there"),
        ({"required": ["a"], "additionalProperties": False}, "s.required", "cannot be there"),
        ({"properties": {"a": {}}, "minProperties": 1}, "s", "minProperties"),
        ({"type": "object", "minProperties": 2}, "s.minProperties", "list them as required"),
        ({"prefixItems": [{}], "items": False, "minItems": 2}, "s.minItems", "more than the array may hold"),
        ({"items": False, "minItems": 1}, "s", "none is allowed"),
        ({"items": {"anyOf": [False]}}, "s.items.anyOf[0]", "allows no value"),
        ({"pattern": "(?=a)"}, "s.pattern", "look-ahead"),
        ({"pattern": "(?<=a)b"}, "s.pattern", "look-behind"),
        ({"pattern": "(a)\\1"}, "s.pattern", "not supported"),
        ({"pattern": "\\bword"}, "s.pattern", "not supported"),
        ({"pattern": "a^b"}, "s.pattern", "beginning and end"),
        ({"pattern": "[a"}, "s.pattern", "at character 1: this character class is never closed"),
        ({"pattern": "(a"}, "s.pattern", "expected `)`"),
        ({"pattern": "a)"}, "s.pattern", "unexpected ')'"),
        ({"pattern": "a{2,1}"}, "s.pattern", "ordered"),
        ({"pattern": "*"}, "s.pattern", "nothing stands before"),
        ({"pattern": "^(ab)+$", "maxLength": 5}, "s", "write the length into the pattern"),
        ({"pattern": "a", "format": "date"}, "s", "keep one of them"),
        ({"enum": [1], "type": "string"}, "s.enum", "No value of enum"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "s", "exclude each other"),
        ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "s", "'pattern' cannot be joined"),
        ({"anyOf": [{"type": "string"}], "type": "integer"}, "s.anyOf", "No branch"),
        ({"$ref": "#/$defs/x"}, "s.$ref", "not defined"),
        ({"$ref": "http://example.org/s"}, "s.$ref", "not inside this schema"),
        ({"$ref": "#"}, "s", "refers to itself"),
        (
            {"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
            "s.$defs.a.allOf[0].$ref",
            "leads back to itself",
        ),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "s", "no finite value"),
        ({"anyOf": [{"$ref": "#"}, {"type": "null"}]}, "s", "refers to itself"),
        ({"$defs": {"a": {"type": "x"}}, "items": {"$ref": "#/$defs/a"}}, "s.$defs.a.type", "is not a type"),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else "",
)
def test_what_cannot_be_kept_is_refused_by_name(schema: Any, param: str, message: str) -> None:
    with pytest.raises(InvalidSchema) as caught:
        schema_grammar(schema, param="s")
    assert message in caught.value.message
    assert caught.value.param == param


def test_endless_nesting_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(60):
        schema = {"items": schema}
    with pytest.raises(InvalidSchema, match="schemas inside each other"):
        schema_grammar(schema)


def test_strict_closes_objects() -> None:
    assert schema_grammar({"type": "object"}, strict=True).accepts("{}")
    assert not schema_grammar({"type": "object"}, strict=True).is_prefix('{"')


def test_any_json_object() -> None:
    grammar = object_grammar()
    assert grammar.accepts('{"a":[1,{"b": null}], "c":"\\u00e9"}')
    assert not grammar.accepts("[1]")
    assert all(isinstance(json.loads(sample(grammar, Random(seed), length=80)), dict) for seed in range(30))


def test_several_schemas_share_one_rule_set() -> None:
    rules = Rules()
    first = compile_schema({"properties": {"a": {"type": "string"}}}, rules=rules, name="args")
    second = compile_schema({"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}}, rules=rules, name="args")
    grammar = rules.grammar(seq(first, " ", second))
    assert grammar.accepts('{"a":"x"} "y"')
    assert sum(name.startswith("json-string") for name in grammar.rules) == 1
