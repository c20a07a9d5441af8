"""A refusal names the field at fault."""

from __future__ import annotations

from typing import Annotated, Any, Self

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from earthshine.errors import InvalidRequest, UnknownParameter
from earthshine.wire import check, field_path


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    size: int = Field(default=1, ge=1)


class Either(BaseModel):
    left: int | None = None
    right: int | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.left is None) == (self.right is None):
            raise ValueError("Give either `left` or `right`")
        return self


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    parts: list[Inner] = []
    few: Annotated[list[int], Field(max_length=2)] = []


@pytest.mark.parametrize(
    ("value", "kind", "param", "code"),
    [
        ({}, InvalidRequest, "name", "missing_required_parameter"),
        ({"name": 1}, InvalidRequest, "name", "invalid_type"),
        ({"name": "x", "nmae": 1}, UnknownParameter, "nmae", "unknown_parameter"),
        ({"name": "x", "parts": [{}, {"size": 0}]}, InvalidRequest, "parts[1].size", "invalid_value"),
        ({"name": "x", "parts": [{"size": 1, "colour": 2}]}, UnknownParameter, "parts[0].colour", "unknown_parameter"),
    ],
)
def test_the_field_at_fault_is_named(value: Any, kind: type[InvalidRequest], param: str, code: str) -> None:
    with pytest.raises(kind) as caught:
        check(Outer, value)
    assert (caught.value.param, caught.value.code) == (param, code)
    assert f"'{param}'" in caught.value.message


def test_a_rule_about_several_fields_names_no_empty_one() -> None:
    with pytest.raises(InvalidRequest, match=r"^Invalid value: give either `left` or `right`") as caught:
        check(Either, {})
    assert caught.value.param is None
    with pytest.raises(InvalidRequest, match=r"^Invalid type: ") as caught:
        check(Either, [])
    assert caught.value.param is None


def test_a_list_that_is_too_long_is_told_its_bound() -> None:
    with pytest.raises(InvalidRequest, match="'few': it may have 2 items at most, not 3"):
        check(Outer, {"name": "x", "few": [1, 2, 3]})


def test_paths_of_fields() -> None:
    assert field_path(("input", 2, "content", 0, "text")) == "input[2].content[0].text"
    assert field_path((0,)) == "[0]"
