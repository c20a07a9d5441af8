"""Bodies, query strings and pages of the administration routes."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, Row, Table, select
from starlette.requests import Request

from earthshine.database import Connection
from earthshine.errors import InvalidRequest
from earthshine.wire import BoundedModel, check

Query = TypeVar("Query", bound=BaseModel)
Value = TypeVar("Value")
Result = TypeVar("Result")


class Body(BoundedModel):
    """A JSON body whose fields are all known and of exactly the given types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ListQuery(BaseModel):
    """One page of a list."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, max_length=256)
    limit: int = Field(default=20, ge=1, le=100)


class OrderedQuery(ListQuery):
    """One page of a list that can be turned round."""

    order: Literal["asc", "desc"] = "asc"


def naming(check: Callable[[Value], Result]) -> Callable[[Value], Result]:
    """Let a check that raises our own errors be used as a validator: the error then names the field's path."""

    def validate(value: Value) -> Result:
        try:
            return check(value)
        except InvalidRequest as error:
            raise PydanticCustomError("rejected", "{message}", {"message": error.message, "error": error}) from None

    return validate


def read_query(model: type[Query], request: Request) -> Query:
    """Check a query string. Lists are written `name[]=a&name[]=b` or `name=a&name=b`, objects `name[key]=value`.

    Raises a 400 that names the parameter at fault.
    """
    values: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        plain, _, rest = name.partition("[")
        field = model.model_fields.get(plain)
        if field is not None and _is_list(field.annotation) and rest in ("", "]"):
            values.setdefault(plain, []).append(value)
        elif field is not None and rest not in ("", "]") and rest.endswith("]"):
            values.setdefault(plain, {})[rest[:-1]] = value
        else:
            values[name] = value
    return check(model, values)


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_is_list(each) for each in get_args(annotation))
    return get_origin(annotation) is list


async def page(
    connection: Connection, table: Table, query: ListQuery, *where: ColumnElement[bool]
) -> tuple[Sequence[Row[Any]], bool]:
    """Return one page of a table's rows by id, and whether there are more."""
    descending = isinstance(query, OrderedQuery) and query.order == "desc"
    statement = select(table).where(*where).limit(query.limit + 1)
    statement = statement.order_by(table.c.id.desc() if descending else table.c.id)
    if query.after is not None:
        statement = statement.where(table.c.id < query.after if descending else table.c.id > query.after)
    rows = (await connection.execute(statement)).all()
    return rows[: query.limit], len(rows) > query.limit
