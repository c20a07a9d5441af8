"""Which columns a page has, and in what order they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from earthshine.documents.readers.pdf.rows import rows_of
from earthshine.documents.readers.pdf.segments import Segment

_GUTTER = 0.7
"""Width in ems of the white that parts two columns."""
_FEWEST_LINES = 3


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
        if segment.left < gutter[0] and segment.right > gutter[1]:
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
    if len(segments) < 2 * _FEWEST_LINES:
        return None
    size = sorted(segment.size for segment in segments)[len(segments) // 2]
    edges = sorted({segment.right for segment in segments})
    best: tuple[int, float, float, float] | None = None
    for edge in edges[:-1]:
        following = [segment.left for segment in segments if segment.left > edge]
        if not following:
            continue
        start = min(following)
        if start - edge < _GUTTER * size:
            continue
        crossing = sum(segment.left < edge and segment.right > start for segment in segments)
        inside = sum(
            segment.left < start and segment.right > edge and not (segment.left < edge and segment.right > start)
            for segment in segments
        )
        if inside or crossing > 0.3 * len(segments):
            continue
        left = [segment for segment in segments if segment.right <= edge]
        right = [segment for segment in segments if segment.left >= start]
        if _is_running_text(left) and _is_running_text(right):
            candidate = (crossing, -(start - edge), edge, start)
            best = min(best, candidate) if best else candidate
    return (best[2], best[3]) if best else None


def _is_running_text(segments: Sequence[Segment]) -> bool:
    """Whether these are lines of a column: at least a few, most of them as wide as the column."""
    rows = rows_of(segments)
    if len(rows) < _FEWEST_LINES:
        return False
    width = max(segment.right for segment in segments) - min(segment.left for segment in segments)
    wide = sum(row.right - row.left > 0.6 * width for row in rows)
    return width > 7 * segments[0].size and wide >= 0.5 * len(rows)
