"""One page of a table's rows: the query that asks for it, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection


class ListQuery(BaseModel):
    """One page of a list."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, max_length=256)
    limit: int = Field(default=20, ge=1, le=100)


class OrderedQuery(ListQuery):
    """One page of a list that can be turned round."""

    order: Literal["asc", "desc"] = "asc"


async def page(
    connection: AsyncConnection, table: Table, query: ListQuery, *where: ColumnElement[bool]
) -> tuple[Sequence[Row[Any]], bool]:
    """Return one page of a table's rows by id, and whether there are more."""
    descending = isinstance(query, OrderedQuery) and query.order == "desc"
    statement = select(table).where(*where).limit(query.limit + 1)
    statement = statement.order_by(table.c.id.desc() if descending else table.c.id)
    if query.after is not None:
        statement = statement.where(table.c.id < query.after if descending else table.c.id > query.after)
    rows = (await connection.execute(statement)).all()
    return rows[: query.limit], len(rows) > query.limit
