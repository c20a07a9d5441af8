"""Which columns a page has, and in what order they are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from earthshine.documents.readers.layout.rows import rows_of
from earthshine.documents.readers.layout.segments import Segment

_GUTTER = 0.5
"""Width in ems of the white that parts two columns."""
_FEWEST_LINES = 3
_MOST_SEGMENTS = 4000
"""More than running text has on a page: a drawing or a map, whose pieces stand in no columns."""
_MOST_CROSSING = 0.3
"""Share of the segments (titles, a page number below) that may stand across the gutter."""
_MOST_BETWEEN = 0.05
"""The same between the top and the foot of the columns."""


def bands_of(segments: Sequence[Segment], right_to_left: bool) -> Iterator[list[Segment]]:
    """The page cut into bands that are one column each, in the order in which they are read."""
    segments = sorted(segments, key=lambda segment: (segment.top, segment.left))
    gutter = _gutter(segments)
    if gutter is None:
        if segments:
            yield segments
        return
    middle = (gutter[0] + gutter[1]) / 2
    across: list[Segment] = []
    beside: list[Segment] = []
    for segment in sorted(segments, key=lambda segment: (segment.bottom, segment.left)):
        if segment.left < gutter[1] and segment.right > gutter[0]:
            yield from _side_by_side(beside, middle, right_to_left)
            beside = []
            across.append(segment)
        else:
            if across:
                yield across
                across = []
            beside.append(segment)
    if across:
        yield across
    yield from _side_by_side(beside, middle, right_to_left)


def _side_by_side(segments: list[Segment], middle: float, right_to_left: bool) -> Iterator[list[Segment]]:
    left = [segment for segment in segments if segment.left + segment.right < 2 * middle]
    right = [segment for segment in segments if segment.left + segment.right >= 2 * middle]
    first, second = (right, left) if right_to_left else (left, right)
    if first and second:
        top = min(segment.top for segment in first)
        above = [segment for segment in second if segment.bottom < top]
        if above:  # a title over the columns that is not wide enough to reach over both
            yield above
            second = [segment for segment in second if segment.bottom >= top]
    for side in (first, second):
        yield from bands_of(side, right_to_left)


def _gutter(segments: Sequence[Segment]) -> tuple[float, float] | None:
    """The white strip between two columns of running text, if the page has one."""
    if not 2 * _FEWEST_LINES <= len(segments) <= _MOST_SEGMENTS:
        return None
    size = sorted(segment.size for segment in segments)[len(segments) // 2]
    best: tuple[int, float] | None = None
    for edge in sorted({math.ceil(segment.right) for segment in segments}):
        start = edge + _GUTTER * size
        across = [segment for segment in segments if segment.left < start and segment.right > edge]
        if len(across) > _MOST_CROSSING * len(segments) or (best is not None and (len(across), edge) >= best):
            continue
        left = [segment for segment in segments if segment.right <= edge]
        right = [segment for segment in segments if segment.left >= start]
        if _are_columns(left, right, across):
            best = (len(across), edge)
    return (best[1], best[1] + _GUTTER * size) if best else None


def _are_columns(left: Sequence[Segment], right: Sequence[Segment], across: Sequence[Segment]) -> bool:
    """Whether two sides are running text, with little across where both are."""
    if not (_is_running_text(left) and _is_running_text(right)):
        return False
    top = max(min(segment.top for segment in side) for side in (left, right))
    bottom = min(max(segment.bottom for segment in side) for side in (left, right))
    between = sum(top < segment.baseline < bottom for segment in across)
    beside = sum(top < segment.baseline < bottom for side in (left, right) for segment in side)
    return between <= _MOST_BETWEEN * beside


def _is_running_text(segments: Sequence[Segment]) -> bool:
    """Whether these are lines of a column: at least a few, most of them as wide as the column."""
    rows = rows_of(segments)
    if len(rows) < _FEWEST_LINES:
        return False
    width = max(segment.right for segment in segments) - min(segment.left for segment in segments)
    wide = sum(row.right - row.left > 0.6 * width and _is_said(row.letters) for row in rows)
    return width > 7 * segments[0].size and wide >= 0.5 * len(rows)


def _is_said(letters: str) -> bool:
    """Whether a line is long enough for a column of text rather than of a table."""
    return len(letters) >= (8 if "\u2e80" <= letters[len(letters) // 2 :][:1] <= "\u9fff" else 18)
