"""The characters of a page with their places, as PDFium finds them.

PDFium's own order of the characters is not used: it guesses, and guesses wrong for Arabic. Its letters and places are
right. What is mended here: a glyph that stands for several characters is put in logical order, and what PDFium adds
(spaces, line ends) is left out.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from dataclasses import dataclass
from math import floor
from typing import Any, NamedTuple

from earthshine.documents.readers.layout.glyph import Glyph
from earthshine.documents.readers.pdf.binding import char_box, char_code, char_origin, loose_box, raw, text_object
from earthshine.documents.readers.pdf.frames import Rectangle, framed, framed_box
from earthshine.documents.readers.pdf.spans import Drawn, read_spans, span_of
from earthshine.text.bidi import is_right_to_left, kind_of

_LONGEST_PAGE = 200_000
"""Characters of one page; more than a page can show to a reader."""
_UNKNOWN = re.compile("[\ue000-\uf8ff\ufffd]")
"""What a file does not say what it means; the first are for private use."""
_UNSEEN = {0x02: "-", 0x09: " ", 0xA0: " "}
"""What PDFium's codes for a hyphen at the end of a line, and for other spaces, stand for."""


@dataclass(frozen=True, slots=True)
class PageGlyphs:
    """The glyphs of a page by quarter turns of their text (0: along x, 1: upwards ...), most first."""

    by_turn: list[tuple[int, list[Glyph]]]
    unmapped: int
    """Glyphs of which the file does not say what they stand for."""
    invisible: int
    """Glyphs that are there to be found and not to be seen, as OCR lays them over a scan."""
    cut: bool


class _Style(NamedTuple):
    """What all characters of one text object share."""

    turn: int
    size: float
    bold: bool
    invisible: bool
    span: int
    """The span that says what its characters mean, 0 without one."""


class _Character(NamedTuple):
    text: str
    number: int
    ink: Rectangle
    loose: Rectangle
    style: _Style


_Place = tuple[int, int, int, bool]
"""Turn, and where the pen stood in its frame, in hundredths of a point;
and whether it is a space, which may hang under a letter."""


def read_glyphs(text_page: Any) -> PageGlyphs:
    """All glyphs of a page, not yet in any order."""
    spans: dict[int, list[Drawn]] | None = None
    total = raw.FPDFText_CountChars(text_page)
    turns: dict[int, list[Glyph]] = {}
    unmapped = invisible = 0
    for (turn, x, y, _), characters in _by_place(text_page.raw, min(total, _LONGEST_PAGE)).items():
        glyph = _glyph(x / 100, y / 100, characters)
        style = characters[0].style
        if style.span:
            if spans is None:
                spans = read_spans(text_page.page)
            _place(glyph, turn, spans.get(style.span, []))
        turns.setdefault(turn, []).append(glyph)
        unmapped += glyph.text == "\ufffd"
        invisible += style.invisible
    by_turn = sorted(turns.items(), key=lambda item: -len(item[1]))
    return PageGlyphs(by_turn, unmapped, invisible, total > _LONGEST_PAGE)


def _by_place(text_page: Any, count: int) -> dict[_Place, list[_Character]]:
    """The characters of a page by where the pen stood. Each costs five calls of C: here little else may happen."""
    places: dict[_Place, list[_Character]] = {}
    address = ctypes.addressof(text_page.contents)
    doubles, floats = (ctypes.c_double * 6)(), (ctypes.c_float * 4)()
    at_floats = ctypes.addressof(floats)
    at = [ctypes.addressof(doubles) + 8 * number for number in range(6)]
    styles: dict[int, _Style] = {}
    high = said = 0
    for number in range(count):
        code = char_code(address, number)
        if code in (0x0D, 0x0A, 0xFFFE, 0xFFFF):
            continue
        char_box(address, number, at[0], at[1], at[2], at[3])
        char_origin(address, number, at[4], at[5])
        left, right, bottom, top, x, y = doubles
        if code == 0x20 and abs(right - left) + abs(top - bottom) <= 0.012:
            continue
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                high = code
                continue
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
        drawn = text_object(address, number)
        if not drawn:
            continue
        style = styles.get(drawn) or styles.setdefault(drawn, _style(text_page, number))
        turn = style.turn
        loose_box(address, number, at_floats)
        loose_left, loose_top, loose_right, loose_bottom = floats
        if turn or left > right or bottom > top:
            x, y = framed(turn, x, y)
            ink = framed_box(turn, left, bottom, right, top)
            loose = framed_box(turn, loose_left, loose_bottom, loose_right, loose_top)
        else:  # as nearly all are
            y = -y
            ink = left, -top, right, -bottom
            loose = loose_left, -loose_top, loose_right, -loose_bottom
        text = chr(code) if 0x20 <= code != 0xA0 else _UNSEEN.get(code, "\ufffd")
        place = turn, floor(100 * x + 0.5), floor(100 * y + 0.5), text == " "
        character = _Character(text, said, ink, loose, style)
        if (here := places.get(place)) is None:
            places[place] = [character]
        else:
            here.append(character)
        said += 1
    return places


def _style(text_page: Any, number: int) -> _Style:
    drawn = raw.FPDFText_GetTextObject(text_page, number)
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


def _glyph(x: float, y: float, characters: list[_Character]) -> Glyph:
    style, size = characters[0].style, characters[0].style.size
    text, members = (characters[0].text, characters) if len(characters) == 1 else _meaning(characters)
    left, _, right, _ = members[0].loose
    ink_left, top, ink_right, bottom = members[0].ink
    only_ink, number = members[0].loose == members[0].ink, members[0].number
    for one in members[1:]:
        left, right = min(left, one.loose[0]), max(right, one.loose[2])
        ink_left, ink_right = min(ink_left, one.ink[0]), max(ink_right, one.ink[2])
        top, bottom = min(top, one.ink[1]), max(bottom, one.ink[3])
        only_ink, number = only_ink and one.loose == one.ink, min(number, one.number)
    # LibreOffice draws the stroke that lengthens Arabic letters without saying that it means nothing, so that PDFium
    # gives a letter at random: it is flat, and on the baseline.
    if 0 < bottom - top < 0.15 * size and ink_right - ink_left > 1.5 * (bottom - top) and _may_be_filler(text):
        text = "" if abs(bottom - y) < 0.08 * size else text
    if not text.isascii() and _UNKNOWN.search(text):
        text = "\ufffd"
    bold = style.bold
    return Glyph(text, x, left, right, ink_left, ink_right, top, bottom, y, size, bold, number, only_ink=only_ink)


def _may_be_filler(text: str) -> bool:
    return (
        len(text) == 1
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
