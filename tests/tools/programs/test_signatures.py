"""Functions as Python that a model writes calls them."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.tools.programs.signatures import signatures, told

Json = dict[str, Any]


def chat(name: str, properties: Json | None = None, required: Any = (), **more: Any) -> Json:
    schema: Json = {"type": "object", "properties": properties or {}, "required": list(required)}
    return {"type": "function", "function": {"name": name, "parameters": schema, **more}}


def test_a_line_says_how_to_call() -> None:
    properties = {
        "days": {"type": "integer"},
        "city": {"type": "string"},
        "unit": {"enum": ["C", "F"]},
        "tags": {"type": ["array", "null"], "items": {"type": "string"}},
        "any": True,
    }
    result = {"type": "object", "properties": {"degrees": {"type": "number"}}}
    [one] = signatures(
        [chat("weather", properties, ["city", "gone"], description="The\nweather.", output_schema=result)]
    )
    assert one.line == (
        "weather(city: str, days: int = ..., unit: 'C' | 'F' = ..., tags: list[str] | None = ..., any: Any = ...)"
        " -> {'degrees': float}  # The weather."
    )
    assert (list(one.parameters), list(one.required)) == (["city", "days", "unit", "tags", "any"], ["city"])


def test_names_are_pythons_and_differ() -> None:
    named = signatures([chat(each) for each in ("a-b", "a_b", "print", "class", "2x", "tools", "a_b_2")])
    assert [each.name for each in named] == ["a_b", "a_b_2", "print_", "class_", "_2x", "tools_", "a_b_2_2"]
    assert [each.called for each in named][:2] == ["a-b", "a_b"]


@pytest.mark.parametrize(
    ("output", "plain", "described"),
    [
        ('{"a": 1}', {"a": 1}, {"a": 1}),
        (" [1]", [1], [1]),
        ("12", "12", 12),
        ("{broken", "{broken", "{broken"),
        ("[12] said the page", "[12] said the page", "[12] said the page"),
    ],
)
def test_results_that_are_json_are_values(output: str, plain: Any, described: Any) -> None:
    one, other = signatures([chat("f"), chat("g", output_schema={"type": "integer"})])
    assert (one.value(output), other.value(output)) == (plain, described)


def test_many_functions_take_little_of_the_prompt() -> None:
    text = told(signatures([chat(f"function_{n}", description="word " * 100) for n in range(128)]))
    assert len(text) < 8100
    assert "Also, without a word about them: function_1" in text


@pytest.mark.parametrize("schema", [None, {"properties": []}, {"properties": {"a": []}, "required": "a"}])
def test_schemas_that_are_none_do_no_harm(schema: Any) -> None:
    [one] = signatures([{"type": "function", "function": {"name": "f", "parameters": schema}}])
    assert one.name == "f"
