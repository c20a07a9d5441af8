"""The characters of a page with their places, as PDFium finds them.

PDFium's own order of the characters is not used: it guesses, and guesses wrong for Arabic. Its letters and places are
right. What is mended here: a glyph that stands for several characters is put in logical order, and what PDFium adds
(spaces, line ends) is left out.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earthshine.documents.readers.layout.glyph import Glyph
from earthshine.documents.readers.pdf.binding import raw
from earthshine.documents.readers.pdf.frames import framed, framed_box
from earthshine.documents.readers.pdf.spans import Drawn, read_spans, span_of
from earthshine.text.bidi import is_right_to_left, kind_of

_LONGEST_PAGE = 200_000
"""Characters of one page; more than a page can show to a reader."""


@dataclass(frozen=True, slots=True)
class PageGlyphs:
    """The glyphs of a page by quarter turns of their text (0: along x, 1: upwards ...), most first."""

    by_turn: list[tuple[int, list[Glyph]]]
    unmapped: int
    """Glyphs of which the file does not say what they stand for."""
    invisible: int
    """Glyphs that are there to be found and not to be seen, as OCR lays them over a scan."""
    cut: bool


@dataclass(frozen=True, slots=True)
class _Style:
    """What all characters of one text object share."""

    turn: int
    size: float
    bold: bool
    invisible: bool
    span: int
    """The span that says what its characters mean, 0 without one."""


@dataclass(slots=True)
class _Character:
    text: str
    number: int
    ink: tuple[float, float, float, float]
    loose: tuple[float, float, float, float]
    known: bool
    style: _Style


def read_glyphs(text_page: Any) -> PageGlyphs:
    """All glyphs of a page, not yet in any order."""
    spans: dict[int, list[Drawn]] | None = None
    places: dict[tuple[int, float, float, bool], list[_Character]] = {}
    total = raw.FPDFText_CountChars(text_page)
    for x, y, character in _characters(text_page, min(total, _LONGEST_PAGE)):
        places.setdefault((character.style.turn, x, y, character.text == " "), []).append(character)
    turns: dict[int, list[Glyph]] = {}
    unmapped = invisible = 0
    for (turn, x, y, _), characters in places.items():
        glyph = _glyph(x, y, characters)
        if characters[0].style.span:
            if spans is None:
                spans = read_spans(text_page.page)
            _place(glyph, turn, spans.get(characters[0].style.span, []))
        turns.setdefault(turn, []).append(glyph)
        unmapped += glyph.text == "\ufffd"
        invisible += characters[0].style.invisible
    by_turn = sorted(turns.items(), key=lambda item: -len(item[1]))
    return PageGlyphs(by_turn, unmapped, invisible, total > _LONGEST_PAGE)


def _characters(text_page: Any, count: int) -> Iterator[tuple[float, float, _Character]]:
    x, y = ctypes.c_double(), ctypes.c_double()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    loose = raw.FS_RECTF()
    styles: dict[int, _Style] = {}
    high = said = 0
    for number in range(count):
        code = raw.FPDFText_GetUnicode(text_page, number)
        if code in (0x0D, 0x0A, 0xFFFE, 0xFFFF):
            continue
        raw.FPDFText_GetCharBox(text_page, number, left, right, bottom, top)
        if code == 0x20 and abs(right.value - left.value) + abs(top.value - bottom.value) <= 0.012:
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
        drawn = raw.FPDFText_GetTextObject(text_page, number)
        if not drawn:
            continue
        key = ctypes.addressof(drawn.contents)
        style = styles.get(key) or styles.setdefault(key, _style(text_page, number, drawn))
        raw.FPDFText_GetCharOrigin(text_page, number, x, y)
        raw.FPDFText_GetLooseCharBox(text_page, number, loose)
        ink = framed_box(style.turn, left.value, bottom.value, right.value, top.value)
        around = framed_box(style.turn, loose.left, loose.bottom, loose.right, loose.top)
        along, across = framed(style.turn, x.value, y.value)
        text = "-" if code == 2 else _text(code)
        known = text != "\ufffd" and not 0xE000 <= code < 0xF900
        yield round(along, 2), round(across, 2), _Character(text, said, ink, around, known, style)
        said += 1


def _style(text_page: Any, number: int, drawn: Any) -> _Style:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text_page, number, matrix)
    scale = math.hypot(matrix.c, matrix.d) or math.hypot(matrix.a, matrix.b) or 1.0
    size = abs(raw.FPDFText_GetFontSize(text_page, number)) * scale
    turn = -round(raw.FPDFText_GetCharAngle(text_page, number) / (math.pi / 2)) % 4
    bold = raw.FPDFText_GetFontWeight(text_page, number) >= 600
    invisible = raw.FPDFTextObj_GetTextRenderMode(drawn) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
    return _Style(turn, max(size, 0.5), bold, invisible, span_of(drawn))


def _has_mark(text: str) -> bool:
    return len(text) > 1 and any(map(unicodedata.combining, text))


def _place(glyph: Glyph, turn: int, span: list[Drawn]) -> None:
    """Put a glyph where the largest drawing of its span stands: that of the letter, not of a mark or a mere stroke."""
    letter = max(span, key=lambda drawn: drawn.area, default=None)
    if letter is None or len(span) == 1:
        return
    glyph.origin, glyph.baseline = framed(turn, letter.x, letter.y)
    left, bottom, right, top = letter.box
    glyph.ink_left, glyph.top, glyph.ink_right, glyph.bottom = framed_box(turn, left, bottom, right, top)
    if not _has_mark(glyph.text):
        glyph.origin = min(framed(turn, drawn.x, drawn.y)[0] for drawn in span)
        boxes = [framed_box(turn, *drawn.box) for drawn in span]
        glyph.ink_left, glyph.ink_right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    glyph.left, glyph.right, glyph.only_ink = glyph.ink_left, glyph.ink_right, True


def _text(code: int) -> str:
    if code in (0x09, 0xA0):
        return " "
    return chr(code) if code >= 0x20 else "\ufffd"


def _glyph(x: float, y: float, characters: list[_Character]) -> Glyph:
    style = characters[0].style
    text, members = _meaning(characters)
    left, right = min(one.loose[0] for one in members), max(one.loose[2] for one in members)
    ink_left, ink_right = min(one.ink[0] for one in members), max(one.ink[2] for one in members)
    top, bottom = min(one.ink[1] for one in members), max(one.ink[3] for one in members)
    if _is_filler(text, (ink_right - ink_left) / style.size, (bottom - top) / style.size, (bottom - y) / style.size):
        text = ""
    elif not all(one.known for one in members):
        text = "\ufffd"
    number = min(one.number for one in members)
    ink = ink_left, ink_right, top, bottom
    only_ink = all(one.loose == one.ink for one in members)
    return Glyph(text, x, left, right, *ink, y, style.size, style.bold, number, only_ink=only_ink)


def _is_filler(text: str, width: float, height: float, below: float) -> bool:
    """Whether a glyph is the stroke that lengthens Arabic letters: flat, on the baseline, and called anything.

    LibreOffice draws it without saying that it means nothing, so that PDFium gives a letter at random.
    """
    flat = 0 < height < 0.15 and width > 1.5 * height and abs(below) < 0.08
    return (
        flat
        and len(text) == 1
        and not is_right_to_left(kind_of(text))
        and (text.isalnum() or not text.isprintable() or text == "\ufffd")
    )


def _meaning(characters: list[_Character]) -> tuple[str, list[_Character]]:
    """The characters of one place, in logical order: one glyph that stands for several, or letter and mark on it."""
    texts = [character.text for character in characters]
    right_to_left = any(is_right_to_left(kind_of(text)) for text in texts)
    if len(characters) > 1 and (right_to_left or any(map(unicodedata.combining, texts))):
        heights = {(one.ink[1], one.ink[3]) for one in characters}
        if len(heights) == 1 and len({one.ink for one in characters}) == len(characters):
            # PDFium divides the box of one glyph among its characters.
            characters = sorted(characters, key=lambda one: -one.ink[2] if right_to_left else one.ink[0])
        elif right_to_left and (_is_ligature(texts[::-1]) or (len(heights) == 1 and not _is_ligature(texts))):
            characters = characters[::-1]
        characters = _letter_first(characters)
    return "".join(one.text for one in characters), characters


def _is_ligature(characters: list[str]) -> bool:
    """Whether a text is a ligature in logical order: PDFium gives those of Unicode so, and turns others round."""
    text = "".join(character for character in characters if not unicodedata.combining(character))
    return (text.startswith("ل") and text[1:2] in "اأإآٱ") or text == "الله"


def _letter_first(characters: list[_Character]) -> list[_Character]:
    """Marks never begin a glyph: they follow the letter that carries them."""
    first = next((at for at, one in enumerate(characters) if not unicodedata.combining(one.text)), 0)
    return [characters[first], *characters[:first], *characters[first + 1 :]]
