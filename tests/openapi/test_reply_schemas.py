from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

import pytest
from pydantic import WithJsonSchema
from starlette.responses import Response
from typing_extensions import TypedDict

from earthshine.openapi import gives
from earthshine.openapi.declare import declared
from earthshine.openapi.reply_schemas import reply_schemas
from earthshine.wire import Reply
from earthshine.wire.objects import Page, Seconds

TEMPLATE = "#/{model}"


class Named(TypedDict):
    """What has a name."""

    id: str
    """Its id,
    in two lines."""


class Lamp(Named):
    """A lamp."""

    bright: bool | None
    colour: Literal["red", "green"] | None
    made_at: Seconds | None
    price: Annotated[Decimal, WithJsonSchema({"type": "number"})]
    maker: Maker | None
    notes: NotRequired[dict[str, Any]]
    rooms: dict[str, int]


class Maker(TypedDict, extra_items=Any):
    """Somebody else's object."""

    object: Literal["maker"]


Result = TypeVar("Result")


class Shelf(TypedDict, Generic[Result]):
    """What holds results."""

    results: list[Result]


class LampResult(TypedDict):
    """A result."""

    watts: float


def schema(name: str, *kinds: Any) -> Any:
    return reply_schemas(kinds, TEMPLATE)[1][name]


def test_a_reply_has_its_fields_and_no_others() -> None:
    lamp = schema("Lamp", Lamp)
    assert lamp["additionalProperties"] is False
    assert lamp["description"] == "A lamp."
    assert lamp["required"] == ["id", "bright", "colour", "made_at", "price", "maker", "rooms"]
    assert schema("Maker", Lamp)["additionalProperties"] is True


def test_fields_are_described_with_the_text_under_them_also_where_they_are_inherited() -> None:
    assert schema("Lamp", Lamp)["properties"]["id"] == {"description": "Its id, in two lines.", "type": "string"}


@pytest.mark.parametrize(
    ("field", "shape"),
    [
        ("bright", {"type": ["boolean", "null"]}),
        ("colour", {"anyOf": [{"type": "string", "enum": ["red", "green"]}, {"type": "null"}]}),
        ("made_at", {"description": "Unix seconds.", "type": ["integer", "null"]}),
        ("price", {"type": "number"}),
        ("maker", {"anyOf": [{"$ref": "#/Maker"}, {"type": "null"}]}),
        ("notes", {"type": "object"}),
        ("rooms", {"type": "object", "additionalProperties": {"type": "integer"}}),
    ],
)
def test_shapes(field: str, shape: Any) -> None:
    assert schema("Lamp", Lamp)["properties"][field] == shape


def test_generic_types_are_named_after_what_is_in_them() -> None:
    references, named = reply_schemas([Page[Lamp], Shelf[LampResult], str], TEMPLATE)
    assert references == {
        Page[Lamp]: {"$ref": "#/LampList"},
        Shelf[LampResult]: {"$ref": "#/LampShelf"},
        str: {"type": "string"},
    }
    assert named["LampList"]["properties"]["data"] == {"type": "array", "items": {"$ref": "#/Lamp"}}
    assert named["LampShelf"]["properties"]["results"]["items"] == {"$ref": "#/LampResult"}


def test_two_replies_of_one_name_are_refused() -> None:
    class Maker(TypedDict):
        """Another object of that name."""

        id: str

    with pytest.raises(ValueError, match="Maker"):
        reply_schemas([Lamp, Maker], TEMPLATE)


def test_a_handlers_annotation_says_what_it_replies_with() -> None:
    async def plain() -> Reply[Lamp]:
        raise NotImplementedError

    @gives(Lamp, streams=True)
    async def streams() -> Response:
        raise NotImplementedError

    async def silent() -> Response:
        raise NotImplementedError

    assert [declared(each).reply for each in (plain, streams, silent)] == [Lamp, Lamp, None]
    assert issubclass(Reply[Lamp], Response)
