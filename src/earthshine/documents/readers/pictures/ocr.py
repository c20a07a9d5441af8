"""Text out of pictures of pages: by PP-OCR where the extra `ocr` is installed, by Tesseract where the system has it.

PP-OCR reads Chinese, English and what is written in Latin letters, and not Arabic; Tesseract reads what it has data
for. Where PP-OCR is unsure of a page, the other is asked too, and who is surer is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from earthshine.documents.document import Box, Part
from earthshine.documents.readers.layout.glyph import Glyph
from earthshine.documents.readers.layout.page import PageText
from earthshine.documents.readers.layout.segments import Segment
from earthshine.documents.readers.pictures.paddle import PaddleOcr
from earthshine.documents.readers.pictures.seen import DPI, Recognizer, Seen, SeenLine
from earthshine.documents.readers.pictures.tesseract import Tesseract, languages

_SURE = 0.9
"""A page that was read so surely is not read again."""
_DOUBTED = 0.8
_NOISE = 0.5
"""What a line is at least, or it is no text."""


@cache
def recognizers(models: Path | None = None) -> tuple[Recognizer, ...]:
    """Return who reads pictures here. `models`: the folder of models, where PP-OCR finds more languages."""
    found: list[Recognizer] = []
    if find_spec("rapidocr") and find_spec("onnxruntime"):
        found.append(PaddleOcr(models))
    # Beside PP-OCR for what that does not read: each further language makes the others worse.
    spoken = [name for name in languages() if not found or name in ("ara", "eng")]
    if spoken and (not found or "ara" in spoken):
        found.append(Tesseract(spoken))
    return tuple(found)


def recognise(picture: bytes, scan: Part, models: Path | None = None) -> Part:
    """Return the page with the text of its picture, and the doubt `recognised`; the scan itself where none is found.

    Args:
        picture: the page, at about `DPI`.
        scan: the page as it is known without OCR; one without a size gets that of the picture.
        models: see `recognizers`.
    """
    best: Seen | None = None
    for recognizer in recognizers(models):
        seen = recognizer.recognize(picture)
        if seen is not None and (best is None or seen.score > best.score):
            best = seen
        if best is not None and best.score >= _SURE:
            break
    lines = [line for line in best.lines if line.score >= _NOISE] if best else []
    if best is None or not lines:
        return scan
    points = scan.width / best.width if scan.width else 72 / DPI
    text = PageText()
    text.arrange(_segments(lines, points), _box)
    doubts = ("recognised",) if best.score >= _DOUBTED else ("recognised", "unsure")
    width, height = scan.width or best.width * points, scan.height or best.height * points
    return text.part(scan.label, round(width, 2), round(height, 2), doubts)


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)


def _segments(lines: Sequence[SeenLine], points: float) -> list[Segment]:
    """Lines as what is laid out. Boxes are higher or lower by their letters: near to the usual height is the usual."""
    heights = sorted(line.box[3] - line.box[1] for line in lines)
    usual = heights[len(heights) // 2]
    made: list[Segment] = []
    for number, line in enumerate(lines):
        left, top, right, bottom = (points * place for place in line.box)
        height = line.box[3] - line.box[1]
        size = 0.8 * points * (usual if 0.75 * usual < height < 1.3 * usual else height)
        baseline = (top + bottom) / 2 + 0.3 * size
        glyph = Glyph(line.text, left, left, right, left, right, top, bottom, baseline, size, False, number)
        made.append(Segment([glyph], left, top, right, bottom, baseline, size, False))
    return sorted(made, key=lambda segment: (segment.baseline, segment.left))
