"""The canonical form of a row: nothing is lost in it, and two rows never look the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, DateTime, MetaData, Table, create_engine

from earthshine.database import metadata
from earthshine.database.shape import Digest, Shape, read_shapes
from earthshine.errors import Unavailable

SHAPE = Shape(
    "t", (("a", "text"), ("b", "bytes"), ("c", "integer"), ("d", "json"), ("e", "real"), ("f", "boolean")), ("a",)
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ROW = st.tuples(
    TEXT,
    st.none() | st.binary() | TEXT.map(str.encode),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | TEXT,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.booleans(),
)


@given(rows=st.lists(ROW, max_size=4))
def test_rows_come_back(rows: list[tuple[Any, ...]]) -> None:
    encoded = SHAPE.encode(rows)
    assert encoded.count(b"\n") == len(rows)
    assert [SHAPE.decode(line) for line in encoded.splitlines()] == rows


@given(one=ROW, other=ROW)
def test_different_rows_look_different(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    same = [(type(value), value) for value in one] == [(type(value), value) for value in other]
    assert (SHAPE.encode([one]) == SHAPE.encode([other])) == (same and repr(one) == repr(other))


@given(line=st.binary(max_size=50) | st.sampled_from([b"[]", b'["a",1,2,"d",1.0,true]', b'["a","x:","","",1,1]']))
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        SHAPE.decode(line)


def test_batches_do_not_matter() -> None:
    rows = [(str(number), b"b", number, "{}", 0.5, None) for number in range(10)]
    whole, parts = Digest(), Digest()
    whole.add(10, SHAPE.encode(rows))
    for row in rows:
        parts.add(1, SHAPE.encode([row]))
    assert (whole.rows, whole.size, whole.sha256) == (parts.rows, parts.size, parts.sha256)


def test_every_declared_table_can_be_carried() -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        version, shapes = read_shapes(connection)
    assert version is None
    assert {shape.name for shape in shapes} == set(metadata.tables)
    for shape in shapes:
        assert list(shape.names) == sorted(metadata.tables[shape.name].columns.keys())
        assert shape.key == tuple(column.name for column in metadata.tables[shape.name].primary_key)


def test_a_table_that_cannot_be_carried_is_named() -> None:
    for broken in (
        Table("dates", MetaData(), Column("at", DateTime, primary_key=True)),
        Table("keyless", MetaData(), Column("at", DateTime().with_variant(DateTime(), "sqlite"))),
    ):
        engine = create_engine("sqlite://")
        broken.create(engine)
        with engine.connect() as connection, pytest.raises(Unavailable, match=broken.name):
            read_shapes(connection)
