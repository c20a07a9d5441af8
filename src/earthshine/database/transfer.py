"""Moving a whole database into an empty one, and proving that all of it came over.

Everything happens in one transaction of the target. It is committed only when every table, read back, has the same
number of rows and the same hash as at the source; a failure or a kill before that leaves the target as it was.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from earthshine.database import migrate
from earthshine.database.bulk import (
    Progress,
    RowCounter,
    count_rows,
    digest,
    prepare_target,
    read_rows,
    settle,
    shown_url,
    write_rows,
)
from earthshine.database.bulk_connections import filling, reading
from earthshine.database.shape import Digest, Row, Shape, read_shapes
from earthshine.errors import Conflict, Internal, InvalidRequest


@dataclass(frozen=True, slots=True)
class TableProof:
    """One table on both sides."""

    table: str
    source: Digest
    target: Digest

    @property
    def equal(self) -> bool:
        """Whether both sides hold the same rows."""
        return (self.source.rows, self.source.sha256) == (self.target.rows, self.target.sha256)


async def transfer(source: URL, target: URL, progress: Progress) -> list[TableProof]:
    """Copy every table of `source`, which is never changed, into `target`, and return the proofs, all of them equal.

    Raises `Conflict` when the target is not empty, `InvalidRequest` for a row that it cannot hold, and `Internal`
    when what was read back differs (then nothing was kept).
    """
    async with reading(source) as origin:
        version, shapes = await read_contents(origin)
        total = await count_rows(origin, shapes)
        counted: dict[str, Digest] = {}

        async def rows(shape: Shape) -> AsyncGenerator[list[Row]]:
            counted[shape.name] = Digest()
            tell = RowCounter(progress, f"copying {shape.name}", total, _rows(counted.values()))
            async for batch, encoded in read_rows(origin, shape):
                yield batch
                counted[shape.name].add(len(batch), encoded)
                tell(len(batch))

        async with filling(target) as destination:
            found = await load(destination, version, shapes, rows, progress, total)
            proofs = [TableProof(shape.name, counted[shape.name], found[shape.name]) for shape in shapes]
            require_equal(proofs)
            await destination.run_sync(migrate.run)
    return sorted(proofs, key=lambda proof: proof.table)


async def compare(source: URL, target: URL, progress: Progress) -> list[TableProof]:
    """Return the proofs of two databases, equal or not. Raises `Conflict` when their tables' versions differ."""
    async with reading(source) as one, reading(target) as other:
        version, shapes = await read_contents(one)
        version_there, shapes_there = await read_contents(other)
        if version != version_there or sorted(shapes, key=_name) != sorted(shapes_there, key=_name):
            raise Conflict(
                f"The tables have version {version} here and {version_there} there; they cannot be compared."
            )
        total = await count_rows(one, shapes)
        proofs: list[TableProof] = []
        for shape in sorted(shapes, key=_name):
            sides: list[Digest] = []
            for connection in (one, other):
                tell = RowCounter(progress, f"comparing {shape.name}", total, _rows(proof.source for proof in proofs))
                sides.append(await digest(connection, shape, tell))
            proofs.append(TableProof(shape.name, *sides))
    return proofs


async def load(
    destination: AsyncConnection,
    version: str,
    shapes: Sequence[Shape],
    rows: Callable[[Shape], AsyncGenerator[list[Row]]],
    progress: Progress,
    total: int,
) -> dict[str, Digest]:
    """Make the tables of `version` in an empty database, fill them, read them back, and return what was read.

    The caller compares, and commits.
    """
    await prepare_target(destination, version, list(shapes))
    for shape in shapes:
        await write_rows(destination, shape, rows(shape))
    await settle(destination, shapes)
    found: dict[str, Digest] = {}
    for shape in shapes:
        tell = RowCounter(progress, f"reading {shape.name} back", total, _rows(found.values()))
        found[shape.name] = await digest(destination, shape, tell)
    return found


def require_equal(proofs: Sequence[TableProof]) -> None:
    """Raise `Internal` for the first table that differs."""
    for proof in proofs:
        if not proof.equal:
            one, other = proof.source, proof.target
            raise Internal(
                f"The table {proof.table} differs after copying: {one.rows} rows with the hash {one.sha256[:12]} at "
                f"the source, {other.rows} with {other.sha256[:12]} read back. Nothing was kept. Please report this."
            )


async def read_contents(connection: AsyncConnection) -> tuple[str, list[Shape]]:
    """Return the version of an installation's tables, and their shapes.

    Raises `InvalidRequest` when there are none, and `Unavailable` when they are of a newer program.
    """
    await connection.run_sync(migrate.check_known)
    version, shapes = await connection.run_sync(read_shapes)
    if version is None:
        raise InvalidRequest(f"{shown_url(connection.engine.url)} holds no installation: it has no tables of ours.")
    return version, shapes


def _rows(digests: Iterable[Digest]) -> int:
    return sum(digest.rows for digest in digests)


def _name(shape: Shape) -> str:
    return shape.name
