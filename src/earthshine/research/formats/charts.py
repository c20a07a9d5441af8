"""Charts of what a table holds: one for each column whose figures can be compared, and none where that is not sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from earthshine.harness.citations.figures import figures
from earthshine.research.formats.document import Bar, Chart
from earthshine.research.formats.plain import clean
from earthshine.research.report import Table

_FEWEST, _MOST = 2, 24
"""Rows of a table that makes a chart."""
_COMMAS_GROUP = ("en", "zh", "ja", "ko", "ar", "he", "hi")
"""Languages in which `1,234` is a thousand and more."""
_MINUS = "-\u2212\u2013"


def charts(table: Table, language: str) -> Iterator[Chart]:
    """Yield the charts of a table of a report in some language."""
    rows = [row for row in table["rows"] if row]
    if not _FEWEST <= len(rows) <= _MOST:
        return
    for place in figure_columns(table):
        cells = [clean(row[place]["text"]) for row in rows]
        values = [_value(cell, language) for cell in cells]
        if None in values or len({_unit(cell) for cell in cells}) != 1 or _are_years(cells):
            continue
        numbers = [value for value in values if value is not None]
        if (longest := max(numbers)) > 0:
            labels = [clean(row[0]["text"]) for row in rows]
            shares = [value / longest for value in numbers]
            yield Chart(clean(table["columns"][place]), list(map(Bar, labels, cells, shares)))


def figure_columns(table: Table) -> list[int]:
    """Return the numbers of the columns, from 0, in which each cell has one figure; never the first."""
    rows = [row for row in table["rows"] if row]
    return [
        place
        for place in range(1, len(table["columns"]))
        if rows and all(place < len(row) and len(list(figures(row[place]["text"]))) == 1 for row in rows)
    ]


def _value(cell: str, language: str) -> float | None:
    """Return what a cell with one figure says; None where it may mean two things, or is below zero."""
    figure = next(figures(cell))
    if cell[: figure.start].rstrip().endswith(tuple(_MINUS)):
        return None
    readings = [reading for reading in figure.readings if ":" not in reading]
    if len(readings) == 2 and "," in cell and language.partition("-")[0] in _COMMAS_GROUP:
        readings = [max(readings, key=float)]
    return float(readings[0]) if len(readings) == 1 else None


def _unit(cell: str) -> str:
    """Return what stands around the figure: `%`, `million km²`."""
    figure = next(figures(cell))
    return f"{cell[: figure.start].strip()} {cell[figure.end :].strip()}"


def _are_years(cells: Sequence[str]) -> bool:
    return all(len(cell) == 4 and cell.isdecimal() and 1000 <= int(cell) <= 2200 for cell in cells)
