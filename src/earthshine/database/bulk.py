"""Whole tables, read and written in batches: for moving, backing up and restoring a database."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from typing import Any, cast

from sqlalchemy import Integer, collate, column, func, insert, literal, select, table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from earthshine.database import migrate
from earthshine.database.shape import Digest, Row, Shape, read_shapes
from earthshine.errors import Conflict, InvalidRequest

Progress = Callable[[str, int, int], None]
"""Told now and then: what is being done, rows done, rows in all."""

BATCH_BYTES = 2 * 2**20
BATCH_ROWS = 5_000
"""Where a batch ends; it is longer by a few rows."""

_FETCH_BYTES = 2**18
_FETCH_ROWS = 200
_DATA_ERRORS = "22"  # the class of PostgreSQL's errors about values


class RowCounter:
    """Adds the rows of one table to those of the tables before it, and tells."""

    def __init__(self, progress: Progress, what: str, total: int, before: int) -> None:
        self._progress, self._what, self._total, self._done = progress, what, total, before

    def __call__(self, rows: int) -> None:
        """Count more rows."""
        self._done += rows
        self._progress(self._what, self._done, self._total)


async def read_rows(connection: AsyncConnection, shape: Shape) -> AsyncGenerator[tuple[list[Row], bytes]]:
    """Yield all rows in the order of the primary key, in batches of some megabytes, with their canonical form."""
    columns = shape.typed_columns()
    by_name = {one.name: one for one in columns}
    kinds = dict(shape.columns)
    order: list[Any] = []
    for name in shape.key:
        # SQLite compares bytes. So does PostgreSQL's "C"; its other collations would sort by a language's rules.
        plain = kinds[name] != "text" or connection.dialect.name == "sqlite" or await _sorts_by_bytes(connection)
        order.append(by_name[name] if plain else collate(by_name[name], "C"))
    source = table(shape.name, *columns)
    result = await connection.stream(select(*source.columns).order_by(*order))
    rows: list[Row] = []
    encoded = b""
    size = 8
    try:
        # Few at a time: the next ones may be a thousand times as large as these.
        while fetched := await result.fetchmany(size):
            more = shape.encode(fetched)
            size = max(1, min(_FETCH_ROWS, size * 4, len(fetched) * _FETCH_BYTES // len(more)))
            rows += cast("list[Row]", fetched)
            encoded += more
            if len(encoded) >= BATCH_BYTES or len(rows) >= BATCH_ROWS:
                yield rows, encoded
                rows, encoded = [], b""
        if rows:
            yield rows, encoded
    finally:
        await result.close()
    if connection.dialect.name == "postgresql":
        # The driver leaves its cursor to the end of the transaction, and an open cursor keeps its table from changing.
        await connection.exec_driver_sql("CLOSE ALL")


async def digest(connection: AsyncConnection, shape: Shape, progress: Callable[[int], None]) -> Digest:
    """Read a whole table, and return the hash of its rows in the order of its primary key."""
    found = Digest()
    async for rows, encoded in read_rows(connection, shape):
        found.add(len(rows), encoded)
        progress(len(rows))
    return found


async def count_rows(connection: AsyncConnection, shapes: Iterable[Shape]) -> int:
    """Return how many rows these tables have together."""
    total = 0
    for shape in shapes:
        total += (await connection.execute(select(func.count()).select_from(table(shape.name)))).scalar_one()
    return total


async def prepare_target(connection: AsyncConnection, version: str, shapes: list[Shape]) -> None:
    """Make the tables of `version` in an empty database, or see that it has them, empty.

    Raises `Conflict` when it holds anything, or tables of another version or shape.
    """
    await connection.run_sync(migrate.take_turn)
    found_version, found = await connection.run_sync(read_shapes)
    if found_version is None and not found:
        await connection.run_sync(migrate.run, version)
        found_version, found = await connection.run_sync(read_shapes)
    where = shown_url(connection.engine.url)
    if found_version is None:
        raise Conflict(f"{where} has tables of another program ({found[0].name}). Make an empty database for this one.")
    for shape in found:
        if await _lock_and_look(connection, shape):
            raise Conflict(
                f"{where} is not empty: the table {shape.name} has rows. Nothing was changed. Name an empty one."
            )
    if found_version != version or sorted(found, key=_name) != sorted(shapes, key=_name):
        raise Conflict(
            f"{where} has empty tables of version {found_version}, and these rows are of version {version}. "
            "Drop that database and make it again, without tables."
        )


async def write_rows(connection: AsyncConnection, shape: Shape, batches: AsyncIterable[list[Row]]) -> None:
    """Store rows, with COPY on PostgreSQL. Raises `InvalidRequest`, with its reason, for a row that it cannot take."""
    if connection.dialect.name == "sqlite":
        statement = str(insert(table(shape.name, *shape.typed_columns())).compile(dialect=sqlite.dialect()))
        async for rows in batches:
            await connection.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    async for rows in batches:
        try:
            await driver.copy_records_to_table(shape.name, records=rows, columns=list(shape.names))
        except Exception as error:
            ours = isinstance(error, (TypeError, ValueError, OverflowError))  # the driver's, before it sends a row
            if not ours and not str(getattr(error, "sqlstate", "")).startswith(_DATA_ERRORS):
                raise
            # It goes on with the value, which is somebody's.
            context = str(getattr(error, "context", None) or f"table {shape.name}").splitlines()[0].partition(": ")[0]
            raise InvalidRequest(
                f"PostgreSQL does not take a row of {shape.name}: {error} ({context}). Change or delete that row, and "
                "try again; nothing was moved."
            ) from error


async def settle(connection: AsyncConnection, shapes: Iterable[Shape]) -> None:
    """After loading: let PostgreSQL's own counters go on behind the rows, and its planner know how many there are."""
    if connection.dialect.name == "sqlite":
        return
    for shape in shapes:
        if [kind for name, kind in shape.columns if name in shape.key] == ["integer"]:
            key = shape.key[0]
            sequence = text("SELECT pg_get_serial_sequence(:table, :column)")
            name = (await connection.execute(sequence, {"table": f'"{shape.name}"', "column": key})).scalar()
            if name is not None:
                newest = select(func.setval(name, func.max(column(key, Integer)))).select_from(table(shape.name))
                await connection.execute(newest)
        await connection.exec_driver_sql(f'ANALYZE "{shape.name}"')


def shown_url(url: URL) -> str:
    """Return a database's URL as people write it, without its password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


async def _sorts_by_bytes(connection: AsyncConnection) -> bool:
    # Through JSON because versions before 15 have no such column, and only the C library as provider.
    query = text(
        "SELECT datcollate, to_json(d) ->> 'datlocprovider' FROM pg_database d WHERE datname = current_database()"
    )
    collation, provider = (await connection.execute(query)).one()
    return collation in ("C", "POSIX") and provider in (None, "c")


async def _lock_and_look(connection: AsyncConnection, shape: Shape) -> bool:
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f'LOCK TABLE "{shape.name}" IN ACCESS EXCLUSIVE MODE NOWAIT')
    found = await connection.execute(select(literal(1)).select_from(table(shape.name)).limit(1))
    return found.first() is not None


def _name(shape: Shape) -> str:
    return shape.name
