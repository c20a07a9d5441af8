"""The few things that SQLite and PostgreSQL say differently, each behind one name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Float, String, Table, any_, literal, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class clock(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The database's own time in Unix seconds, as it passes also within a transaction.

    What several servers compare is stamped by this one clock, never by theirs.
    """

    type = Float(53)
    inherit_cache = True
    name = "clock"


@compiles(clock, "sqlite")
def _clock_sqlite(*_: Any, **__: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock, "postgresql")
def _clock_postgresql(*_: Any, **__: Any) -> str:
    return "extract(epoch FROM clock_timestamp())::double precision"


def insert_new(connection: AsyncConnection, table: Table) -> Any:
    """Return an INSERT that leaves rows alone whose keys are there already: doing it twice is doing it once."""
    return _insert(connection, table).on_conflict_do_nothing()


def insert_adding(connection: AsyncConnection, table: Table, column: str) -> Any:
    """Return an INSERT that adds to `column` of the rows whose keys are there already."""
    statement = _insert(connection, table)
    total = table.c[column] + statement.excluded[column]
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_={column: total})


def among(connection: AsyncConnection, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that `column` has one of `values`; for any number of them the same statement, if possible.

    PostgreSQL then prepares it once, and takes more than the 32,767 that it would take as single parameters.
    """
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(String)))
    return column.in_(values)


async def take_turns(connection: AsyncConnection, name: str) -> None:
    """Wait until no other transaction, of any server, holds the turn `name`; this one holds it until it ends.

    On SQLite every writing transaction is alone already.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _number(name)})


def _insert(connection: AsyncConnection, table: Table) -> Any:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # here: who is on SQLite starts without it

    return postgresql.insert(table)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"earthshine {name}".encode()).digest()[:8], signed=True)
