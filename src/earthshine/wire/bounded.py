"""The base of every model of a request's body: what it does with a wrong value does not grow with the value.

Pydantic reports all errors of a value, one object each, and a client is told of the first only. A list of a million
wrong things would take gigabytes and stop the server for minutes.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from pydantic import BaseModel, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError

MOST_ITEMS = 10_000
"""Items of a list whose field names no bound of its own."""
MOST_MESSAGES = 4_096
"""Messages or items of a conversation in one request: each takes about two kilobytes, however short it is."""


def bound_lists(schema: Any) -> None:
    """Let each list in a core schema end at its first error, and have a largest length."""
    if isinstance(schema, dict):
        node = cast("dict[str, Any]", schema)
        if node.get("type") == "list" and "items_schema" in node:
            node["fail_fast"] = True
            node.setdefault("max_length", MOST_ITEMS)
        for name, each in node.items():
            if name != "metadata":
                bound_lists(each)
    elif isinstance(schema, list | tuple):
        for each in cast("list[Any]", schema):
            bound_lists(each)


class BoundedModel(BaseModel):
    """A JSON object whose lists have bounds and are checked up to their first error, as are its names."""

    _names: ClassVar[frozenset[str]]
    """The names that the fields have on the wire, and in Python: the official SDK's dumps say `async_` for `async`."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: Any) -> None:
        """Gather the names once, for every request passes here."""
        cls._names = frozenset(each for name, field in cls.model_fields.items() for each in (name, field.alias or name))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Bound every list of the model."""
        schema = handler(source)
        bound_lists(schema)
        return schema

    @model_validator(mode="before")
    @classmethod
    def _names_first(cls, value: Any) -> Any:
        """Name the first unknown field where there are more than can be known; each would be an error of its own."""
        if isinstance(value, dict):
            given = cast("dict[str, Any]", value)
            if len(given) > len(cls._names) and cls.model_config.get("extra") == "forbid":
                unknown = next(name for name in given if name not in cls._names)
                detail = InitErrorDetails(type="extra_forbidden", loc=(unknown,), input=None)
                raise ValidationError.from_exception_data(cls.__name__, [detail])
        return cast("Any", value)
