"""Schemas that are not strict are served: what no grammar can hold is dropped, and what is dropped is allowed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earthshine.harness.constraint import _parameters  # pyright: ignore[reportPrivateUsage]
from earthshine.harness.grammar import Grammar
from earthshine.harness.grammar.gbnf_reader import parse
from earthshine.harness.json_schema import schema_grammar
from earthshine.harness.json_schema.keywords import HINTS, KNOWN
from tests.harness.grammar.sampling import sample

Json = Any

KEYWORDS = sorted({*KNOWN, *HINTS, "$defs", "a", "title", "x-order", "optional", "enumNames"})
TEXTS = ("object", "string", "any", "#", "#/$defs/a", "http://example.org/s", "(?=a)", "^a{2,1}$", "date")


def objects(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=5)


JSON = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats()),
        *(st.text(max_size=4), st.sampled_from(TEXTS)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), objects(inner)),
    max_leaves=12,
)


def loose(schema: Json) -> Grammar:
    return parse(str(schema_grammar(schema, loose=True)))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(objects(JSON), st.integers(0, 2**32))
@example({"type": "array", "items": {}}, 0)
@example({"anyOf": [{"type": "string"}, {"$ref": "#"}]}, 0)
@example({"nullable": True, "type": "object", "properties": {"a": {}}}, 0)
def test_whatever_stands_for_parameters_the_arguments_are_an_object(schema: Json, seed: int):
    grammar = parse(str(schema_grammar(_parameters({"parameters": schema}), loose=True)))
    rng = Random(seed)
    for _ in range(3):
        assert isinstance(json.loads(sample(grammar, rng, length=40)), dict)


OBJECT, LIST, TEXT, NUMBER = '{"b": [1]}', '["x", "x"]', '"any text"', "-7.5"


@pytest.mark.parametrize(
    ("schema", "allowed"),
    [
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, [LIST]),
        ({"type": "object", "propertyNames": {"pattern": "^a"}}, [OBJECT]),
        ({"type": "object", "patternProperties": {"^a": {"type": "string"}}}, [OBJECT]),
        ({"not": {"type": "string"}}, [OBJECT, LIST, NUMBER]),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, ["0.5", "3"]),
        ({"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}, ['["x", 1]', "[]"]),
        ({"type": "array", "items": [{"type": "string"}], "additionalItems": False}, ['["x"]']),
        ({"type": "array", "contains": {"type": "string"}, "minContains": 1}, [LIST, "[]"]),
        ({"if": {"type": "string"}, "then": {"minLength": 3}}, [OBJECT, TEXT]),
        ({"type": "object", "properties": {"b": {}}, "dependentRequired": {"b": ["c"]}}, [OBJECT]),
        ({"type": "string", "optional": True, "enumNames": ["a"]}, [TEXT]),
        ({"type": "any"}, [OBJECT, LIST, TEXT, NUMBER, "null"]),
        ({"type": []}, [OBJECT, LIST, TEXT, NUMBER, "null"]),
        ({"type": ["string", "any"]}, [OBJECT, TEXT]),
        ({"type": None}, [OBJECT, TEXT]),
        ({"type": "object", "properties": {"b": {}}, "required": None}, [OBJECT, "{}"]),
        ({"type": "object", "properties": {"b": {"required": True}}, "required": ["b", 3]}, [OBJECT]),
        ({"type": "object", "additionalProperties": None}, [OBJECT]),
        ({"type": "object", "properties": []}, [OBJECT]),
        ({"type": "object", "properties": {"b": None}}, [OBJECT]),
        ({"type": "object", "properties": {"b": True, "c": False}}, [OBJECT]),
        ({"type": "object", "properties": {"b": False}, "required": ["b"]}, [OBJECT]),
        ({"type": "object", "properties": {"b": {}}, "minProperties": 1}, [OBJECT]),
        ({"type": "object", "minProperties": 3}, [OBJECT]),
        ({"type": "string", "enum": []}, [TEXT]),
        ({"type": "string", "enum": [1, 2]}, [TEXT]),
        ({"type": "number", "multipleOf": 0.05}, ["0.15", NUMBER]),
        ({"type": "number", "minimum": 0, "multipleOf": 0.05}, ["0.15"]),
        ({"type": "integer", "minimum": 3, "maximum": 2}, ["1"]),
        ({"type": "string", "format": "date", "pattern": "^2"}, [TEXT]),
        ({"type": "string", "format": "made-up"}, [TEXT]),
        ({"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}, ['"a-b"']),
        ({"type": "string", "pattern": "^(?!a)b"}, [TEXT]),
        ({"type": "string", "pattern": "(?i)abc"}, [TEXT]),
        ({"type": "string", "pattern": "\\p{L}+"}, [TEXT]),
        ({"type": "string", "pattern": "\\bword\\b"}, [TEXT]),
        ({"type": "string", "pattern": "(a{0,99}){0,99}b?(a{0,99}){0,99}"}, [TEXT]),
        ({"type": "string", "pattern": 3, "minLength": "x", "maxLength": -1}, [TEXT]),
        ({"type": "string", "minLength": 3, "maxLength": 2}, [TEXT]),
        ({"$ref": "http://example.org/schema"}, [OBJECT, TEXT]),
        ({"$ref": "#anchor"}, [OBJECT, TEXT]),
        ({"$ref": "#/$defs/missing"}, [OBJECT, TEXT]),
        ({"$ref": 3}, [OBJECT, TEXT]),
        ({"$dynamicRef": "#node"}, [OBJECT]),
        ({"anyOf": [], "oneOf": {}, "allOf": None}, [OBJECT, TEXT]),
        ({"anyOf": [False, {"type": "string"}]}, [TEXT]),
        ({"anyOf": [{"type": "string"}], "type": "object"}, [OBJECT]),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, [TEXT]),
        ({"allOf": [{"pattern": "^a"}, {"pattern": "b$"}]}, ['"a1"']),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, ["{}", OBJECT]),
        ({"type": "string", "nullable": True}, [TEXT, "null"]),
        ({"type": "string", "enum": ["a"], "nullable": True}, ['"a"', "null"]),
        ({"type": "object", "properties": {"b": {"items": "string"}}}, [OBJECT]),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_what_is_dropped_is_allowed(schema: dict[str, Any], allowed: list[str]):
    grammar = loose(schema)
    assert [text for text in allowed if not grammar.accepts(text)] == []


@pytest.mark.parametrize(
    ("schema", "excluded"),
    [
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, ["[1]", OBJECT]),
        ({"type": "string", "pattern": "(?=a)", "maxLength": 3}, [NUMBER]),
        ({"type": "string", "pattern": "(?=a)"}, [NUMBER, OBJECT]),
        ({"properties": {"a": {"type": "integer", "not": {"const": 3}}}, "required": ["a"]}, ['{"a":"x"}', "{}"]),
        ({"enum": ["a", "b"], "unknown": 1}, ['"c"']),
        ({"type": "number", "multipleOf": 0.05, "minimum": 0}, ["-1"]),
        ({"type": "array", "items": [{"type": "string"}], "additionalItems": False}, ["[1]", '["a", 1]']),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_what_can_be_held_still_is(schema: dict[str, Any], excluded: list[str]):
    grammar = loose(schema)
    assert [text for text in excluded if grammar.accepts(text)] == []
