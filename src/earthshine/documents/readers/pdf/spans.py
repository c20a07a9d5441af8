"""Spans in which a file says itself what its glyphs mean (`ActualText`), with the places of all their glyphs.

Chromium writes a letter with its vowel mark so: two glyphs, one meaning. PDFium gives the meaning to the first of the
two, which may be the mark, and forgets where the letter stands.
Source: ISO 32000-2, 14.9.4
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from earthshine.documents.readers.pdf.binding import raw

_MOST_OBJECTS = 50_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn object of a span, in points of the page."""

    x: float
    y: float
    """Where the pen stood."""
    box: tuple[float, float, float, float]
    """Left, bottom, right, top."""

    @property
    def area(self) -> float:
        left, bottom, right, top = self.box
        return (right - left) * (top - bottom)


def span_of(drawn: Any) -> int:
    """Identify the span that a text object belongs to; 0 where there is none."""
    for number in range(max(0, raw.FPDFPageObj_CountMarks(drawn))):
        mark = raw.FPDFPageObj_GetMark(drawn, number)
        if raw.FPDFPageObjMark_GetParamValueType(mark, b"ActualText") == raw.FPDF_OBJECT_STRING:
            return ctypes.addressof(mark.contents)
    return 0


def read_spans(page: Any) -> dict[int, list[Drawn]]:
    """What is drawn in each span of a page, by `span_of` its objects."""
    spans: dict[int, list[Drawn]] = {}
    for number in range(min(_MOST_OBJECTS, raw.FPDFPage_CountObjects(page))):
        drawn = raw.FPDFPage_GetObject(page, number)
        for at in range(max(0, raw.FPDFPageObj_CountMarks(drawn))):
            mark = raw.FPDFPageObj_GetMark(drawn, at)
            if raw.FPDFPageObjMark_GetParamValueType(mark, b"ActualText") == raw.FPDF_OBJECT_STRING:
                spans.setdefault(ctypes.addressof(mark.contents), []).append(_drawn(drawn))
                break
    return spans


def _drawn(drawn: Any) -> Drawn:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(drawn, matrix)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(drawn, left, bottom, right, top)
    return Drawn(matrix.e, matrix.f, (left.value, bottom.value, right.value, top.value))
