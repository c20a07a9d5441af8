"""Filters on attributes: each comparison, and what is refused with its path."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.errors import InvalidRequest
from earthshine.vector_stores.search.filters import condition

FILE = {"year": 2024, "language": "ar", "draft": False, "rate": 0.5}


def compare(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (compare("eq", "year", 2024), True),
        (compare("eq", "year", 2024.0), True),
        (compare("eq", "year", "2024"), False),
        (compare("eq", "draft", False), True),
        (compare("eq", "draft", 0), False),
        (compare("eq", "none", 1), False),
        (compare("ne", "year", 2023), True),
        (compare("ne", "none", 1), True),
        (compare("gt", "year", 2023), True),
        (compare("gt", "year", 2024), False),
        (compare("gte", "year", 2024), True),
        (compare("lt", "rate", 1), True),
        (compare("lte", "rate", 0.4), False),
        (compare("lt", "language", "b"), True),
        (compare("gt", "language", 1), False),
        (compare("gt", "none", 1), False),
        (compare("in", "language", ["ar", "fr"]), True),
        (compare("in", "year", [1, 2]), False),
        (compare("in", "draft", [0]), False),
        (compare("nin", "language", ["en"]), True),
        (compare("nin", "none", ["en"]), True),
        ({"type": "and", "filters": [compare("eq", "year", 2024), compare("eq", "language", "ar")]}, True),
        ({"type": "and", "filters": [compare("eq", "year", 2024), compare("eq", "language", "fr")]}, False),
        ({"type": "or", "filters": [compare("eq", "year", 1), compare("eq", "language", "ar")]}, True),
        ({"type": "or", "filters": [{"type": "and", "filters": [compare("eq", "year", 1)]}]}, False),
    ],
)
def test_each_comparison(asked: Any, wanted: bool) -> None:
    assert condition(asked)(FILE) is wanted


def nested(depth: int) -> Any:
    inner: Any = compare("eq", "a", 1)
    for _ in range(depth):
        inner = {"type": "and", "filters": [inner]}
    return inner


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ([], "filters"),
        ({}, "filters.type"),
        (compare("like", "a", 1), "filters.type"),
        (compare("eq", "a", [1]), "filters.value"),
        (compare("in", "a", 1), "filters.value"),
        (compare("in", "a", [None]), "filters.value"),
        (compare("gt", "a", True), "filters.value"),
        ({"type": "eq", "value": 1}, "filters.key"),
        ({"type": "eq", "key": "a"}, "filters.value"),
        ({**compare("eq", "a", 1), "more": 1}, "filters.more"),
        ({"type": "and", "filters": []}, "filters.filters"),
        ({"type": "or", "filters": [compare("eq", "a", 1), compare("x", "a", 1)]}, "filters.filters[1].type"),
        (nested(10), "filters" + ".filters[0]" * 10),
        ({"type": "or", "filters": [compare("eq", "a", 1)] * 201}, "filters"),
    ],
)
def test_what_is_wrong_is_named(asked: Any, param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        condition(asked)
    assert refused.value.param == param
