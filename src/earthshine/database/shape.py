"""What a database's tables hold, as the database itself tells it, and the one canonical form of a row.

Nothing here knows the tables that the code declares: a database of an earlier version is read as it is.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

import orjson
from alembic.migration import MigrationContext
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from earthshine.errors import Unavailable

Kind = Literal["text", "json", "integer", "boolean", "bytes", "real"]
"""What a column holds, whatever each database calls it. `json` is the text as it was stored, order and spaces kept."""

Row = tuple[Any, ...]
"""Values in the order of a shape's columns; JSON as text."""

VERSIONS = "alembic_version"


class _JsonText(TypeDecorator[str]):
    """JSON as text. SQLite gives a column of that type numeric affinity, and so stores a lone number as one."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        return value if value is None or isinstance(value, str) else repr(value)


_TYPES: dict[Kind, TypeEngine[Any]] = {
    "text": String(),
    "json": _JsonText(),
    "integer": BigInteger(),
    "boolean": Boolean(),
    "bytes": LargeBinary(),
    "real": Float(53),
}


@dataclass(frozen=True)
class Shape:
    """One table: its columns by name, and its primary key in order."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(name for name, _ in self.columns)

    def typed_columns(self) -> list[Column[Any]]:
        """Return the columns for a statement."""
        return [Column(name, _TYPES[kind]) for name, kind in self.columns]

    def encode(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return the canonical form: for each row one line with a JSON array, columns in the order of their names.

        Bytes are a string, `u:` and the text where they are UTF-8, `b:` and base64 where not. SQL's NULL is null.
        """
        return b"".join([orjson.dumps(tuple(row), _bytes, orjson.OPT_APPEND_NEWLINE) for row in rows])

    def decode(self, line: bytes) -> Row:
        """Return the row of one line. Raises `ValueError` for anything else."""
        read = orjson.loads(line)
        if not isinstance(read, list):
            raise ValueError("a row is an array")
        values = cast("list[Any]", read)
        if len(values) != len(self.columns):
            raise ValueError(f"a row of {self.name} has {len(self.columns)} values")
        for place in self._bytes_places:
            if values[place] is not None:
                values[place] = _from_text(values[place])
        return tuple(values)

    @cached_property
    def _bytes_places(self) -> tuple[int, ...]:
        return tuple(place for place, (_, kind) in enumerate(self.columns) if kind == "bytes")


@dataclass(slots=True)
class Digest:
    """Counts and hashes rows in their canonical form."""

    rows: int = 0
    size: int = 0
    """Bytes of the canonical form."""
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, rows: int, encoded: bytes) -> None:
        """Take in the next rows."""
        self.rows += rows
        self.size += len(encoded)
        self._hash.update(encoded)

    @property
    def sha256(self) -> str:
        """The hash of all rows so far."""
        return self._hash.hexdigest()


def read_shapes(connection: Connection) -> tuple[str | None, list[Shape]]:
    """Return the version of a database's tables and their shapes, those first that others refer to.

    Raises `Unavailable` for a table that cannot be carried from one database to another.
    """
    indexes = full_text_tables(connection)
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name not in indexes)
    version = MigrationContext.configure(connection).get_current_revision()
    return version, [
        Shape(
            table.name,
            tuple(sorted((column.name, _kind(column)) for column in table.columns if column.computed is None)),
            tuple(column.name for column in table.primary_key) or _keyless(table.name),
        )
        for table in found.sorted_tables
        if table.name != VERSIONS
    ]


def full_text_tables(connection: Connection) -> set[str]:
    """Return SQLite's virtual tables, and those behind them: indexes that follow from the rows of other tables."""
    if connection.dialect.name != "sqlite":
        return set()
    listed = connection.exec_driver_sql("PRAGMA table_list")
    return {row.name for row in listed if row.type in ("virtual", "shadow")}


def _kind(column: Column[Any]) -> Kind:
    match column.type:
        case JSON() if not isinstance(column.type, JSONB):  # JSONB does not keep the text
            return "json"
        case String():
            return "text"
        case Boolean():
            return "boolean"
        case Integer():
            return "integer"
        case LargeBinary():
            return "bytes"
        case Float():
            return "real"
        case other:
            raise Unavailable(
                f"The column {column.table.name}.{column.name} has the type {other}, which cannot be carried."
            )


def _keyless(name: str) -> tuple[str, ...]:
    raise Unavailable(f"The table {name} has no primary key, so its rows have no order in which to compare them.")


def _bytes(value: Any) -> str:
    if not isinstance(value, bytes):
        raise TypeError
    try:
        return "u:" + value.decode()
    except UnicodeDecodeError:
        return "b:" + b64encode(value).decode()


def _from_text(value: Any) -> bytes:
    if isinstance(value, str):
        if value.startswith("u:"):
            return value[2:].encode()
        if value.startswith("b:"):
            return b64decode(value[2:], validate=True)
    raise ValueError("bytes begin with u: or b:")
