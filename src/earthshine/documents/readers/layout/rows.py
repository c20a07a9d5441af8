"""Segments side by side, and what they make: lines of a paragraph, or rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from earthshine.documents.readers.layout.segments import Segment

_SAME_ROW = 0.35
_CELL_GAP = 1.2
"""In ems: the white between two cells, at least."""
_ROW_GAP = 4.0
"""In ems: the distance of two rows, at most."""
_MOST_CELLS = 60
"""Of one row; more are a drawing or a map, and no table that anybody reads."""
Edges = tuple[float, float]
"""Left and right."""


@dataclass(frozen=True)
class Row:
    """Segments on one line, from left to right."""

    segments: list[Segment]

    @property
    def baseline(self) -> float:
        return self.segments[0].baseline

    @property
    def size(self) -> float:
        return self.segments[0].size

    @property
    def left(self) -> float:
        return self.segments[0].left

    @property
    def right(self) -> float:
        return self.segments[-1].right

    @property
    def letters(self) -> str:
        return "".join(segment.letters for segment in self.segments).strip()

    @cached_property
    def cells(self) -> list[list[Segment]]:
        """The segments, put together where they are parted by no more than a wide space."""
        cells: list[list[Segment]] = []
        for segment in self.segments:
            if cells and segment.left - cells[-1][-1].right < _CELL_GAP * segment.size:
                cells[-1].append(segment)
            else:
                cells.append([segment])
        return cells

    @property
    def edges(self) -> list[Edges]:
        """Of its cells."""
        return [(cell[0].left, cell[-1].right) for cell in self.cells]


def rows_of(segments: Sequence[Segment]) -> list[Row]:
    """The segments of a column by lines, from top to bottom."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: segment.baseline):
        if lines and abs(segment.baseline - lines[-1][0].baseline) <= _SAME_ROW * min(segment.size, lines[-1][0].size):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return [Row(sorted(line, key=lambda segment: segment.left)) for line in lines]


def usual_leading(rows: Sequence[Row]) -> float:
    """The distance of two lines of a paragraph, in ems: what the closer lines of the page keep."""
    distances = sorted(
        (after.baseline - before.baseline) / after.size
        for before, after in pairwise(rows)
        if abs(after.size - before.size) < 0.1 * after.size
    )
    return distances[len(distances) // 4] if distances else 1.2


def table_at(rows: Sequence[Row], start: int) -> int:
    """How many rows from this one on make a table; 0 where none begins."""
    if not 2 <= len(rows[start].cells) <= _MOST_CELLS or _is_list_item(rows[start]):
        return 0
    columns = rows[start].edges
    end = start + 1
    while end < len(rows):
        near = rows[end].baseline - rows[end - 1].baseline <= _ROW_GAP * rows[end].size
        if not near or _is_list_item(rows[end]) or not _fits(rows[end], columns):
            break
        columns = _widened(columns, rows[end])
        end += 1
    while len(rows[end - 1].cells) < 2:
        end -= 1
    return end - start if sum(len(row.cells) >= 2 for row in rows[start:end]) >= 2 else 0


def columns_of(rows: Sequence[Row]) -> list[Edges]:
    """The edges of a table's columns."""
    columns = max((row.edges for row in rows), key=len)
    for row in rows:
        columns = _widened(columns, row)
    return columns


def column_numbers(row: Row, columns: Sequence[Edges]) -> list[int]:
    """For each cell of the row, the number of the column in which it stands."""
    return [
        max(range(len(columns)), key=lambda at: min(right, columns[at][1]) - max(left, columns[at][0]))
        for left, right in row.edges
    ]


def _is_list_item(row: Row) -> bool:
    """Whether a row is a bullet and its text, which stand apart as cells do."""
    signs = [cell[0].letters.strip() for cell in (row.cells[0], row.cells[-1]) if len(cell) == 1]
    return len(row.cells) == 2 and any(len(sign) <= 3 and not sign.isalnum() for sign in signs)


def _fits(row: Row, columns: Sequence[Edges]) -> bool:
    """Whether each cell of a row stands in a column of its own, and none in two."""
    if len(row.cells) > _MOST_CELLS:
        return False
    taken: list[int] = []
    for left, right in row.edges:
        over = [at for at, edges in enumerate(columns) if min(right, edges[1]) - max(left, edges[0]) > -0.2 * row.size]
        if len(over) != 1:
            return False
        taken += over
    return len(set(taken)) == len(taken) and (len(taken) > 1 or len(columns) > 2)


def _widened(columns: Sequence[Edges], row: Row) -> list[Edges]:
    result = list(columns)
    for (left, right), at in zip(row.edges, column_numbers(row, columns), strict=True):
        result[at] = (min(result[at][0], left), max(result[at][1], right))
    return result
